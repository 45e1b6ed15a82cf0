"""What a run really said to its database, to be said again by nobody but a bare engine."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, event

from storage.database import sync_engine
from tests.overhearing import overhearing


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Any  #: of one execution, or a list of many


@dataclass(slots=True)
class Recording:
    """Transactions in their order. `turn` numbers the work they belong to; 0 is not measured."""

    transactions: list[tuple[int, list[Statement]]] = field(default_factory=list)
    turn: int = 0
    _open: list[Statement] = field(default_factory=list)

    def said(self, sql: str, parameters: Any) -> None:
        if not sql.startswith("BEGIN"):  # the engine says that by itself
            self._open.append(Statement(sql, parameters))

    def committed(self) -> None:
        self.transactions.append((self.turn, self._open))
        self._open = []

    @property
    def statements(self) -> int:
        """How many were said in what is measured."""
        return sum(len(said) for turn, said in self.transactions if turn)

    def joined(self) -> "Recording":
        """The same with one transaction for each turn."""
        turns = groupby(self.transactions, key=lambda transaction: transaction[0])
        return Recording([(turn, [s for _, said in parts for s in said]) for turn, parts in turns])


@contextmanager
def recording() -> Iterator[Recording]:
    """Record whatever any engine of this process says while the block runs."""
    made = Recording()

    def heard(_: Connection, sql: str, parameters: Any) -> None:
        made.said(sql, parameters)

    def on_commit(_: Connection) -> None:
        made.committed()

    event.listen(Engine, "commit", on_commit)
    try:
        with overhearing(heard):
            yield made
    finally:
        event.remove(Engine, "commit", on_commit)


def say_again(url: str, recorded: Recording) -> float:
    """Say it all to another database that was alike; return the seconds of what is measured."""
    engine, took = sync_engine(url), 0.0
    with engine.connect() as connection:
        for turn, statements in recorded.transactions:
            began = time.perf_counter()
            _transaction(connection, statements)
            took += time.perf_counter() - began if turn else 0
    engine.dispose()
    return took


def _transaction(connection: Connection, statements: Sequence[Statement]) -> None:
    with connection.begin():
        for statement in statements:
            result = connection.exec_driver_sql(statement.sql, statement.parameters)
            if result.returns_rows:
                result.fetchall()

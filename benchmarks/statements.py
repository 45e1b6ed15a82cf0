"""What a run really said to its database, to be said again by nobody but a bare engine."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import count, groupby
from operator import methodcaller
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, TextClause, event, text

from storage.database import is_synced, sync_engine
from tests.overhearing import overhearing

BY_ITSELF = ("BEGIN", "PRAGMA", "SET LOCAL")  #: what the engine says of its own accord


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Any  #: of one execution: a tuple, or by name


@dataclass(frozen=True, slots=True)
class Transaction:
    turn: int
    synced: bool
    statements: list[Statement]


@dataclass(slots=True)
class Recording:
    """Transactions in their order. `turn` numbers the work they belong to; 0 is not measured."""

    transactions: list[Transaction] = field(default_factory=list)
    turn: int = 0
    _open: list[Statement] = field(default_factory=list)

    def said(self, sql: str, parameters: Any) -> None:
        if not sql.startswith(BY_ITSELF):
            self._open.append(Statement(sql, parameters))

    def committed(self, *, synced: bool) -> None:
        self.transactions.append(Transaction(self.turn, synced, self._open))
        self._open = []

    @property
    def statements(self) -> int:
        """How many were said in what is measured."""
        return sum(len(one.statements) for one in self.transactions if one.turn)

    def joined(self) -> "Recording":
        """The same with one transaction for each turn."""
        turns = groupby(self.transactions, key=lambda one: one.turn)
        return Recording([_joined(turn, list(parts)) for turn, parts in turns])


def _joined(turn: int, parts: Sequence[Transaction]) -> Transaction:
    return Transaction(turn, synced=True, statements=[s for part in parts for s in part.statements])


@contextmanager
def recording() -> Iterator[Recording]:
    """Record whatever any engine of this process says while the block runs."""
    made = Recording()

    def heard(_: Connection, sql: str, parameters: Any) -> None:
        made.said(sql, parameters)

    def on_commit(connection: Connection) -> None:
        made.committed(synced=is_synced(connection))

    event.listen(Engine, "commit", on_commit)
    try:
        with overhearing(heard):
            yield made
    finally:
        event.remove(Engine, "commit", on_commit)


class Way(StrEnum):
    """How a statement is said again."""

    CORE = "core"  #: by SQLAlchemy Core, as whoever uses it says them
    DRIVER = "driver"  #: past Core, as the driver's own text


def say_again(url: str, recorded: Recording, way: Way) -> float:
    """Say it all to another database that was alike; return the seconds of what is measured."""
    engine, took = sync_engine(url), 0.0
    said = [_core(one) if way is Way.CORE else _driver(one) for one in recorded.transactions]
    with engine.connect() as connection:
        for transaction, sayings in zip(recorded.transactions, said, strict=True):
            connection.execution_options(synced=transaction.synced)
            began = time.perf_counter()
            with connection.begin():
                for saying in sayings:
                    result = saying(connection)
                    if result.returns_rows:
                        result.fetchall()
            took += time.perf_counter() - began if transaction.turn else 0
    engine.dispose()
    return took


Saying = Callable[[Connection], CursorResult[Any]]


def _driver(transaction: Transaction) -> list[Saying]:
    said = transaction.statements
    return [methodcaller("exec_driver_sql", one.sql, one.parameters) for one in said]


def _core(transaction: Transaction) -> list[Saying]:
    said = transaction.statements
    return [methodcaller("execute", _text(one.sql), _named(one.parameters)) for one in said]


@cache
def _text(sql: str) -> TextClause:
    """The driver's text as Core's own, its parameters named."""
    numbers = count()
    named = re.sub(r"%\((\w+)\)s", r":\1 ", sql)
    return text(re.sub(r"\?|%s", lambda _: f":p{next(numbers)} ", named))


def _named(parameters: Any) -> Any:
    if isinstance(parameters, tuple):
        return {f"p{number}": value for number, value in enumerate(parameters)}
    return parameters

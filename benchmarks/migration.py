"""How long somebody who writes has to wait while PostgreSQL is upgraded from the first schema to ours."""

import asyncio
import time
from collections.abc import Sequence
from threading import Thread
from typing import Any

from sqlalchemy import JSON, Column, MetaData, Table, text
from sqlalchemy.engine import Engine
from sqlalchemy.types import Boolean, DateTime, Integer, LargeBinary

from benchmarks.table import Line, Scale, at_most
from bot.progress import Progress
from storage import schema
from storage.database import sync_engine
from tests.databases import postgres
from tests.storage.filled import fill, row

ROWS = {Scale.TINY: 100, Scale.REDUCED: 200_000, Scale.FULL: 5_000_000}  #: of each large table
LARGE = ("tips", "cards", "deliveries", "inbox", "events")
WRITERS = 4
FEW = 3  #: rows of the tables to which the large ones refer


async def measure(scale: Scale, show: Progress) -> Sequence[Line]:
    return await asyncio.to_thread(_measure, ROWS[scale], show)


def _measure(rows: int, show: Progress) -> Sequence[Line]:
    with postgres() as server:
        url = server.make()
        schema.upgrade(url, schema.revisions()[0])
        engine = sync_engine(url)
        _fill(engine, rows, show)
        waits = _upgraded_under_load(url)
        engine.dispose()
        server.drop(url)
    what = f"upgrade with {rows:,} rows in each large table: longest wait of {len(waits):,} writes"
    return [at_most(what, max(waits) * 1000, 1000, "ms", 1)]


def _upgraded_under_load(url: str) -> list[float]:
    """Return how many seconds each write took, from the start of the upgrade to its end."""
    upgrade = Thread(target=schema.upgrade, args=(url,))
    writers = [_Writer(url, 10**9 * number) for number in range(1, WRITERS + 1)]
    threads = [Thread(target=writer.write_beside, args=(upgrade,)) for writer in writers]
    for thread in (upgrade, *threads):
        thread.start()
    for thread in (upgrade, *threads):
        thread.join()
    schema.check(url)
    return [wait for writer in writers for wait in writer.waits]


class _Writer:
    """Stores what a tip leaves behind, in the columns that every schema has."""

    def __init__(self, url: str, first: int) -> None:
        self._engine, self._number = sync_engine(url), first
        self.waits: list[float] = []
        found = MetaData()
        found.reflect(self._engine)  # also opens the connection
        names = ("officers", "chats", "tips", "reporters", "events", "cards")
        self._tables = [found.tables[name] for name in names]

    def write_beside(self, upgrade: Thread) -> None:
        while not self.waits or upgrade.is_alive():
            began = time.perf_counter()
            with self._engine.begin() as connection:
                for table in self._tables:
                    connection.execute(table.insert(), row(table, self._number))
            self.waits.append(time.perf_counter() - began)
            self._number += 1
        self._engine.dispose()


def _fill(engine: Engine, rows: int, show: Progress) -> None:
    """Rows of every table, and many of the large ones, made by the database itself."""
    with engine.begin() as connection:
        fill(connection, rows=FEW)
        found = MetaData()
        found.reflect(connection)
    for done, name in enumerate(LARGE, 1):
        with engine.begin() as connection:
            connection.execute(text(_many(found.tables[name], rows)))
        show("rows", done, len(LARGE))


def _many(table: Table, rows: int) -> str:
    columns = [column for column in table.columns if not column.nullable]
    names = ", ".join(column.name for column in columns)
    values = ", ".join(_expression(column) for column in columns)
    series = f"generate_series({FEW + 1}, {FEW + rows}) AS n"
    return f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {series}"  # noqa: S608 - our own names


def _expression(column: Column[Any]) -> str:
    """A value of row n, in SQL; what waits in a queue is little, so every row of one is done."""
    if column.foreign_keys:
        return f"1 + n % {FEW}" if not column.primary_key else "n"
    for kind, expression in _EXPRESSIONS.items():
        if isinstance(column.type, kind):
            return expression
    sample = row(column.table, 1)[column.name]
    unique = column.name in {"external_id"}
    words = {"state": "'done'"} if column.table.name in {"inbox", "deliveries"} else {}
    return "'x' || n" if unique else words.get(column.name, f"'{sample}'")


_EXPRESSIONS: dict[type, str] = {
    DateTime: "timestamptz '2026-01-01' + n * interval '1 second'",
    Boolean: "n % 2 = 0",
    Integer: "n",
    JSON: "json_build_object('n', n)",
    LargeBinary: "decode(md5(n::text), 'hex')",
}

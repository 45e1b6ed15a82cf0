"""Opening the database and running transactions on it: SQLite and PostgreSQL behind one door.

A transaction is a plain function of a session: ``await database.run(work)`` begins, calls it, commits; an
exception rolls back. On PostgreSQL it runs on SQLAlchemy's async engine; on SQLite in one thread, whole,
because a hop to a thread for every statement costs more than the statements.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError
from sqlalchemy.exc import SQLAlchemyError as DatabaseError  # unreachable, full, or it refuses
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

from storage.sealing import Keyring

__all__ = [
    "Database",
    "DatabaseError",
    "Session",
    "insert_new",
    "is_away",
    "keyring_of",
    "sqlite_path",
]

T = TypeVar("T")
Work = Callable[[Session], T]

AWAY = timedelta(seconds=1)  #: between two tries of `insist`
#: Of a server that has gone without a word, seconds and milliseconds until we believe it.
POSTGRES_PATIENCE = {"connect_timeout": 10, "tcp_user_timeout": 20_000}

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged tip survives a power cut
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what retention removes is overwritten, not only forgotten
)


def keyring_of(session: Session) -> Keyring:
    """Return the keys that seal and open what this session reads and writes."""
    keyring = session.info["keyring"]
    assert isinstance(keyring, Keyring)
    return keyring


def is_away(error: BaseException) -> bool:
    """Tell whether the database itself is the trouble, and not what we asked of it."""
    refused = (DataError, IntegrityError, ProgrammingError)
    return isinstance(error, DatabaseError) and not isinstance(error, refused)


def insert_new(session: Session, kind: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT into a model's table that passes over rows whose unique key is taken."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(kind).on_conflict_do_nothing()
    return sqlite.insert(kind).on_conflict_do_nothing()


def sqlite_path(url: str) -> str | None:
    """Return the file a SQLite URL names, None for another database."""
    parsed = make_url(url)
    return parsed.database if parsed.get_backend_name() == "sqlite" else None


class Database:
    """One database, opened. `close` it before the loop ends."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        parsed = make_url(url)
        self.keyring = keyring
        info = {"keyring": keyring}
        self._door: _Threads | _Async
        if parsed.get_backend_name() == "sqlite":
            self._door = _Threads(parsed, info)
        else:
            self._door = _Async(parsed, info)

    async def run(self, work: Work[T]) -> T:
        """Run `work` as one transaction and commit it, or roll back what it raises."""
        return await self._door.run(work)

    async def insist(self, work: Work[T]) -> T:
        """Run `work` as `run` does, however long the database is away: it records what has happened."""
        while True:
            try:
                return await self.run(work)
            except DatabaseError as error:
                if not is_away(error):
                    raise
            await asyncio.sleep(AWAY.total_seconds())

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, beside the writers."""
        return await self._door.read(work)

    async def empty_journal(self) -> None:
        """Let what was erased be gone from the write-ahead journal too, where there is a file of it."""
        await self._door.empty_journal()

    async def close(self) -> None:
        await self._door.close()


class _Threads:
    """SQLite: one thread writes, one reads (WAL lets them), each holding one connection."""

    def __init__(self, url: URL, info: dict[str, Any]) -> None:
        self._engines = [sqlite_engine(url, "BEGIN IMMEDIATE"), sqlite_engine(url, "BEGIN")]
        self._makers = [sessionmaker(e, expire_on_commit=False, info=info) for e in self._engines]
        self._threads = [ThreadPoolExecutor(1, f"sqlite-{name}") for name in ("write", "read")]

    async def run(self, work: Work[T]) -> T:
        return await self._hop(0, work)

    async def read(self, work: Work[T]) -> T:
        return await self._hop(1, work)

    async def _hop(self, lane: int, work: Work[T]) -> T:
        def transaction() -> T:
            with self._makers[lane].begin() as session:
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(self._threads[lane], transaction)

    async def empty_journal(self) -> None:
        def work() -> None:
            with closing(self._engines[0].raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        await asyncio.get_running_loop().run_in_executor(self._threads[0], work)

    async def close(self) -> None:
        for thread, engine in zip(self._threads, self._engines, strict=True):
            await asyncio.get_running_loop().run_in_executor(thread, engine.dispose)
            thread.shutdown()


class _Async:
    """PostgreSQL: SQLAlchemy's async engine; the transaction is handed a synchronous face of it."""

    def __init__(self, url: URL, info: dict[str, Any]) -> None:
        patience = POSTGRES_PATIENCE if url.get_driver_name() == "psycopg" else {}
        self._engine: AsyncEngine = create_async_engine(
            url, pool_pre_ping=True, pool_size=10, hide_parameters=True, connect_args=patience
        )
        self._maker = async_sessionmaker(self._engine, expire_on_commit=False, info=info)

    async def run(self, work: Work[T]) -> T:
        async with self._maker() as session, session.begin():
            return await session.run_sync(work)

    read = run

    async def empty_journal(self) -> None:
        """The server recycles its journal itself."""

    async def close(self) -> None:
        await self._engine.dispose()


def sqlite_engine(url: URL, begin: str = "BEGIN IMMEDIATE") -> Engine:
    """Return an engine whose transactions start with `begin`: an upgraded read lock cannot wait."""
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error must not quote what was to be stored
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def sync_engine(url: str) -> Engine:
    """Return a synchronous engine, for migrations and other work outside the loop."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite_engine(parsed)
    return create_engine(parsed)

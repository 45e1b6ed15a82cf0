"""Opening the database and running transactions on it: SQLite and PostgreSQL behind one door.

A transaction is a plain function of a session: ``await database.run(work)`` begins, calls it, commits; an
exception rolls back. It runs whole in a thread of the database's, because a hop for every statement costs
more than most statements. On SQLite one thread writes and one reads; on PostgreSQL several do both.
"""

import asyncio
import os
import select
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NotSupportedError,
    PendingRollbackError,
    ProgrammingError,
)
from sqlalchemy.exc import SQLAlchemyError as DatabaseError  # unreachable, full, or it refuses
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from storage import driver
from storage.sealing import Keyring

__all__ = [
    "Connected",
    "Database",
    "DatabaseError",
    "Session",
    "Work",
    "has_collided",
    "insert_new",
    "insert_new_by",
    "is_away",
    "keyring_of",
    "sqlite_path",
    "table_of",
]

T = TypeVar("T")
Work = Callable[[Session], T]


class Connected(Protocol):
    """Whoever has a connection in a transaction: a session, or what `lightly` hands out.

    It is enough for `storage.prepared` and for SQLAlchemy Core.
    """

    def connection(self) -> Connection: ...


COLLISIONS = ("40P01", "40001")  #: deadlock, not serializable: PostgreSQL's names for them
AWAY = timedelta(seconds=1)  #: between two tries of `insist`
CONNECTIONS = 10  #: to PostgreSQL from one process, and as many threads that use them
#: Of a server that has gone without a word, seconds and milliseconds until we believe it.
POSTGRES_PATIENCE = {"connect_timeout": 10, "tcp_user_timeout": 20_000}
#: Of a client that has gone without a word, until the server ends its transaction. It would wait for hours,
#: and everybody else for what is locked there. No work of ours thinks for so long between two statements.
SILENCE = timedelta(minutes=1)

NORMAL = 1  #: SQLite's name for a journal that is synced only now and then
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
    """Tell whether the database itself is the trouble, and not what we asked of it.

    A row that we wrongly take for being there is our own bug, though it is SQLAlchemy that says so.
    """
    refused = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
    gone = (DBAPIError, DisconnectionError, PendingRollbackError, PoolTimeout)
    return isinstance(error, gone) and not isinstance(error, refused)


def has_collided(error: BaseException) -> bool:
    """Tell whether the database undid this for the sake of another's work: again, it will go through."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in COLLISIONS


def table_of(kind: type[Any]) -> Table:
    """Return a model's table, for statements that pass by the session: it costs more than they do."""
    table = kind.__table__
    assert isinstance(table, Table)
    return table


def insert_new(session: Session, kind: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT into a model's table that passes over rows whose unique key is taken."""
    return insert_new_by(session.get_bind().dialect, kind)


def insert_new_by(dialect: Dialect, kind: type[Any] | Table) -> postgresql.Insert | sqlite.Insert:
    """Return the same as `insert_new`, where there is no session yet."""
    if dialect.name == "postgresql":
        return postgresql.insert(kind).on_conflict_do_nothing()
    return sqlite.insert(kind).on_conflict_do_nothing()


def sqlite_path(url: str) -> str | None:
    """Return the file a SQLite URL names, None for another database."""
    parsed = make_url(url)
    return parsed.database if parsed.get_backend_name() == "sqlite" else None


def make_private(url: str) -> None:
    """Make a SQLite file that is not there yet, for its owner only; its siblings get the same mode."""
    path = sqlite_path(url)
    if path and path != ":memory:":
        with suppress(OSError):  # it is there, or cannot be made: opening it says what is wrong
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


class Database:
    """One database, opened. `close` it before the loop ends."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        parsed = make_url(url)
        self.keyring = keyring
        if parsed.get_backend_name() == "sqlite":  # WAL lets one write and another read
            self._writing = _Lane(sqlite_engine(parsed), 1, keyring)
            self._reading = _Lane(sqlite_engine(parsed, "BEGIN"), 1, keyring)
        else:
            self._writing = self._reading = _Lane(postgres_engine(parsed), CONNECTIONS, keyring)

    async def run(self, work: Work[T]) -> T:
        """Run `work` as one transaction and commit it, or roll back what it raises.

        Once begun it ends as it ends, even when whoever waits for it is cancelled.
        """
        return await self.follow(lambda: self.transact(work))

    async def follow(self, plan: Callable[[], T]) -> T:
        """Run a plan of transactions, one after the other, in the database's thread: one way there and back.

        It calls `transact` and `lightly`, which nobody else may.
        """
        return await self._writing.call(plan)

    def transact(self, work: Work[T]) -> T:
        """Run `work` as `run` does."""
        return self._writing.transact(work)

    def lightly(self, work: Callable[[Connected], T]) -> T:
        """Run `work` as one transaction that does not wait for the disk.

        It outlives our process, but perhaps not a power cut that comes before the next that does wait.
        """
        return self._writing.lightly(work)

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
        return await self._reading.call(lambda: self._reading.transact(work))

    async def empty_journal(self) -> None:
        """Let what was erased be gone from SQLite's journal too; PostgreSQL recycles its own."""
        await self._writing.call(self._writing.empty_journal)

    async def close(self) -> None:
        """Wait for what has begun, and let go of the database."""
        for lane in (self._writing, self._reading):
            await asyncio.to_thread(lane.close)


@dataclass(frozen=True, slots=True)
class _Light:
    _connection: Connection

    def connection(self) -> Connection:
        return self._connection


class _Lane:
    """Threads that each run one transaction at a time, whole, on a connection of their own."""

    def __init__(self, engine: Engine, threads: int, keyring: Keyring) -> None:
        self._engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False, info={"keyring": keyring})
        self._threads = ThreadPoolExecutor(threads, "database")

    async def call(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    def transact(self, work: Work[T]) -> T:
        with self._sessions.begin() as session:
            return work(session)

    def lightly(self, work: Callable[[Connected], T]) -> T:
        with self._engine.connect() as connection:
            connection.execution_options(synced=False)
            with connection.begin():
                return work(_Light(connection))

    def empty_journal(self) -> None:
        if self._engine.dialect.name == "sqlite":
            with closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()


def is_synced(connection: Connection) -> bool:
    """Tell whether a connection's transaction is to be on the disk once it is committed."""
    return connection.get_execution_options().get("synced", True) is True


def sqlite_engine(url: URL, begin: str = "BEGIN IMMEDIATE") -> Engine:
    """Return an engine whose transactions start with `begin`: an upgraded read lock cannot wait."""
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error must not quote what was to be stored
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in PRAGMAS:
            connection.execute(pragma)
        level = connection.execute("PRAGMA synchronous").fetchone()[0]
        record.info["synced"] = record.info["synchronous"] = level

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        info = connection.info
        level = info["synced"] if is_synced(connection) else min(info["synced"], NORMAL)
        if level != info["synchronous"]:
            driver.say(connection, f"PRAGMA synchronous={level}")
            info["synchronous"] = level
        connection.exec_driver_sql(begin)

    return engine


def postgres_engine(url: URL) -> Engine:
    """Return an engine that replaces connections whose server has gone, without asking it each time."""
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        hide_parameters=True,
        connect_args=_patience(url),
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: object) -> None:
        milliseconds = round(SILENCE.total_seconds() * 1000)
        connection.cursor().execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
        connection.commit()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if not is_synced(connection):
            driver.say(connection, "SET LOCAL synchronous_commit = off")

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, *_: object) -> None:
        idle = select.poll()
        idle.register(connection.fileno(), select.POLLIN)
        if idle.poll(0):  # an unasked server has one thing to say: good-bye
            raise DisconnectionError

    return engine


def sync_engine(url: str) -> Engine:
    """Return a synchronous engine, for migrations and other work outside the loop."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite_engine(parsed)
    return create_engine(parsed, connect_args=_patience(parsed))


def _patience(url: URL) -> dict[str, int]:
    return POSTGRES_PATIENCE if url.get_driver_name() == "psycopg" else {}


def servers(url: str) -> dict[str, str]:
    """Return name and URL of each server, if the URL names several: whether it takes writes or not."""
    parsed = make_url(url)
    hosts, ports = (str(parsed.query.get(name, "")).split(",") for name in ("host", "port"))
    if len(hosts) == 1:
        return {}
    plain = parsed.difference_update_query(["target_session_attrs"])
    alone = {}
    for host, port in zip(hosts, ports * len(hosts) if len(ports) == 1 else ports, strict=False):
        one = plain.update_query_dict({"host": host, "port": port})
        alone[f"{host}:{port}"] = one.render_as_string(hide_password=False)
    return alone

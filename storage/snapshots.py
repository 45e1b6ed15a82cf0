"""Whole databases, copied while they are in use, and put back where there is none.

SQLite: its online backup, within one read transaction, so that writers never make it begin again. PostgreSQL:
see `storage.table_copies`. Neither needs the keys, nor a program beside ours.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, Table, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from storage import schema, table_copies
from storage.database import sqlite_path, sync_engine
from storage.rotation import SEALED
from storage.sealing import Keyring, key_id_of

Progress = Callable[
    [str, int, int], None
]  #: called with what, how much is done, how much of it there is

STEP = 1000  #: pages copied between two calls of the progress
SQLITE = "sqlite.copy"  #: not a name that a program would open
VERSION = "alembic_version"
SAMPLE = 20  #: values tried at each end of a sealed column


__all__ = ["Connection", "Contents", "SnapshotError", "look", "open_samples", "put_back", "take"]


class SnapshotError(Exception):
    """The database cannot be copied or put back; the message says why."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds, as far as one sees without its keys."""

    revision: str  #: of the schema
    fingerprint: bytes  #: of the key file that belongs to it
    rows: Mapping[str, int]  #: table → how many
    key_ids: frozenset[int]  #: of the keys that sealed what is in it
    files: frozenset[str]  #: names of media it needs


def take(url: str, folder: Path, progress: Progress) -> Contents:
    """Copy the database into the empty `folder`, as it is at one moment, and say what is in the copy."""
    path = sqlite_path(url)
    with plain_faults():
        if path is None:
            return _take_tables(url, folder, progress)
        _copy_file(Path(path), folder / SQLITE, progress)
        with connected(f"sqlite:///{folder / SQLITE}") as connection:
            _refuse_damaged(connection)
            return look(connection)


def _copy_file(path: Path, copy: Path, progress: Progress) -> None:
    def tell(_: int, left: int, total: int) -> None:
        progress("database pages", total - left, total)

    try:
        source = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None
        )
        with closing(source), closing(sqlite3.connect(copy)) as target:
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_master").fetchone()  # from here on it stands still
            source.backup(target, pages=STEP, progress=tell)
    except sqlite3.Error as error:
        raise SnapshotError(f"{path} cannot be copied into {copy.parent}: {error}") from None


def _refuse_damaged(connection: Connection) -> None:
    found = connection.scalar(text("PRAGMA quick_check(1)"))
    if found != "ok":
        raise SnapshotError(f"the database is damaged ({found}); restore the newest good backup")


def _take_tables(url: str, folder: Path, progress: Progress) -> Contents:
    with connected(url, isolation_level="REPEATABLE READ") as connection:
        contents = look(connection)
        table_copies.write(connection, tables_of(connection), folder, contents.rows, progress)
        return contents


@contextmanager
def put_back(url: str, folder: Path, revision: str, *, keep: bool) -> Iterator[Connection]:
    """Put the copy in `folder` back and give a connection to it, so that it can be looked at and upgraded.

    Only after the block has ended well is it in its place, whole. Without `keep` it never is: the copy of
    SQLite stays in `folder`, that of PostgreSQL is a schema of its own which is rolled back.

    Raises:
        SnapshotError: there is a database in its place.
    """
    path = sqlite_path(url)
    with plain_faults():
        if path is None:
            with connected(url) as connection:
                yield from _filled(connection, folder, revision, keep=keep)
            return
        with connected(f"sqlite:///{folder / SQLITE}") as connection:
            _refuse_damaged(connection)
            yield connection
        if keep:
            _move(folder / SQLITE, Path(path))


def _filled(
    connection: Connection, folder: Path, revision: str, *, keep: bool
) -> Iterator[Connection]:
    if not keep:
        table_copies.enter_scratch(connection)
    schema.rebuild(connection, revision)
    table_copies.read(connection, tables_of(connection), folder)
    yield connection
    if not keep:
        connection.rollback()


def _move(copy: Path, path: Path) -> None:
    """Give the copy its name, never that of a database which came there meanwhile."""
    try:
        os.link(copy, path)
    except FileExistsError:
        raise SnapshotError(f"{path} came to be meanwhile; is the program running?") from None
    copy.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# looking --------------------------------------------------------------------------------------


def look(connection: Connection) -> Contents:
    """Say what is in a database of any schema, older or newer than ours too."""
    if not inspect(connection).has_table("installation"):
        raise SnapshotError("the database has not been used yet: there is nothing to back up")
    tables = tables_of(connection)
    return Contents(
        revision=connection.scalar(text(f"SELECT version_num FROM {VERSION}")) or "",  # noqa: S608
        fingerprint=_fingerprint(connection),
        rows={
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        },
        key_ids=frozenset(key for table in tables for key in _key_ids(connection, table)),
        files=frozenset(_files(connection, tables)),
    )


def _fingerprint(connection: Connection) -> bytes:
    found = connection.scalar(text("SELECT fingerprint FROM installation"))
    if found is None:
        raise SnapshotError("the database has not been used yet: there is nothing to back up")
    return bytes(found)


def tables_of(connection: Connection) -> list[Table]:
    """Return every table as it is, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION]


def _key_ids(connection: Connection, table: Table) -> Iterator[int]:
    for column in table.columns:
        if column.name.endswith("_sealed"):
            heads = select(func.substr(column, 1, 4)).where(column.is_not(None)).distinct()
            yield from (key_id_of(bytes(head)) for head in connection.scalars(heads))


def _files(connection: Connection, tables: list[Table]) -> Iterator[str]:
    for column in _columns(tables, "evidence", ("file", "silent_file")):
        yield from connection.scalars(select(column).where(column.is_not(None)))


def _columns(tables: list[Table], table_name: str, names: tuple[str, ...]) -> Iterator[Column[Any]]:
    for table in tables:
        if table.name == table_name:
            yield from (column for column in table.columns if column.name in names)


def open_samples(connection: Connection, keyring: Keyring) -> int:
    """Unseal the first and the last values of each sealed column; return how many. Needs our own schema.

    Raises:
        SealError: one does not open.
    """
    return sum(
        _open_some(connection, keyring, column, purpose) for column, purpose in SEALED.items()
    )


def _open_some(connection: Connection, keyring: Keyring, column: Any, purpose: str) -> int:
    key: Any = next(iter(column.class_.__table__.primary_key))
    values = select(column).where(column.is_not(None)).limit(SAMPLE)
    sample = {
        bytes(sealed)
        for order in (key.asc(), key.desc())
        for sealed in connection.scalars(values.order_by(order))
    }
    for sealed in sample:
        keyring.unseal(sealed, purpose)
    return len(sample)


# connections ----------------------------------------------------------------------------------


@contextmanager
def connected(url: str, **options: Any) -> Iterator[Connection]:
    """Give a connection in a transaction, on an engine that is closed afterwards."""
    engine: Engine = sync_engine(url).execution_options(**options)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def plain_faults() -> Iterator[None]:
    """Turn what the database says into one line, without the statement and its values."""
    try:
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        raise SnapshotError(f"the database cannot be read or filled: {said}") from None

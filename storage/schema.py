"""The schema's version: bring a database up to it, and refuse one we cannot serve.

Alembic is imported only where a step is taken: it knows every database there is, which costs a process
that finds its schema in order 14 MB and a fifth of a second.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection, Engine, column, event, func, select, table
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from storage.database import make_private, sync_engine
from storage.models import Installation, Model
from storage.sealing import Keyring

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"


PATIENCE = timedelta(milliseconds=500)  #: of a step for a table that others use
PAUSE = timedelta(seconds=1)  #: before it is tried again
IN_USE = ("55P03", "40P01")  #: PostgreSQL: a lock was not to be had, or two waited for each other
ONLY_ONE = 0x74696E62616F  #: the advisory lock of whoever upgrades: "tinbao"

log = structlog.get_logger()


def _pause() -> None:
    time.sleep(PAUSE.total_seconds())


class SchemaError(Exception):
    """The database cannot be served as it is; the message says what to do."""


def upgrade(url: str, revision: str = "head", pause: Callable[[], None] = _pause) -> None:
    """Bring the database to `revision`. Raises SchemaError if it is of a newer program.

    SQLite is upgraded in one transaction; nobody else is there. PostgreSQL step by step while others work: a
    step waits `PATIENCE` for a table that is in use, and no longer, because whoever comes after it waits
    behind it. Then it gives way, and is tried again after a pause.
    """
    make_private(url)
    with _begun(url) as connection:
        _refuse_newer(connection)
        if revision == "head" and _current(connection) == revisions()[-1]:
            return
        if connection.dialect.name == "sqlite":
            _climb(connection, revision)
            return
    with _only_one(url, pause) as engine:
        while not _climbed(engine, revision):
            log.info("upgrade_gives_way")
            pause()


@contextmanager
def _only_one(url: str, pause: Callable[[], None]) -> Iterator[Engine]:
    """Give an engine to the one process that upgrades. Others ask again and again.

    To wait for the lock itself would be a transaction left open, for which building an index waits.
    """
    engine = sync_engine(url)
    event.listen(engine, "connect", _be_patient)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
            while not guard.scalar(select(func.pg_try_advisory_lock(ONLY_ONE))):
                pause()
            yield engine
    finally:
        engine.dispose()


def _be_patient(connection: Any, _: object) -> None:
    connection.execute(f"SET lock_timeout = {PATIENCE // timedelta(milliseconds=1)}")
    connection.commit()


def _climbed(engine: Engine, revision: str) -> bool:
    """Take the steps, each in its own transaction; False if a table was in use."""
    try:
        with engine.connect() as connection:
            _climb(connection, revision)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") not in IN_USE:
            raise
        return False
    return True


def downgrade(url: str, revision: str) -> None:
    with _begun(url) as connection:
        _descend(connection, revision)


def upgrade_within(connection: Connection) -> None:
    """Bring the database to our schema in the connection's own transaction."""
    _climb(connection, "head")


def rebuild(connection: Connection, revision: str) -> None:
    """Make every table anew, empty, as of `revision`, in the connection's own transaction.

    Raises:
        SchemaError: somebody has used the database, or it is of a newer program.
    """
    _refuse_newer(connection)
    if not _is_unused(connection):
        raise SchemaError("the database is in use; restore only into an empty one")
    if _current(connection) is not None:
        _descend(connection, "base")
    _climb(connection, revision)


def knows(revision: str) -> bool:
    """Tell whether this program knows a schema: if not, it is a newer program's."""
    return revision in revisions()


def newest() -> str:
    """Return this program's own schema."""
    return revisions()[-1]


def check(url: str) -> None:
    """Raise SchemaError unless the database is exactly at this program's schema."""
    with _begun(url) as connection:
        _refuse_newer(connection)
        if _current(connection) != revisions()[-1]:
            raise SchemaError(
                "the database is of an older schema; bring it up with: tinbao db upgrade"
            )


def is_empty(url: str) -> bool:
    """Tell whether nobody has ever used the database: only then may new keys be made beside it."""
    with _begun(url) as connection:
        return _is_unused(connection)


def recognise(session: Session, keyring: Keyring, now: Any) -> None:
    """Tie an empty database to its key file; raise SchemaError for the wrong key file."""
    print_of_keys = keyring.digest("installation", "fingerprint")
    known = session.get(Installation, 1)
    if known is None:
        session.add(Installation(fingerprint=print_of_keys, created_at=now))
    elif known.fingerprint != print_of_keys:
        raise SchemaError(
            "the key file belongs to another database; restore the one that was kept with this database"
        )


#: Columns that we no longer use and the program before still names. They go one release later.
RETIRED = {("inbox", "leased_until"), ("deliveries", "leased_until"), ("evidence", "leased_until")}


def differences(url: str) -> list[Any]:
    """Return what the models have and the migrated database has not, or the reverse."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with _begun(url) as connection:
        opts = {"include_object": _is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Model.metadata))


def _is_ours(item: Any, name: str | None, kind: str, reflected: bool, _: object) -> bool:
    return not (kind == "column" and reflected and (item.table.name, name) in RETIRED)


class _begun:  # noqa: N801 - reads as a phrase: with _begun(url) as connection
    """A connection in a transaction, on an engine that is closed afterwards."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = sync_engine(url)

    def __enter__(self) -> Connection:
        try:
            self._context = self._engine.begin()
            return self._context.__enter__()
        except DatabaseError as error:  # unreachable, or no database at all
            self._engine.dispose()
            raise SchemaError(f"the database cannot be opened: {self._fault(error)}") from None

    def _fault(self, error: DatabaseError) -> str:
        """The first line: what a driver goes on with says it again, or asks."""
        fault = str(error.orig).splitlines()[0]
        if self._engine.dialect.name == "sqlite":
            return f"{self._engine.url.database}: {fault}"
        return f"{fault}; start it, or correct TINBAO_DATABASE_URL"

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)
        self._engine.dispose()


def _is_unused(connection: Connection) -> bool:
    if not connection.dialect.has_table(connection, Installation.__tablename__):
        return True
    return not connection.scalar(select(func.count()).select_from(Installation))


def revisions() -> list[str]:
    """Return the revisions this program knows, oldest first: each step's file begins with its own."""
    steps = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return sorted(step.name.partition("_")[0] for step in steps)


def _refuse_newer(connection: Connection) -> None:
    current = _current(connection)
    if current is not None and current not in revisions():
        raise SchemaError(
            f"the database is of a newer schema ({current}) than this program knows; install the newer "
            "program, or restore a backup made before the upgrade"
        )


def _current(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, VERSION_TABLE):
        return None
    revision: str | None = connection.scalar(
        select(column("version_num")).select_from(table(VERSION_TABLE))
    )
    return revision


def _climb(connection: Connection, revision: str) -> None:
    from alembic import command

    command.upgrade(_config(connection), revision)


def _descend(connection: Connection, revision: str) -> None:
    from alembic import command

    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config

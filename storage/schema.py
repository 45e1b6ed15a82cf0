"""The schema's version: bring a database up to it, and refuse one we cannot serve."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from storage.database import sync_engine
from storage.models import Installation, Model
from storage.sealing import Keyring

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaError(Exception):
    """The database cannot be served as it is; the message says what to do."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Raises SchemaError if it is of a newer program."""
    with _begun(url) as connection:
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    with _begun(url) as connection:
        command.downgrade(_config(connection), revision)


def check(url: str) -> None:
    """Raise SchemaError unless the database is exactly at this program's schema."""
    with _begun(url) as connection:
        _refuse_newer(connection)
        if _current(connection) != _head():
            raise SchemaError(
                "the database is of an older schema; bring it up with: tinbao db upgrade"
            )


def is_empty(url: str) -> bool:
    """Tell whether nobody has ever used the database: only then may new keys be made beside it."""
    with _begun(url) as connection:
        if not connection.dialect.has_table(connection, Installation.__tablename__):
            return True
        return not connection.scalar(select(func.count()).select_from(Installation))


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


def differences(url: str) -> list[Any]:
    """Return what the models have and the migrated database has not, or the reverse."""
    from alembic.autogenerate import compare_metadata  # heavy, and only for tests and `db check`

    with _begun(url) as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Model.metadata))


class _begun:  # noqa: N801 - reads as a phrase: with _begun(url) as connection
    """A connection in a transaction, on an engine that is closed afterwards."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = sync_engine(url)

    def __enter__(self) -> Connection:
        try:
            self._context = self._engine.begin()
            return self._context.__enter__()
        except OperationalError as error:
            self._engine.dispose()
            raise SchemaError(f"the database cannot be opened: {error.orig}") from None

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)
        self._engine.dispose()


def _refuse_newer(connection: Connection) -> None:
    current = _current(connection)
    known = {step.revision for step in _scripts().walk_revisions()}
    if current is not None and current not in known:
        raise SchemaError(
            f"the database is of a newer schema ({current}) than this program knows; install the newer "
            "program, or restore a backup made before the upgrade"
        )


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    return _scripts().get_current_head()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config

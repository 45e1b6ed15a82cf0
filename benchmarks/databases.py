"""Databases to measure on: empty, migrated, and as careful about a power cut as in service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.databases import Postgres, Sqlite, postgres

Fresh = Callable[[], str]  #: makes a database; returns its URL


@contextmanager
def sqlite() -> Iterator[Fresh]:
    with TemporaryDirectory() as folder:
        template, numbers = Sqlite(Path(folder)), count()
        yield lambda: template.make_migrated(Path(folder) / f"{next(numbers)}.db")


@contextmanager
def postgresql() -> Iterator[Fresh]:
    with postgres() as server, careful(server):
        yield server.make_migrated


@contextmanager
def careful(server: Postgres) -> Iterator[None]:
    """Undo what makes tests fast; on a server of one's own nothing was done."""
    server.execute("ALTER SYSTEM RESET ALL")
    server.execute("SELECT pg_reload_conf()")
    yield


DATABASES = {"SQLite": sqlite, "PostgreSQL": postgresql}

"""What every test may ask for: a clock, keys, databases of both kinds, the map, a town."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
import structlog

from routing import Router
from storage.database import Database
from storage.sealing import Keyring
from tests import real_map
from tests.clock import FakeClock
from tests.databases import CARELESS_SQLITE, Postgres, Sqlite, postgres
from tests.town import Town, make_town

KINDS = ("sqlite", "postgresql")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Number what is given as bytes: archives and recordings differ from process to process."""
    return argname if isinstance(val, bytes) else None


def pytest_configure() -> None:
    """Print tracebacks as the program does, without the values in them: some have ended by then."""
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Print after everything: pytest's own last line comes later than any summary hook."""
    if not real_map.is_there():
        print(real_map.MISSING)  # noqa: T201


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.fresh()


@pytest.fixture(scope="session", autouse=True)
def careless_sqlite() -> Iterator[None]:
    """As for PostgreSQL: tests need speed and no survival of a power cut."""
    with patch("storage.database.PRAGMAS", CARELESS_SQLITE):
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(sqlite_folder: Sqlite, tmp_path: Path) -> str:
    """A migrated SQLite database in `tmp_path`."""
    return sqlite_folder.make_migrated(tmp_path / "tinbao.db")


@pytest.fixture
def postgresql_url(postgres_server: Postgres) -> Iterator[str]:
    """A migrated PostgreSQL database."""
    url = postgres_server.make_migrated()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database, empty: the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    """A migrated database, opened: the test runs once on each kind."""
    database = Database(database_url, keyring)
    yield database
    await database.close()


@pytest.fixture(params=KINDS)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.make()
    yield url
    server.drop(url)


@pytest.fixture
async def open_database(keyring: Keyring) -> AsyncIterator[Callable[[str], Database]]:
    """Opens databases by URL, and closes them after the test: for second processes and restarts."""
    opened: list[Database] = []

    def open_(url: str) -> Database:
        opened.append(Database(url, keyring))
        return opened[-1]

    yield open_
    for database in opened:
        await database.close()


@pytest.fixture(scope="session")
def router() -> Router:
    return Router.load(("37",))


@pytest.fixture
async def town(
    database: Database, clock: FakeClock, tmp_path: Path, router: Router
) -> AsyncIterator[Town]:
    """The whole program but its loops, with Telegram at the other end of the wire."""
    async with make_town(database, clock, tmp_path, router) as made:
        yield made

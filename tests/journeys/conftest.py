"""Journeys happen in a town; on both kinds of database where the story is about what is stored."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from routing import Router
from storage.database import Database
from storage.sealing import Keyring
from tests.clock import FakeClock
from tests.town import Town, make_town


@pytest.fixture(scope="session")
def router() -> Router:
    return Router.load(("37",))


@pytest.fixture
async def town(
    database: Database, clock: FakeClock, tmp_path: Path, router: Router
) -> AsyncIterator[Town]:
    async with make_town(database, clock, tmp_path, router) as made:
        yield made


@pytest.fixture
async def sqlite_town(
    sqlite_url: str, keyring: Keyring, clock: FakeClock, tmp_path: Path, router: Router
) -> AsyncIterator[Town]:
    """A town on SQLite only: for stories about what is said."""
    database = Database(sqlite_url, keyring)
    async with make_town(database, clock, tmp_path, router) as made:
        yield made
    await database.close()


@pytest.fixture
async def trial_town(
    sqlite_url: str, keyring: Keyring, clock: FakeClock, tmp_path: Path, router: Router
) -> AsyncIterator[Town]:
    """A town for which no agency answers yet."""
    database = Database(sqlite_url, keyring)
    async with make_town(database, clock, tmp_path, router, trial=True) as made:
        yield made
    await database.close()

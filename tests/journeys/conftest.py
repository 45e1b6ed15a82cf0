"""Journeys happen in a town; on both kinds of database where the story is about what is stored."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from routing import Router
from storage.database import Database
from storage.sealing import Keyring
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, serve
from tests.programs import Program
from tests.town import Town, make_town


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


Configure = Callable[..., Program]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
async def api(telegram: FakeTelegram) -> AsyncIterator[str]:
    async with serve(telegram) as url:
        yield url


@pytest.fixture
async def configure(
    telegram: FakeTelegram, api: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Configure]:
    """Makes programs on this Telegram, each with more settings of its own; ends them with the test."""
    programs = []

    def make(*, webhook: bool = False, **settings: str) -> Program:
        own = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": api, **settings}
        program = Program.configured(monkeypatch, tmp_path, **own)
        if webhook:
            monkeypatch.setenv("TINBAO_TELEGRAM_WEBHOOK_URL", f"{program.url}/telegram")
        programs.append(program)
        return program

    yield make
    for program in programs:
        await program.close()

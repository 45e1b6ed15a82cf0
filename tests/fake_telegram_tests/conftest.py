"""The world under test, and the real Bot on each of its two wires."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser, offline_bot, serve


@pytest.fixture
async def telegram(clock: FakeClock) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(clock=clock) as telegram:
        yield telegram


@pytest.fixture(autouse=True)
def durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this the library warns at every 429, and a warning is an error here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def an(telegram: FakeTelegram) -> FakeUser:
    """A person who has started the bot, and whose first update was taken."""
    an = telegram.user(7, "An", username="an_nguyen")
    an.started = True
    return an


@pytest.fixture
async def offline(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with offline_bot(telegram) as bot:
        yield bot


@pytest.fixture
async def url(telegram: FakeTelegram) -> AsyncIterator[str]:
    async with serve(telegram) as url:
        yield url


@pytest.fixture
async def online(telegram: FakeTelegram, url: str) -> AsyncIterator[Bot]:
    async with http_bot(telegram.token, url) as bot:
        yield bot


@pytest.fixture(params=["offline", "online"])
def bot(request: pytest.FixtureRequest) -> Bot:
    """The test runs once on each wire."""
    bot: Bot = request.getfixturevalue(request.param)
    return bot


def http_bot(token: str, url: str) -> Bot:
    wires = [HTTPXRequest(httpx_kwargs={"trust_env": False, "verify": False}) for _ in range(2)]
    return Bot(
        token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=wires[0],
        get_updates_request=wires[1],
    )

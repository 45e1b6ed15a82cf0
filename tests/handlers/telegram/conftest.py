"""The real Bot on a fake Telegram, over each of its two wires, and the door built on it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from telegram import Bot

from handlers.telegram.connect import close, make_bot
from handlers.telegram.receive import decode, to_raw
from handlers.telegram.send import TelegramDoor
from storage.database import Database
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser, offline_bot, serve
from tips.messages import Incoming

PIN_LABEL = "Gửi vị trí"


@pytest.fixture(autouse=True)
def durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `make_bot` arranges: without it the library warns at every 429."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def telegram(clock: FakeClock) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(clock=clock) as telegram:
        yield telegram


@pytest.fixture
def an(telegram: FakeTelegram) -> FakeUser:
    """A person to whom the bot may write."""
    an = telegram.user(7, "An")
    an.started = True
    return an


@pytest.fixture
def offline(telegram: FakeTelegram) -> Bot:
    return offline_bot(telegram)


@pytest.fixture
async def online(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with serve(telegram) as url:
        bot = make_bot(telegram.token, url)
        yield bot
        await close(bot)


@pytest.fixture(params=["offline", "online"])
def bot(request: pytest.FixtureRequest) -> Bot:
    """The test runs once on each wire."""
    bot: Bot = request.getfixturevalue(request.param)
    return bot


@pytest.fixture
def door(bot: Bot) -> TelegramDoor:
    return TelegramDoor(bot, PIN_LABEL)


@pytest.fixture
def sqlite(sqlite_url: str, open_database: Callable[[str], Database]) -> Database:
    return open_database(sqlite_url)


@pytest.fixture
def heard(telegram: FakeTelegram) -> Callable[[], list[Incoming | None]]:
    """What the desk would read in everything that happened since it last asked."""

    def heard() -> list[Incoming | None]:
        stored = [to_raw(update) for update in telegram.take_updates()]
        return [decode(raw.body, "tinbao_bot") for raw in stored]

    return heard


@dataclass
class Naps:
    """Sleeps no time at all, and tells how long it was asked to."""

    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()

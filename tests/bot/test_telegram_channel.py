"""Whether Telegram is ready says who looks after it now, and not who did so once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot import duty
from bot.channels import OpenDoor
from bot.foundation import foundation, now
from bot.metrics import Metrics
from bot.settings import read_settings
from bot.telegram_channel import telegram
from storage import duties, profiles
from storage.database import Session
from storage.states import Channel
from tests.fake_telegram import FakeTelegram, serve
from tips.inbox import Inbox

PATIENCE = 30  #: seconds
WAYS = {"webhook": "telegram.guard", "polling": "telegram.polling"}  #: whoever has this duty looks


@pytest.fixture(params=WAYS)
async def way(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """Settings for one way in, on a Telegram of this test's own."""
    monkeypatch.setattr(duty, "RENEW", timedelta(milliseconds=10))
    async with FakeTelegram() as server, serve(server) as api:
        monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", server.token)
        monkeypatch.setenv("TINBAO_TELEGRAM_API_URL", api)
        if request.param == "webhook":
            monkeypatch.setenv("TINBAO_TELEGRAM_WEBHOOK_URL", "http://127.0.0.1:1/telegram")
        name: str = request.param
        yield name


async def test_whoever_guards_the_token_no_longer_is_not_unready_by_what_it_saw_then(
    way: str,
) -> None:
    async with foundation(read_settings()) as base:
        metrics = Metrics()
        theirs = {"name.": "Another"}
        await base.database.run(lambda s: profiles.accept(s, Channel.TELEGRAM, theirs))
        inbox = Inbox(base.database, now, asyncio.Event())
        async with telegram(base, inbox, "this", metrics) as door, serving(door):
            await until(lambda: _suspects(metrics))
            assert not await door.is_ready()
            await base.database.run(lambda s: _taken_over(s, WAYS[way]))
            await until(door.is_ready)


@asynccontextmanager
async def serving(door: OpenDoor) -> AsyncIterator[None]:
    task = asyncio.create_task(door.serve())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await look():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _suspects(metrics: Metrics) -> bool:
    return any(
        sample.value == 1 and "profile_changed" in sample.labels.values()
        for metric in metrics.registry.collect()
        for sample in metric.samples
    )


def _taken_over(session: Session, name: str) -> None:
    """As when this process had been frozen for a while."""
    duties.release(session)
    assert duties.take(session, name, "another", now(), duty.HOLD)

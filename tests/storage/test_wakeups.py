"""PostgreSQL tells every process that a queue grew: after the commit, and again after a lost line."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from storage import inbox, wakeups
from storage.database import Database, Session
from storage.inbox import RawUpdate
from storage.states import Channel
from storage.wakeups import Grown
from tests.clock import FakeClock
from tests.databases import Postgres

PATIENCE = 30  #: seconds; an arrival is waited for, never a silence


@pytest.fixture(autouse=True)
def soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeups, "AGAIN", timedelta(milliseconds=20))


@pytest.fixture
def postgres(postgresql_url: str, open_database: Callable[[str], Database]) -> Database:
    return open_database(postgresql_url)


@pytest.fixture
async def heard(postgresql_url: str) -> AsyncIterator[asyncio.Queue[Grown]]:
    """What another process hears, from when it began to listen."""
    heard: asyncio.Queue[Grown] = asyncio.Queue()
    listening = asyncio.create_task(wakeups.listen(postgresql_url, heard.put_nowait))
    await hears_everything(heard)
    yield heard
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening


async def hears_everything(heard: asyncio.Queue[Grown]) -> None:
    """Whoever begins to listen looks at every queue: something may have grown before."""
    assert [await next_of(heard) for _ in Grown] == list(Grown)


async def next_of(heard: asyncio.Queue[Grown]) -> Grown:
    async with asyncio.timeout(PATIENCE):
        return await heard.get()


def storing(number: int, clock: FakeClock) -> Callable[[Session], None]:
    update = RawUpdate(Channel.TELEGRAM, str(number), "7", number, b"{}")
    return lambda session: inbox.store(session, [update], clock())


async def test_what_was_committed_is_heard_once(
    postgres: Database, heard: asyncio.Queue[Grown], clock: FakeClock
) -> None:
    def store_two(session: Session) -> None:
        storing(1, clock)(session)
        storing(2, clock)(session)

    await postgres.run(store_two)
    assert await next_of(heard) is Grown.INBOX
    assert heard.empty()


async def test_what_was_rolled_back_is_not_heard(
    postgres: Database, heard: asyncio.Queue[Grown], clock: FakeClock
) -> None:
    def store_and_fail(session: Session) -> None:
        storing(1, clock)(session)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await postgres.run(store_and_fail)
    await postgres.run(storing(2, clock))
    assert await next_of(heard) is Grown.INBOX
    assert heard.empty()


async def test_a_lost_connection_is_made_again_and_what_was_missed_is_looked_at(
    postgres: Database, heard: asyncio.Queue[Grown], clock: FakeClock,
    postgres_server: Postgres, postgresql_url: str,
) -> None:  # fmt: skip
    postgres_server.shut(postgresql_url)
    postgres_server.reopen(postgresql_url)
    await hears_everything(heard)
    await postgres.run(storing(1, clock))
    assert await next_of(heard) is Grown.INBOX

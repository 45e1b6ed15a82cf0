"""What one process at a time does is taken over, given up, and never left undone in silence."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from bot.duty import HOLD, Duty, SilentDeathError
from storage.database import Database
from tests.clock import FakeClock


class Work:
    """Goes on until it is cancelled, and says when it goes on."""

    def __init__(self) -> None:
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()


async def no_time(_: float) -> None:
    """Sleeps no time, but lets the others go on."""
    await asyncio.sleep(0)


def duty(database: Database, owner: str, clock: FakeClock) -> Duty:
    return Duty(database, "polling", owner, clock, no_time)


@contextlib.asynccontextmanager
async def performing(duty: Duty, work: Work) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(duty.perform(work))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_one_works_while_the_others_stand_ready(database: Database, clock: FakeClock) -> None:
    first, second = duty(database, "a", clock), duty(database, "b", clock)
    working, waiting = Work(), Work()
    async with performing(first, working):
        await working.begun.wait()
        async with performing(second, waiting):
            await until(lambda: second.is_elsewhere)
            assert first.is_ours
            assert not second.is_ours
            assert not waiting.begun.is_set()


async def until(look: Callable[[], bool]) -> None:
    while not look():  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_told_to_stop_it_gives_the_duty_to_the_next_at_once(
    database: Database, clock: FakeClock
) -> None:
    working, waiting = Work(), Work()
    async with performing(duty(database, "b", clock), waiting):
        await waiting.begun.wait()
    async with performing(duty(database, "a", clock), working):
        await working.begun.wait()


async def test_when_another_took_it_over_the_work_is_broken_off_and_waited_with(
    database: Database, clock: FakeClock
) -> None:
    async def is_frozen(_: float) -> None:
        frozen_in.set()
        await thaw.wait()

    frozen_in, thaw = asyncio.Event(), asyncio.Event()
    frozen, working, waiting = Duty(database, "polling", "a", clock, is_frozen), Work(), Work()
    async with performing(frozen, working):
        await frozen_in.wait()
        clock.advance(HOLD + timedelta(seconds=1))
        async with performing(duty(database, "b", clock), waiting):
            await waiting.begun.wait()
            thaw.set()
            await working.ended.wait()
            await until(lambda: not frozen.is_ours)


async def test_work_that_ends_is_a_silent_death(database: Database, clock: FakeClock) -> None:
    async def ends() -> None:
        return None

    with pytest.raises(SilentDeathError):
        await duty(database, "a", clock).perform(ends)


async def test_work_that_somebody_broke_off_is_one_too(
    database: Database, clock: FakeClock
) -> None:
    async def is_broken_off() -> None:
        raise asyncio.CancelledError

    with pytest.raises(SilentDeathError):
        await duty(database, "a", clock).perform(is_broken_off)


async def test_a_fault_of_the_work_rises_as_it_is(database: Database, clock: FakeClock) -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await duty(database, "a", clock).perform(fails)

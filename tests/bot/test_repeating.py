"""Workers go on until told to stop, wait for a database that is away, and hide no bug."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot import repeating
from bot.repeating import repeat


@pytest.fixture(autouse=True)
def long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """So long that a test which waits for one does not end."""
    monkeypatch.setattr(repeating, "IDLE", timedelta(hours=1))
    monkeypatch.setattr(repeating, "PAUSE", timedelta(0))


class Steps:
    """What a worker finds at each step: a number of things done, or a fault; then it is told to stop."""

    def __init__(self, *outcomes: int | Exception) -> None:
        self.stop, self.begun = asyncio.Event(), asyncio.Event()
        self.taken = 0
        self._outcomes: Iterator[int | Exception] = iter(outcomes)

    async def __call__(self) -> int:
        outcome = next(self._outcomes, None)
        if outcome is None:
            self.stop.set()
            return 0
        self.taken += 1
        self.begun.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def test_while_there_is_work_it_goes_on_at_once() -> None:
    steps = Steps(20, 20, 3)
    await repeat(steps, steps.stop)
    assert steps.taken == 3


async def test_when_there_is_none_it_goes_on_when_it_is_woken() -> None:
    steps, wake = Steps(0, 1), asyncio.Event()
    worker = asyncio.create_task(repeat(steps, steps.stop, wake))
    await steps.begun.wait()
    wake.set()
    await worker
    assert steps.taken == 2


async def test_told_to_stop_it_does_not_wait_for_work() -> None:
    steps = Steps(0)
    worker = asyncio.create_task(repeat(steps, steps.stop))
    await steps.begun.wait()
    steps.stop.set()
    await worker


async def test_a_database_that_is_away_is_waited_for() -> None:
    away = OperationalError("", None, Exception())
    steps = Steps(away, away, 1)
    await repeat(steps, steps.stop)
    assert steps.taken == 3


@pytest.mark.parametrize("bug", [ZeroDivisionError(), IntegrityError("", None, Exception())])
async def test_our_own_bug_rises(bug: Exception) -> None:
    steps = Steps(1, bug, 1)
    with pytest.raises(type(bug)):
        await repeat(steps, steps.stop)

"""A slot of a scheduled job is done once: by many processes, through kills, and by clocks that jump."""

import asyncio
from datetime import timedelta

import pytest

from storage import runs
from storage.database import Database
from tests.clock import FakeClock

SLOT = ("weekly", "2026-W47")


async def claims(database: Database, owner: str, clock: FakeClock) -> bool:
    now = clock()
    return await database.run(lambda s: runs.claim(s, *SLOT, owner, now))


async def finishes(database: Database, clock: FakeClock) -> None:
    await database.run(lambda s: runs.finish(s, *SLOT, clock()))


async def test_of_many_processes_at_once_one_gets_the_slot(
    database: Database, clock: FakeClock
) -> None:
    asked = [claims(database, f"process {n}", clock) for n in range(8)]
    assert sorted(await asyncio.gather(*asked)) == [False] * 7 + [True]


async def test_what_is_done_is_done_whoever_asks_and_whenever(
    database: Database, clock: FakeClock
) -> None:
    assert await claims(database, "a", clock)
    await finishes(database, clock)
    for jump in (timedelta(0), runs.LEASE * 2, timedelta(days=-400), timedelta(days=800)):
        clock.advance(jump)
        assert not await claims(database, "a", clock)
        assert not await claims(database, "b", clock)


async def test_a_process_killed_over_its_slot_is_replaced_by_one_when_its_time_is_over(
    database: Database, clock: FakeClock
) -> None:
    assert await claims(database, "killed", clock)
    clock.advance(runs.LEASE - timedelta(seconds=1))
    assert not await claims(database, "b", clock)
    clock.advance(seconds=1)
    asked = [claims(database, owner, clock) for owner in ("b", "c", "d")]
    assert sorted(await asyncio.gather(*asked)) == [False, False, True]


@pytest.mark.parametrize("jump", [timedelta(hours=-5), timedelta(minutes=-1)])
async def test_a_clock_set_back_lets_nobody_in_beside_the_one_at_work(
    database: Database, clock: FakeClock, jump: timedelta
) -> None:
    assert await claims(database, "a", clock)
    clock.advance(jump)
    assert not await claims(database, "b", clock)

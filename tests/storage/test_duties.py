"""One process at a time has a duty: until it gives it up, or no longer renews it."""

import asyncio
from datetime import timedelta

from storage import duties
from storage.database import Database
from tests.clock import FakeClock

MINUTE = timedelta(minutes=1)


async def take(database: Database, owner: str, clock: FakeClock) -> bool:
    now = clock()
    return await database.run(lambda s: duties.take(s, "polling", owner, now, MINUTE))


async def test_of_many_that_ask_at_once_one_gets_it(database: Database, clock: FakeClock) -> None:
    asked = [take(database, f"process {n}", clock) for n in range(8)]
    assert sorted(await asyncio.gather(*asked)) == [False] * 7 + [True]


async def test_whoever_renews_it_keeps_it(database: Database, clock: FakeClock) -> None:
    assert await take(database, "a", clock)
    for _ in range(3):
        clock.advance(seconds=50)
        assert await take(database, "a", clock)
        assert not await take(database, "b", clock)


async def test_of_one_that_died_it_is_free_when_its_time_is_over(
    database: Database, clock: FakeClock
) -> None:
    assert await take(database, "a", clock)
    clock.advance(MINUTE)
    assert await take(database, "b", clock)
    assert not await take(database, "a", clock)


async def test_given_up_it_is_free_at_once_and_only_its_owner_gives_it_up(
    database: Database, clock: FakeClock
) -> None:
    assert await take(database, "a", clock)
    await database.run(lambda s: duties.give_up(s, "polling", "b"))
    assert not await take(database, "b", clock)
    await database.run(lambda s: duties.give_up(s, "polling", "a"))
    assert await take(database, "b", clock)


async def test_a_clock_that_jumps_back_gives_it_to_nobody_else(
    database: Database, clock: FakeClock
) -> None:
    assert await take(database, "a", clock)
    clock.advance(hours=-1)
    assert not await take(database, "b", clock)
    assert await take(database, "a", clock)


async def test_what_a_wrong_clock_promised_a_killed_process_ends_after_one_lease(
    database: Database, clock: FakeClock
) -> None:
    clock.advance(hours=7)
    assert await take(database, "a", clock)
    clock.advance(hours=-7)
    assert not await take(database, "b", clock)
    clock.advance(minutes=1)
    assert await take(database, "b", clock)


async def test_whoever_is_alone_may_free_everything(database: Database, clock: FakeClock) -> None:
    assert await take(database, "a", clock)
    await database.run(duties.release)
    assert await take(database, "b", clock)

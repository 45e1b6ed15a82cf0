"""What waits for a time that only a wrong clock can have written is due now."""

from datetime import timedelta

import pytest

from storage import inbox, misdated, queues
from storage.database import Database, Session
from storage.models import Inbox
from storage.queues import Lease
from tests.clock import FakeClock
from tests.storage.test_queues import LEASE, claim, update

AHEAD = timedelta(hours=7)


async def make_due(database: Database, clock: FakeClock) -> int:
    return await database.run(lambda session: misdated.make_due(session, clock()))


async def store(database: Database, clock: FakeClock) -> None:
    await database.run(lambda session: inbox.store(session, [update(1)], clock()))


async def test_what_was_stored_or_leased_by_a_clock_that_was_ahead_is_due(
    database: Database, clock: FakeClock
) -> None:
    clock.advance(AHEAD)
    await store(database, clock)
    clock.advance(-AHEAD)
    assert await claim(database, clock) == []
    assert await make_due(database, clock) == 1
    assert await claim(database, clock, "killed") == ["1-1"]

    ahead = Lease("killed", clock() + AHEAD, LEASE)
    await database.run(lambda session: queues.renew(session, Inbox, [1], ahead))
    assert await claim(database, clock) == []
    assert await make_due(database, clock) == 1
    assert await claim(database, clock) == ["1-1"]


@pytest.mark.parametrize(
    ("wait", "is_wrong"),
    [
        (misdated.LONGEST_WAIT, False),
        (misdated.LONGEST_WAIT + timedelta(seconds=1), True),
        (timedelta(days=900), True),
    ],
)
async def test_a_try_that_is_put_off_for_longer_than_any_wait_is_due(
    database: Database, clock: FakeClock, wait: timedelta, is_wrong: bool
) -> None:
    await store(database, clock)

    def put_off(session: Session) -> None:
        queues.postpone(session.get_one(Inbox, 1), clock() + wait, "network")

    await database.run(put_off)
    assert await make_due(database, clock) == is_wrong
    assert len(await claim(database, clock)) == is_wrong


async def test_a_lease_that_is_kept_for_as_long_as_leases_are_is_nobody_elses(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock)
    assert await claim(database, clock, "a") == ["1-1"]
    assert await make_due(database, clock) == 0
    assert await claim(database, clock, "b") == []

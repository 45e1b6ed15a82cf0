"""Claiming: in order, under leases, once, whoever else claims at the same time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from storage import inbox, lanes, pace, queues
from storage.database import Database, Session
from storage.depth import depth as depth_of
from storage.inbox import RawUpdate
from storage.models import Inbox, Pause
from storage.queues import Lease
from storage.states import Channel, QueueState
from tests.clock import FakeClock
from tests.invariants import PlatformLog, no_lane_sleeps

LEASE = timedelta(minutes=1)
NOTHING = PlatformLog((), ())


def update(number: int, chat: str = "1") -> RawUpdate:
    return RawUpdate(Channel.WEB, f"{chat}-{number}", chat, number, b"{}")


async def store(database: Database, clock: FakeClock, *updates: RawUpdate) -> None:
    await database.run(lambda session: inbox.store(session, updates, clock()))


async def claim(
    database: Database, clock: FakeClock, owner: str = "a", limit: int = 10
) -> list[str]:
    """Claim what is new, then everything that was tried before."""
    lease = Lease(owner, clock(), LEASE)

    def work(session: Session) -> list[str]:
        claimed = list(queues.claim_fresh(session, lease, limit))
        while again := queues.claim_tried(session, lease):
            claimed += again
        return [item.external_id for item in claimed]

    return await database.run(work)


async def finish(
    database: Database, clock: FakeClock, external_id: str, done: list[str] | None = None
) -> None:
    """End it, and note that in `done` before anybody can see it."""

    def work(session: Session) -> None:
        item = session.query(Inbox).filter_by(external_id=external_id).one()
        inbox.finish(session, item, clock())
        if done is not None:
            done.append(external_id)

    await database.run(work)


async def test_only_the_oldest_of_a_chat_is_claimed(database: Database, clock: FakeClock) -> None:
    await store(database, clock, update(2), update(1), update(1, "2"))
    assert sorted(await claim(database, clock)) == ["1-1", "2-1"]
    assert await claim(database, clock) == []


async def test_what_is_stored_is_due_at_that_very_microsecond(
    database: Database, clock: FakeClock
) -> None:
    clock.advance(microseconds=1)  # SQLite compares times as it writes them
    await store(database, clock, update(1))
    assert await claim(database, clock) == ["1-1"]


async def test_the_next_of_a_chat_follows_when_the_first_is_done(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1), update(2))
    assert await claim(database, clock) == ["1-1"]
    await finish(database, clock, "1-1")
    assert await claim(database, clock) == ["1-2"]


async def test_the_same_update_twice_is_stored_once(database: Database, clock: FakeClock) -> None:
    await store(database, clock, update(1), update(1))
    await store(database, clock, update(1))
    depth = await database.read(lambda session: depth_of(session, Inbox))
    assert depth.waiting == 1


async def test_of_hundreds_at_once_each_is_stored_once(
    database: Database, clock: FakeClock
) -> None:
    """More than one statement takes, some of them twice, some of them stored before."""
    updates = [update(number, str(number % 7)) for number in range(2 * inbox.MOST)]
    await store(database, clock, *updates[::3])
    await store(database, clock, *updates, *updates[::2], *updates[:5])

    def stored(session: Session) -> list[str]:
        return [item.external_id for item in session.query(Inbox)]

    assert sorted(await database.read(stored)) == sorted(raw.external_id for raw in updates)


async def test_a_lease_that_ran_out_is_claimed_again_and_the_attempt_counts(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1))
    assert await claim(database, clock, "a") == ["1-1"]
    clock.advance(LEASE - timedelta(seconds=1))
    assert await claim(database, clock, "b") == []
    clock.advance(seconds=1)
    assert await claim(database, clock, "b") == ["1-1"]
    item = await database.read(lambda session: session.query(Inbox).one())
    assert (item.attempts, item.owner) == (2, "b")


async def test_who_lost_the_lease_holds_nothing(database: Database, clock: FakeClock) -> None:
    await store(database, clock, update(1))
    await claim(database, clock, "a")
    clock.advance(LEASE)
    await claim(database, clock, "b")
    held = [
        await database.run(lambda session, who=owner: queues.held(session, Inbox, 1, who))  # type: ignore[misc]
        for owner in ("a", "b")
    ]
    assert held[0] is None
    assert held[1] is not None


async def test_what_was_tried_before_is_claimed_alone(database: Database, clock: FakeClock) -> None:
    """One of them may be what killed the process: those that were only beside it are not blamed."""
    await store(database, clock, update(1, "1"), update(1, "2"), update(1, "3"))
    await claim(database, clock)
    clock.advance(LEASE)
    lease = Lease("b", clock(), LEASE)
    claimed = await database.run(lambda session: list(queues.claim_tried(session, lease)))
    assert [item.external_id for item in claimed] == ["1-1"]
    items = await database.read(lambda session: session.query(Inbox).all())
    assert sorted(item.attempts for item in items) == [1, 1, 2]


async def test_what_is_given_back_is_due_at_once(database: Database, clock: FakeClock) -> None:
    await store(database, clock, update(1))
    await claim(database, clock, "a")
    await database.run(lambda session: queues.give_back(session, Inbox, [1], "a", clock()))
    assert await claim(database, clock, "b") == ["1-1"]


async def test_nobody_gives_back_what_another_took_over(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1))
    await claim(database, clock, "a")
    clock.advance(LEASE)
    await claim(database, clock, "b")
    await database.run(lambda session: queues.give_back(session, Inbox, [1], "a", clock()))
    assert await claim(database, clock, "a") == []


async def test_a_lease_that_is_renewed_does_not_run_out(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1))
    await claim(database, clock, "a")
    clock.advance(LEASE / 2)
    longer = Lease("a", clock(), LEASE)
    await database.run(lambda session: queues.renew(session, Inbox, [1], longer))
    clock.advance(LEASE - timedelta(seconds=1))
    assert await claim(database, clock, "b") == []


async def test_a_process_that_is_the_only_one_ends_the_leases_of_the_one_before(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1))
    await claim(database, clock, "killed")
    await database.run(lambda session: queues.release(session, clock()))
    assert await claim(database, clock, "b") == ["1-1"]


async def test_a_pause_only_grows(database: Database, clock: FakeClock) -> None:
    long, short = clock() + timedelta(seconds=9), clock() + timedelta(seconds=3)
    for until in (long, short):
        await database.run(lambda session, to=until: pace.pause(session, Channel.WEB, to))  # type: ignore[misc]
    pause = await database.read(lambda session: session.query(Pause).one())
    assert pause.until == long


async def test_what_was_set_aside_lets_those_behind_it_go_on(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1), update(2))
    await claim(database, clock)
    await database.run(
        lambda session: queues.set_aside(session, session.get_one(Inbox, 1), "bug", clock())
    )
    assert await claim(database, clock) == ["1-2"]
    depth = await database.read(lambda session: depth_of(session, Inbox))
    assert (depth.waiting, depth.set_aside) == (1, 1)


async def test_the_oldest_counts_from_when_it_came_whatever_it_waited_for(
    database: Database, clock: FakeClock
) -> None:
    came = clock()
    await store(database, clock, update(1), update(2))
    await claim(database, clock)
    clock.advance(timedelta(hours=1))
    await finish(database, clock, "1-1")
    depth = await database.read(lambda session: depth_of(session, Inbox))
    assert (depth.oldest, depth.oldest_due) == (came, clock())


async def test_what_was_postponed_holds_its_chat_and_no_other(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1), update(2), update(1, "2"))
    await claim(database, clock)
    later = clock() + timedelta(minutes=5)
    await database.run(lambda session: queues.postpone(session.get_one(Inbox, 1), later, "timeout"))
    assert await claim(database, clock) == []
    clock.advance(minutes=5)
    assert sorted(await claim(database, clock)) == ["1-1", "2-1"]


@pytest.mark.parametrize("workers", [8])
async def test_workers_at_the_same_time_never_claim_the_same(
    database_url: str,
    open_database: Callable[[str], Database],
    clock: FakeClock,
    workers: int,
) -> None:
    """Eight processes' worth of workers, sixty chats with three messages each."""
    chats, messages = 60, 3
    databases = [open_database(database_url) for _ in range(workers)]
    everything = [update(n, str(chat)) for chat in range(chats) for n in range(messages)]
    await store(databases[0], clock, *everything)
    done: list[str] = []

    async def work(worker: int) -> None:
        database = databases[worker]
        while claimed := await claim(database, clock, str(worker), limit=2):
            for external_id in claimed:
                await finish(database, clock, external_id, done)

    while len(done) < chats * messages:
        before = len(done)
        await asyncio.gather(*(work(worker) for worker in range(workers)))
        assert len(done) > before, "nothing is left to claim, and not everything is done"

    assert set(Counter(done).values()) == {1}
    assert len(done) == chats * messages
    for chat in range(chats):
        of_chat = [external_id for external_id in done if external_id.startswith(f"{chat}-")]
        assert of_chat == sorted(of_chat)
    items = await databases[0].read(lambda session: session.query(Inbox).all())
    assert {(item.attempts, item.state) for item in items} == {(1, QueueState.DONE)}


async def test_what_sleeps_behind_another_wakes_when_it_ends_behind_all_that_waited_longer(
    database: Database, clock: FakeClock
) -> None:
    """One busy chat has its turn like the others, and no more."""
    await store(database, clock, update(1), update(2), update(3))
    assert await claim(database, clock) == ["1-1"]
    clock.advance(seconds=1)
    await store(database, clock, update(1, "2"))
    clock.advance(seconds=1)
    await finish(database, clock, "1-1")
    assert await claim(database, clock, limit=1) == ["2-1"]
    assert await claim(database, clock) == ["1-2"]


async def test_a_lane_in_which_all_sleep_is_woken(database: Database, clock: FakeClock) -> None:
    """Somebody deleted a row by hand: those behind it are not forgotten."""
    await store(database, clock, update(1), update(2), update(3))
    assert await claim(database, clock) == ["1-1"]
    await database.run(lambda session: session.delete(session.get_one(Inbox, 1)))
    assert await claim(database, clock) == []
    assert await database.run(lambda session: lanes.wake_forgotten(session, clock())) == 1
    assert await claim(database, clock) == ["1-2"]
    assert await database.run(lambda session: lanes.wake_forgotten(session, clock())) == 0


async def test_workers_that_end_and_add_at_the_same_time_forget_nobody(
    database_url: str, open_database: Callable[[str], Database], clock: FakeClock
) -> None:
    """What is added while the head of its lane ends is either due or woken: nothing sleeps for ever."""
    workers, messages = 4, 25
    databases = [open_database(database_url) for _ in range(workers + 1)]
    done: list[str] = []

    async def add() -> None:
        for number in range(messages):
            await store(databases[-1], clock, update(number, "1"), update(number, "2"))

    async def work(worker: int) -> None:
        while len(done) < 2 * messages:
            for external_id in await claim(databases[worker], clock, str(worker), limit=2):
                await finish(databases[worker], clock, external_id)
                done.append(external_id)

    await asyncio.gather(add(), *(work(worker) for worker in range(workers)))
    assert len(done) == len(set(done)) == 2 * messages


async def test_a_killed_process_row_that_a_late_update_came_before_waits_for_its_turn(
    database: Database, clock: FakeClock
) -> None:
    """Its lease has run out, it has an owner, and it is not the head: nobody looks at it for ever."""
    await store(database, clock, update(10))
    assert await claim(database, clock, "killed") == ["1-10"]
    clock.advance(LEASE / 2)
    await store(database, clock, update(5))
    assert await claim(database, clock, "b") == ["1-5"]
    clock.advance(LEASE / 2)
    assert await claim(database, clock, "c") == []
    await finish(database, clock, "1-5")
    assert await claim(database, clock, "c") == ["1-10"]


async def test_a_killed_process_row_leaves_the_turn_to_a_late_update_that_nobody_has(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(10))
    await claim(database, clock, "killed")
    await store(database, clock, update(5))
    clock.advance(LEASE)
    lease = Lease("b", clock(), LEASE)
    assert await database.run(lambda session: list(queues.claim_tried(session, lease))) == []
    assert await claim(database, clock, "b") == ["1-5"]
    await finish(database, clock, "1-5")
    assert await claim(database, clock, "b") == ["1-10"]


async def test_a_head_that_others_were_due_before_is_claimed_by_the_same_claim(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1))
    await claim(database, clock)
    later = clock() + timedelta(minutes=5)
    await database.run(lambda session: queues.postpone(session.get_one(Inbox, 1), later, "timeout"))
    await store(database, clock, update(2), update(3))
    clock.advance(minutes=5)
    lease = Lease("b", clock(), LEASE)
    again = await database.run(
        lambda session: [row.external_id for row in queues.claim_tried(session, lease)]
    )
    assert again == ["1-1"]


async def test_what_comes_first_while_another_is_the_head_is_not_put_to_sleep(
    postgresql_url: str,
    open_database: Callable[[str], Database],
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An earlier update is committed between a claim's seeing the head and its putting others to sleep."""
    database, other = open_database(postgresql_url), open_database(postgresql_url)
    await store(database, clock, update(10))
    assert await claim(database, clock, "a") == ["1-10"]
    await store(database, clock, update(11))
    put_to_sleep, loop = lanes.put_to_sleep_behind, asyncio.get_running_loop()

    def late(session: Session, *rest: Any) -> None:
        monkeypatch.undo()  # once: a second copy would wait for the claim, which waits for us
        asyncio.run_coroutine_threadsafe(store(database, clock, update(5)), loop).result(10)
        put_to_sleep(session, *rest)

    monkeypatch.setattr(lanes, "put_to_sleep_behind", late)
    assert await claim(other, clock, "b", limit=1) == ["1-5"]
    await finish(database, clock, "1-5")
    later = clock() + timedelta(seconds=1)
    await database.run(lambda session: queues.postpone(session.get_one(Inbox, 1), later, "bug"))
    clock.advance(seconds=1)
    claimed = []
    while ids := await claim(database, clock, "a"):
        assert await database.read(lambda session: list(no_lane_sleeps(session, NOTHING))) == []
        claimed += ids
        for external_id in ids:
            await finish(database, clock, external_id)
    assert claimed == ["1-10", "1-11"]


async def test_a_head_that_sleeps_is_woken_by_the_claim_of_one_behind_it(
    database: Database, clock: FakeClock
) -> None:
    await store(database, clock, update(1), update(2))
    await database.run(lambda session: setattr(session.get_one(Inbox, 1), "due_at", None))
    assert await claim(database, clock, limit=1) == ["1-1"]

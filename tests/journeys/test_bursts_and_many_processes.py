"""A burst that several processes work at in the same moment: nothing is missed, nobody waits for ever."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from handlers.telegram.receive import to_raw
from storage import bursts
from storage.database import Database, Session
from storage.models import Burst, BurstTip, Inbox, Tip
from storage.queues import Claimed
from storage.states import QueueState
from tests.journeys.telling import DRUGS, SEND, THEFT
from tests.journeys.test_bursts import burst_card, card, come
from tests.town import Town, rows
from tips import alerting, deadlines, filing, intake
from tips.desk import Transaction
from tips.intake import Intake
from tips.officers.showing import take

T = TypeVar("T")
Open = Callable[[str], Database]

WAITERS = text(
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and wait_event_type = 'Lock'"
)


@pytest.fixture
def pair(town: Town, postgresql_url: str, open_database: Open) -> list[Intake]:
    """Two more processes, each with connections of its own."""
    return [
        replace(town.intake, owner=name, database=open_database(postgresql_url))
        for name in ("one", "other")
    ]


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    """SQLite lets one write at a time: none of this can happen there."""
    return postgresql_url


def until_another_waits(session: Session) -> None:
    """Go on holding what this transaction holds until somebody waits for it."""
    while True:
        session.execute(text("select pg_stat_clear_snapshot()"))
        if session.scalar(WAITERS):
            return


async def store(town: Town) -> None:
    await town.inbox.store([to_raw(update) for update in town.telegram.take_updates()])


async def test_the_last_tip_of_a_burst_is_shown_though_growth_was_shown_as_it_came(
    town: Town, pair: list[Intake]
) -> None:
    officer = await town.officer(900)
    await come(town, THEFT, *range(5))
    last = town.citizen(2000)
    await last.says(THEFT)
    await last.user.presses(SEND)
    await store(town)
    town.clock.advance(alerting.GROWTH)
    holding, show = asyncio.Event(), alerting.show_growth
    loop = asyncio.get_running_loop()

    def slowly(tx: Transaction, burst: Burst) -> None:
        loop.call_soon_threadsafe(holding.set)
        until_another_waits(tx.session)
        show(tx, burst)

    shown, receipt = threading.Event(), filing._receipt

    def when_shown(*args: Any, **kwargs: Any) -> str:
        shown.wait()
        return receipt(*args, **kwargs)

    late = patch.object(filing, "_receipt", when_shown)
    with patch.object(alerting, "show_growth", slowly), late:
        looking = asyncio.create_task(town.run(deadlines.look))
        await holding.wait()
        being_filed = asyncio.create_task(pair[0].take())
        await looking
        await town.deliveries.send_due()
        await town.deliveries.drain()
        assert "5 tin từ 5 tài khoản" in burst_card(officer)
        shown.set()
        await being_filed
    assert {update.error for update in await rows(town.database, Inbox)} == {None}
    await town.settle()
    await town.pass_time(minutes=1)
    assert len(await rows(town.database, BurstTip)) == 6
    assert "6 tin từ 6 tài khoản" in burst_card(officer)


async def test_taking_one_and_taking_all_at_once_never_wait_for_each_other(
    town: Town, pair: list[Intake]
) -> None:
    one, other = await town.officer(900), await town.officer(901)
    await come(town, THEFT, *range(6))
    await town.pass_time(minutes=1)
    single = next(m for m in other.user.from_bot if m.text.startswith("🟠 CAO · Tin số 2 ·"))
    await other.user.presses("Nhận xử lý", single)
    await one.user.presses("Nhận cả 6 tin", card(one))
    await store(town)
    holding, loop = asyncio.Event(), asyncio.get_running_loop()

    def slowly(tx: Transaction, *args: Any) -> None:
        loop.call_soon_threadsafe(holding.set)
        until_another_waits(tx.session)
        take(tx, *args)

    slow = patch("tips.officers.review.take", slowly)
    never = patch.object(intake, "has_collided", lambda _: False)  # a deadlock fails the test
    with patch.object(intake, "BATCH", 1), slow, never:
        taking_one = asyncio.create_task(pair[0].take())
        await holding.wait()
        await asyncio.gather(taking_one, pair[1].take())
    await town.settle()
    taken = {tip.id: tip.officer_id for tip in await rows(town.database, Tip)}
    assert taken == {1: 1, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1}


async def test_who_gives_way_to_another_process_is_done_again_with_no_try_used_up(
    town: Town, pair: list[Intake]
) -> None:
    """Two batches file two kinds in opposite orders: each has what the other waits for."""
    citizens = [town.citizen(1000 + number) for number in range(4)]
    for citizen, words in zip(citizens, (THEFT, DRUGS, DRUGS, THEFT), strict=True):
        await citizen.says(words)
    for citizen in citizens:
        await citizen.user.presses(SEND)
    await store(town)
    with patch.object(intake, "BATCH", 2):
        batches = [(process, await process.database.run(process._claim)) for process in pair]
    assert [len(batch) for _, batch in batches] == [2, 2]
    with patch.object(bursts, "join", meeting(bursts.join)), capture_logs() as logs:
        await asyncio.gather(*(handle(process, batch) for process, batch in batches))
    assert sum(log["event"] == "batch_undone" for log in logs) == 1
    await town.settle()
    assert len(await rows(town.database, Tip)) == 4
    updates = await rows(town.database, Inbox)
    assert {(u.state, u.attempts) for u in updates} == {(QueueState.DONE, 1)}
    for citizen in citizens:
        assert sum("Mã tra cứu" in said for said in citizen.texts) == 1


async def handle(process: Intake, batch: Sequence[Claimed]) -> None:
    """Let a process handle what it has claimed."""
    if not await process.database.follow(lambda: process._is_handled(batch)):
        await process._singly(batch)


def meeting(function: Callable[..., T]) -> Callable[..., T]:
    """Return the function; of two transactions each has called it once before either goes on."""
    both, calls = threading.Barrier(2), count()

    def wrapped(*args: Any) -> T:
        done = function(*args)
        if next(calls) < 2:
            both.wait()
        return done

    return wrapped

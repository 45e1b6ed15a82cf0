"""The platform's limits kept, on a fake Telegram that refuses whatever exceeds them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from handlers.telegram.send import LIMITS, TelegramDoor
from routing import Router
from storage import chats, queues
from storage.chats import Address
from storage.database import Database
from storage.limits import Rate
from storage.models import Delivery
from storage.states import ChatKind, DeliveryClass, QueueState
from tests.clock import START, FakeClock
from tests.fake_telegram import FakeTelegram, offline_bot
from tests.fake_telegram.server import utc_now
from tests.tips.offices import TELEGRAM, Office, make_office
from tips.deliveries import Deliveries
from tips.desk import Transaction
from tips.messages import Reply
from tips.outbox import owe

ALERT, ANSWER, BROADCAST = DeliveryClass


class Strict:
    """An office whose door leads to a Telegram that enforces its limits, and processes that send."""

    def __init__(self, office: Office, telegram: FakeTelegram, door: TelegramDoor) -> None:
        self.office, self.telegram, self.door, self.clock = office, telegram, door, office.clock

    def worker(self, owner: str, database: Database | None = None) -> Deliveries:
        office = replace(self.office, door=self.door)  # type: ignore[arg-type]
        return replace(office.deliveries(owner, database), limits=LIMITS)

    async def owe(self, number: int, *texts: str, klass: DeliveryClass = ANSWER) -> None:
        if number > 0:
            self.telegram.user(number).started = True
        kind = ChatKind.PRIVATE if number > 0 else ChatKind.GROUP

        def work(tx: Transaction) -> None:
            chat = chats.reach(tx.session, Address(TELEGRAM, str(number), kind), tx.now)
            for text in texts:
                owe(tx.session, chat, Reply(text), tx.now, klass)

        await self.office.run(work)

    async def send_all(self, *workers: Deliveries) -> timedelta:
        """Let everything be sent, the clock moved on to what can be done next; return how long it took."""
        started = self.clock()
        while (await self.office.depth(Delivery)).waiting:
            await asyncio.gather(*(worker.send_due() for worker in workers))
            await asyncio.gather(*(worker.drain() for worker in workers))
            next_at = await self._next_at()
            if next_at is not None and next_at > self.clock():
                self.clock.now = next_at
        return self.clock() - started

    async def _next_at(self) -> datetime | None:
        return await self.office.database.read(
            lambda s: queues.next_delivery_at(s, TELEGRAM, self.clock())
        )

    def sent(self) -> list[tuple[datetime, int, str]]:
        """(when, chat, text) of every message that arrived."""
        calls = self.telegram.calls_of("sendMessage")
        return [(c.at, int(c.parameters["chat_id"]), str(c.parameters["text"])) for c in calls]


@pytest.fixture
async def strict(
    database: Database,
    tmp_path: Path,
    router: Router,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Strict]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # as `make_bot` sets it
    async with FakeTelegram(clock=clock, enforce_rates=True) as telegram:
        bot = offline_bot(telegram)
        async with bot:
            office = make_office(database, tmp_path, router, clock)
            yield Strict(office, telegram, TelegramDoor(bot, "Gửi vị trí"))


async def test_thirty_a_second_leave_and_not_one_more(strict: Strict) -> None:
    for number in range(1, 181):
        await strict.owe(number, "a")
    took = await strict.send_all(strict.worker("a"))
    assert strict.telegram.rates.refused == 0
    assert 180 / 30 - 1 <= took.total_seconds() <= 180 / 30 / 0.97


async def test_several_processes_together_keep_the_limit_of_one(
    strict: Strict, database_url: str, open_database: Callable[[str], Database]
) -> None:
    for number in range(1, 121):
        await strict.owe(number, "a")
    workers = [strict.worker(str(n), open_database(database_url)) for n in range(3)]
    took = await strict.send_all(*workers)
    assert strict.telegram.rates.refused == 0
    assert len(strict.sent()) == 120
    assert took.total_seconds() <= 120 / 30 / 0.97


async def test_a_chat_gets_a_short_burst_and_then_one_a_second(strict: Strict) -> None:
    texts = [str(n) for n in range(12)]
    await strict.owe(7, *texts)
    took = await strict.send_all(strict.worker("a"))
    assert strict.telegram.rates.refused == 0
    assert [text for _, _, text in strict.sent()] == texts
    assert took == timedelta(seconds=9)


async def test_a_chat_that_has_had_its_share_keeps_no_other_waiting(strict: Strict) -> None:
    await strict.owe(7, *[str(n) for n in range(20)])
    await strict.owe(8, "a")
    worker = strict.worker("a")
    while await worker.send_due():
        await worker.drain()
    assert [chat for _, chat, _ in strict.sent()].count(8) == 1
    assert len(strict.sent()) == 4


async def test_a_group_gets_no_more_than_twenty_in_any_minute(strict: Strict) -> None:
    person = strict.telegram.user(1)
    group = strict.telegram.group(-500, "Xã", [person])
    await group.adds_bot(by=person)
    await strict.owe(-500, *[str(n) for n in range(45)])
    took = await strict.send_all(strict.worker("a"))
    assert strict.telegram.rates.refused == 0
    assert took < timedelta(minutes=3)


async def test_an_alert_overtakes_a_broadcast_that_waits_for_its_turns(strict: Strict) -> None:
    for number in range(100, 220):
        await strict.owe(number, "tổng kết", klass=BROADCAST)
    worker = strict.worker("a")
    await worker.send_due()
    await worker.drain()
    await strict.owe(7, "tin báo", klass=ALERT)
    filed = strict.clock()
    await strict.send_all(worker)
    (at,) = [at for at, _, text in strict.sent() if text == "tin báo"]
    assert at - filed <= timedelta(seconds=1)
    assert strict.telegram.rates.refused == 0


async def test_a_chats_alert_goes_before_its_own_broadcast_when_its_second_is_over(
    strict: Strict,
) -> None:
    await strict.owe(7, *["tổng kết"] * 6, klass=BROADCAST)
    worker = strict.worker("a")
    await worker.send_due()
    await worker.drain()
    await strict.owe(7, "tin báo", klass=ALERT)
    await strict.send_all(worker)
    texts = [text for _, _, text in strict.sent()]
    assert texts.index("tin báo") <= 3


async def test_the_key_that_comes_with_a_question_has_a_turn_of_its_own(strict: Strict) -> None:
    """Sixty messages, though forty were owed: by the real clock, since one waits for its second turn."""
    for number in range(1, 21):
        await strict.owe(number, "a")
        await strict.office.run(partial(ask, number))
    strict.office.clock = strict.telegram.now = utc_now  # type: ignore[assignment]
    worker = strict.worker("a")
    while (await strict.office.depth(Delivery)).waiting:
        await worker.send_due()
        await worker.drain()
    assert strict.telegram.rates.refused == 0
    assert len(strict.sent()) == 60


def ask(number: int, tx: Transaction) -> None:
    chat = chats.reach(tx.session, Address(TELEGRAM, str(number)), tx.now)
    owe(tx.session, chat, Reply("Ở đâu?", ask_location=True), tx.now)


async def test_a_turn_held_by_a_killed_process_comes_back(strict: Strict) -> None:
    strict.telegram.user(7).started = True
    await strict.owe(7, "a")
    killed = strict.worker("killed")
    await strict.office.database.run(killed._open_turns)
    assert await strict.office.database.run(killed._claim)
    for number in range(100, 130):
        await strict.owe(number, "b")
    took = await strict.send_all(strict.worker("living"))
    assert timedelta(seconds=30) <= took < timedelta(seconds=32)
    assert {d.state for d in await strict.office.all(Delivery)} == {QueueState.DONE}


async def test_a_clock_that_was_wrong_for_a_moment_silences_nobody(strict: Strict) -> None:
    strict.clock.advance(hours=7)
    for number in range(1, 41):
        await strict.owe(number, "early")
    await strict.send_all(strict.worker("a"))
    strict.clock.advance(hours=-7)
    await strict.owe(99, "late")
    assert await strict.send_all(strict.worker("b")) < timedelta(minutes=5)
    assert strict.sent()[-1][2] == "late"


def test_a_rate_allows_a_burst_then_one_at_a_time() -> None:
    rate = Rate(timedelta(seconds=1), burst=3)
    now = START
    assert rate.next_at(None, now) <= now
    assert rate.next_at(now + timedelta(seconds=2), now) == now
    assert rate.next_at(now + timedelta(seconds=3), now) == now + timedelta(seconds=1)

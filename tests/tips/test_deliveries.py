"""The outbox emptied: in order, at a pace, whatever the channel, the database or we ourselves do."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from storage import chats
from storage.aside import Queue
from storage.chats import Address
from storage.database import Database
from storage.models import Delivery
from storage.pace import LONGEST_PAUSE
from storage.states import ChatKind, ChatState, DeliveryClass, QueueState, Role
from tests.mortal import KilledError
from tests.tips.doors import away, blocked, limited, refused
from tests.tips.offices import TELEGRAM, Office
from tips import deliveries, sending
from tips.deliveries import LEASE, MOST_LIVES, SUSPECT
from tips.desk import Transaction
from tips.messages import Capabilities, Reply, SendError
from tips.sending import Outgoing

SOON = timedelta(seconds=3)  #: after the first retry, whatever its jitter


async def send_all(office: Office) -> None:
    worker = office.deliveries()
    while await worker.send_due():
        await worker.drain()


# order ----------------------------------------------------------------------------------------


async def test_messages_to_a_chat_leave_in_the_order_they_were_owed(office: Office) -> None:
    await office.owe("1", "một", "hai", "ba")
    await send_all(office)
    assert office.door.texts_to("1") == ["một", "hai", "ba"]


async def test_alerts_overtake_answers_and_answers_overtake_broadcasts(office: Office) -> None:
    for klass in (DeliveryClass.BROADCAST, DeliveryClass.ANSWER, DeliveryClass.ALERT):
        await office.owe("1", klass.value, klass=klass)
    await send_all(office)
    assert office.door.texts_to("1") == ["alert", "answer", "broadcast"]


async def test_what_failed_for_a_while_leaves_before_what_was_owed_after_it(office: Office) -> None:
    await office.owe("1", "một", "hai")
    office.door.troubles["1"].append(away())
    await send_all(office)
    assert office.door.sent == []
    office.clock.advance(SOON)
    await send_all(office)
    assert office.door.texts_to("1") == ["một", "hai"]


async def test_several_processes_at_once_send_everything_once_and_in_order(
    office: Office, database_url: str, open_database: Callable[[str], Database]
) -> None:
    people = [str(n) for n in range(12)]
    for person in people:
        await office.owe(person, "một", "hai", "ba")
    workers = [office.deliveries(str(n), open_database(database_url)) for n in range(4)]
    while (await office.depth(Delivery)).waiting:
        await asyncio.gather(*(worker.send_due() for worker in workers))
        await asyncio.gather(*(worker.drain() for worker in workers))
    assert len(office.door.sent) == 3 * len(people)
    for person in people:
        assert office.door.texts_to(person) == ["một", "hai", "ba"]


# pace and patience ------------------------------------------------------------------------------


async def test_a_stuck_chat_delays_no_other(office: Office) -> None:
    office.door.stuck["1"] = asyncio.Event()
    await office.owe("1", "kẹt", "sau kẹt")
    await office.owe("2", "thông")
    worker = office.deliveries()
    await worker.send_due()
    async with asyncio.timeout(10):
        while not office.door.sent:  # on a busy machine it is still under way
            await asyncio.wait(worker._under_way.values(), timeout=0.05)
    assert office.door.sent == [("2", "thông")]
    office.door.stuck["1"].set()
    await worker.drain()
    await worker.send_due()
    await worker.drain()
    assert office.door.texts_to("1") == ["kẹt", "sau kẹt"]


async def test_the_next_send_waits_for_its_pace_however_quick_the_channel_is(
    office: Office,
) -> None:
    await office.owe("1", "một")
    await office.owe("2", "hai")
    worker = office.deliveries()
    worker.pace = timedelta(hours=1)
    going_on = asyncio.create_task(worker.send_due())
    while not office.door.sent:
        await asyncio.wait([going_on], timeout=0.05)
    await asyncio.wait([going_on], timeout=0.1)
    assert len(office.door.sent) == 1
    going_on.cancel()


async def test_no_more_sends_are_under_way_than_the_channel_has_lines(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "AT_ONCE", 3)
    everybody = asyncio.Event()
    for person in map(str, range(8)):
        office.door.stuck[person] = everybody
        await office.owe(person, "kẹt")
    worker = office.deliveries()
    sending_ = asyncio.create_task(worker.send_due())
    async with asyncio.timeout(10):
        while len(office.door.began) < 3:
            await asyncio.wait([sending_], timeout=0.05)
    await asyncio.wait([sending_], timeout=0.1)
    assert len(office.door.began) == 3
    everybody.set()
    await sending_
    await worker.drain()
    assert len(office.door.sent) == 8


async def test_a_door_that_does_not_come_back_is_a_fault_that_may_pass(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", timedelta(milliseconds=20))
    office.door.stuck["1"] = asyncio.Event()
    await office.owe("1", "kẹt")
    await send_all(office)
    (delivery,) = await office.all(Delivery)
    assert (delivery.state, delivery.error) == (QueueState.WAITING, "timed_out")


async def test_a_send_under_way_is_nobody_elses_as_long_as_its_process_lives(
    office: Office,
) -> None:
    office.door.stuck["1"] = asyncio.Event()
    await office.owe("1", "kẹt")
    first, second = office.deliveries("first"), office.deliveries("second")
    await first.send_due()
    for _ in range(6):
        office.clock.advance(LEASE / 2)
        await first.send_due()
        assert await second.send_due() == 0
    office.door.stuck["1"].set()
    await first.drain()
    assert office.door.texts_to("1") == ["kẹt"]


async def test_what_a_dead_process_was_sending_another_sends_after_the_lease(
    office: Office,
) -> None:
    office.door.stuck["1"] = asyncio.Event()
    await office.owe("1", "kẹt")
    dead = office.deliveries("dead")
    await dead.send_due()
    office.clock.advance(LEASE)
    answer = office.door.stuck.pop("1")
    living = office.deliveries("living")
    assert await living.send_due() == 1
    await living.drain()
    (delivery,) = await office.all(Delivery)
    assert (delivery.state, delivery.attempts) == (QueueState.DONE, 2)
    answer.set()
    await dead.drain()


# what the channel says --------------------------------------------------------------------------


async def test_a_pause_asked_of_the_bot_holds_every_chat_and_counts_no_attempt(
    office: Office,
) -> None:
    await office.owe("1", "một")
    office.door.troubles["1"].append(limited(30))
    await send_all(office)
    await office.owe("2", "sau đó", klass=DeliveryClass.ALERT)  # owed while the pause lasts
    office.clock.advance(seconds=29)
    await send_all(office)
    assert office.door.sent == []
    assert (await office.all(Delivery))[0].attempts == 0
    office.clock.advance(seconds=1)
    await send_all(office)
    assert office.door.sent == [("2", "sau đó"), ("1", "một")]


async def test_a_pause_of_days_is_over_after_a_quarter_of_an_hour_and_asked_for_again(
    office: Office,
) -> None:
    """Else one wrong answer of the platform would silence every alert."""
    await office.owe("1", "một")
    for days in (400, 3):
        office.door.troubles["1"].append(limited(days * 24 * 3600))
    await send_all(office)
    for _ in range(2):
        office.clock.advance(LONGEST_PAUSE - timedelta(seconds=1))
        await send_all(office)
        assert office.door.sent == []
        office.clock.advance(seconds=1)
        await send_all(office)
    assert office.door.sent == [("1", "một")]


async def test_a_pause_written_by_a_clock_that_was_ahead_silences_nobody(office: Office) -> None:
    office.clock.advance(hours=7)
    await office.owe("1", "một")
    office.door.troubles["1"].append(limited(30))
    await send_all(office)
    office.clock.advance(hours=-7)
    await office.owe("2", "hai", "ba")
    office.door.troubles["2"].append(limited(30))  # a right one, which takes its place
    await send_all(office)
    assert office.door.sent == []
    office.clock.advance(seconds=29)
    assert await office.deliveries().send_due() == 0
    office.clock.advance(seconds=1)
    await send_all(office)
    assert office.door.texts_to("2") == ["hai", "ba"]


async def test_every_process_heeds_the_pause(office: Office) -> None:
    await office.owe("1", "một")
    office.door.troubles["1"].append(limited(30))
    await send_all(office)
    await office.owe("2", "hai")
    assert await office.deliveries("another").send_due() == 0


async def test_a_chat_that_blocked_us_is_closed_and_the_desk_hears_of_an_officer_lost(
    office: Office,
) -> None:
    await office.officer("77", Role.OFFICER, "14308")
    await office.officer("99", Role.DESK)
    await office.owe("77", "một", "hai")
    office.door.troubles["77"].append(blocked())
    await send_all(office)
    await send_all(office)
    chat = await office.chat("77")
    assert chat is not None
    assert chat.state is ChatState.CLOSED
    assert office.door.texts_to("77") == []
    assert len(office.door.texts_to("99")) == 1
    states = [d.state for d in await office.all(Delivery) if d.chat_id == chat.id]
    assert states == [QueueState.SET_ASIDE] * 2


async def test_a_group_that_moved_gets_its_message_at_its_new_address(office: Office) -> None:
    def make(tx: Any) -> None:
        chats.reach(tx.session, Address(TELEGRAM, "-5", ChatKind.GROUP), tx.now)

    await office.run(make)
    await office.owe("-5", "một")
    office.door.troubles["-5"].append(SendError("moved", moved_to="-1005"))
    await send_all(office)
    assert office.door.sent == [("-1005", "một")]


async def test_what_the_channel_will_never_take_is_set_aside_told_and_blocks_nothing(
    office: Office,
) -> None:
    await office.officer("99")
    await office.owe("1", "không gửi được", "gửi được")
    office.door.troubles["1"].append(refused())
    await send_all(office)
    await send_all(office)
    first, *_ = await office.all(Delivery)
    assert (first.state, first.error) == (QueueState.SET_ASIDE, "bad_request")
    assert office.door.texts_to("1") == ["gửi được"]
    assert len(office.door.texts_to("99")) == 1


async def test_what_is_set_aside_again_after_a_replay_is_told_again(office: Office) -> None:
    await office.officer("99")
    await office.owe("1", "không gửi được")
    for times in (1, 2):
        office.door.troubles["1"].append(refused())
        await send_all(office)
        assert len(office.door.texts_to("99")) == times
        await office.replay(Queue.DELIVERIES)


async def test_trouble_is_waited_out_longer_each_time_and_somebody_is_told_in_the_end(
    office: Office,
) -> None:
    await office.officer("99")
    await office.owe("1", "một")
    waits = []
    while not office.door.texts_to("99"):
        office.door.troubles["1"].append(away())
        started = office.clock()
        await send_all(office)
        (delivery, *_) = await office.all(Delivery)
        assert delivery.due_at is not None
        waits.append(delivery.due_at - started)
        office.clock.now = max(delivery.due_at, office.clock.now)
    assert waits[0] < timedelta(seconds=3)
    assert timedelta(minutes=1) < waits[4] < waits[8] < timedelta(minutes=15)
    assert delivery.state is QueueState.SET_ASIDE
    assert sum(waits, timedelta()) > timedelta(hours=2)


# our own bugs -----------------------------------------------------------------------------------


async def test_a_message_that_we_cannot_make_is_set_aside_after_three_tries(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.officer("99")
    await office.owe("1", "lỗi", "sau lỗi")

    def fail(address: str, reply: Reply) -> None:
        if reply.text == "lỗi":
            raise ZeroDivisionError

    office.door.treat = fail
    for _ in range(4):
        await send_all(office)
        office.clock.advance(timedelta(minutes=1))
    first, *_ = await office.all(Delivery)
    assert (first.state, first.attempts) == (QueueState.SET_ASIDE, 3)
    assert first.error == "ZeroDivisionError"
    assert office.door.texts_to("1") == ["sau lỗi"]
    assert len(office.door.texts_to("99")) == 1


async def test_a_bug_in_recording_rises_instead_of_going_on_in_silence(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tips.outcomes.sent", fail)
    await office.owe("1", "một")
    worker = office.deliveries()
    await worker.send_next()
    with pytest.raises(ZeroDivisionError):
        await worker.drain()


async def test_a_message_that_kills_the_process_is_set_aside_and_those_behind_it_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each life ends in making the same alert: nothing is ever recorded of it."""

    def make(tx: Transaction, delivery: Delivery, can: Capabilities) -> Outgoing:
        message = outgoing(tx, delivery, can)
        if message.reply is not None and message.reply.text == "giết":
            raise KilledError
        return message

    outgoing = sending.outgoing
    monkeypatch.setattr(sending, "outgoing", make)
    await office.officer("99")
    await office.owe("1", "giết", "sau giết", klass=DeliveryClass.ALERT)
    await office.owe("2", "tốt", klass=DeliveryClass.ALERT)
    lives = 0
    while (await office.depth(Delivery)).waiting:
        try:
            await send_all(office)
        except KilledError:
            lives += 1
        office.clock.advance(LEASE)
        assert lives <= MOST_LIVES
    assert lives == MOST_LIVES
    (aside,) = [d for d in await office.all(Delivery) if d.state is QueueState.SET_ASIDE]
    assert (aside.error, aside.unrecorded) == ("interrupted", 0)
    assert aside.body_sealed is not None, "it can be looked at, and tried again"
    assert (office.door.texts_to("1"), office.door.texts_to("2")) == (["sau giết"], ["tốt"])
    assert len(office.door.texts_to("99")) == 1, "the operator is told"


async def test_what_may_have_killed_the_process_is_sent_alone(office: Office) -> None:
    """Or whatever is under way beside it to slow chats would be taken for the killer as well."""
    await office.owe("1", "đáng ngờ")
    await office.owe("2", "tốt")

    def suspect(tx: Transaction) -> None:
        tx.session.query(Delivery).order_by(Delivery.id).first().unrecorded = SUSPECT  # type: ignore[union-attr]

    await office.run(suspect)
    office.door.stuck["1"] = asyncio.Event()
    worker = office.deliveries()
    going_on = asyncio.create_task(worker.send_due())
    while not office.door.began:
        await asyncio.wait([going_on], timeout=0.05)
    await asyncio.wait([going_on], timeout=0.1)
    assert office.door.began == ["1"]
    office.door.stuck["1"].set()
    await going_on
    await worker.drain()
    assert office.door.began == ["1", "2"]


async def test_what_is_recorded_each_time_may_be_tried_without_end(office: Office) -> None:
    await office.owe("1", "báo động", klass=DeliveryClass.ALERT)
    office.door.troubles["1"].extend(away() for _ in range(3 * MOST_LIVES))
    while (await office.depth(Delivery)).waiting:
        await send_all(office)
        office.clock.advance(timedelta(minutes=10))
    assert office.door.texts_to("1") == ["báo động"]


# a database that goes away ----------------------------------------------------------------------


class Flaky(Database):
    """A database that is away for its next `faults` transactions."""

    def __init__(self, real: Database) -> None:
        self.real, self.keyring, self.faults = real, real.keyring, 0

    async def run(self, work: Any) -> Any:
        if self.faults:
            self.faults -= 1
            raise OperationalError("", None, Exception("away"))
        return await self.real.run(work)

    async def read(self, work: Any) -> Any:
        return await self.real.read(work)


async def test_a_message_sent_while_the_database_goes_away_is_recorded_when_it_is_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.AWAY", timedelta(milliseconds=20))
    database = Flaky(office.database)
    worker = office.deliveries(database=database)
    await office.owe("1", "một", "hai")

    def go_away(address: str, reply: Reply) -> None:
        office.door.treat = None
        database.faults = 2

    office.door.treat = go_away
    with suppress(OperationalError):
        await worker.send_due()
    await worker.drain()
    while await worker.send_due():
        await worker.drain()
    assert office.door.texts_to("1") == ["một", "hai"]
    assert {d.state for d in await office.all(Delivery)} == {QueueState.DONE}


async def test_a_database_that_goes_away_over_a_message_is_not_taken_for_its_fault(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> Outgoing:
        raise OperationalError("", None, Exception("away"))

    await office.owe("1", "một", klass=DeliveryClass.ALERT)
    monkeypatch.setattr(sending, "outgoing", gone)
    for _ in range(2 * MOST_LIVES):
        await send_all(office)
        office.clock.advance(timedelta(minutes=10))
    monkeypatch.undo()
    await send_all(office)
    assert office.door.texts_to("1") == ["một"]

"""What was set aside is listed, shown without anybody's words, and done anew once it is mended."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot import setaside
from bot.errors import StartError
from bot.foundation import Foundation, lay, now
from bot.settings import read_settings
from handlers.telegram.send import TelegramDoor
from storage import aside, chats, deliveries, evidence, inbox, queues, schema
from storage.aside import Queue
from storage.database import Database, Session
from storage.inbox import RawUpdate
from storage.models import Card, Chat, Delivery, Event, Evidence, Inbox, Model, Tip
from storage.sealing import Keyring
from storage.states import (
    CardKind,
    Channel,
    ChatState,
    DeliveryClass,
    EventKind,
    EvidenceKind,
    EvidenceVerdict,
    Priority,
    QueueState,
)
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, offline_bot
from tips.intake import Intake
from tips.messages import Incoming

UPDATE = {
    "update_id": 900,
    "message": {
        "message_id": 7,
        "date": 1795000000,
        "chat": {"id": 5550001, "type": "private", "first_name": "Nguyễn Văn An"},
        "from": {"id": 5550001, "is_bot": False, "first_name": "Nguyễn Văn An"},
        "text": "trộm xe máy ở xóm 5",
        "Ông Tư": [True],
    },
}
SECRETS = ("trộm", "An", "555", "xóm", "Tư")


@pytest.fixture
async def base(database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Foundation:
    """The command line's own foundation, on a database of each kind."""
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", "123456789:AAF-secret-secret-secret-secret-sec")
    settings = read_settings()
    settings.media_dir.mkdir(parents=True)
    await database.run(lambda session: schema.recognise(session, keyring, now()))
    return lay(settings, keyring, database)


async def store(base: Foundation, number: int = 900) -> None:
    """An update that our bug over it has set aside."""

    def work(session: Session) -> None:
        raw = RawUpdate(
            Channel.TELEGRAM, str(number), "5550001", number, json.dumps(UPDATE).encode()
        )
        inbox.store(session, [raw], now() - timedelta(hours=3))
        item = session.query(Inbox).filter_by(external_id=str(number)).one()
        item.attempts = 3
        queues.set_aside(session, item, "KeyError", now())

    await base.database.run(work)


async def owe(base: Foundation, *, body: bytes = b'{"text": "Da nhan tin"}') -> None:
    """A message that the channel refused for good."""

    def work(session: Session) -> None:
        chat = chats.reach(session, chats.Address(Channel.TELEGRAM, "5550001"), now())
        deliveries.owe(session, chat, body, DeliveryClass.ANSWER, now())
        queues.set_aside(session, session.query(Delivery).one(), "bad_request", now())

    await base.database.run(work)


async def show_card(base: Foundation) -> None:
    """An alert that the channel refused for good."""

    def work(session: Session) -> None:
        chat = chats.reach(session, chats.Address(Channel.TELEGRAM, "77"), now())
        tip = Tip(
            channel=Channel.TELEGRAM,
            category="violence",
            priority=Priority.P1,
            urgency="now",
            commune_code="14308",
            province_code="37",
            received_at=now(),
            target_at=now(),
            remind_at=None,
            words_sealed=None,
            place_sealed=None,
            time_sealed=None,
        )
        session.add(tip)
        session.flush()
        card = deliveries.card(session, tip.id, chat, CardKind.ALERT)
        deliveries.show(session, card, now())
        queues.set_aside(session, session.query(Delivery).one(), "bad_request", now())

    await base.database.run(work)


async def fetch(base: Foundation) -> None:
    """A photo that could not be fetched, with its reference still known."""

    def work(session: Session) -> None:
        chat = chats.reach(session, chats.Address(Channel.TELEGRAM, "5550001"), now())
        piece = evidence.take(session, chat, EvidenceKind.PHOTO, "AgACAg-An", 9, now())
        piece.verdict = EvidenceVerdict.LOST
        queues.set_aside(session, piece, "interrupted", now())
        told = RawUpdate(Channel.TELEGRAM, f"evidence:{piece.id}", "5550001", inbox.LAST, b"{}")
        inbox.store(session, [told], now())
        inbox.finish(session, session.query(Inbox).one(), now())

    await base.database.run(work)


async def only(base: Foundation, kind: type[Model]) -> Model:
    return await base.database.read(lambda session: session.query(kind).one())


async def events(base: Foundation) -> list[Event]:
    return await base.database.read(lambda session: session.query(Event).order_by(Event.id).all())


# listed ---------------------------------------------------------------------------------------


async def test_nothing_set_aside_is_said(base: Foundation) -> None:
    assert await setaside.listed(base) == ["Nothing was set aside."]


async def test_every_queue_is_listed_with_fault_tries_and_age(base: Foundation) -> None:
    await store(base)
    await owe(base)
    assert await setaside.listed(base) == [
        "inbox\t1\ttelegram\tKeyError\t3 tries\t3 hours",
        "deliveries\t1\tanswer\tbad_request\t0 tries\t0 minutes",
    ]


# shown ----------------------------------------------------------------------------------------


async def test_showing_masks_words_names_and_addresses(base: Foundation) -> None:
    await store(base)
    shown = await setaside.show(base, Queue.INBOX, 1, None)
    assert "    text: 19 characters" in shown
    assert "      type: private" in shown
    assert "    (a name of 6 characters): 1 items" in shown
    assert not [secret for secret in SECRETS if secret in "\n".join(shown)]
    assert await events(base) == []


async def test_words_are_shown_for_a_reason_only_and_that_is_an_event(base: Foundation) -> None:
    await store(base)
    with pytest.raises(StartError, match=r"only for a reason"):
        await setaside.show(base, Queue.INBOX, 1, " ")
    shown = "\n".join(await setaside.show(base, Queue.INBOX, 1, "lỗi 12, hỏi An"))
    assert "trộm xe máy ở xóm 5" in shown
    (event,) = await events(base)
    assert (event.kind, event.facts) == (EventKind.REVEALED, {"queue": "inbox", "row": 1})
    assert event.note_sealed is not None
    assert base.keyring.unseal(event.note_sealed, aside.NOTE).decode() == "lỗi 12, hỏi An"


async def test_revealed_words_cannot_steer_the_terminal(base: Foundation) -> None:
    await owe(base, body='{"text": "a\x9b31mb\u202ec"}'.encode())
    shown = await setaside.show(base, Queue.DELIVERIES, 1, "test")
    assert '"text": "a\\u009b31mb\\u202ec"' in shown[1]


@pytest.mark.parametrize("body", [b"trom xe", b'"trom xe"', b"[" * 5000, b"\xff\xfe"])
async def test_what_is_no_json_object_is_masked_too(base: Foundation, body: bytes) -> None:
    await owe(base, body=body)
    shown = await setaside.show(base, Queue.DELIVERIES, 1, None)
    assert shown[1].endswith(" characters")


async def test_a_card_shows_what_it_is_about(base: Foundation) -> None:
    await show_card(base)
    shown = await setaside.show(base, Queue.DELIVERIES, 1, None)
    assert shown[1] == "card 1 of tip 1: made from the tip when it is sent"


async def test_what_is_not_there_is_said(base: Foundation) -> None:
    with pytest.raises(StartError, match=r"nothing was set aside as inbox 12"):
        await setaside.show(base, Queue.INBOX, 12, None)


# replayed -------------------------------------------------------------------------------------


class BrokenDoor(TelegramDoor):
    """Our own bug."""

    def decode(self, body: bytes) -> Incoming | None:
        raise KeyError("text")


async def test_a_message_our_bug_refused_is_answered_once_it_is_mended(base: Foundation) -> None:
    await store(base)
    clock = FakeClock(now() + timedelta(minutes=1))
    async with FakeTelegram(clock=clock) as telegram, offline_bot(telegram) as bot:

        def intake(door: TelegramDoor) -> Intake:
            doors = {Channel.TELEGRAM: door}
            return Intake(base.database, base.desk, doors, clock, asyncio.Event(), "test")

        assert await setaside.replay(base, Queue.INBOX, 1) == ["1 of 1 put back"]
        for _ in range(3):
            await intake(BrokenDoor(bot, "")).take()
            clock.advance(minutes=1)
        assert len(await setaside.listed(base)) == 1

        await setaside.replay(base, Queue.INBOX, None)
        await intake(TelegramDoor(bot, "")).take()
    item = await only(base, Inbox)
    assert isinstance(item, Inbox)
    assert (item.state, item.body_sealed) == (QueueState.DONE, None)
    assert [event.kind for event in await events(base)] == [EventKind.REPLAYED] * 2


async def test_a_message_is_owed_again_from_the_beginning(base: Foundation) -> None:
    await owe(base)
    assert await setaside.replay(base, Queue.DELIVERIES, 1) == ["1 of 1 put back"]
    delivery = await only(base, Delivery)
    assert isinstance(delivery, Delivery)
    assert (delivery.state, delivery.attempts, delivery.error) == (QueueState.WAITING, 0, None)


async def test_a_file_is_fetched_again_and_its_new_outcome_heard(base: Foundation) -> None:
    await fetch(base)
    assert await setaside.replay(base, Queue.EVIDENCE, None) == ["1 of 1 put back"]
    piece = await only(base, Evidence)
    assert isinstance(piece, Evidence)
    assert (piece.state, piece.verdict) == (QueueState.WAITING, EvidenceVerdict.FETCHING)
    assert await base.database.read(lambda session: session.query(Inbox).count()) == 0


async def test_a_file_whose_reference_is_gone_cannot_be_fetched(base: Foundation) -> None:
    await fetch(base)

    def forget(session: Session) -> None:
        session.query(Evidence).one().reference_sealed = None

    await base.database.run(forget)
    said = await setaside.replay(base, Queue.EVIDENCE, 1)
    assert said == ["evidence 1: its content is gone", "0 of 1 put back"]
    assert await events(base) == []


async def test_a_chat_that_is_closed_gets_nothing(base: Foundation) -> None:
    await owe(base)

    def close(session: Session) -> None:
        session.query(Chat).one().state = ChatState.CLOSED

    await base.database.run(close)
    said = await setaside.replay(base, Queue.DELIVERIES, None)
    assert said[0].startswith("deliveries 1: its chat is closed to us")


async def test_a_card_is_not_sent_twice_at_once(base: Foundation) -> None:
    await show_card(base)

    def change(session: Session) -> None:
        deliveries.show(session, session.query(Card).one(), now())

    await base.database.run(change)
    said = await setaside.replay(base, Queue.DELIVERIES, None)
    assert said[0].startswith("deliveries 1: a newer state of the same card")


async def test_of_two_failed_states_of_a_card_one_is_sent(base: Foundation) -> None:
    await show_card(base)

    def fail_again(session: Session) -> None:
        deliveries.show(session, session.query(Card).one(), now())
        queues.set_aside(
            session, session.query(Delivery).filter_by(id=2).one(), "bad_request", now()
        )

    await base.database.run(fail_again)
    assert (await setaside.replay(base, Queue.DELIVERIES, None))[-1] == "1 of 2 put back"


async def test_only_one_queue_is_replayed(base: Foundation) -> None:
    await store(base)
    await owe(base)
    await setaside.replay(base, Queue.DELIVERIES, None)
    assert [line.split("\t")[0] for line in await setaside.listed(base)] == ["inbox"]

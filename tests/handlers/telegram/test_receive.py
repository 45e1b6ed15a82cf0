"""What people do on Telegram, as the desk reads it."""

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pytest
from aiogram.types import Message  # the newest model: the library may be older than the platform
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.telegram.receive import UNSUPPORTED, decode, to_raw
from routing import Point
from storage.states import Channel, ChatKind, EvidenceKind
from tests.fake_telegram import FakeTelegram, FakeUser, offline_bot
from tips.messages import Incoming, Notice

T = TypeVar("T")
Heard = Callable[[], list[Incoming | None]]
GROUP = -1001234567890


def incoming(**about: Any) -> Incoming:
    """What An's private chat gives, but for `about`."""
    return Incoming(**{"channel": Channel.TELEGRAM, "chat": "7", "person": "7"} | about)


# -- private messages


async def test_a_text_keeps_its_words_and_its_id(an: FakeUser, heard: Heard) -> None:
    sent = await an.sends("co trom xe o xom 5 🏍")
    assert heard() == [incoming(text="co trom xe o xom 5 🏍", message_id=str(sent.id))]


async def test_a_deep_link_comes_as_the_command_it_is(an: FakeUser, heard: Heard) -> None:
    await an.starts("c14215")
    start = only(heard())
    assert start.text == "/start c14215"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/report@tinbao_bot", "/report"),
        ("/start@TinBao_Bot c14215", "/start c14215"),
        ("gửi tới a@b.vn", "gửi tới a@b.vn"),
        ("/", "/"),
    ],
)
async def test_our_own_name_is_cut_off_a_command(
    typed: str, read: str, an: FakeUser, heard: Heard
) -> None:
    await an.sends(typed)
    message = only(heard())
    assert message.text == read


async def test_a_command_to_another_bot_is_not_for_us(an: FakeUser, heard: Heard) -> None:
    await an.sends("/report@khac_bot")
    assert heard() == [None]


async def test_before_telegram_told_our_name_any_addressee_counts_as_us(
    an: FakeUser, telegram: FakeTelegram
) -> None:
    await an.sends("/report@tinbao_bot")
    message = read(only(telegram.take_updates()))
    assert message.text == "/report"


async def test_an_edited_message_says_so(an: FakeUser, heard: Heard) -> None:
    sent = await an.sends("xom 5")
    await an.edits(sent, "xóm 6")
    _, edited = heard()
    assert edited == incoming(text="xóm 6", message_id=str(sent.id), edited=True)


async def test_forwarded_words_are_words_and_their_author_is_left_behind(
    an: FakeUser, telegram: FakeTelegram
) -> None:
    await an.sends_forward("có trộm", author="Nguyễn Văn Bí")
    message = read(only(telegram.take_updates()))
    assert message.text == "có trộm"
    assert "Bí" not in repr(message)


async def test_a_text_of_lone_surrogates_survives_storing(an: FakeUser) -> None:
    update = text_update("\ud83d có trộm")
    message = read(update)
    assert message.text.endswith("có trộm")


# -- media


async def test_a_photo_is_its_largest_size_with_its_caption(
    an: FakeUser, heard: Heard, telegram: FakeTelegram
) -> None:
    sent = await an.sends_photo(b"jpeg", caption="trộm ở chợ")
    message = only(heard())
    assert message.media
    assert sent.file
    assert (message.text, message.media.kind) == ("trộm ở chợ", EvidenceKind.PHOTO)
    assert (message.media.reference, message.media.size) == (sent.file.file_id, 4)


async def test_every_part_of_an_album_names_it(an: FakeUser, heard: Heard) -> None:
    await an.sends_photo(b"1", album="a1", caption="hai ảnh")
    await an.sends_video(b"22", album="a1")
    parts = [message for message in heard() if message]
    assert [(part.album, part.text) for part in parts] == [("a1", "hai ảnh"), ("a1", "")]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("video", EvidenceKind.VIDEO),
        ("animation", EvidenceKind.VIDEO),
        ("video_note", EvidenceKind.VIDEO),
        ("voice", EvidenceKind.VOICE),
        ("audio", EvidenceKind.VOICE),
        ("document", EvidenceKind.DOCUMENT),
    ],
)
async def test_media_are_taken_by_their_declared_kind(
    field: str, kind: EvidenceKind, an: FakeUser, heard: Heard
) -> None:
    file = {"file_id": "F", "file_unique_id": "U", "file_size": 9, "duration": 3}
    shape = {"width": 2, "height": 2, "length": 2}
    as_document = {"document": file} if field == "animation" else {}
    await an.sends_content(**as_document, **{field: file | shape})
    message = only(heard())
    assert message.media
    assert (message.media.kind, message.media.reference, message.media.size) == (kind, "F", 9)


async def test_a_corrected_caption_comes_with_its_photo(an: FakeUser, heard: Heard) -> None:
    sent = await an.sends_photo(b"1", caption="xom 5")
    await an.edits(sent, "xóm 6")
    edited = only(heard()[1:])
    assert edited.media
    assert (edited.edited, edited.text) == (True, "xóm 6")


# -- places


async def test_a_pin_comes_with_its_accuracy(an: FakeUser, heard: Heard) -> None:
    await an.sends_location(20.19, 106.21, accuracy=35)
    pin = only(heard())
    assert (pin.point, pin.accuracy) == (Point(20.19, 106.21), 35)


async def test_a_venue_is_the_pin_it_stands_on(an: FakeUser, heard: Heard) -> None:
    place = {"latitude": 20.19, "longitude": 106.21}
    await an.sends_content(
        location=place, venue={"location": place, "title": "Chợ", "address": "Hải Xuân"}
    )
    pin = only(heard())
    assert pin.point == Point(20.19, 106.21)


async def test_of_a_live_location_only_the_first_point_is_read(an: FakeUser, heard: Heard) -> None:
    live = await an.sends_location(20.19, 106.21, live=True)
    await an.moves(live, 20.2, 106.3)
    first, moved = heard()
    assert only([first]).point == Point(20.19, 106.21)
    assert moved is None


# -- buttons


async def test_a_press_names_its_choice_its_message_and_its_chat(
    an: FakeUser, telegram: FakeTelegram, heard: Heard
) -> None:
    question = await ask(telegram, "7")
    await an.presses("Có")
    assert heard() == [incoming(choice="yes:1:1", on_message=str(question))]


async def test_a_press_on_a_message_telegram_no_longer_keeps_is_still_a_press() -> None:
    query = {
        "id": "1", "from": person(7), "chat_instance": "1", "data": "yes:1:1",
        "message": {"message_id": 5, "date": 0, "chat": {"id": 7, "type": "private"}},
    }  # fmt: skip
    raw = to_raw({"update_id": 3, "callback_query": query})
    assert decode(raw.body) == incoming(choice="yes:1:1", on_message="5")
    assert (raw.chat, raw.message_id) == ("7", None)


async def test_a_press_under_an_inline_message_sits_in_no_chat() -> None:
    query = {"id": "1", "from": person(7), "chat_instance": "1", "data": "x:1:1"}
    raw = to_raw({"update_id": 3, "callback_query": query | {"inline_message_id": "9"}})
    assert raw.chat == "update:3"
    assert decode(raw.body) is None


# -- what we cannot take


@pytest.mark.parametrize("kind", ["sticker", "contact", "poll", "dice"])
async def test_what_cannot_be_taken_is_named(kind: str, an: FakeUser, heard: Heard) -> None:
    match kind:
        case "sticker":
            await an.sends_sticker()
        case "contact":
            await an.sends_contact()
        case "poll":
            await an.sends_poll("Ai?", ["A", "B"])
        case "dice":
            await an.sends_content(dice={"emoji": "🎲", "value": 3})
    message = only(heard())
    assert message == incoming(message_id=message.message_id, unsupported=kind)


async def test_a_refused_kind_is_refused_once_though_it_changes(an: FakeUser, heard: Heard) -> None:
    poll = await an.sends_poll("Ai?", ["A", "B"])
    await an._edited(poll)
    _, changed = heard()
    assert changed is None


def test_every_unsupported_kind_is_a_field_of_a_message() -> None:
    assert set(UNSUPPORTED) <= set(Message.model_fields)


async def test_service_messages_get_no_answer(an: FakeUser, heard: Heard) -> None:
    await an.sends_content(delete_chat_photo=True)
    await an.sends_content(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
    assert heard() == [None, None]


# -- groups


async def test_in_a_group_the_person_is_the_sender_and_the_chat_is_the_group(
    an: FakeUser, telegram: FakeTelegram, heard: Heard
) -> None:
    group = telegram.group(GROUP, "Công an Hải Xuân", [an])
    await group.adds_bot(by=an)
    heard()
    said = await group.says(an, "/help@tinbao_bot")
    assert heard() == [
        incoming(chat=str(GROUP), kind=ChatKind.GROUP, text="/help", message_id=str(said.id))
    ]


async def test_a_message_in_a_topic_is_a_message_of_its_group(an: FakeUser) -> None:
    update = text_update("có tin", chat={"id": GROUP, "type": "supergroup", "title": "CA"})
    update["message"] |= {"is_topic_message": True, "message_thread_id": 12}
    message = read(update)
    assert (message.chat, message.text) == (str(GROUP), "có tin")


async def test_who_speaks_for_a_chat_is_nobody(
    an: FakeUser, telegram: FakeTelegram, heard: Heard
) -> None:
    group = telegram.group(GROUP, "Công an Hải Xuân", [an])
    channel = telegram.channel(-1009, "Kênh xã")
    await group.adds_bot(by=an)
    heard()
    await group.says_anonymously("/help")
    await group.says_as(channel, "/help")
    await channel.posts("/help")
    assert [message.person for message in heard() if message] == ["", "", ""]


async def test_another_bot_gets_no_answer(telegram: FakeTelegram) -> None:
    update = text_update("tôi là máy", sender=person(99, is_bot=True))
    assert decode(to_raw(update).body) is None


async def test_being_added_and_removed_is_noticed_and_promotion_is_not(
    an: FakeUser, telegram: FakeTelegram, heard: Heard
) -> None:
    group = telegram.group(GROUP, "Công an Hải Xuân", [an])
    await group.adds_bot(by=an)
    await group._standing(an, "administrator")
    await group.removes_bot(by=an)
    notices = [message for message in heard() if message]
    assert notices == [
        incoming(chat=str(GROUP), kind=ChatKind.GROUP, notice=notice)
        for notice in (Notice.JOINED, Notice.LEFT)
    ]


async def test_a_block_is_noticed_and_its_end_is_not(an: FakeUser, heard: Heard) -> None:
    await an.blocks()
    await an.unblocks()
    assert heard() == [incoming(notice=Notice.LEFT), None]


async def test_a_group_that_moves_tells_its_new_address(
    an: FakeUser, telegram: FakeTelegram, heard: Heard
) -> None:
    group = telegram.group(-500, "Công an Hải Xuân", [an])
    await group.adds_bot(by=an)
    heard()
    await group.migrates_to(GROUP)
    [moved] = [message for message in heard() if message]
    assert (moved.notice, moved.chat, moved.moved_to) == (Notice.MIGRATED, "-500", str(GROUP))


# -- what storing needs


async def test_a_row_knows_its_update_its_lane_and_its_message(
    an: FakeUser, telegram: FakeTelegram
) -> None:
    sent = await an.sends("có trộm")
    [update] = telegram.take_updates()
    raw = to_raw(update)
    assert raw.external_id == str(update["update_id"])
    assert (raw.sequence, raw.chat) == (update["update_id"], "7")
    assert raw.message_id == str(sent.id)
    assert json.loads(raw.body) == update


async def test_a_press_runs_in_the_lane_of_its_chat(an: FakeUser, telegram: FakeTelegram) -> None:
    await ask(telegram, "7")
    await an.presses("Có")
    [update] = telegram.take_updates()
    assert (to_raw(update).chat, to_raw(update).message_id) == ("7", None)


def test_an_update_of_no_chat_has_a_lane_of_its_own() -> None:
    assert to_raw({"update_id": 5, "poll": {"id": "1"}}).chat == "update:5"


@pytest.mark.parametrize("nothing", [{}, {"update_id": "5"}, {"update_id": None}])
def test_what_has_no_number_is_no_update(nothing: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="update_id"):
        to_raw(nothing)


# -- what we do not know


@pytest.mark.parametrize(
    "strange",
    [
        {"message": None},
        {"message": {}},
        {"message": []},
        {"message": {"message_id": 1, "date": 10**30, "chat": {"id": 7, "type": "private"}}},
        {"message": {"message_id": 1, "date": 1, "chat": 7, "text": "a"}},
        {"callback_query": {"message": "?"}},
        {"my_chat_member": {"chat": {"id": 7}}},
        {"a_kind_of_tomorrow": {"chat": {"id": 7}}},
    ],
)
def test_an_unknown_shape_gets_no_answer_and_does_no_harm(strange: dict[str, Any]) -> None:
    raw = to_raw({"update_id": 5} | strange)
    assert decode(raw.body) is None


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"text"', b"not json"])
def test_what_is_no_object_gets_no_answer(body: bytes) -> None:
    assert decode(body) is None


def test_a_message_nested_beyond_reason_is_read_for_its_words() -> None:
    message: dict[str, Any] = {}
    for _ in range(400):
        message = text_update("a")["message"] | {"reply_to_message": message}
    assert decode(to_raw({"update_id": 1, "message": message}).body) == incoming(text="a")


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([]), st.just({}),
    st.just([{}]), st.just({"id": "x"}),
)  # fmt: skip


@given(st.data())
def test_one_part_gone_wrong_never_stops_those_behind_it(data: st.DataObject) -> None:
    update = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    parent, key = data.draw(st.sampled_from(parts_of(update)))
    parent[key] = data.draw(JUNK)
    read = decode(to_raw(update).body)
    assert read is None or read.channel is Channel.TELEGRAM


def parts_of(value: Any) -> list[tuple[Any, Any]]:
    """Every place in an update, but for its number: the container and the key."""
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    here = [(value, key) for key in keys if key != "update_id"]
    return here + [part for container, key in here for part in parts_of(container[key])]


def only(things: Sequence[T | None]) -> T:
    [thing] = things
    assert thing is not None
    return thing


def read(update: dict[str, Any]) -> Incoming:
    return only([decode(to_raw(update).body)])


def person(number: int, **about: Any) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": "An"} | about


def text_update(
    text: str, chat: dict[str, Any] | None = None, sender: dict[str, Any] | None = None
) -> dict[str, Any]:
    message = {
        "message_id": 4, "date": 1_760_000_000, "text": text, "from": sender or person(7),
        "chat": chat or {"id": 7, "type": "private", "first_name": "An"},
    }  # fmt: skip
    return {"update_id": 3, "message": message}


FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 9, "width": 2, "height": 2}
PLACE = {"latitude": 20.19, "longitude": 106.21, "horizontal_accuracy": 5}
MEMBER = {"user": person(1, is_bot=True), "status": "restricted", "is_member": True}
MESSAGE = text_update("/start@tinbao_bot c14215")["message"]
SAMPLES: list[dict[str, Any]] = [
    {"update_id": 1, kind: content}
    for kind, content in [
        ("message", MESSAGE),
        ("edited_message", MESSAGE | {"text": None, "photo": [FILE], "caption": "a"}),
        ("message", MESSAGE | {"text": None, "location": PLACE, "sender_chat": MESSAGE["chat"]}),
        ("message", MESSAGE | {"text": None, "dice": {"emoji": "🎲", "value": 3}}),
        ("message", MESSAGE | {"text": None, "migrate_to_chat_id": -1001234567890}),
        ("callback_query", {"id": "1", "from": person(7), "chat_instance": "1", "data": "a:1:1",
                            "message": MESSAGE}),
        ("my_chat_member", {"chat": MESSAGE["chat"], "from": person(7), "date": 1,
                            "old_chat_member": MEMBER,
                            "new_chat_member": {"user": person(1), "status": "left"}}),
    ]
]  # fmt: skip


async def ask(telegram: FakeTelegram, chat: str) -> int:
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Có", callback_data="yes:1:1")]])
    asked = await offline_bot(telegram).send_message(chat, "Có không?", reply_markup=keys)
    return asked.message_id

"""What people see of a Reply on Telegram, over both wires."""

import io
import traceback
from datetime import timedelta

import pytest
from PIL import Image
from telegram import Bot

from handlers.telegram.download import download
from handlers.telegram.send import TelegramDoor
from routing import Point
from storage.states import EvidenceKind
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser, Message
from tests.fake_telegram.entities import utf16_slice
from tests.fake_telegram_tests.pictures import picture
from tips.messages import Attachment, Choice, Reply, SendError

YES, NO = Choice("Có", "yes:1:1"), Choice("Không", "no:1:1")
PHOTO = Attachment(EvidenceKind.PHOTO, "image/png", content=picture())
GROUP = -1001234567890
TOKEN = "7000000001:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"


# -- a text


async def test_a_text_is_sent_and_its_id_returned(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("Đã nhận <b>tin</b> *số* 12"))
    assert an.last.text == "Đã nhận <b>tin</b> *số* 12"
    assert message_id == str(an.last.id)
    assert not an.last.protected


async def test_choices_stand_under_the_text_row_by_row(door: TelegramDoor, an: FakeUser) -> None:
    await door.send("7", Reply("Có ai bị thương không?", [[YES], [NO]]))
    assert an.last.button_rows == [["Có"], ["Không"]]
    press = await an.presses("Không")
    assert press.user is an


async def test_a_persons_words_are_quoted_and_nothing_in_them_is_markup(
    door: TelegramDoor, an: FakeUser
) -> None:
    await door.send("7", Reply("🚨 Lời người báo:", quote="🏍 <b>trộm</b> [x](y.vn)"))
    assert quoted(an.last) == "🏍 <b>trộm</b> [x](y.vn)"


async def test_links_are_never_previewed(door: TelegramDoor, an: FakeUser) -> None:
    await door.send("7", Reply("Xem https://a.vn"))
    assert not an.last.link_preview


async def test_a_protected_message_cannot_be_passed_on(door: TelegramDoor, an: FakeUser) -> None:
    await door.send("7", Reply("Chi tiết", protect=True))
    assert an.last.protected


async def test_a_text_too_long_is_one_message_and_shows_that_it_was_cut(
    door: TelegramDoor, an: FakeUser
) -> None:
    await door.send("7", Reply("🚨" * 3000))
    [text] = an.texts
    assert text == "🚨" * 2047 + "…"


# -- a pin, a file


async def test_a_pin_is_sent_instead_of_the_text(door: TelegramDoor, an: FakeUser) -> None:
    await door.send("7", Reply("", point=Point(20.19, 106.21), protect=True))
    assert (an.last.location, an.last.protected) == ((20.19, 106.21), True)


@pytest.mark.parametrize("kind", list(EvidenceKind))
async def test_a_file_goes_out_as_what_it_is_with_its_caption(
    kind: EvidenceKind, door: TelegramDoor, an: FakeUser
) -> None:
    file = Attachment(kind, "image/png", content=picture())
    await door.send("7", Reply("Ảnh 1", [[YES]], quote="trộm", attachment=file, protect=True))
    assert getattr(an.last, kind) == picture()
    assert (an.last.text, an.last.buttons) == ("Ảnh 1\ntrộm", ["Có"])
    assert (quoted(an.last), an.last.protected) == ("trộm", True)


async def test_the_name_of_a_file_says_nothing(door: TelegramDoor, an: FakeUser) -> None:
    sheet = Attachment(EvidenceKind.DOCUMENT, "text/csv", "tip-12.csv", b"a")
    names = set()
    for _ in range(2):
        await door.send("7", Reply("", attachment=sheet))
        names.add(an.last.json["document"]["file_name"])
    assert len(names) == 2
    assert all(name.endswith(".csv") and "12.csv" not in name for name in names)


async def test_a_caption_too_long_goes_ahead_as_a_message(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("á" * 1025, [[YES]], attachment=PHOTO))
    text, shown = an.from_bot
    assert (text.text, text.buttons) == ("á" * 1025, [])
    assert (shown.text, shown.buttons, str(shown.id)) == ("", ["Có"], message_id)


# -- the key "send my location"


async def test_where_a_place_is_asked_a_key_sends_it_and_the_question_keeps_its_buttons(
    door: TelegramDoor, an: FakeUser
) -> None:
    message_id = await door.send("7", Reply("Ở đâu?", [[NO]], ask_location=True))
    question, carrier = an.from_bot
    assert (str(question.id), question.buttons) == (message_id, ["Không"])
    assert an.reply_keyboard == [["📍 Gửi vị trí"]]
    assert carrier.keyboard
    assert carrier.keyboard["keyboard"][0][0]["request_location"]


async def test_the_key_goes_with_the_next_message(door: TelegramDoor, an: FakeUser) -> None:
    await door.send("7", Reply("Ở đâu?", ask_location=True))
    await door.send("7", Reply("Khi nào?", [[YES]]))
    assert an.reply_keyboard == []
    assert an.texts == ["Ở đâu?", "Khi nào?"]


async def test_a_question_asked_again_shows_one_key(door: TelegramDoor, an: FakeUser) -> None:
    for _ in range(2):
        await door.send("7", Reply("Ở đâu?", ask_location=True))
    assert an.texts == ["Ở đâu?", "Ở đâu?", "📍"]


async def test_a_question_with_a_key_can_still_be_edited(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("Ở đâu?", ask_location=True))
    await door.edit("7", message_id, Reply("Xã Hải Xuân"))
    assert an.texts[0] == "Xã Hải Xuân"


async def test_no_key_is_shown_in_a_group(
    door: TelegramDoor, telegram: FakeTelegram, an: FakeUser
) -> None:
    group = telegram.group(GROUP, "CA", [an])
    await group.adds_bot(by=an)
    await door.send(str(GROUP), Reply("Ở đâu?", ask_location=True))
    assert group.texts == ["Ở đâu?"]


async def test_a_question_is_asked_though_its_key_cannot_be_shown(
    door: TelegramDoor, telegram: FakeTelegram, an: FakeUser
) -> None:
    await door.send("7", Reply("Ở đâu?", ask_location=True))
    telegram.fail_next("deleteMessage", error=500)
    await door.send("7", Reply("Khi nào?"))
    assert an.texts[-1] == "Khi nào?"


# -- changing what was sent


async def test_an_edit_replaces_text_quote_and_buttons(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("Tin số 12", [[YES]], quote="trộm"))
    await door.edit("7", message_id, Reply("Tin số 12: An đã nhận", [[NO]]))
    [card] = an.from_bot
    assert (card.text, card.buttons) == ("Tin số 12: An đã nhận", ["Không"])
    assert (quoted(card), card.link_preview) == ("", False)


async def test_an_edit_without_choices_takes_the_buttons_away(
    door: TelegramDoor, an: FakeUser
) -> None:
    message_id = await door.send("7", Reply("Tin số 12", [[YES]]))
    await door.edit("7", message_id, Reply("Tin số 12"))
    assert an.last.buttons == []


async def test_an_edit_that_changes_nothing_is_a_success(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("Tin số 12"))
    await door.edit("7", message_id, Reply("Tin số 12"))
    assert an.texts == ["Tin số 12"]


async def test_the_caption_of_a_file_is_edited(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("Ảnh", attachment=PHOTO))
    await door.edit("7", message_id, Reply("Ảnh của tin 12", [[YES]], attachment=PHOTO))
    assert (an.last.text, an.last.buttons, an.last.photo) == ("Ảnh của tin 12", ["Có"], picture())


async def test_the_buttons_of_a_pin_are_edited(door: TelegramDoor, an: FakeUser) -> None:
    here = Point(20.19, 106.21)
    message_id = await door.send("7", Reply("", [[YES]], point=here))
    await door.edit("7", message_id, Reply("", [[NO]], point=here))
    assert an.last.buttons == ["Không"]


async def test_an_edit_of_what_is_gone_says_so(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("Tin số 12"))
    an.deletes(an.last)
    with pytest.raises(SendError) as error:
        await door.edit("7", message_id, Reply("Tin số 13"))
    assert (error.value.fault, error.value.permanent) == ("not_found", True)
    assert not error.value.closed


# -- taking back


async def test_both_sides_of_a_chat_are_deleted_and_what_is_too_old_stays(
    door: TelegramDoor, an: FakeUser, clock: FakeClock
) -> None:
    old = [str((await an.sends(f"cũ {n}")).id) for n in range(3)]
    clock.advance(hours=49)
    new = [str((await an.sends(f"mới {n}")).id) for n in range(2)]
    answer = await door.send("7", Reply("Đã nhận"))
    await door.delete("7", [*old, *new, answer, "999"])
    assert [message.text for message in an.screen] == ["cũ 0", "cũ 1", "cũ 2"]


async def test_hundreds_are_deleted_a_hundred_at_a_time(
    door: TelegramDoor, telegram: FakeTelegram, an: FakeUser
) -> None:
    ids = [str((await an.sends("a")).id) for _ in range(205)]
    await door.delete("7", ids)
    assert an.screen == []
    calls = telegram.calls_of("deleteMessages")
    assert [len(call.parameters["message_ids"]) for call in calls] == [100, 100, 5]


async def test_deleting_a_chat_takes_its_key_too(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("Ở đâu?", ask_location=True))
    await door.delete("7", [message_id])
    assert an.screen == []


async def test_deleting_in_a_chat_that_is_closed_fails_at_once(
    door: TelegramDoor, telegram: FakeTelegram
) -> None:
    with pytest.raises(SendError) as error:
        await door.delete("12345", ["1", "2", "3"])
    assert error.value.closed
    assert len(telegram.calls_of("deleteMessages")) == 1


async def test_evidence_is_hidden_by_deleting_it(door: TelegramDoor, an: FakeUser) -> None:
    message_id = await door.send("7", Reply("Ảnh", attachment=PHOTO))
    await door.hide("7", message_id, EvidenceKind.PHOTO)
    assert an.screen == []
    await door.hide("7", message_id, EvidenceKind.PHOTO)


@pytest.mark.parametrize("kind", [EvidenceKind.PHOTO, EvidenceKind.VIDEO, EvidenceKind.DOCUMENT])
async def test_evidence_too_old_to_delete_turns_grey_and_wordless(
    kind: EvidenceKind, door: TelegramDoor, an: FakeUser, clock: FakeClock
) -> None:
    file = Attachment(kind, "image/png", content=picture())
    message_id = await door.send("7", Reply("Ảnh", [[YES]], attachment=file))
    clock.advance(timedelta(hours=49))
    for _ in range(2):
        await door.hide("7", message_id, kind)
    assert (an.last.text, an.last.buttons) == ("", [])
    assert is_one_grey(an.last.photo)


async def test_a_voice_too_old_to_delete_is_reported(
    door: TelegramDoor, an: FakeUser, clock: FakeClock
) -> None:
    voice = Attachment(EvidenceKind.VOICE, "audio/ogg", content=b"ogg")
    message_id = await door.send("7", Reply("", attachment=voice))
    clock.advance(timedelta(hours=49))
    with pytest.raises(SendError) as error:
        await door.hide("7", message_id, EvidenceKind.VOICE)
    assert (error.value.fault, error.value.permanent) == ("cannot_be_hidden", True)


# -- fetching


async def test_a_file_is_fetched(online: Bot, an: FakeUser) -> None:
    sent = await an.sends_photo(picture())
    assert sent.file
    door = TelegramDoor(online, "")
    assert await door.fetch(sent.file.file_id, len(picture())) == picture()


async def test_a_file_said_to_be_too_large_is_not_even_asked_for(
    door: TelegramDoor, an: FakeUser
) -> None:
    sent = await an.sends_document(b"abc", "a.mp4", size=2000)
    assert sent.file
    assert await refusal(door, sent, limit=1999) == ("too_large", True)


async def test_a_file_larger_than_was_said_is_broken_off(online: Bot, an: FakeUser) -> None:
    sent = await an.sends_document(b"a" * 100_000, "a.mp4", size=10)
    assert await refusal(TelegramDoor(online, ""), sent, limit=50_000) == ("too_large", True)


async def test_a_file_larger_than_telegram_gives_out_is_too_large(
    door: TelegramDoor, an: FakeUser
) -> None:
    sent = await an.sends_document(b"abc", "a.mp4", size=30_000_000)
    assert await refusal(door, sent, limit=50_000_000) == ("too_large", True)


async def test_a_file_that_is_away_may_come_back(online: Bot, an: FakeUser) -> None:
    door = TelegramDoor(online, "")
    with pytest.raises(SendError) as error:
        await door.fetch("unknown", 10)
    assert (error.value.fault, error.value.permanent) == ("file_unavailable", False)


async def test_a_download_that_fails_shows_no_url() -> None:
    with pytest.raises(SendError) as error:
        await download(f"http://127.0.0.1:1/file/bot{TOKEN}/photo.jpg", 10)
    assert (error.value.fault, error.value.permanent) == ("network", False)
    assert TOKEN not in "".join(traceback.format_exception(error.value))


async def refusal(door: TelegramDoor, sent: Message, limit: int) -> tuple[str, bool]:
    assert sent.file
    with pytest.raises(SendError) as error:
        await door.fetch(sent.file.file_id, limit)
    return error.value.fault, error.value.permanent


def quoted(message: Message) -> str:
    """What Telegram shows as a quote."""
    entities = message.json.get("entities") or message.json.get("caption_entities") or []
    quotes = [e for e in entities if e["type"] == "blockquote"]
    return "".join(utf16_slice(message.text, e["offset"], e["length"]) for e in quotes)


def is_one_grey(content: bytes | None) -> bool:
    assert content
    with Image.open(io.BytesIO(content)) as shown:
        low, high = shown.convert("L").getextrema()
    return low == high

"""Floods, nonsense and impatience: each gets one sensible answer, or none, and changes nothing else."""

import pytest

from storage.models import Delivery, Tip
from storage.states import DeskReason
from tests.journeys.kept import all_that_is_kept, count
from tests.journeys.telling import FIGHT, SEND, THEFT, tells
from tests.town import Town, rows


async def test_urgent_tips_without_end_go_to_the_desk_and_are_never_refused(town: Town) -> None:
    officer, desk = await town.officer(900), await town.desk_officer()
    an = town.citizen()
    for n in range(7):
        await tells(an, f"{FIGHT} lần {n}")
    tips = [tip for tip in await rows(town.database, Tip) if isinstance(tip, Tip)]
    assert [tip.desk_reason for tip in tips] == [None] * 5 + [DeskReason.FLOOD] * 2
    await town.pass_time(minutes=1)
    assert all(any(f"Tin số {n} " in text for text in officer.texts) for n in range(1, 6))
    assert not any(f"Tin số {n} " in text for text in officer.texts for n in (6, 7))
    assert "tài khoản này gửi nhiều tin khẩn trong một giờ" in desk.text
    await town.pass_time(minutes=61)
    await tells(an, FIGHT)
    assert sum("Tin số 8" in text for text in officer.texts) == 1


async def test_the_longest_message_is_taken_whole(town: Town) -> None:
    an = town.citizen()
    story = ("mất xe ở xóm 5 xã Hải Xuân tối qua. " + "Rất sợ. " * 600)[:4096]
    await an.says(story)
    assert SEND in an.buttons
    await an.presses(SEND)
    assert story.strip() in await all_that_is_kept(town)


@pytest.mark.parametrize(
    "text", ["\u200b\u200c\u200d", "\u202e\u2066", "👍", "🔥" * 200, "?!...", "​"]
)
async def test_nothing_readable_gets_one_answer_and_begins_nothing(
    sqlite_town: Town, text: str
) -> None:
    an = sqlite_town.citizen()
    await an.says(text)
    assert len(an.texts) == 1
    assert "chưa có chữ nào đọc được" in an.text


async def test_characters_that_turn_or_hide_are_taken_out_of_a_story(town: Town) -> None:
    an = town.citizen()
    await an.says("mất\u200b xe \u202eở xóm 5 xã Hải Xuân tối qua")
    assert "• Nội dung: mất xe ở xóm 5 xã Hải Xuân tối qua" in an.text


async def test_stickers_polls_contacts_and_forwards_get_one_answer(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    for act in (
        an.user.sends_sticker(),
        an.user.sends_poll("?", ["a", "b"]),
        an.user.sends_contact(),
    ):
        before = len(an.texts)
        await an.does(act)
        assert len(an.texts) == before + 1
        assert "kể bằng chữ hoặc gửi ảnh" in an.text


async def test_a_forwarded_story_is_heard_and_its_author_is_not_kept(town: Town) -> None:
    an = town.citizen()
    await an.does(an.user.sends_forward(THEFT, author="Nguyễn Văn Bí Mật"))
    assert SEND in an.buttons
    await an.presses(SEND)
    assert "Bí Mật" not in await all_that_is_kept(town)


async def test_the_name_and_the_account_of_a_reporter_are_kept_nowhere_but_in_the_address(
    town: Town,
) -> None:
    an = town.citizen(70_001, "Trần Thị Kín Đáo")
    await tells(an)
    kept = await all_that_is_kept(town)
    assert "Kín Đáo" not in kept
    assert kept.count("70001") == 1


async def test_messages_of_bots_get_no_answer(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    robot = {"id": 555, "is_bot": True, "first_name": "Robot"}
    await an.does(an.user.sends_content(text=THEFT, **{"from": robot}))
    assert an.texts == []


async def test_an_opinion_is_answered_and_not_kept(town: Town) -> None:
    an = town.citizen()
    await an.says("Tôi thấy chính sách mới chẳng ra làm sao cả, lãnh đạo nói một đằng làm một nẻo")
    assert "không tiếp nhận và không lưu lại" in an.text
    assert "chính sách" not in await all_that_is_kept(town)
    assert await count(town, Tip) == 0


async def test_an_impatient_double_tapper_never_files_twice(town: Town) -> None:
    """Every button on the way is pressed twice before anything is answered."""
    an = town.citizen()
    await an.says("trom xe")
    for label in ("Đã xảy ra trước đó", "Không rõ", "Hôm qua", SEND):
        asked = next(m for m in reversed(an.user.screen) if label in m.buttons)
        await an.user.presses(label, asked)
        await an.user.presses(label, asked)
        await town.settle()
    assert await count(town, Tip) == 1
    assert an.text == "Tin đã gửi rồi."


@pytest.mark.parametrize(
    "label", ["Xong", "Rút tin", "Xóa dữ liệu của tôi", "An toàn, cứ nhắn", "Bỏ tin này"]
)
async def test_pressing_twice_does_it_once(town: Town, label: str) -> None:
    an = town.citizen()
    await tells(an, "chồng đang đánh vợ ở xóm 5 xã Hải Xuân")
    if label == "Xong":
        await an.says("BS")
    elif label == "Rút tin":
        await an.says("/status")
        await an.presses(label)
    elif label == "Xóa dữ liệu của tôi":
        await an.says("/mydata")
        await an.presses(label)
    elif label == "Bỏ tin này":
        await an.says("đang cháy nhà")
    shown = next(m for m in reversed(an.user.screen) if label in m.buttons)
    await an.user.presses(label, shown)
    await an.user.presses(label, shown)
    await town.settle()
    assert await count(town, Tip) == 1
    assert an.text


async def test_a_message_delivered_twice_is_answered_once(town: Town) -> None:
    an = town.citizen()
    await an.user.sends(THEFT)
    (update,) = town.telegram.pending_updates()
    await town.settle()
    before = len(an.texts)
    await town.telegram.redeliver(update["update_id"])
    await town.settle()
    assert len(an.texts) == before


async def test_a_flood_of_nonsense_is_answered_ten_times_a_minute_and_leaves_nothing(
    sqlite_town: Town,
) -> None:
    an = sqlite_town.citizen()
    for n in range(60):
        await an.user.sends(f"lảm nhảm số {n} chẳng có nghĩa gì hết cả")
    await sqlite_town.settle()
    assert len(an.texts) == 10
    assert "lảm nhảm" not in await all_that_is_kept(sqlite_town, Delivery)
    await an.says(THEFT)
    assert SEND in an.buttons, "a tip is never refused"
    await sqlite_town.pass_time(minutes=2)
    await an.says("chào")
    assert "113" in an.texts[-2]


async def test_a_flood_of_stickers_and_old_buttons_is_answered_ten_times_a_minute(
    sqlite_town: Town,
) -> None:
    an = sqlite_town.citizen()
    await an.starts()
    for _ in range(20):
        await an.user.sends_sticker()
        await an.user.forges("answer.send:1:1", an.user.last)
    await sqlite_town.settle()
    assert len(an.texts) == 10


@pytest.mark.parametrize("digit", ["2", "3", "9", "hai"])
async def test_a_digit_where_none_is_offered_never_drops_a_tip(
    sqlite_town: Town, digit: str
) -> None:
    an = sqlite_town.citizen()
    for said in (
        "/report",
        "1",
        "3",
        "xã Hải Xuân",
        "Hôm qua",
        "đánh nhau ở chợ",
        digit,
        digit,
        digit,
    ):
        await an.says(said)
    assert "Bỏ tin này" in an.buttons
    assert "không lưu lại gì" not in "\n".join(an.texts)

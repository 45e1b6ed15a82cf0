"""An unfinished tip: told step by step, put aside, taken up again, forgotten in time."""

import pytest

from storage.models import Delivery, Evidence, Reporter, Tip
from tests.journeys.kept import all_that_is_kept, count
from tests.journeys.telling import SEND, THEFT, WIFE, tells
from tests.tips.cleaning_samples import a_chatty_jpeg
from tests.town import Town, rows


async def test_step_by_step_from_the_menu_to_the_receipt(town: Town) -> None:
    an = town.citizen()
    await an.starts()
    for label in ("Báo tin mới", "Trộm cắp, lừa đảo", "Đã xảy ra trước đó"):
        await an.presses(label)
    await an.says("xóm 5, xã Hải Xuân, gần chợ")
    await an.presses("Hôm qua")
    await an.says("mất cái xe Wave đỏ")
    await an.says("hai thanh niên, biển số 18B1")
    await an.does(an.user.sends_photo(a_chatty_jpeg()))
    assert "Đã nhận 1 ảnh" in an.text
    await an.presses("Xong")
    await an.presses("Có, gọi cho tôi")
    await an.says("0912 345 678")
    assert "• Liên hệ: gọi số 0912345678" in an.text
    assert "• Ảnh, video: 1" in an.text
    await an.presses(SEND)
    assert "Mã tra cứu:" in an.text


async def test_digits_and_typed_labels_do_what_buttons_do(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.starts()
    for typed in ("1", "hai", "so 3", "xã Hải Xuân", "hom qua", "mất con trâu", "bo qua", "0", "Bỏ qua",
                  "BỎ QUA", "giau ten, khong can goi", "1"):  # fmt: skip
        await an.says(typed)
    assert "Mã tra cứu:" in "\n".join(an.texts)
    assert await count(sqlite_town, Tip) == 1


async def test_consent_is_kept_with_version_time_and_channel(town: Town) -> None:
    await tells(town.citizen())
    (reporter,) = await rows(town.database, Reporter)
    assert isinstance(reporter, Reporter)
    assert reporter.consent_version == "1"
    assert reporter.consent_at == town.clock()
    assert reporter.consent_channel == "telegram"


@pytest.mark.parametrize("steps", range(1, 8))
async def test_a_draft_survives_a_restart_at_every_step(sqlite_town: Town, steps: int) -> None:
    an = sqlite_town.citizen()
    typed = [
        "/report",
        "2",
        "3",
        "xã Hải Xuân",
        "Hôm qua",
        "mất con trâu",
        "Bỏ qua",
        "Bỏ qua",
        "1",
        "1",
    ]
    for text in typed[:steps]:
        await an.says(text)
    sqlite_town.restart()
    for text in typed[steps:]:
        await an.says(text)
    assert "Mã tra cứu:" in an.text


async def test_buttons_from_before_a_restart_still_work_and_older_ones_are_old(town: Town) -> None:
    an = town.citizen()
    await an.says("co trom xe o xom 5 hai xuan")
    asked = an.user.last
    town.restart()
    await an.presses("Đang xảy ra", asked)
    assert SEND in an.buttons
    town.restart()
    await an.presses("Vừa xảy ra", asked)
    assert an.text.startswith("Nút này đã cũ.")
    assert SEND in an.buttons, "and the open question is asked again"


async def test_a_draft_is_erased_after_a_day_and_its_owner_is_told(town: Town) -> None:
    an = town.citizen()
    await an.does(an.user.sends_photo(a_chatty_jpeg(), caption="mất xe ở xóm 5 tối qua"))
    assert await count(town, Evidence) == 1
    await town.pass_time(hours=23)
    assert "quá" not in an.text
    await town.pass_time(hours=2)
    assert an.text.startswith("Phần nhắn dở của anh/chị chưa được gửi, chưa ai đọc, đã quá 1 ngày")
    assert "tin báo" not in an.text.lower(), "others may read the phone"
    assert "mất xe" not in await all_that_is_kept(town)
    assert await count(town, Evidence) == 0
    await town.pass_time(hours=25)
    assert sum("quá 1 ngày" in text for text in an.texts) == 1


async def test_a_draft_that_the_sweep_missed_is_gone_all_the_same(town: Town) -> None:
    an = town.citizen()
    await an.says("mất xe ở xóm 5 tối qua")
    town.clock.advance(hours=25)
    await an.says("xã Hải Xuân")
    assert any("quá 1 ngày" in text for text in an.texts)
    assert SEND not in an.buttons


async def test_an_empty_draft_goes_in_silence(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.says("/report")
    before = len(an.texts)
    await sqlite_town.pass_time(hours=25)
    assert len(an.texts) == before


async def test_a_sensitive_draft_goes_in_silence_because_others_may_read_the_phone(
    sqlite_town: Town,
) -> None:
    an = sqlite_town.citizen()
    await an.says("tuần trước chồng đánh vợ ở xã Hải Xuân")
    before = len(an.texts)
    await sqlite_town.pass_time(hours=25)
    assert len(an.texts) == before
    assert "đánh vợ" not in await all_that_is_kept(sqlite_town, Delivery)


async def test_something_urgent_left_unsent_is_nudged_once_after_five_minutes(town: Town) -> None:
    an = town.citizen()
    await an.says("đang đánh nhau")
    await town.pass_time(minutes=4)
    assert "chưa ai đọc" not in an.text
    await town.pass_time(minutes=2)
    assert an.text == (
        "Phần nhắn dở của anh/chị chưa được gửi, chưa ai đọc. Đang nguy hiểm thì gọi 113. "
        "Muốn gửi thì bấm «Làm tiếp»."
    )
    town.restart()
    await an.presses("Làm tiếp")
    assert "Việc xảy ra ở đâu?" in an.text
    await an.says("xã Hải Xuân")
    await town.pass_time(minutes=30)
    assert sum("chưa ai đọc" in text for text in an.texts) == 1
    await an.presses(SEND)
    assert "Mã tra cứu:" in an.text


async def test_after_the_nudge_the_open_question_is_still_answered_at_once(town: Town) -> None:
    an = town.citizen()
    await an.says("đang đánh nhau ở xã Hải Xuân")
    await town.pass_time(minutes=6)
    await an.says("1")
    assert "Mã tra cứu:" in an.text


async def test_the_nudge_shows_nothing_of_the_tip_because_others_may_see_it(
    sqlite_town: Town,
) -> None:
    an = sqlite_town.citizen()
    await an.says(WIFE)
    await sqlite_town.pass_time(minutes=6)
    assert not any(word in an.text for word in ("vợ", "Bạo lực", "Hải Xuân"))


@pytest.mark.parametrize("words", [THEFT, "tuần trước ở xã Hải Xuân có tiếng ồn karaoke"])
async def test_what_is_not_urgent_is_not_nudged(sqlite_town: Town, words: str) -> None:
    an = sqlite_town.citizen()
    await an.says(words)
    before = len(an.texts)
    await sqlite_town.pass_time(minutes=10)
    assert len(an.texts) == before


async def test_what_was_sent_is_not_nudged(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await tells(an, WIFE)
    before = len(an.texts)
    await sqlite_town.pass_time(minutes=6)
    assert len(an.texts) == before


@pytest.mark.parametrize("way", ["/cancel", "hủy", "Bỏ tin này"])
async def test_cancelling_leaves_nothing_neither_words_nor_pictures(town: Town, way: str) -> None:
    an = town.citizen()
    await an.does(an.user.sends_photo(a_chatty_jpeg(), caption="mất xe ở xóm 5 xã Hải Hòa tối qua"))
    await an.says(way)
    assert "không lưu lại gì" in an.text
    assert "xóm 5" not in await all_that_is_kept(town, Delivery)
    assert await count(town, Evidence) == 0


async def test_an_edited_message_updates_the_draft(town: Town) -> None:
    an = town.citizen()
    message = await an.user.sends("mất xe ở xóm 5 xã Hải Xuân tối qua")
    await town.settle()
    await an.does(an.user.edits(message, "mất trộm hai xe ở xóm 7 xã Hải Xuân tối qua"))
    assert an.text.startswith("Đã sửa theo tin nhắn anh/chị vừa chỉnh.")
    assert "• Nội dung: mất trộm hai xe ở xóm 7 xã Hải Xuân tối qua" in an.text
    await an.presses(SEND)
    assert "mất trộm hai xe" in await all_that_is_kept(town)


async def test_an_edited_caption_updates_the_draft_and_takes_no_second_picture(town: Town) -> None:
    an = town.citizen()
    message = await an.user.sends_photo(
        a_chatty_jpeg(), caption="mất xe ở xóm 5 xã Hải Xuân tối qua"
    )
    await town.settle()
    await an.does(an.user.edits(message, "mất trâu ở xóm 5 xã Hải Xuân tối qua"))
    assert "• Nội dung: mất trâu" in an.text
    assert await count(town, Evidence) == 1


async def test_an_edit_after_sending_changes_nothing(town: Town) -> None:
    an = town.citizen()
    message = await an.user.sends(THEFT)
    await town.settle()
    await an.presses(SEND)
    before = len(an.texts)
    await an.does(an.user.edits(message, "không có gì"))
    assert len(an.texts) == before
    assert THEFT in await all_that_is_kept(town)


async def test_a_digit_typed_twice_agrees_to_nothing_that_nobody_has_seen(town: Town) -> None:
    """The first one answers the question; the second was sent before the summary was on the screen."""
    an = town.citizen()
    await an.says("đánh nhau ở xóm 5 xã Hải Xuân")
    assert "lúc nào?" in an.text
    await an.user.sends("1")
    await an.user.sends("1")
    await town.at_once(1)
    assert await count(town, Tip) == 0
    assert an.text.startswith("Tin nhắn vừa rồi tới trước câu hỏi này")
    assert SEND in an.buttons
    await an.says("1")
    assert await count(town, Tip) == 1

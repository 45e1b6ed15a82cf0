"""After sending: the code, the status, what is pushed, what may be added or taken back."""

import re

import pytest

from storage.models import Event, Tip
from storage.states import EventKind, TipState
from tests.journeys.kept import all_that_is_kept, count
from tests.journeys.telling import DRUGS, FIGHT, SEND, THEFT, WIFE, tells
from tests.tips.cleaning_samples import a_chatty_jpeg
from tests.town import Person, Town, rows
from tips.receipts import read_code


def in_sight(person: Person) -> str:
    return "\n".join(person.texts)


async def the_tip(town: Town) -> Tip:
    tip = (await rows(town.database, Tip))[-1]
    assert isinstance(tip, Tip)
    return tip


async def test_the_receipt_shows_a_code_that_is_not_the_tips_number(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    code = await tells(an)
    assert read_code(code)
    assert "Tin số" not in in_sight(an)
    assert code not in in_sight(officer)
    assert code.replace("-", "") not in await all_that_is_kept(town)


async def test_in_its_own_chat_everything_works_without_the_code(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("/status")
    assert an.text == (
        "Tin gửi lúc 10 giờ: mới gửi (cập nhật 10 giờ).\nĐang chờ cán bộ nhận xử lý."
    )
    assert an.buttons == ["Gửi thêm", "Rút tin"]


@pytest.mark.parametrize(
    "typed", [str, str.lower, lambda code: "Mã tra cứu: " + code.replace("-", "")]
)
async def test_from_another_chat_the_code_shows_the_status_line_only(
    town: Town, typed: object
) -> None:
    assert callable(typed)
    code = await tells(town.citizen(), THEFT)
    binh = town.citizen(8)
    await binh.says(typed(code))
    assert binh.text == (f"Tin {code}: mới gửi (cập nhật 10 giờ).\nĐang chờ cán bộ nhận xử lý.")
    assert binh.buttons == []
    await binh.says(f"BS {code}")
    assert binh.buttons == []
    assert "Trộm" not in in_sight(binh)


async def test_after_five_wrong_codes_even_the_right_one_waits_an_hour(town: Town) -> None:
    code = await tells(town.citizen())
    thief = town.citizen(8)
    for _ in range(5):
        await thief.says("K7M4-P2X9-R3T")
        assert "Mã này không đúng" in thief.text
    await thief.says(code)
    assert "thử lại sau 1 giờ" in thief.text
    await town.pass_time(minutes=61)
    await thief.says(code)
    assert "mới gửi" in thief.text


async def test_every_change_is_pushed_and_names_nothing(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an)
    before = len(an.texts)
    await officer.presses("Nhận xử lý")
    await officer.presses("Đang xác minh")
    assert an.texts[before:] == ["Có cập nhật. Nhắn mã để xem."] * 2
    await an.presses("Xem kết quả tin đã báo")
    assert "đang xác minh" in an.text


@pytest.mark.parametrize("words", [WIFE, DRUGS])
async def test_in_sensitive_categories_nothing_is_pushed_before_the_phone_is_said_to_be_safe(
    town: Town, words: str
) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an, words)
    assert an.text.startswith("Máy này nhận tin nhắn có an toàn cho anh/chị không?")
    before = len(an.texts)
    await officer.presses("Nhận xử lý")
    assert len(an.texts) == before
    await an.presses("An toàn, cứ nhắn")
    assert "nhắn một câu ngắn, không nêu việc gì" in an.text
    await officer.presses("Đang xác minh")
    assert an.text == "Có cập nhật. Nhắn mã để xem."


async def test_a_phone_that_is_not_safe_stays_silent(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an, WIFE)
    await an.presses("Không an toàn")
    before = len(an.texts)
    await officer.presses("Nhận xử lý")
    await town.pass_time(minutes=20)
    assert len(an.texts) == before


async def test_the_missed_urgent_is_told_not_to_wait(town: Town) -> None:
    await town.officer(900)
    an = town.citizen()
    await tells(an, FIGHT)
    assert "Thường có cán bộ xem" not in in_sight(an)
    await town.pass_time(minutes=16)
    assert an.text == "🚨 Chưa có cán bộ nào nhận tin. Đừng chờ thêm, hãy gọi 113."


# adding ---------------------------------------------------------------------------------------


async def test_bs_adds_words_and_pictures_until_it_is_said_to_be_done(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an)
    await an.says("BS")
    await an.says("xe màu đỏ biển số 18B1")
    assert "Đã gửi thêm cho cán bộ" in an.text
    await an.does(an.user.sends_photo(a_chatty_jpeg()))
    await an.presses("Xong")
    assert an.text == "Cảm ơn anh/chị."
    assert "Người báo gửi thêm cho tin số 1." in in_sight(officer)
    assert "xe màu đỏ" in await all_that_is_kept(town)
    await officer.presses("Nhận xử lý", next(m for m in officer.user.screen if m.buttons))


async def test_bs_with_words_adds_them_at_once(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("bs xe màu đỏ")
    assert "Đã gửi thêm cho cán bộ" in an.text
    assert "xe màu đỏ" in await all_that_is_kept(town)


async def test_bs_under_a_picture_adds_the_picture(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.does(an.user.sends_photo(a_chatty_jpeg(), caption="BS"))
    assert "Đã gửi thêm cho cán bộ" in an.text


async def test_with_several_open_tips_bs_asks_which_and_keeps_the_words(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    town.clock.advance(minutes=30)
    await tells(an, FIGHT)
    await an.says("BS có thêm hai người")
    assert an.buttons[:2] == ["Gửi thêm cho tin lúc 10 giờ 30", "Gửi thêm cho tin lúc 10 giờ"]
    await an.presses("Gửi thêm cho tin lúc 10 giờ")
    await an.presses("Xong")
    first, second = await rows(town.database, Event), await count(town, Tip)
    added = [e for e in first if isinstance(e, Event) and e.kind is EventKind.ADDED]
    assert [event.tip_id for event in added] == [1]
    assert second == 2


async def test_words_right_after_sending_that_tell_no_incident_may_belong_to_the_tip(
    town: Town,
) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("xe màu đỏ yếm trắng nhé")
    assert "Anh/chị gửi thêm cho tin nào?" in an.text
    await an.presses("Gửi thêm cho tin lúc 10 giờ")
    assert "xe màu đỏ" in await all_that_is_kept(town)


async def test_adding_in_the_middle_of_another_tip_loses_neither(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("đang cháy nhà")
    await an.says("/status")
    await an.presses("Gửi thêm")
    await an.says("xe màu đỏ biển số 18B1")
    await an.presses("Xong")
    assert "làm tiếp" in an.text
    await an.says("xã Hải Xuân")
    assert "• Nội dung: đang cháy nhà" in an.text


async def test_half_an_hour_of_silence_ends_the_adding(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("BS")
    await town.pass_time(minutes=31)
    await an.says("đang đánh nhau ở xã Hải Xuân")
    assert SEND in an.buttons, "a new incident is not swallowed by an old tip"


async def test_a_pin_that_is_added_is_asked_what_it_means(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("BS")
    await an.does(an.user.sends_location(20.1283, 106.2419))
    await an.presses("Chỗ tôi đang đứng")
    assert "không lưu" in an.text
    await an.presses("Xong")
    assert "20.12" not in await all_that_is_kept(town)


async def test_nothing_is_added_to_what_is_closed(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("BS")
    await an.says("/status")
    await an.presses("Rút tin")
    await an.presses("Rút tin")
    await an.says("xe màu đỏ biển số 18B1")
    assert "đã kết thúc" in an.text
    assert "màu đỏ" not in await all_that_is_kept(town)


async def test_a_tip_that_is_full_says_so(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await tells(an)
    await an.says("BS")
    for _ in range(4):
        await an.says("x " * 2040)
    assert "đã nhận đủ chữ và ảnh" in an.text


# withdrawing ----------------------------------------------------------------------------------


async def withdraws(person: Person) -> str:
    await person.says("/status")
    await person.presses("Rút tin")
    return await person.presses("Rút tin")


async def test_what_nobody_took_is_withdrawn_and_erased_at_once(town: Town) -> None:
    await town.officer(900)
    an = town.citizen()
    await tells(an)
    assert await withdraws(an) == "Đã rút tin."
    tip = await the_tip(town)
    assert tip.state is TipState.WITHDRAWN
    assert tip.words_sealed is None
    await an.says("/status")
    assert an.buttons == []


async def test_what_an_officer_took_stops_and_is_erased_later(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an)
    await officer.presses("Nhận xử lý")
    assert await withdraws(an) == "Đã rút tin."
    tip = await the_tip(town)
    assert tip.state is TipState.WITHDRAWN
    assert tip.words_sealed is not None


@pytest.mark.parametrize(
    "words",
    [
        WIFE,
        "cháu bé 6 tuổi bị đánh đập ở xã Hải Xuân",
        "con gái tôi mất tích từ hôm qua ở xã Hải Xuân",
    ],
)
async def test_of_guarded_categories_withdrawing_is_a_request_once_taken(
    town: Town, words: str
) -> None:
    officer, desk = await town.officer(900), await town.desk_officer()
    an = town.citizen()
    await an.says(words)
    while SEND not in an.buttons:
        await an.presses("Đang xảy ra")
    await an.presses(SEND)
    await officer.presses("Nhận xử lý")
    assert "ghi lại yêu cầu rút" in await withdraws(an)
    assert (await the_tip(town)).state is TipState.ACKNOWLEDGED
    assert "có thể người báo bị ép" in desk.text
    assert "xin rút" not in in_sight(officer)


async def test_keeping_the_tip_after_all(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("/status")
    await an.presses("Rút tin")
    await an.presses("Giữ lại")
    assert (await the_tip(town)).state is TipState.NEW


async def test_nobody_withdraws_or_adds_to_the_tip_of_another(town: Town) -> None:
    an, thief = town.citizen(7), town.citizen(8)
    await tells(an)
    await thief.starts()
    for data in ("withdraw.yes:1:1", "add:1:0", "safe.yes:1:0"):
        await thief.does(thief.user.forges(data, thief.user.last))
        assert "Nút này đã cũ" in thief.text
    tip = await the_tip(town)
    assert tip.state is TipState.NEW


async def test_a_code_is_ten_random_symbols_and_a_check(sqlite_town: Town) -> None:
    codes = {await tells(sqlite_town.citizen(n)) for n in range(7, 12)}
    assert len(codes) == 5
    assert all(re.fullmatch(r"\w{4}-\w{4}-\w{3}", code) for code in codes)


async def test_where_nobody_can_be_reached_the_receipt_says_so_and_speaks_of_no_trial(
    sqlite_town: Town,
) -> None:
    an = sqlite_town.citizen()
    await tells(an)
    assert "✅ Tin đã được lưu." in an.text
    assert "Hiện chưa có ai trực" in an.text
    assert "thử" not in an.text
    assert await an.says("cảm ơn cháu") == "Cảm ơn anh/chị."

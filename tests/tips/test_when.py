"""When it happened, as people say it: kept as said, and understood."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tips.understanding.when import Precision, When, understand_when

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=ZONE)  # a Sunday
CLOCK, ROUGHLY, PART, DAY, LONGER = Precision


def understood(text: str, now: datetime = NOW) -> When:
    when = understand_when(text, now, ZONE)
    assert when is not None, text
    return when


def local(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("khoảng 21h30", "21/11/2026 21:30", ROUGHLY),
        ("hôm qua 9 rưỡi tối", "21/11/2026 21:30", CLOCK),
        ("hom qua 9 ruoi toi", "21/11/2026 21:30", CLOCK),
        ("tối qua khoảng 9 rưỡi", "21/11/2026 21:30", ROUGHLY),
        ("toi qua khoang 9 ruoi", "21/11/2026 21:30", ROUGHLY),
        ("hồi 21h30'", "21/11/2026 21:30", CLOCK),
        ("21g30", "21/11/2026 21:30", CLOCK),
        ("9 giờ tối", "21/11/2026 21:00", CLOCK),
        ("9h tối qua", "21/11/2026 21:00", CLOCK),
        ("9h toi qua", "21/11/2026 21:00", CLOCK),
        ("lúc 9:30", "22/11/2026 09:30", ROUGHLY),
        ("14:15", "22/11/2026 14:15", CLOCK),
        ("hôm qua 04:30", "21/11/2026 04:30", CLOCK),
        ("0h30 hôm qua", "21/11/2026 00:30", CLOCK),
        ("24h", "22/11/2026 00:00", CLOCK),
        ("0h đêm qua", "22/11/2026 00:00", CLOCK),
        ("12h sáng nay", "22/11/2026 00:00", CLOCK),
        ("21h30 tối qua mong công an đến", "21/11/2026 21:30", CLOCK),
        ("10h 20/11", "20/11/2026 10:00", ROUGHLY),
        ("21h30p hôm qua", "21/11/2026 21:30", CLOCK),
        ("9 giờ 15 phút tối qua", "21/11/2026 21:15", CLOCK),
        ("lúc 9 giờ", "22/11/2026 09:00", ROUGHLY),
        ("4 giờ", "22/11/2026 04:00", ROUGHLY),
        ("2 giờ chiều nay", "22/11/2026 14:00", CLOCK),
        ("12 giờ trưa", "22/11/2026 12:00", CLOCK),
        ("1h trưa nay", "22/11/2026 13:00", CLOCK),
        ("12h đêm qua", "22/11/2026 00:00", CLOCK),
        ("đêm qua 1 giờ sáng", "22/11/2026 01:00", CLOCK),
        ("dem qua 1 gio sang", "22/11/2026 01:00", CLOCK),
        ("1h đêm qua", "22/11/2026 01:00", CLOCK),
        ("2 giờ sáng nay", "22/11/2026 02:00", CLOCK),
        ("2h sáng hôm qua", "21/11/2026 02:00", CLOCK),
        ("đêm qua lúc 11 giờ kém 15", "21/11/2026 22:45", CLOCK),
        ("9 giờ kém 5 tối hôm kia", "20/11/2026 20:55", CLOCK),
        ("chín giờ tối qua", "21/11/2026 21:00", CLOCK),
        ("khoảng hai giờ sáng hôm qua", "21/11/2026 02:00", ROUGHLY),
        ("hôm qua 2 giờ", "21/11/2026 14:00", ROUGHLY),
        ("20h ngày 12/11", "12/11/2026 20:00", CLOCK),
        ("ngày 12/11 lúc 8h sáng", "12/11/2026 08:00", CLOCK),
        ("thứ 7 tuần trước lúc 19h", "14/11/2026 19:00", CLOCK),
        ("22h30 tối thứ sáu", "20/11/2026 22:30", CLOCK),
        ("3 ngày trước lúc 9h tối", "19/11/2026 21:00", CLOCK),
        ("10 phút trước", "22/11/2026 14:50", ROUGHLY),
        ("10p trước", "22/11/2026 14:50", ROUGHLY),
        ("cách đây 2 tiếng", "22/11/2026 13:00", ROUGHLY),
        ("nửa tiếng trước", "22/11/2026 14:30", ROUGHLY),
        ("1 tiếng rưỡi trước", "22/11/2026 13:30", ROUGHLY),
        ("2 gio truoc", "22/11/2026 13:00", ROUGHLY),
        ("bây giờ", "22/11/2026 15:00", ROUGHLY),
        ("yesterday 9pm", "21/11/2026 21:00", CLOCK),
        ("at 9:30 pm", "21/11/2026 21:30", CLOCK),
        ("20 minutes ago", "22/11/2026 14:40", ROUGHLY),
        ("half an hour ago", "22/11/2026 14:30", ROUGHLY),
        ("last night around 10 pm", "21/11/2026 22:00", ROUGHLY),
        ("two hours ago", "22/11/2026 13:00", ROUGHLY),
    ],
)
def test_an_hour_is_understood(text: str, moment: str, precision: Precision) -> None:
    when = understood(text)
    assert (local(when.start), local(when.end)) == (moment, moment)
    assert when.precision is precision


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("tối qua", "21/11/2026 18:00", "22/11/2026 00:00", PART),
        ("toi qua", "21/11/2026 18:00", "22/11/2026 00:00", PART),
        ("Tối hôm qua", "21/11/2026 18:00", "22/11/2026 00:00", PART),
        ("đêm qua", "21/11/2026 21:00", "22/11/2026 05:00", PART),
        ("sáng nay", "22/11/2026 05:00", "22/11/2026 11:00", PART),
        ("sang nay", "22/11/2026 05:00", "22/11/2026 11:00", PART),
        ("rạng sáng nay", "22/11/2026 00:00", "22/11/2026 06:00", PART),
        ("chiều nay", "22/11/2026 13:00", "22/11/2026 15:00", PART),
        ("chiều hôm kia", "20/11/2026 13:00", "20/11/2026 18:00", PART),
        ("hôm qua, buổi tối", "21/11/2026 18:00", "22/11/2026 00:00", PART),
        ("tối thứ 7", "21/11/2026 18:00", "22/11/2026 00:00", PART),
        ("toi thu 7 tuan truoc", "14/11/2026 18:00", "15/11/2026 00:00", PART),
        ("sáng ngày 12/11", "12/11/2026 05:00", "12/11/2026 11:00", PART),
        ("đêm 12/11", "12/11/2026 21:00", "13/11/2026 05:00", PART),
        ("từ sáng đến giờ", "22/11/2026 05:00", "22/11/2026 11:00", PART),
        ("hồi tối", "21/11/2026 18:00", "22/11/2026 00:00", PART),
        ("buổi trưa", "22/11/2026 11:00", "22/11/2026 14:00", PART),
        ("nửa đêm hôm qua", "21/11/2026 23:00", "22/11/2026 02:00", PART),
        ("last night", "21/11/2026 20:00", "22/11/2026 05:00", PART),
        ("this morning", "22/11/2026 05:00", "22/11/2026 12:00", PART),
        ("yesterday evening", "21/11/2026 17:00", "21/11/2026 23:00", PART),
        ("hôm qua", "21/11/2026 00:00", "22/11/2026 00:00", DAY),
        ("hom kia", "20/11/2026 00:00", "21/11/2026 00:00", DAY),
        ("hôm nay", "22/11/2026 00:00", "22/11/2026 15:00", DAY),
        ("3 ngày trước", "19/11/2026 00:00", "20/11/2026 00:00", DAY),
        ("ba hôm trước", "19/11/2026 00:00", "20/11/2026 00:00", DAY),
        ("cách đây năm ngày", "17/11/2026 00:00", "18/11/2026 00:00", DAY),
        ("thứ 7 tuần trước", "14/11/2026 00:00", "15/11/2026 00:00", DAY),
        ("thứ bảy vừa rồi", "21/11/2026 00:00", "22/11/2026 00:00", DAY),
        ("chủ nhật", "22/11/2026 00:00", "22/11/2026 15:00", DAY),
        ("chủ nhật vừa rồi", "15/11/2026 00:00", "16/11/2026 00:00", DAY),
        ("hôm t6", "20/11/2026 00:00", "21/11/2026 00:00", DAY),
        ("ngày 12/11", "12/11/2026 00:00", "13/11/2026 00:00", DAY),
        ("12/11", "12/11/2026 00:00", "13/11/2026 00:00", DAY),
        ("12-11-2026", "12/11/2026 00:00", "13/11/2026 00:00", DAY),
        ("ngày 12 tháng 11 năm 2026", "12/11/2026 00:00", "13/11/2026 00:00", DAY),
        ("ngày 12", "12/11/2026 00:00", "13/11/2026 00:00", DAY),
        ("ngày 25", "25/10/2026 00:00", "26/10/2026 00:00", DAY),
        ("ngày 25/12", "25/12/2025 00:00", "26/12/2025 00:00", DAY),
        ("last friday", "20/11/2026 00:00", "21/11/2026 00:00", DAY),
        ("cuối tuần", "21/11/2026 00:00", "22/11/2026 15:00", LONGER),
        ("cuối tuần trước", "14/11/2026 00:00", "16/11/2026 00:00", LONGER),
        ("tuần trước", "09/11/2026 00:00", "16/11/2026 00:00", LONGER),
        ("tháng trước", "01/10/2026 00:00", "01/11/2026 00:00", LONGER),
        ("tháng 9", "01/09/2026 00:00", "01/10/2026 00:00", LONGER),
        ("năm ngoái", "01/01/2025 00:00", "01/01/2026 00:00", LONGER),
        ("3 hôm nay", "19/11/2026 00:00", "22/11/2026 15:00", LONGER),
        ("mấy hôm trước", "15/11/2026 00:00", "21/11/2026 00:00", LONGER),
        ("vừa nãy", "22/11/2026 14:00", "22/11/2026 15:00", ROUGHLY),
        ("lúc nãy", "22/11/2026 14:00", "22/11/2026 15:00", ROUGHLY),
        ("từ 22h đến 2h sáng", "21/11/2026 22:00", "22/11/2026 02:00", ROUGHLY),
        ("khoảng 9-10 giờ tối qua", "21/11/2026 21:00", "21/11/2026 22:00", ROUGHLY),
    ],
)
def test_a_stretch_of_time_is_understood(
    text: str, start: str, end: str, precision: Precision
) -> None:
    when = understood(text)
    assert (local(when.start), local(when.end), when.precision) == (start, end, precision)


@pytest.mark.parametrize(
    ("text", "said", "start"),
    [
        ("co trom xe o xom 5 hai xuan toi qua", "toi qua", "21/11/2026 18:00"),
        ("có trộm xe ở xóm 9 tối qua", "tối qua", "21/11/2026 18:00"),
        ("hôm qua tôi đi chợ về thì mất xe", "hôm qua", "21/11/2026 00:00"),
        ("hom qua toi di cho ve thi mat xe", "hom qua", "21/11/2026 00:00"),
        ("đánh nhau ở số nhà 12/11 đường Trần Phú hôm kia", "hôm kia", "20/11/2026 00:00"),
        (
            "Hôm qua lúc 9 rưỡi tối có mấy thanh niên đánh bảo vệ",
            "Hôm qua lúc 9 rưỡi tối",
            "21/11/2026 21:30",
        ),
        ("hom qua toi dang ngu luc 2h sang thi nghe", "hom qua, 2h sang", "21/11/2026 02:00"),
        ("mất xe khoảng 22h tại ngõ 4 giờ camera có quay", "khoảng 22h", "21/11/2026 22:00"),
        ("cháu đi từ sáng qua đến giờ chưa về", "sáng qua", "21/11/2026 05:00"),
    ],
)
def test_the_time_is_found_within_a_longer_message(text: str, said: str, start: str) -> None:
    when = understood(text)
    assert (when.said, local(when.start)) == (said, start)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cháy nhà",
        "xóm 5 xã Hải Xuân",
        "xóm 5 giờ có trộm",
        "số nhà 12/11",
        "đường 21 km 9",
        "ngõ 24/7",
        "mất 9 triệu",
        "em tôi 15 tuổi",
        "xe biển 18A-123.45",
        "điện thoại 0912345678",
        "tôi thấy 2 người",
        "toi thay 2 nguoi",
        "nó sang Trung Quốc",
        "no sang Trung Quoc",
        "lần thứ 2 bị trộm",
        "mạng 4g yếu",
        "mùng 2 Tết",
        "mong 2 tet luc 9h toi",
        "đêm giao thừa",
        "15 tháng 7 âm lịch",
        "buổi tối hay có đua xe",
        "rằm tháng 7",
        "tối nào cũng đánh bạc",
        "toi nao cung danh bac luc 9h",
        "tối thứ 7 nào cũng đua xe",
        "mỗi tối họ hát karaoke",
        "every evening",
        "suốt 3 giờ",
        "25 giờ",
        "9h75",
        "31/02/2026",
    ],
)
def test_what_says_no_one_time_is_not_understood(text: str) -> None:
    assert understand_when(text, NOW, ZONE) is None


@pytest.mark.parametrize(
    "text", ["9 giờ tối nay", "tối nay", "ngày 12/11/2030", "ngày mai", "9h tối mai"]
)
def test_a_time_that_has_not_come_is_not_understood(text: str) -> None:
    assert understand_when(text, NOW, ZONE) is None


def test_an_hour_that_has_not_come_today_was_yesterday() -> None:
    morning = NOW.replace(hour=8)
    assert local(understood("21h30", morning).start) == "21/11/2026 21:30"
    assert local(understood("7h", morning).start) == "22/11/2026 07:00"


def test_a_part_of_today_that_is_not_over_ends_now() -> None:
    assert local(understood("sáng nay", NOW.replace(hour=9)).end) == "22/11/2026 09:00"


def test_tonight_is_understood_once_it_has_begun() -> None:
    assert local(understood("tối nay", NOW.replace(hour=20)).start) == "22/11/2026 18:00"


def test_local_days_are_those_of_the_zone_and_not_of_utc() -> None:
    early = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # 01:30 on the 22nd in Vietnam
    assert local(understood("hôm qua", early).start) == "21/11/2026 00:00"


def test_decomposed_accents_and_capitals_are_read() -> None:
    assert local(understood("TO\u0302\u0301I QUA").start) == "21/11/2026 18:00"


@pytest.mark.parametrize(
    "text", ["9" * 3000, "tối qua " * 500, "\u202e21h30", "\ud800", "0h", "00:00"]
)
def test_any_text_is_survived(text: str) -> None:
    when = understand_when(text, NOW, ZONE)
    assert when is None or when.start <= when.end <= NOW


@pytest.mark.parametrize("hours", range(0, 24 * 8, 5))
@pytest.mark.parametrize(
    "text", ["9 giờ", "tối qua", "đêm qua 1 giờ sáng", "thứ 3", "12/11", "12h đêm", "tuần trước"]
)
def test_nothing_is_ever_understood_as_the_future(text: str, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    when = understood(text, now)
    assert when.start <= when.end <= now

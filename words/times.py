"""The words by which people say when something happened, Vietnamese and English, as data.

Vietnamese words stand with their accents; whoever reads them accepts them without as well.
"""

from collections.abc import Mapping

# Part of the day -> its hours, counted from midnight of the day it belongs to. A night belongs to
# the day on which it began, so it runs past 24.
PARTS: Mapping[str, tuple[int, int]] = {
    "rạng sáng": (0, 6),
    "tờ mờ sáng": (4, 6),
    "mờ sáng": (4, 6),
    "gần sáng": (3, 6),
    "sáng sớm": (5, 8),
    "sáng": (5, 11),
    "giữa trưa": (11, 14),
    "trưa": (11, 14),
    "chiều tối": (17, 20),
    "chập tối": (18, 20),
    "chiều": (13, 18),
    "nửa đêm": (23, 26),
    "đêm khuya": (22, 27),
    "khuya": (22, 27),
    "tối khuya": (21, 25),
    "tối": (18, 24),
    "đêm": (21, 29),
    "early morning": (0, 7),
    "morning": (5, 12),
    "noon": (11, 14),
    "afternoon": (12, 18),
    "evening": (17, 23),
    "tonight": (18, 29),
    "midnight": (23, 26),
    "night": (20, 29),
}

# Said of a day -> how many days ago.
DAYS_AGO: Mapping[str, int] = {
    "hôm nay": 0,
    "bữa nay": 0,
    "ngày nay": 0,
    "hnay": 0,
    "today": 0,
    "hôm qua": 1,
    "hôm wa": 1,
    "bữa qua": 1,
    "hqua": 1,
    "day before yesterday": 2,
    "yesterday": 1,
    "hôm kia": 2,
    "bữa kia": 2,
    "hôm kìa": 3,
}

# Said after a part of the day ("tối qua") or before it ("last night") -> how many days ago.
AFTER_PART: Mapping[str, int] = {"nay": 0, "qua": 1, "wa": 1, "kia": 2}
BEFORE_PART: Mapping[str, int] = {"this": 0, "last": 1}

# As datetime counts them: Monday is 0.
WEEKDAYS: Mapping[str, int] = {
    **{f"thứ {name}": day for day, name in enumerate(["2", "3", "4", "5", "6", "7"])},
    **{f"thứ {name}": day for day, name in enumerate(["hai", "ba", "tư", "năm", "sáu", "bảy"])},
    **{f"t{name}": day for day, name in enumerate(["2", "3", "4", "5", "6", "7"])},
    "thứ bẩy": 5,
    "chủ nhật": 6,
    "chúa nhật": 6,
    "cn": 6,
    "monday": 0,
    "tuesday": 1,
    "wednesday": 2,
    "thursday": 3,
    "friday": 4,
    "saturday": 5,
    "sunday": 6,
}
LAST_WEEK = ("tuần trước", "tuần rồi", "tuần qua", "tuần vừa rồi", "tuần vừa qua", "last week")
THIS_WEEK = ("tuần này", "this week")
WEEKEND = ("cuối tuần", "weekend")
LAST_WEEKEND = ("cuối tuần trước", "cuối tuần rồi", "cuối tuần qua", "last weekend")
LAST_MONTH = ("tháng trước", "tháng rồi", "tháng vừa rồi", "tháng vừa qua", "last month")
LAST_YEAR = ("năm ngoái", "năm trước", "năm rồi", "last year")

# A count in words. "vài", "mấy": some.
NUMBERS: Mapping[str, float] = {
    "nửa": 0.5,
    "half an": 0.5,
    "một": 1,
    "an": 1,
    "a": 1,
    "one": 1,
    "hai": 2,
    "two": 2,
    "ba": 3,
    "three": 3,
    "bốn": 4,
    "four": 4,
    "năm": 5,
    "five": 5,
    "sáu": 6,
    "six": 6,
    "bảy": 7,
    "seven": 7,
    "tám": 8,
    "eight": 8,
    "chín": 9,
    "nine": 9,
    "mười một": 11,
    "mười hai": 12,
    "mười": 10,
    "ten": 10,
}
SOME = ("vài", "mấy", "dăm", "a few", "some")

MINUTE = ("phút", "ph", "p")
MINUTES = ("phút", "ph", "p", "'", "minutes", "minute", "mins", "min")
HOURS = ("tiếng đồng hồ", "giờ đồng hồ", "tiếng", "giờ", "h", "hours", "hour")
DAYS = ("ngày", "hôm", "bữa", "đêm", "days", "day", "nights")
WEEKS = ("tuần", "weeks", "week")
MONTHS = ("tháng", "months", "month")
YEARS = ("năm", "years", "year")
AGO = ("trước", "trc", "ago")
UNTIL_NOW = ("nay", "rồi")  # "3 hôm nay": from then on
SINCE = ("cách đây", "cách nay")
# After "2 giờ trước" these show that it said a place: "2 giờ trước cửa nhà".
PLACES_AFTER = ("cửa", "cổng", "nhà", "quán", "trường", "mặt", "sân", "chợ", "ngõ")

# Said instead of digits; without accents only those that are no other word ("bay gio": now).
HOUR_WORDS: Mapping[str, int] = {
    "một": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
    "mười một": 11,
    "mười hai": 12,
}
CLEAR_WITHOUT_ACCENTS = ("bốn", "tám", "chín", "mười", "mười một", "mười hai")
CLOCK_HOUR = ("giờ", "h")
AM_PM = ("am", "pm", "a.m.", "p.m.")
HALF_PAST = ("rưỡi", "rưởi")
LACKING = ("kém",)
RANGE = ("-", "–", "đến", "tới", "to")
NO_CLOCK_AFTER = ("đồng hồ", "nay", "liền", "ago", "trước", "trc")
NO_CLOCK_BEFORE = ("suốt", "trong vòng", "kéo dài")
ROUGHLY = ("khoảng", "tầm", "độ", "chừng", "cỡ", "quãng", "hơn", "gần", "about", "around", "~")
LEADING = ("lúc", "hồi", "vào", "từ", "khi", "đến", "at", "on", "in the")
DATE_LEAD = ("ngày", "hôm")
MONTH = ("tháng",)
YEAR = ("năm",)
JUST_PAST = ("vừa rồi", "vừa qua", "trước", "rồi", "qua")  # "thứ 7 vừa rồi"
# Before a part of the day without a day: the most recent one is meant.
RECENT_PART = ("từ", "hồi", "lúc", "vào", "khoảng", "tầm", "in the")
TIME_OF_DAY = ("buổi", "ban")  # "buổi tối" as a whole answer; within a message it is a habit

JUST_NOW = (
    "vừa nãy",
    "vừa xong",
    "vừa mới",
    "lúc nãy",
    "hồi nãy",
    "ban nãy",
    "khi nãy",
    "nãy giờ",
    "mới đây",
    "mới nãy",
    "vừa rồi",
    "just now",
    "a moment ago",
)
PRESENT = (
    "ngay bây giờ",
    "bây giờ",
    "bây h",
    "ngay lúc này",
    "lúc này",
    "hiện giờ",
    "hiện tại",
    "hiện nay",
    "right now",
    "now",
)
# Days of the lunar calendar are kept as said: converting them by guess would be wrong by weeks.
# "mồng" needs its number, because without accents it is "mong" (hope).
LUNAR = (
    *(f"{lead} {day}" for lead in ("mùng", "mồng") for day in range(1, 11)),
    *(f"{lead} {day}" for lead in ("mùng", "mồng") for day in ("một", "hai", "ba", "tư", "năm")),
    "âm lịch",
    "giao thừa",
    "rằm",
    "tháng giêng",
    "tháng chạp",
)
TOMORROW = ("ngày mai", "sáng mai", "trưa mai", "chiều mai", "tối mai", "đêm mai", "tomorrow")
FESTIVALS = ("tết", "lunar new year")  # with a day beside them they are no date themselves
# Around a part of the day or a weekday these say that it happens again and again.
AGAIN_AFTER = ("nào", "hàng tuần", "hằng tuần")
AGAIN_BEFORE = ("mỗi", "hằng", "hàng", "các", "mấy", "những", "every")
AGAIN = (
    "nào cũng",
    "thường xuyên",
    "thường hay",
    "liên tục",
    "nhiều lần",
    "hay có",
    "hay bị",
    "hay ra",
    "hay đến",
    "hay tụ tập",
    "mỗi ngày",
    "mỗi đêm",
    "mỗi tối",
    "hằng ngày",
    "hàng ngày",
    "hằng đêm",
    "hàng đêm",
    "every",
)
# Before a number these make it a name or an order, never an hour, a date or a weekday.
NUMBERED = (
    "số",
    "sn",
    "nhà",
    "ngõ",
    "ngách",
    "hẻm",
    "kiệt",
    "tổ",
    "xóm",
    "thôn",
    "đội",
    "khu",
    "lần",
    "người",
    "đứa",
    "vụ",
    "cái",
    "thằng",
    "con",
    "tầng",
    "quốc lộ",
    "đường",
)

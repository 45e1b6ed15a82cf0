"""Dates, hours, durations and numbers as people write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from words.format import (
    date_text,
    duration_text,
    keeping_text,
    moment_text,
    number_text,
    span_text,
    time_text,
)
from words.texts import Language

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
VI, EN = Language.VI, Language.EN


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def test_a_date_is_the_local_day_before_the_month() -> None:
    assert date_text(datetime(2026, 11, 11, 18, 0, tzinfo=UTC), ZONE) == "12/11/2026"


def test_hours_are_said_in_24() -> None:
    assert time_text(at(12, 21, 30), ZONE, VI) == "21 giờ 30"
    assert time_text(at(12, 21, 5), ZONE, VI) == "21 giờ 05"
    assert time_text(at(12, 21), ZONE, VI) == "21 giờ"
    assert time_text(at(12, 21), ZONE, EN) == "21:00"


def test_a_moment_is_hour_and_day() -> None:
    assert moment_text(at(12, 21, 30), ZONE, VI) == "21 giờ 30, 12/11/2026"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (at(12, 21, 30), at(12, 21, 30), "21 giờ 30, 12/11/2026"),
        (at(12, 18), at(13, 0), "18 giờ–24 giờ, 12/11/2026"),
        (at(12, 5), at(12, 11), "5 giờ–11 giờ, 12/11/2026"),
        (at(12, 0), at(13, 0), "12/11/2026"),
        (at(9, 0), at(16, 0), "09/11/2026–15/11/2026"),
        (at(12, 22), at(13, 5), "22 giờ, 12/11/2026 – 5 giờ, 13/11/2026"),
    ],
)
def test_a_stretch_of_time_is_said_shortly(start: datetime, end: datetime, said: str) -> None:
    assert span_text(start, end, ZONE, VI) == said


@pytest.mark.parametrize(
    ("duration", "vi", "en"),
    [
        (timedelta(minutes=80), "1 giờ 20 phút", "1 h 20 min"),
        (timedelta(hours=2), "2 giờ", "2 h"),
        (timedelta(days=20), "20 ngày", "20 d"),
        (timedelta(days=1, hours=1, minutes=5), "1 ngày 1 giờ", "1 d 1 h"),
        (timedelta(seconds=20), "0 phút", "0 min"),
        (timedelta(seconds=-90), "0 phút", "0 min"),
    ],
)
def test_durations_name_their_two_largest_units(duration: timedelta, vi: str, en: str) -> None:
    assert (duration_text(duration, VI), duration_text(duration, EN)) == (vi, en)


def test_numbers_have_a_decimal_comma_in_vietnamese() -> None:
    assert number_text(1234.56, VI, 1) == "1.234,6"
    assert number_text(1234.56, EN, 1) == "1,234.6"
    assert number_text(20203, VI) == "20.203"


def test_how_long_something_is_kept_is_said_in_months_from_a_year_on() -> None:
    assert keeping_text(timedelta(days=730), VI) == "24 tháng"
    assert keeping_text(timedelta(days=365), EN) == "12 months"
    assert keeping_text(timedelta(days=90), VI) == "90 ngày"

"""Finding in a sentence the day that is meant: "hôm kia", "3 hôm trước", "12/11", "thứ 7 tuần trước"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tips.understanding import time_patterns as patterns
from tips.understanding.time_patterns import meant
from tips.understanding.time_pieces import (
    Span,
    find_phrase,
    how_many,
    is_again,
    span_of,
    words_before,
)
from words import times

_ONE_DAY = timedelta(days=1)
# Unit -> its length, and how far off people may be, in days.
_LENGTHS = (
    (times.DAYS, 1, 0),
    (times.WEEKS, 7, 2),
    (times.MONTHS, 30, 10),
    (times.YEARS, 365, 120),
)
_WEEKS = (*times.LAST_WEEKEND, *times.WEEKEND, *times.LAST_WEEK, *times.THIS_WEEK)
_STRETCHES = (*_WEEKS, *times.LAST_MONTH, *times.LAST_YEAR)


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or a stretch of days, both ends included."""

    at: Span
    first: date
    last: date
    relative: bool = True  # said by its distance from today, not by name or date


def find_days(text: str, today: date) -> Days | None:
    """The first day named in the text that is not in the future."""
    finders = (_relative_day, _days_ago, _dated, _weekday, _stretch, _month)
    found = [days for finder in finders for days in finder(text, today) if days.first <= today]
    return min(found, key=lambda days: (days.at.start, -days.at.end), default=None)


def _relative_day(text: str, today: date) -> Iterator[Days]:
    for match in patterns.day().finditer(text):
        if match["said"]:
            ago = times.DAYS_AGO[meant(match["said"])]
        elif match["after"]:
            ago = times.AFTER_PART[meant(match["after"])]
        else:
            ago = times.BEFORE_PART[meant(match["before"])]
        yield Days(span_of(match), today - ago * _ONE_DAY, today - ago * _ONE_DAY)


def _days_ago(text: str, today: date) -> Iterator[Days]:
    for match in patterns.ago().finditer(text):
        unit, count = meant(match["unit"] or match["unit_since"]), how_many(match)
        until_now = bool(match["tail"]) and meant(match["tail"]) in times.UNTIL_NOW
        for units, length, slack in _LENGTHS:
            if unit in units:
                yield _around(span_of(match), today, count, length, slack, until_now=until_now)


def _around(
    at: Span, today: date, count: float | None, length: int, slack: int, *, until_now: bool
) -> Days:
    if count is None:  # "mấy hôm trước": some
        return Days(at, today - 7 * length * _ONE_DAY, today - (0 if until_now else 2) * _ONE_DAY)
    day = today - round(count * length) * _ONE_DAY
    last = today if until_now else min(today, day + slack * _ONE_DAY)
    return Days(at, day - slack * _ONE_DAY, last)


def _dated(text: str, today: date) -> Iterator[Days]:
    for match in patterns.date().finditer(text):
        month = match["month"] or match["month_said"]
        year = match["year"] or match["year_said"]
        if not _is_a_date(text, match):
            continue
        day = _latest(int(match["day"]), month, year, today)
        if day:
            yield Days(span_of(match), day, day, relative=False)


def _is_a_date(text: str, match: re.Match[str]) -> bool:
    """Tell 12/11 the date from house number 12/11, and "ngày 12" from any other 12."""
    before = words_before(text, match)
    if match["lead"] or match["month_said"] or match["year"]:
        return True
    if not match["month"] or "/" not in match[0]:
        return False
    lead = patterns.ends_with((*times.LEADING, *times.ROUGHLY, *times.PARTS, *times.DAYS_AGO))
    expected = lead.search(before) or patterns.ends_with_clock().search(before)
    return not before.strip() or bool(expected)


def _latest(day: int, month: str | None, year: str | None, today: date) -> date | None:
    """The latest such date that is not in the future; None if there is no such day."""
    years = [int(year) % 2000 + 2000] if year else [today.year, today.year - 1]
    months = [int(month)] if month else [today.month, (today.month - 2) % 12 + 1]
    dates = (_date(y, m, day) for y in years for m in months)
    return max((found for found in dates if found and found <= today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday(text: str, today: date) -> Iterator[Days]:
    for match in patterns.weekday().finditer(text):
        if not _is_a_weekday(text, match):
            continue
        weekday = times.WEEKDAYS[meant(match["weekday"])]
        back = (today.weekday() - weekday) % 7
        if match["last_week"]:
            back = today.weekday() + 7 - weekday
        elif back == 0 and (match["last"] or match["past"]):
            back = 7
        yield Days(span_of(match), today - back * _ONE_DAY, today - back * _ONE_DAY, relative=False)


def _is_a_weekday(text: str, match: re.Match[str]) -> bool:
    """Neither "lần thứ 2" nor "thứ 7 nào cũng"; "t7" and "cn" only where a day is expected."""
    before = words_before(text, match)
    if is_again(text, match) or patterns.ends_with(times.NUMBERED).search(before):
        return False
    expected = (*times.PARTS, *times.DATE_LEAD, *times.LEADING)
    long = len(match["weekday"]) > 2
    return long or bool(match["last_week"] or patterns.ends_with(expected).search(before))


def _stretch(text: str, today: date) -> Iterator[Days]:
    if not find_phrase(text, _STRETCHES):
        return  # most messages name none
    monday = today - today.weekday() * _ONE_DAY
    saturday = today - (today.weekday() - 5) % 7 * _ONE_DAY
    month = today.replace(day=1)
    january = today.replace(month=1, day=1)
    stretches = (
        (times.LAST_WEEKEND, monday - 2 * _ONE_DAY, monday - _ONE_DAY),
        (times.WEEKEND, saturday, min(today, saturday + _ONE_DAY)),
        (times.LAST_WEEK, monday - 7 * _ONE_DAY, monday - _ONE_DAY),
        (times.THIS_WEEK, monday, today),
        (times.LAST_MONTH, (month - _ONE_DAY).replace(day=1), month - _ONE_DAY),
        (times.LAST_YEAR, january.replace(year=today.year - 1), january - _ONE_DAY),
    )
    for phrases, first, last in stretches:
        at = find_phrase(text, phrases)
        if at:
            yield Days(at, first, last, relative=False)


def _month(text: str, today: date) -> Iterator[Days]:
    for match in patterns.month_only().finditer(text):
        first = _latest(1, match["month"], None, today)
        if first:
            following = (first + 31 * _ONE_DAY).replace(day=1)
            yield Days(span_of(match), first, min(today, following - _ONE_DAY), relative=False)

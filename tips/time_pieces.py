"""Finding in a sentence the pieces that say when: a day, a part of the day, an hour of the clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tips import time_patterns as patterns
from tips.time_patterns import meant
from words import times

_ONE_DAY = timedelta(days=1)
_ONE_TURN = 24 * 60  # minutes
_LOOK_BACK = 30  # characters
# Unit -> its length, and how far off people may be, in days.
_LENGTHS = (
    (times.DAYS, 1, 0),
    (times.WEEKS, 7, 2),
    (times.MONTHS, 30, 10),
    (times.YEARS, 365, 120),
)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a piece stands in the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or a stretch of days, both ends included."""

    at: Span
    first: date
    last: date
    relative: bool = True  # said by its distance from today, not by name or date


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day; `alone` if no day is said with it, so that the most recent is meant."""

    at: Span
    name: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """An hour as said. `since`: the minutes of the 9 in "9 đến 10 giờ"."""

    at: Span
    minutes: int  # since midnight
    part: str
    roughly: bool
    of_24: bool  # counted to 24; else 9 may still be 21
    since: int | None = None


def find_days(text: str, today: date) -> Days | None:
    """The first day named in the text that is not in the future."""
    finders = (_relative_day, _days_ago, _dated, _weekday, _stretch, _month)
    found = [days for finder in finders for days in finder(text, today) if days.first <= today]
    return min(found, key=lambda days: (days.at.start, -days.at.end), default=None)


def find_part(text: str) -> Part | None:
    """The first part of a day said with a day, else the first said by itself."""
    match = patterns.part_with_day().search(text)
    if match:
        return Part(_span(match), meant(match["ahead"] or match["behind"]))
    for match in patterns.part_alone().finditer(text):
        if not _is_again(text, match):
            return Part(_span(match), meant(match["led"] or match["whole"]), alone=True)
    return None


def find_clock(text: str) -> Clock | None:
    """The first hour of the clock. "xóm 5 giờ có trộm" has none: it is xóm 5."""
    for match in patterns.clock().finditer(text):
        minutes = _minutes(match)
        if minutes is None or not _tells_the_hour(text, match):
            continue
        since = int(match["since"]) * 60 if match["since"] else None
        part = meant(match["part"]) if match["part"] else ""
        of_24 = minutes > 12 * 60 or minutes < 60 or match["hour"].startswith("0")
        return Clock(_span(match), minutes % _ONE_TURN, part, bool(match["roughly"]), of_24, since)
    return None


def find_phrase(text: str, phrases: tuple[str, ...]) -> Span | None:
    match = patterns.phrase(phrases).search(text)
    return _span(match) if match else None


def find_time_ago(text: str) -> tuple[Span, timedelta] | None:
    """How long ago, where it is said in minutes or hours: "10 phút trước", "cách đây 2 tiếng"."""
    for match in patterns.ago().finditer(text):
        count, unit = _count(match), meant(match["unit"] or match["unit_since"])
        if count is None or (match["tail"] and meant(match["tail"]) in times.UNTIL_NOW):
            continue
        if unit in times.MINUTES:
            return _span(match), timedelta(minutes=count)
        if unit in times.HOURS:
            return _span(match), timedelta(hours=count)
    return None


def _relative_day(text: str, today: date) -> Iterator[Days]:
    for match in patterns.day().finditer(text):
        if match["said"]:
            ago = times.DAYS_AGO[meant(match["said"])]
        elif match["after"]:
            ago = times.AFTER_PART[meant(match["after"])]
        else:
            ago = times.BEFORE_PART[meant(match["before"])]
        yield Days(_span(match), today - ago * _ONE_DAY, today - ago * _ONE_DAY)


def _days_ago(text: str, today: date) -> Iterator[Days]:
    for match in patterns.ago().finditer(text):
        unit, count = meant(match["unit"] or match["unit_since"]), _count(match)
        until_now = bool(match["tail"]) and meant(match["tail"]) in times.UNTIL_NOW
        for units, length, slack in _LENGTHS:
            if unit in units:
                yield _around(_span(match), today, count, length, slack, until_now=until_now)


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
            yield Days(_span(match), day, day, relative=False)


def _is_a_date(text: str, match: re.Match[str]) -> bool:
    """Tell 12/11 the date from house number 12/11, and "ngày 12" from any other 12."""
    before = _before(text, match)
    if match["lead"] or match["month_said"] or match["year"]:
        return True
    if not match["month"] or "/" not in match[0]:
        return False
    lead = (*times.LEADING, *times.ROUGHLY, *times.PARTS, *times.CLOCK_HOUR, *times.DAYS_AGO)
    return not before.strip() or bool(patterns.ends_with(lead).search(before))


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
        yield Days(_span(match), today - back * _ONE_DAY, today - back * _ONE_DAY, relative=False)


def _is_a_weekday(text: str, match: re.Match[str]) -> bool:
    """Neither "lần thứ 2" nor "thứ 7 nào cũng"; "t7" and "cn" only where a day is expected."""
    before = _before(text, match)
    if _is_again(text, match) or patterns.ends_with(times.NUMBERED).search(before):
        return False
    expected = (*times.PARTS, *times.DATE_LEAD, *times.LEADING)
    long = len(match["weekday"]) > 2
    return long or bool(match["last_week"] or patterns.ends_with(expected).search(before))


def _stretch(text: str, today: date) -> Iterator[Days]:
    monday = today - today.weekday() * _ONE_DAY
    month = today.replace(day=1)
    january = today.replace(month=1, day=1)
    stretches = (
        (times.WEEKEND, monday - 2 * _ONE_DAY, monday - _ONE_DAY),
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
            yield Days(_span(match), first, min(today, following - _ONE_DAY), relative=False)


def _count(match: re.Match[str]) -> float | None:
    """How many; None for "some"."""
    said = match["count"] or match["count_since"]
    count = float(said) if said.isdecimal() else times.NUMBERS.get(meant(said))
    half = match["half"] or match["half_since"]
    return count + 0.5 if count is not None and half else count


def _minutes(match: re.Match[str]) -> int | None:
    """Minutes since midnight; None for what is no hour of a day."""
    said = match["hour"]
    hour = int(said) if said.isdecimal() else times.HOUR_WORDS[meant(said)]
    minute = int(match["minute"] or match["colon"] or 0)
    if match["half"] or match["half_only"]:
        minute = 30
    if hour > 24 or minute > 59 or int(match["since"] or 0) > 24:
        return None
    return hour * 60 + minute - int(match["lacking"] or 0)


def _tells_the_hour(text: str, match: re.Match[str]) -> bool:
    before = _before(text, match)
    if match["part"] or match["minute"] or match["colon"]:
        return True
    return not patterns.ends_with((*times.NUMBERED, *times.NO_CLOCK_BEFORE)).search(before)


def _is_again(text: str, match: re.Match[str]) -> bool:
    """ "tối nào", "mỗi tối": not one evening but all of them."""
    before, after = _before(text, match), text[match.end() :]
    return bool(
        patterns.begins_with(times.AGAIN_AFTER).match(after)
        or patterns.ends_with_again().search(before)
    )


def _before(text: str, match: re.Match[str]) -> str:
    """The words right before; bounded, because it is searched anew for every match."""
    return text[max(0, match.start() - _LOOK_BACK) : match.start()]


def _span(match: re.Match[str]) -> Span:
    return Span(*match.span())

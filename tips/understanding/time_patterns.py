"""Patterns for the words of `words.times`, each accepted with all of its accents or with none."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from routing import fold
from words import times

_VOCABULARY: tuple[Iterable[str], ...] = (
    times.PARTS, times.DAYS_AGO, times.AFTER_PART, times.BEFORE_PART, times.WEEKDAYS, times.NUMBERS,
    times.HOUR_WORDS, times.SOME, times.MINUTES, times.HOURS, times.DAYS, times.WEEKS, times.MONTHS,
    times.YEARS, times.AGO, times.UNTIL_NOW,
)  # fmt: skip
_UNITS = (*times.MINUTES, *times.HOURS, *times.DAYS, *times.WEEKS, *times.MONTHS, *times.YEARS)
_PARTS_EITHER_WAY = tuple(name for name in times.PARTS if name not in ("tối", "sáng"))
_DAY_WORDS = (*times.DAYS_AGO, *times.AFTER_PART, *times.WEEKDAYS, *times.DATE_LEAD)


@lru_cache(maxsize=1024)  # of what people write there is no end
def meant(said: str) -> str:
    """The word of `words.times` a piece of text stands for: with accents, single spaces."""
    plain = " ".join(unicodedata.normalize("NFC", said).lower().split())
    return plain if plain in _known() else _by_folded().get(fold(plain), plain)


@cache
def phrase(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the phrases, as whole words."""
    return _compiled(rf"(?<!\w)(?:{_either(phrases)})(?!\w)")


@cache
def ends_with(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """A text that ends with one of the phrases."""
    return _compiled(rf"(?<!\w)(?:{_either(phrases)})\s*$")


@cache
def ends_with_again() -> re.Pattern[str]:
    """A text that ends with "mỗi", or with "mỗi tối" before a weekday."""
    again, parts = _either(times.AGAIN_BEFORE), _either(times.PARTS)
    return _compiled(rf"(?<!\w)(?:{again})(?:\s+(?:{parts}))?\s*$")


@cache
def ends_with_clock() -> re.Pattern[str]:
    """A text that ends with "10h" or "10 giờ 30"."""
    return _compiled(rf"\d\s*(?:{_either(times.CLOCK_HOUR)}|[g:])\s*(?:\d\d?)?\s*$")


@cache
def begins_with(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """A text that begins with one of the phrases."""
    return _compiled(rf"\s*(?:{_either(phrases)})(?!\w)")


@cache
def day() -> re.Pattern[str]:
    """ "hôm qua" (said), the "qua" of "tối qua" (after), the "last" of "last night" (before)."""
    parts = _either(times.PARTS)
    return _compiled(
        rf"(?<!\w)(?:(?P<said>{_either(times.DAYS_AGO)})"
        rf"|(?:{parts})\s+(?P<after>{_either(times.AFTER_PART)})"
        rf"|(?P<before>{_either(times.BEFORE_PART)})\s+(?:{parts}))(?!\w)"
    )


@cache
def part_with_day() -> re.Pattern[str]:
    """A part of the day right before or after a day. "toi" without accents ("tôi": I) only before."""
    between = _either((*times.RECENT_PART, *times.TIME_OF_DAY))
    return _compiled(
        rf"(?<!\w)(?:(?P<ahead>{_either(times.PARTS)})(?=\s+(?:(?:{_either(_DAY_WORDS)})(?!\w)"
        r"|\d{1,2}/\d))"
        rf"|(?:{_either((*times.DAYS_AGO, *times.BEFORE_PART, *times.WEEKDAYS))})"
        rf"\W+(?:(?:{between})\s+)?(?P<behind>{_clear_parts()}))(?!\w)"
    )


@cache
def part_alone() -> re.Pattern[str]:
    """A part of the day led by "hồi", "từ", …, or all there is."""
    return _compiled(
        rf"(?:(?<!\w)(?:{_either(times.RECENT_PART)})\s+(?P<led>{_clear_parts()})(?!\w)"
        rf"|^\W*(?:(?:{_either(times.TIME_OF_DAY)})\s+)?(?P<whole>{_clear_parts()})\W*$)"
    )


@cache
def clock() -> re.Pattern[str]:
    """21h30, 21g30, 21:30, 9 giờ rưỡi tối, 9 rưỡi, 9 giờ kém 15, 9-10 giờ, 9pm."""
    hours, half = _either(times.CLOCK_HOUR), _either(times.HALF_PAST)
    minute = _either(times.MINUTE)
    not_a_clock = (
        rf"(?!\s*(?:{_either(times.NO_CLOCK_AFTER)})(?!\w|\s+(?:{_either(times.PLACES_AFTER)})))"
    )
    return _compiled(
        rf"(?<![\w/.,:])(?:(?P<roughly>{_either(times.ROUGHLY)})\s*)?"
        rf"(?:(?P<since>\d{{1,2}})\s*(?:{hours}|g)?\s*(?:{_either(times.RANGE)})\s*)?"
        rf"(?P<hour>\d{{1,2}}|{_hour_words()})"
        rf"(?:\s*(?:{hours}|g(?=\d\d)){not_a_clock}\s*(?:(?P<minute>\d\d?)(?:\s*(?:{minute}))?(?![\w/])|(?P<half>{half}))?"
        rf"|:(?P<colon>\d\d)(?!\d)|\s+(?P<half_only>{half})|(?=\s*(?:{_either(times.AM_PM)})(?!\w)))"
        rf"'?(?:\s*(?:{_either(times.LACKING)})\s*(?P<lacking>\d{{1,2}}))?"
        rf"(?:\s*(?P<part>{_part_after_clock()}|{_either(times.AM_PM)}))?(?!\w)"
    )


@cache
def date() -> re.Pattern[str]:
    """12/11, 12-11-2026, ngày 12, ngày 12 tháng 11 năm 2026."""
    lead, month, year = _either(times.DATE_LEAD), _either(times.MONTH), _either(times.YEAR)
    return _compiled(
        rf"(?<![\w/.,:-])(?:(?P<lead>{lead})\s+)?(?P<day>\d{{1,2}})"
        r"(?:[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{4}|\d{2}))?"
        rf"|\s+(?:{month})\s+(?P<month_said>\d{{1,2}})(?:\s+(?:{year})\s+(?P<year_said>\d{{4}}))?|)"
        r"(?![\w/:]|[.-]\d)"
    )


@cache
def month_only() -> re.Pattern[str]:
    return _compiled(rf"(?<!\w)(?:{_either(times.MONTH)})\s+(?P<month>\d{{1,2}})(?![\w/])")


@cache
def weekday() -> re.Pattern[str]:
    """ "thứ 7", "thứ bảy tuần trước", "chủ nhật vừa rồi"."""
    return _compiled(
        rf"(?<!\w)(?P<last>last\s+)?(?P<weekday>{_either(times.WEEKDAYS)})"
        rf"(?:\s+(?:(?P<last_week>{_either(times.LAST_WEEK)})|(?P<past>{_either(times.JUST_PAST)})))?"
        r"(?!\w)"
    )


@cache
def ago() -> re.Pattern[str]:
    """ "10 phút trước", "cách đây 2 tiếng rưỡi", "3 hôm nay", "mấy hôm trước"."""
    number = rf"\d{{1,3}}|{_either((*times.NUMBERS, *times.SOME))}"
    unit, half = _either(_UNITS), _either(times.HALF_PAST)
    after = _either((*times.AGO, *times.UNTIL_NOW))
    return _compiled(
        rf"(?<!\w)(?:(?:{_either(times.SINCE)})\s+(?:(?:{_either(times.ROUGHLY)})\s+)?"
        rf"(?P<count_since>{number})\s*(?P<unit_since>{unit})(?!\w)(?:\s+(?P<half_since>{half}))?"
        rf"|(?P<count>{number})\s*(?P<unit>{unit})(?:\s+(?P<half>{half}))?\s+(?P<tail>{after}))"
        rf"(?!\w)(?!\s+(?:{_either(times.PLACES_AFTER)})(?!\w))"
    )


def _clear_parts() -> str:
    return rf"{_either(_PARTS_EITHER_WAY)}|tối|sáng"


def _part_after_clock() -> str:
    # "9h toi di lam" is "9 giờ tôi đi làm"; at the end or before a place or day it is an evening.
    ends = r"\s*(?:$|[,.;]|(?:tai|o|thi|co|gan|hom|ngay|qua|nay|thu|chu|bi)\b)"
    return rf"{_clear_parts()}|sang|toi(?={ends})"


def _hour_words() -> str:
    accented = "|".join(sorted(times.HOUR_WORDS, key=len, reverse=True))
    bare = "|".join(fold(word) for word in reversed(times.CLEAR_WITHOUT_ACCENTS))
    return rf"(?:{accented})(?=\s+giờ)|(?:{bare})(?=\s+gio(?!\w))"


def _either(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases, longest first."""
    spelled = {form for one in phrases for form in (one, fold(one) or one)}
    ordered = sorted(spelled, key=lambda form: (-len(form), form))
    return "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in ordered)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _known() -> frozenset[str]:
    return frozenset(word for table in _VOCABULARY for word in table)


@cache
def _by_folded() -> Mapping[str, str]:
    return {fold(word): word for word in sorted(_known(), reverse=True)}

"""Finding in a sentence a part of the day, an hour of the clock, a time so long ago."""

import re
from dataclasses import dataclass
from datetime import timedelta

from tips.understanding import time_patterns as patterns
from tips.understanding.time_patterns import meant
from words import times

_ONE_TURN = 24 * 60  # minutes
_LOOK_BACK = 30  # characters


@dataclass(frozen=True, slots=True)
class Span:
    """Where a piece stands in the text."""

    start: int
    end: int


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


def find_part(text: str) -> Part | None:
    """The first part of a day said with a day, else the first said by itself."""
    match = patterns.part_with_day().search(text)
    if match:
        return Part(span_of(match), meant(match["ahead"] or match["behind"]))
    for match in patterns.part_alone().finditer(text):
        if not is_again(text, match):
            return Part(span_of(match), meant(match["led"] or match["whole"]), alone=True)
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
        return Clock(
            span_of(match), minutes % _ONE_TURN, part, bool(match["roughly"]), of_24, since
        )
    return None


def find_phrase(text: str, phrases: tuple[str, ...]) -> Span | None:
    match = patterns.phrase(phrases).search(text)
    return span_of(match) if match else None


def find_time_ago(text: str) -> tuple[Span, timedelta] | None:
    """How long ago, where it is said in minutes or hours: "10 phút trước", "cách đây 2 tiếng"."""
    for match in patterns.ago().finditer(text):
        count, unit = how_many(match), meant(match["unit"] or match["unit_since"])
        if count is None or (match["tail"] and meant(match["tail"]) in times.UNTIL_NOW):
            continue
        if unit in times.MINUTES:
            return span_of(match), timedelta(minutes=count)
        if unit in times.HOURS:
            return span_of(match), timedelta(hours=count)
    return None


def how_many(match: re.Match[str]) -> float | None:
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
    before = words_before(text, match)
    if match["part"] or match["minute"] or match["colon"]:
        return True
    return not patterns.ends_with((*times.NUMBERED, *times.NO_CLOCK_BEFORE)).search(before)


def is_again(text: str, match: re.Match[str]) -> bool:
    """ "tối nào", "mỗi tối": not one evening but all of them."""
    before, after = words_before(text, match), text[match.end() :]
    return bool(
        patterns.begins_with(times.AGAIN_AFTER).match(after)
        or patterns.ends_with_again().search(before)
    )


def words_before(text: str, match: re.Match[str]) -> str:
    """The words right before; bounded, because it is searched anew for every match."""
    return text[max(0, match.start() - _LOOK_BACK) : match.start()]


def span_of(match: re.Match[str]) -> Span:
    return Span(*match.span())

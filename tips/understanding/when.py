"""When did it happen? From "tối qua khoảng 9 rưỡi" to a stretch of time, the words kept as said."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from tips.understanding.hearing import visible
from tips.understanding.time_days import Days, find_days
from tips.understanding.time_pieces import (
    Clock,
    Part,
    Span,
    find_clock,
    find_part,
    find_phrase,
    find_time_ago,
)
from words import times

_LONGEST = 1_000  # characters read
_HALF_DAY = 12 * 60
_NIGHT_ENDS = 6 * 60  # an hour before six "of last night" is of the next calendar day


class Precision(StrEnum):
    CLOCK = "clock"  # an hour was said
    ROUGHLY = "roughly"  # an hour with "about", or one that may be morning or evening
    PART = "part"  # a part of a day
    DAY = "day"  # a whole day
    LONGER = "longer"  # several days


@dataclass(frozen=True, slots=True)
class When:
    """Aware UTC times, `end` exclusive; both the same where an hour was said. Never in the future."""

    said: str
    start: datetime
    end: datetime
    precision: Precision


def understand_when(text: str, now: datetime, zone: tzinfo) -> When | None:
    """What the words say of the time, wherever in the message they stand.

    None where they say nothing, tell of what happens again and again, use the lunar calendar, or
    name a time that has not come.
    """
    plain = _readable(text)
    reader = _Reader(plain, now.astimezone(zone))
    return reader.ago() or reader.clock_part_or_day() or reader.just_now()


class _Reader:
    """One message read at one moment; all times local until they are handed out."""

    def __init__(self, text: str, now: datetime) -> None:
        self._text = text
        self._now = now
        self._days = find_days(text, now.date())

    def ago(self) -> When | None:
        found = find_time_ago(self._text)
        if not found:
            return None
        at, duration = found
        return self._when([at], self._now - duration, None, Precision.ROUGHLY)

    def clock_part_or_day(self) -> When | None:
        days, part = self._days, find_part(self._text)
        if self._cannot_be_dated():
            return None
        clock = find_clock(self._text)
        if part and days is None and not part.alone:
            part = None  # it belonged to a day that is repeated or has not come
        if clock and (days is None or days.first == days.last):
            return self._at_clock(clock, part)
        if part and (days is None or days.first == days.last):
            return self._in_part(part)
        return self._on_days(days) if days else None

    def just_now(self) -> When | None:
        at = find_phrase(self._text, times.JUST_NOW)
        if at:
            return self._when([at], self._now - timedelta(hours=1), self._now, Precision.ROUGHLY)
        at = find_phrase(self._text, times.PRESENT)
        return self._when([at], self._now, None, Precision.ROUGHLY) if at else None

    def _cannot_be_dated(self) -> bool:
        if self._days is None:
            undated = (*times.LUNAR, *times.FESTIVALS, *times.AGAIN, *times.TOMORROW)
            return bool(find_phrase(self._text, undated))
        return not self._days.relative and bool(find_phrase(self._text, times.LUNAR))

    def _at_clock(self, clock: Clock, part: Part | None) -> When | None:
        pieces = [piece.at for piece in (self._days, part, clock) if piece]
        sure = bool(clock.part or part or clock.of_24)
        precision = Precision.CLOCK if sure and not clock.roughly else Precision.ROUGHLY
        for end in self._moments(clock, part):
            if end > self._now:
                continue
            if clock.since is None:
                return self._when(pieces, end, None, precision)
            return self._when(pieces, _before(end, clock.since), end, Precision.ROUGHLY)
        return None

    def _moments(self, clock: Clock, part: Part | None) -> list[datetime]:
        """What the hour may mean, likeliest first."""
        choices = _hours_meant(clock, part, dated=self._days is not None)
        today = self._now.date()
        if self._days:
            if self._days.relative and part:
                choices = [m for choice in choices for m in _in_the_night(choice, part)]
            return [self._moment(self._days.first, minutes) for minutes in choices]
        recent = [self._moment(today - timedelta(days=back), m) for back in (0, 1) for m in choices]
        return sorted(recent, reverse=True)

    def _in_part(self, part: Part) -> When | None:
        pieces = [piece.at for piece in (self._days, part) if piece]
        first, last = times.PARTS[part.name]
        days = [self._days.first] if self._days else self._recent_days()
        for day in days:
            start, end = self._moment(day, first * 60), self._moment(day, last * 60)
            if start <= self._now:
                return self._when(pieces, start, end, Precision.PART)
        return None

    def _recent_days(self) -> list[date]:
        return [self._now.date() - timedelta(days=back) for back in (0, 1)]

    def _on_days(self, days: Days) -> When:
        precision = Precision.DAY if days.first == days.last else Precision.LONGER
        end = self._moment(days.last + timedelta(days=1), 0)
        return self._when([days.at], self._moment(days.first, 0), end, precision)

    def _moment(self, day: date, minutes: int) -> datetime:
        return datetime.combine(day, time(), self._now.tzinfo) + timedelta(minutes=minutes)

    def _when(
        self, pieces: list[Span], start: datetime, end: datetime | None, precision: Precision
    ) -> When:
        end = min(end or start, self._now)
        said = _as_said(self._text, pieces)
        return When(said, start.astimezone(UTC), end.astimezone(UTC), precision)


def _hours_meant(clock: Clock, part: Part | None, *, dated: bool) -> list[int]:
    """Minutes since midnight that "9 giờ", "9 giờ tối" or "9 giờ đêm qua" may mean."""
    name, minutes = clock.part or (part.name if part else ""), clock.minutes
    if name in times.AM_PM:
        return [minutes % _HALF_DAY + (_HALF_DAY if name.startswith("p") else 0)]
    if name:
        return [_within(times.PARTS[name], minutes)]
    if clock.of_24:
        return [minutes]
    if dated:  # "hôm qua 2 giờ": people sleep at two in the morning
        return [minutes + _HALF_DAY if minutes < 5 * 60 else minutes]
    return [minutes, minutes + _HALF_DAY]


def _within(hours: tuple[int, int], minutes: int) -> int:
    """The reading of an hour that lies in a part of the day, or nearest to it."""
    if minutes > _HALF_DAY:
        return minutes
    readings = (minutes % _HALF_DAY + turn * _HALF_DAY for turn in range(4))
    first, last = hours[0] * 60, hours[1] * 60
    if last <= _HALF_DAY:  # "1 giờ sáng" is long before the morning, but no other half of the day
        first = 0
    return min(readings, key=lambda reading: max(first - reading, reading - last + 1, 0))


def _in_the_night(minutes: int, part: Part) -> list[int]:
    """ "đêm qua lúc 1 giờ sáng" was after midnight of the night that began yesterday, or the one before."""
    after_midnight = times.PARTS[part.name][1] > 24 and minutes < _NIGHT_ENDS
    return [minutes + 24 * 60, minutes] if after_midnight else [minutes]


def _before(end: datetime, since: int) -> datetime:
    """The start of "22h đến 2h": the nearest such hour before the end, on either half of the clock."""
    turns = [since, since + _HALF_DAY] if since <= _HALF_DAY else [since]
    clock = end.hour * 60 + end.minute
    back = min((clock - turn) % (24 * 60) or 24 * 60 for turn in turns)
    return end - timedelta(minutes=back)


def _as_said(text: str, pieces: list[Span]) -> str:
    """The words of the pieces: one stretch where they stand together, else joined by commas."""
    ordered = sorted(pieces, key=lambda piece: piece.start)
    said = [ordered[0]]
    for piece in ordered[1:]:
        if piece.start - said[-1].end <= _CLOSE:
            said[-1] = Span(said[-1].start, max(said[-1].end, piece.end))
        else:
            said.append(piece)
    return ", ".join(" ".join(text[piece.start : piece.end].split()) for piece in said)


_CLOSE = 12  # characters: room for "lúc khoảng"


def _readable(text: str) -> str:
    return re.sub(r"[’‘`´]", "'", visible(text[:_LONGEST]))

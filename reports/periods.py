"""The calendar of reports: ISO weeks, Monday to Sunday, as the people of one zone live them. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self

_WRITTEN = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a zone, known by its Monday."""

    monday: date
    zone: tzinfo

    @classmethod
    def parse(cls, written: str, zone: tzinfo) -> Self:
        """Read «2026-W47». Raises ValueError, with an example, for what is no week."""
        match = _WRITTEN.fullmatch(written.strip().upper())
        try:
            if match is None:
                raise ValueError
            return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1), zone)
        except ValueError:
            raise ValueError(f"{written!r} is not a week; write one like 2026-W47") from None

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"

    @property
    def year(self) -> int:
        """The ISO year: that of the week's Thursday."""
        return self.monday.isocalendar().year

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def start(self) -> datetime:
        """Its first instant, aware UTC."""
        return _instant(self.monday, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The first instant after it, aware UTC."""
        return self.after().start

    def before(self, weeks: int = 1) -> Self:
        return type(self)(self.monday - timedelta(weeks=weeks), self.zone)

    def after(self, weeks: int = 1) -> Self:
        return self.before(-weeks)


def week_of(instant: datetime, zone: tzinfo) -> Week:
    """The week within which an aware `instant` falls."""
    day = instant.astimezone(zone).date()
    return Week(day - timedelta(days=day.weekday()), zone)


def weeks_until(week: Week, count: int) -> tuple[Week, ...]:
    """The `count` weeks that end with `week`, oldest first."""
    return tuple(week.before(back) for back in reversed(range(count)))


def last_due_slot(now: datetime, weekday: int, at: time, zone: tzinfo) -> datetime:
    """The latest weekly slot that is not after `now`, aware UTC. `weekday` counts from Monday = 0."""
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    slot = _instant(day, at, zone)
    return slot if slot <= now else _instant(day - timedelta(weeks=1), at, zone)


def week_to_report(slot: datetime, zone: tzinfo) -> Week:
    """The week a slot's summary is about: the last one that was over by then."""
    return week_of(slot, zone).before()


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)

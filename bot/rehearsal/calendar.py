"""How busy an hour is: daylight, weekends, Tết. Pure; hours and days are local ones."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = timedelta(hours=1)
TIPS_A_WEEK = 26  #: that somebody begins, in a province of a few million

#: The first day of the lunar year, as the calendar of Viet Nam has it.
TET = (
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
)
BEFORE_TET, AFTER_TET = timedelta(days=7), timedelta(days=6)

#: Share of a day's tips, hour by hour from midnight: quiet nights, a peak after supper.
BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 5, 5, 5, 5, 5, 4, 3, 4, 5, 5, 6, 7, 9, 9, 8, 5, 3)
WEEKEND, DAYS_BEFORE_TET, DAYS_OF_TET = 1.3, 1.5, 0.7


def is_tet(day: date) -> bool:
    """The holidays: from the last day of the old year on."""
    return any(tet - timedelta(days=1) <= day < tet + AFTER_TET for tet in TET)


def busyness(moment: datetime) -> float:
    """How many tips an hour brings, compared with the mean of all."""
    local = moment.astimezone(ZONE)
    hourly = BY_HOUR[local.hour] * len(BY_HOUR) / sum(BY_HOUR)
    return hourly * _daily(local.date())


def _daily(day: date) -> float:
    if is_tet(day):
        return DAYS_OF_TET
    if any(tet - BEFORE_TET <= day < tet for tet in TET):
        return DAYS_BEFORE_TET
    return WEEKEND if day.weekday() >= 5 else 1.0


def is_office_hour(moment: datetime) -> bool:
    local = moment.astimezone(ZONE)
    works = local.weekday() < 5 and not is_tet(local.date())
    return works and 7 <= local.hour < 17


def is_night(moment: datetime) -> bool:
    hour = moment.astimezone(ZONE).hour
    return hour >= 22 or hour < 6


def moments(start: datetime, end: datetime, a_week: float, chance: Random) -> Iterator[datetime]:
    """Yield when somebody sits down to write, `a_week` times in a mean week, in order."""
    hour = start
    while hour < end:
        expected = a_week / (7 * 24) * busyness(hour)
        found = sorted(chance.random() for _ in range(_how_many(expected, chance)))
        yield from (hour + HOUR * share for share in found)
        hour += HOUR


def _how_many(expected: float, chance: Random) -> int:
    """A Poisson number, by waiting times."""
    count, waited = 0, chance.expovariate(1)
    while waited < expected:
        count += 1
        waited += chance.expovariate(1)
    return count

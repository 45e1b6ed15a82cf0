"""What a simulation will hold: who writes when, who serves, what breaks. Made from a seed, kept as a list.

Each entry has chances of its own, so that leaving one out changes nothing about the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

from bot.rehearsal.calendar import TIPS_A_WEEK, moments
from bot.rehearsal.citizens import Temperament
from bot.rehearsal.officers import Habit
from tests.simulation.wire import Weather

START = datetime(2026, 1, 5, tzinfo=UTC)  #: a Monday; Tết is six weeks away
CROWD = 0.25  #: of those who write have written before


class Trouble(StrEnum):
    KILL = "kill"  #: the process dies at one of its next steps
    STOP = "stop"  #: it is told to stop, as for an update
    DATABASE = "database"  #: cannot be reached
    WEATHER = "weather"  #: the platform's


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody sits down to write."""

    at: datetime
    citizen: int
    temperament: Temperament
    chances: str  #: seed of everything by chance in this visit

    def __str__(self) -> str:
        return f"{self.at:%a %d.%m.%Y %H:%M} UTC citizen {self.citizen}, {self.temperament}"


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something breaks."""

    at: datetime
    trouble: Trouble
    lasts: timedelta = timedelta()
    weather: Weather | None = None
    steps: int = 0  #: the process lives on for

    def __str__(self) -> str:
        what = " ".join(filter(None, (self.trouble, self.weather)))
        return f"{self.at:%a %d.%m.%Y %H:%M} UTC {what}, {self.steps} steps, {self.lasts}"


@dataclass(frozen=True, slots=True)
class Post:
    """An officer's."""

    number: int
    commune: int | None  #: which of the communes with officers; None: the province desk
    habit: Habit


Entry = Visit | Mishap


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    days: float
    posts: Sequence[Post]
    entries: Sequence[Entry]

    @property
    def end(self) -> datetime:
        return START + timedelta(days=self.days)


def make_plan(seed: int, days: float, a_week: float = TIPS_A_WEEK, harsh: float = 1) -> Plan:
    """Make a plan.

    Args:
        a_week: visits in a mean week.
        harsh: how many times as often as usual something breaks.
    """
    chance = Random(f"plan {seed}")
    entries: list[Entry] = [*_visits(seed, days, a_week, chance), *_mishaps(days, harsh, chance)]
    entries.sort(key=lambda entry: entry.at)
    return Plan(seed, days, _posts(chance), entries)


def _visits(seed: int, days: float, a_week: float, chance: Random) -> Iterator[Visit]:
    """More visits than tips: some give up, some only look, some tell nothing."""
    end, known = START + timedelta(days=days), 0
    for number, moment in enumerate(moments(START, end, a_week, chance)):
        again = known and chance.random() < CROWD
        known += not again
        citizen = chance.randint(1, known) if again else known
        temperament = chance.choice(list(Temperament))
        yield Visit(moment, citizen, temperament, f"{seed} {number}")


def _mishaps(days: float, harsh: float, chance: Random) -> Iterator[Mishap]:
    end = START + timedelta(days=days)
    for moment in moments(START, end, 3 * harsh, chance):  # a week
        yield Mishap(moment, Trouble.KILL, timedelta(seconds=chance.uniform(1, 600)),
                     steps=chance.randint(1, 60))  # fmt: skip
    for moment in moments(START, end, 0.5 * harsh, chance):
        yield Mishap(moment, Trouble.STOP, timedelta(seconds=chance.uniform(1, 120)))
    for moment in moments(START, end, 0.5 * harsh, chance):
        yield Mishap(moment, Trouble.DATABASE, timedelta(minutes=chance.uniform(0.1, 20)))
    for moment in moments(START, end, 2 * harsh, chance):
        weather = chance.choice(list(Weather))
        longest = 60 if weather is Weather.AWAY else 600
        yield Mishap(
            moment, Trouble.WEATHER, timedelta(minutes=chance.uniform(2, longest)), weather
        )


def _posts(chance: Random) -> list[Post]:
    """Two or three officers in each of some communes, a desk of two."""
    posts = [Post(1, None, Habit.PROMPT), Post(2, None, Habit.TWIN)]
    for commune in range(10):
        habits = [Habit.TWIN, Habit.TWIN] if commune % 4 == 0 else chance.sample(list(Habit), 2)
        posts += [Post(len(posts) + 1 + n, commune, habit) for n, habit in enumerate(habits)]
    return posts

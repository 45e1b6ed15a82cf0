"""What may be in a plan: who writes, what breaks, who comes and goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rehearsal.citizens import Temperament
from bot.rehearsal.officers import Habit
from tests.simulation.wire import Weather


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
    story: str  #: seed of what they tell: many tell of the same

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


@dataclass(frozen=True, slots=True)
class Handover:
    """An officer leaves, and another is invited in their place: at the desk before, elsewhere later."""

    at: datetime
    post: int  #: whose
    successor: Post
    vacant: timedelta

    def __str__(self) -> str:
        return f"{self.at:%a %d.%m.%Y %H:%M} UTC post {self.post} goes to {self.successor.number}"


class Gathering(StrEnum):
    """What becomes of a unit's group chat."""

    FOUNDED = "founded"  #: and registered
    MOVED = "moved"  #: it is a supergroup from now on
    LEFT = "left"  #: the bot is put out


@dataclass(frozen=True, slots=True)
class GroupChange:
    at: datetime
    commune: int
    change: Gathering

    def __str__(self) -> str:
        return f"{self.at:%a %d.%m.%Y %H:%M} UTC group of commune {self.commune} {self.change}"


Entry = Visit | Mishap | Handover | GroupChange

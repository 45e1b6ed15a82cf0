"""The fault schedule: what the platform does to the bot's calls, drawn from a seed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.fake_telegram.faults import Fault, Planned
from tests.fake_telegram.server import Call

#: Of a hundred calls, how many end so.
FAIR: dict[int | Fault, float] = {
    500: 6,
    502: 4,
    Fault.RESET_BEFORE: 2,
    Fault.RESET_AFTER: 2,
    Fault.TIMEOUT: 1,
    429: 1,
}
STORM: dict[int | Fault, float] = {**FAIR, 429: 60}
AWAY: dict[int | Fault, float] = {Fault.RESET_BEFORE: 100}
CALM: dict[int | Fault, float] = {}


@dataclass(slots=True)
class Weather:
    """Asked for each call; counts how often something was done and the answer lost."""

    random: Random
    chances: dict[int | Fault, float] = field(default_factory=lambda: dict(FAIR))
    until: datetime | None = None  #: then it is fair again
    unanswered: int = 0
    fallen: int = 0

    def __call__(self, call: Call) -> Planned | None:
        if self.until is not None and call.at >= self.until:
            self.chances, self.until = FAIR, None
        error = self._drawn()
        if error is None:
            return None
        self.fallen += 1
        planned = Planned(None, 1, error, None, self.random.randint(1, 30))
        self.unanswered += planned.after
        return planned

    def _drawn(self) -> int | Fault | None:
        drawn = self.random.uniform(0, 100)
        for error, chance in self.chances.items():
            drawn -= chance
            if drawn < 0:
                return error
        return None

    def change(self, now: datetime) -> None:
        """Once in a while a storm of 429, and once in a while the platform is away for an hour."""
        drawn = self.random.random()
        if drawn < 0.02:
            self.chances, self.until = AWAY, now + timedelta(hours=1)
        elif drawn < 0.08:
            self.chances, self.until = STORM, now + timedelta(minutes=self.random.randint(1, 10))

    def clear(self) -> None:
        self.chances, self.until = CALM, None

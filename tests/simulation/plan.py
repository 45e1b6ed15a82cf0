"""What a simulation will hold: who writes when, who serves, what breaks. Made from a seed, kept as a list.

Each entry has chances of its own, so that leaving one out changes nothing about the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bot.rehearsal.calendar import TIPS_A_WEEK, moments
from bot.rehearsal.citizens import Temperament
from bot.rehearsal.officers import Habit
from tests.simulation.entries import (
    Entry,
    Gathering,
    GroupChange,
    Handover,
    Mishap,
    Post,
    Trouble,
    Visit,
)
from tests.simulation.wire import Weather

START = datetime(2026, 1, 5, tzinfo=UTC)  #: a Monday; Tết is six weeks away
CROWD = 0.25  #: of those who write have written before
OUTCRIES = 0.4  #: a week: what many see at once
MANY = (4, 9)  #: citizens who tell of it
AT_ONCE = timedelta(minutes=6)
HANDOVERS = 0.4  #: a week
SUCCESSORS = 100  #: numbers of posts from here on
COMMUNES = 10  #: that have officers
GROUPS = 3  #: communes whose unit has a group chat, sooner or later


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    days: float
    posts: Sequence[Post]
    entries: Sequence[Entry]
    a_week: float = TIPS_A_WEEK
    harsh: float = 1

    @property
    def command(self) -> str:
        """Plays it again."""
        usual = [f"SEED={self.seed}", f"DAYS={self.days:g}"]
        if self.a_week != TIPS_A_WEEK:
            usual.append(f"A_WEEK={self.a_week:g}")
        if self.harsh != 1:
            usual.append(f"HARSH={self.harsh:g}")
        return " ".join(["make simulate", *usual])

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
    crowd = Crowd(seed, chance)
    often = harsh * a_week / TIPS_A_WEEK
    posts = _posts(chance)
    entries: list[Entry] = [
        *crowd.visits(days, a_week),
        *crowd.outcries(days, OUTCRIES * often),
        *_mishaps(days, harsh, chance),
        *_handovers(posts, days, HANDOVERS * often, chance),
        *_groups(days, chance),
    ]
    entries.sort(key=lambda entry: entry.at)
    return Plan(seed, days, posts, entries, a_week, harsh)


@dataclass(slots=True)
class Crowd:
    """Who writes: somebody new, or somebody who has written before."""

    seed: int
    chance: Random
    _known: int = field(default=0)
    _count: int = field(default=0)

    def visits(self, days: float, a_week: float) -> Iterator[Visit]:
        """More visits than tips: some give up, some only look, some tell nothing."""
        for moment in moments(START, START + timedelta(days=days), a_week, self.chance):
            yield self._visit(moment)

    def outcries(self, days: float, a_week: float) -> Iterator[Visit]:
        """One incident that many tell of within minutes, by day or at night."""
        for moment in moments(START, START + timedelta(days=days), a_week, self.chance):
            story = f"{self.seed} outcry {self._count}"
            for _ in range(self.chance.randint(*MANY)):
                yield self._visit(moment + AT_ONCE * self.chance.random(), story)

    def _visit(self, at: datetime, story: str = "") -> Visit:
        chance = self.chance
        self._count += 1
        again = self._known and chance.random() < CROWD
        self._known += not again
        citizen = chance.randint(1, self._known) if again else self._known
        chances = f"{self.seed} {self._count}"
        return Visit(at, citizen, chance.choice(list(Temperament)), chances, story or chances)


def _handovers(
    posts: Sequence[Post], days: float, a_week: float, chance: Random
) -> Iterator[Handover]:
    serving = list(posts)
    for number, moment in enumerate(moments(START, START + timedelta(days=days), a_week, chance)):
        leaver = serving.pop(chance.randrange(len(serving)))
        successor = Post(SUCCESSORS + number, leaver.commune, chance.choice(list(Habit)))
        serving.append(successor)
        vacant = timedelta(days=chance.uniform(0, 10))
        yield Handover(moment, leaver.number, successor, vacant)


def _groups(days: float, chance: Random) -> Iterator[GroupChange]:
    """A few units have a group from some day on; it moves, and in the end it may be given up."""
    for commune in chance.sample(range(COMMUNES), GROUPS):
        share = sorted(chance.uniform(0, 1.2) for _ in Gathering)
        for change, when in zip(Gathering, share, strict=True):
            if when < 1:
                yield GroupChange(START + timedelta(days=days * when), commune, change)


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
    for commune in range(COMMUNES):
        habits = [Habit.TWIN, Habit.TWIN] if commune % 4 == 0 else chance.sample(list(Habit), 2)
        posts += [Post(len(posts) + 1 + n, commune, habit) for n, habit in enumerate(habits)]
    return posts

"""The counts of one week for one commune or one province, with the weeks before it to see them by."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.periods import Week, weeks_until
from storage import counts as stored
from storage.counts import Closing, CommuneScope, OpenTip, ProvinceScope, Scope, Taking, Tally
from storage.database import Database, Session
from storage.states import DESK_ONLY, DeskReason, TipState
from words.categories import Goal, category

__all__ = ["Cohort", "CommuneScope", "Counts", "Desk", "ProvinceScope", "Scope", "count"]

WEEKS = 12  #: how far back the columns reach
RECENT = 4  #: how many weeks the categories are drawn of
LATE_COMMUNES = 5  #: how many communes the desk is shown by name

_TAKEN = frozenset({Taking.IN_TIME, Taking.LATE})
#: Closed with a result that is not «resolved»; a withdrawal only counts here after somebody took the tip.
_OTHERWISE = frozenset({TipState.INSUFFICIENT, TipState.UNFOUNDED, TipState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Cohort:
    """The tips received in one stretch of time, as they stand now.

    `due`, `in_time`, `resolved` and `otherwise` are of the valid ones. Valid says that a tip was within
    the scope and not taken back before anybody took it; it says nothing about true or false.
    """

    received: int
    outside: int  #: out of scope
    withdrawn: int  #: before anybody took them
    taken: int
    due: int  #: taken, or past their target
    in_time: int
    resolved: int
    otherwise: int
    categories: Mapping[str, int]  #: received, by category; only those that occur

    @property
    def valid(self) -> int:
        return self.received - self.outside - self.withdrawn

    @property
    def groups(self) -> Mapping[Goal, int]:
        """Received, by what was in danger; all three are there."""
        found = dict.fromkeys(Goal, 0)
        for key, count in self.categories.items():
            found[category(key).goal] += count
        return found


@dataclass(frozen=True, slots=True)
class Desk:
    """What only the province's desk is told."""

    communes: int
    active: int  #: communes that received a tip in the week
    hidden: Sequence[Closing]  #: closed in the week in a way that hides the tip from its commune


@dataclass(frozen=True, slots=True)
class Counts:
    week: Week
    now: datetime
    columns: Sequence[Cohort | None]  #: one a week, oldest first; None: nothing was counted yet
    recent: Mapping[str, int]  #: received in the last weeks, by category
    waits: Sequence[timedelta]  #: until taken, of a commune's tips of the week, shortest first
    open: Sequence[OpenTip]  #: whenever received, lowest number first; none where `is_past`
    desk: Desk | None = None

    @property
    def is_past(self) -> bool:
        """Whether a newer summary is due: what is open today is no matter of this week."""
        return is_past(self.week, self.now)

    @property
    def this(self) -> Cohort:
        cohort = self.columns[-1]
        assert cohort is not None  # the week asked for is always counted
        return cohort

    @property
    def before(self) -> Cohort | None:
        return self.columns[-2]

    @property
    def untaken(self) -> Sequence[OpenTip]:
        return [tip for tip in self.open if tip.state is TipState.NEW]

    @property
    def late(self) -> Sequence[OpenTip]:
        """Those nobody took by their target."""
        return [tip for tip in self.untaken if tip.target_at <= self.now]

    @property
    def soon(self) -> Sequence[OpenTip]:
        """Those nobody took yet and still can in time, the nearest target first."""
        still = [tip for tip in self.untaken if tip.target_at > self.now]
        return sorted(still, key=lambda tip: tip.target_at)

    @property
    def late_communes(self) -> Sequence[tuple[str, int]]:
        """The communes with most tips past their target, and how many."""
        late = [tip.commune_code for tip in self.late if tip.desk_reason not in DESK_ONLY]
        return ranked(Counter(code for code in late if code))[:LATE_COMMUNES]

    @property
    def at_desk(self) -> Mapping[DeskReason, Sequence[OpenTip]]:
        found: dict[DeskReason, list[OpenTip]] = {}
        for tip in self.open:
            if tip.desk_reason:
                found.setdefault(tip.desk_reason, []).append(tip)
        return found


async def count(database: Database, week: Week, scope: Scope, now: datetime) -> Counts:
    """Count a week as it stands `now`, in one transaction that only reads."""
    return await database.read(lambda session: _count(session, week, scope, now))


def _count(session: Session, week: Week, scope: Scope, now: datetime) -> Counts:
    weeks = weeks_until(week, WEEKS)
    bounds = [weeks[0].start, *(each.end for each in weeks)]
    tallies = stored.tallies(session, scope, bounds, now)
    since = stored.counted_since(session)
    return Counts(
        week,
        now,
        columns_of(tallies, [each == week or _known(each, since) for each in weeks]),
        cohort(t for t in tallies if t.week >= WEEKS - RECENT).categories,
        _waits(session, week, scope),
        () if is_past(week, now) else stored.open_tips(session, scope),
        _desk(session, week, scope, tallies),
    )


def is_past(week: Week, now: datetime) -> bool:
    return now >= week.end + timedelta(days=7)


def _known(week: Week, since: datetime | None) -> bool:
    return since is not None and week.end > since


def _waits(session: Session, week: Week, scope: Scope) -> Sequence[timedelta]:
    if isinstance(scope, ProvinceScope):
        return ()  # the fastest of a hundred communes says nothing about any
    found = stored.waits(session, scope, week.start, week.end)
    return sorted(wait.acknowledged_at - wait.received_at for wait in found)


def _desk(session: Session, week: Week, scope: Scope, tallies: Sequence[Tally]) -> Desk | None:
    if isinstance(scope, CommuneScope):
        return None
    shared = (t for t in tallies if t.week == WEEKS - 1 and t.desk_reason not in DESK_ONLY)
    active = {tally.commune_code for tally in shared} - {None}
    hidden = stored.hidden_closings(session, scope, week.start, week.end)
    return Desk(scope.communes, len(active), hidden)


def columns_of(tallies: Sequence[Tally], known: Sequence[bool]) -> Sequence[Cohort | None]:
    """One cohort a week, None for the weeks that are not `known`."""
    by_week: list[list[Tally]] = [[] for _ in known]
    for tally in tallies:
        by_week[tally.week].append(tally)
    return [cohort(each) if told else None for each, told in zip(by_week, known, strict=True)]


def cohort(tallies: Iterable[Tally]) -> Cohort:
    every = list(tallies)
    valid = [t for t in every if t.state is not TipState.OUT_OF_SCOPE and not _taken_back(t)]
    categories = Counter[str]()
    for tally in every:
        categories[tally.category] += tally.count
    return Cohort(
        received=categories.total(),
        outside=_sum(every, lambda t: t.state is TipState.OUT_OF_SCOPE),
        withdrawn=_sum(every, _taken_back),
        taken=_sum(every, lambda t: t.taking in _TAKEN),
        due=_sum(valid, lambda t: t.taking is not Taking.AWAITED),
        in_time=_sum(valid, lambda t: t.taking is Taking.IN_TIME),
        resolved=_sum(valid, lambda t: t.state is TipState.RESOLVED),
        otherwise=_sum(valid, lambda t: t.state in _OTHERWISE),
        categories=categories,
    )


def ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Sort by count, the largest first; what is alike by its key."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _taken_back(tally: Tally) -> bool:
    return tally.state is TipState.WITHDRAWN and tally.taking not in _TAKEN


def _sum(tallies: Sequence[Tally], which: Callable[[Tally], bool]) -> int:
    return sum(tally.count for tally in tallies if which(tally))

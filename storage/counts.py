"""What the reports count: tips by commune, category, week and state. Never a sealed column.

The number of queries does not depend on the number of communes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from storage.models import Installation, Tip
from storage.states import DESK_ONLY, HIDDEN_STATES, OPEN_STATES, DeskReason, TipState


@dataclass(frozen=True, slots=True)
class CommuneScope:
    """What one commune answers for: its tips, without those only the desk may see.

    A tip keeps the unit of its day; those of units that this one succeeded count as its own.
    """

    code: str
    succeeded: tuple[str, ...] = ()  #: codes of the units it succeeded

    def in_force(self, code: str | None) -> str | None:
        return self.code if code in self.succeeded else code


@dataclass(frozen=True, slots=True)
class ProvinceScope:
    """Every tip of a province."""

    code: str
    communes: int  #: how many communes the province has
    succeeded: tuple[tuple[str, str], ...] = ()  #: codes that ended, each with the one in force

    def in_force(self, code: str | None) -> str | None:
        return next((present for ended, present in self.succeeded if ended == code), code)


Scope = CommuneScope | ProvinceScope


class Taking(StrEnum):
    """How a tip was taken, judged by its target."""

    IN_TIME = "in_time"
    LATE = "late"
    MISSED = "missed"  #: nobody took it, and the target is past
    AWAITED = "awaited"  #: nobody took it, and there is still time


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tips are alike in everything that is counted by."""

    week: int  #: index into the weeks that were asked for
    taking: Taking
    commune_code: str | None
    category: str
    state: TipState
    desk_reason: DeskReason | None
    count: int


@dataclass(frozen=True, slots=True)
class OpenTip:
    number: int
    commune_code: str | None
    state: TipState
    target_at: datetime
    desk_reason: DeskReason | None


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing that hides the tip from its commune."""

    number: int
    state: TipState


@dataclass(frozen=True, slots=True)
class Wait:
    """From when a tip was received until an officer took it."""

    received_at: datetime
    acknowledged_at: datetime


def tallies(
    session: Session, scope: Scope, bounds: Sequence[datetime], now: datetime
) -> Sequence[Tally]:
    """Count the tips received between `bounds`: n + 1 ascending instants make n weeks."""
    week, taking = _week(bounds).label("week"), _taking(now).label("taking")
    plain = (Tip.commune_code, Tip.category, Tip.state, Tip.desk_reason)
    rows = session.execute(
        select(week, taking, *plain, func.count())
        .where(_within(scope), _received(bounds[0], bounds[-1]))
        # By name: PostgreSQL would take a second copy of these expressions for other ones.
        .group_by("week", "taking", *plain)
    )
    return [Tally(row[0], Taking(row[1]), scope.in_force(row[2]), *row[3:]) for row in rows]


def open_tips(session: Session, scope: Scope) -> Sequence[OpenTip]:
    """Every open tip, lowest number first."""
    columns = (Tip.id, Tip.commune_code, Tip.state, Tip.target_at, Tip.desk_reason)
    found = select(*columns).where(_within(scope), Tip.state.in_(OPEN_STATES)).order_by(Tip.id)
    rows = session.execute(found)
    return [
        OpenTip(number, scope.in_force(code), state, target, reason)
        for number, code, state, target, reason in rows
    ]


def hidden_closings(
    session: Session, scope: Scope, start: datetime, end: datetime
) -> Sequence[Closing]:
    """What was closed from `start` until before `end` in a way that hides it, and still is."""
    found = select(Tip.id, Tip.state).where(
        _within(scope),
        Tip.state.in_(HIDDEN_STATES),
        Tip.closed_at >= start,
        Tip.closed_at < end,
    )
    return [Closing(*row) for row in session.execute(found.order_by(Tip.id))]


def waits(session: Session, scope: Scope, start: datetime, end: datetime) -> Sequence[Wait]:
    """How long each tip received in this time waited, of those taken and within the scope of work."""
    found = select(Tip.received_at, Tip.acknowledged_at).where(
        _within(scope),
        _received(start, end),
        Tip.acknowledged_at.is_not(None),
        Tip.state != TipState.OUT_OF_SCOPE,
    )
    return [Wait(received, taken) for received, taken in session.execute(found) if taken]


def counted_since(session: Session) -> datetime | None:
    """When this installation began to count; before that nothing is known, not even nothing."""
    began = session.scalar(select(Installation.created_at))
    first = session.scalar(select(func.min(Tip.received_at)))
    return min((moment for moment in (began, first) if moment), default=None)


def _within(scope: Scope) -> ColumnElement[bool]:
    if isinstance(scope, ProvinceScope):
        return Tip.province_code == scope.code
    shared = or_(Tip.desk_reason.is_(None), Tip.desk_reason.not_in(DESK_ONLY))
    return and_(Tip.commune_code.in_((scope.code, *scope.succeeded)), shared)


def _received(start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(Tip.received_at >= start, Tip.received_at < end)


def _week(bounds: Sequence[datetime]) -> ColumnElement[int]:
    ends = bounds[1:]
    return case(*((Tip.received_at < end, index) for index, end in enumerate(ends)))


def _taking(now: datetime) -> ColumnElement[str]:
    nobody = Tip.acknowledged_at.is_(None)
    return case(
        (and_(nobody, Tip.target_at <= now), Taking.MISSED.value),
        (nobody, Taking.AWAITED.value),
        (Tip.acknowledged_at <= Tip.target_at, Taking.IN_TIME.value),
        else_=Taking.LATE.value,
    )

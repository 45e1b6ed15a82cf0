"""Bursts: many tips of one kind from one commune within minutes, and which tips are part of them."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import BigInteger, Select, and_, bindparam, delete, exists, func, select
from sqlalchemy.orm import Session

from storage.database import table_of
from storage.models import Burst, BurstTip, Reporter, Tip
from storage.prepared import Prepared, Row
from storage.states import DESK_ONLY, Priority, TipState

SINGLY = 3  #: tips that are shown each by itself before a burst begins
WITHIN = timedelta(
    minutes=10
)  #: of each other these come, and after the last of them the burst ends


_Alone = Row  #: what is asked of a tip that may come to be part of a burst


@dataclass(frozen=True, slots=True)
class Kind:
    """What the tips of one burst have in common. Urgent ones never lie among others."""

    province_code: str
    commune_code: str | None
    category: str
    urgent: bool
    desk_reason: str | None  #: one that keeps them from the commune

    @classmethod
    def of(cls, tip: "Tip | _Alone") -> "Kind":
        return cls(
            tip.province_code,
            tip.commune_code,
            tip.category,
            tip.priority is Priority.P1,
            tip.desk_reason if tip.desk_reason in DESK_ONLY else None,
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """A burst in numbers. Tips that were withdrawn are only counted as such."""

    tips: int
    accounts: int  #: that sent them: how many, never whose
    withdrawn: int
    untaken: int
    priority: Priority  #: the highest
    since: datetime
    last: datetime
    target_at: datetime | None  #: the earliest of those that nobody took
    newest: int  #: the highest number of a tip

    @property
    def all(self) -> int:
        return self.tips + self.withdrawn


def join(session: Session, tip: Tip, now: datetime) -> Burst | None:
    """Make a new tip part of the burst it belongs to, which it may open; None if it stands alone."""
    kind = Kind.of(tip)
    _lock(session, kind)
    burst = _running(session, kind, now)
    if burst is None:
        before = _alone(session, kind, tip, now)
        if len(before) < SINGLY:
            return None
        burst = _opened(session, kind, tip, before, now)
    session.add(BurstTip(tip_id=tip.id, burst_id=burst.id))
    session.flush()
    return burst


def _lock(session: Session, kind: Kind) -> None:
    """Let tips of one kind be filed one after the other. SQLite has but one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.blake2b(repr(kind).encode(), digest_size=8, person=b"burst").digest()
        number = int.from_bytes(digest, signed=True)
        _LOCKING.run(session, {"kind": number})


_LOCKING = Prepared(select(func.pg_advisory_xact_lock(bindparam("kind", type_=BigInteger))))


def _running(session: Session, kind: Kind, now: datetime) -> Burst | None:
    of_kind = {
        "province": kind.province_code,
        "commune": kind.commune_code,
        "category": kind.category,
        "urgent": kind.urgent,
        "reason": kind.desk_reason,
    }
    session.flush()
    found = _RUNNING.first(session, of_kind | {"now": now})
    return session.get_one(Burst, found.id, populate_existing=True) if found else None


_RUNNING = Prepared(
    select(table_of(Burst).c.id)
    .where(
        Burst.until > bindparam("now"),
        Burst.province_code == bindparam("province"),
        Burst.commune_code.is_not_distinct_from(bindparam("commune")),
        Burst.category == bindparam("category"),
        Burst.urgent == bindparam("urgent"),
        Burst.desk_reason.is_not_distinct_from(bindparam("reason")),
    )
    .order_by(Burst.id.desc())
    .limit(1)
    .with_for_update(key_share=True)  # its growth may be shown at this moment
)


def _alone(session: Session, kind: Kind, tip: Tip, now: datetime) -> Sequence[_Alone]:
    """Return the tips of the last minutes that are like this one and part of no burst, oldest first."""
    like = {"since": now - WITHIN, "category": kind.category, "but": tip.id}
    if kind.commune_code:
        like["commune"] = kind.commune_code
    query = _alone_query(of_commune=kind.commune_code is not None)
    return [other for other in query.all(session, like) if Kind.of(other) == kind]


@cache
def _alone_query(*, of_commune: bool) -> Prepared:
    there = Tip.commune_code == bindparam("commune") if of_commune else Tip.commune_code.is_(None)
    these = (
        there,
        Tip.received_at > bindparam("since"),
        Tip.category == bindparam("category"),
        Tip.id != bindparam("but"),
        ~exists().where(BurstTip.tip_id == Tip.id),
    )
    what = (
        Tip.id,
        Tip.received_at,
        Tip.province_code,
        Tip.commune_code,
        Tip.category,
        Tip.priority,
    )
    query = select(*what, Tip.desk_reason).where(*these)
    return Prepared(query.order_by(Tip.received_at, Tip.id))


def _opened(
    session: Session, kind: Kind, tip: Tip, before: Sequence[_Alone], now: datetime
) -> Burst:
    burst = Burst(
        id=tip.id,
        province_code=kind.province_code,
        commune_code=kind.commune_code,
        category=kind.category,
        urgent=kind.urgent,
        desk_reason=tip.desk_reason if kind.desk_reason else None,
        until=before[-1].received_at + WITHIN,
        shown_at=now,
    )
    session.add(burst)
    session.flush()
    session.add_all(BurstTip(tip_id=other.id, burst_id=burst.id) for other in before)
    return burst


def of_tip(session: Session, tip: Tip) -> Burst | None:
    query = select(Burst).join(BurstTip, BurstTip.burst_id == Burst.id)
    return session.scalar(query.where(BurstTip.tip_id == tip.id))


def of_tips(session: Session, tips: Collection[Tip]) -> Mapping[int, int]:
    """Return the burst's number of each of these tips that is part of one."""
    members = select(BurstTip.tip_id, BurstTip.burst_id)
    query = members.where(BurstTip.tip_id.in_([tip.id for tip in tips]))
    return {row.tip_id: row.burst_id for row in session.execute(query)}


def leave(session: Session, tip: Tip) -> None:
    """Let a tip go its own way."""
    session.execute(delete(BurstTip).where(BurstTip.tip_id == tip.id))


def newest(session: Session, burst: Burst) -> Tip:
    query = _members(burst.id).order_by(Tip.id.desc()).limit(1)
    return session.scalars(query).one()


def page(session: Session, burst_id: int, start: int, length: int) -> Sequence[Tip]:
    """Return some of a burst's tips, newest first."""
    query = _members(burst_id).order_by(Tip.id.desc()).offset(start).limit(length)
    return session.scalars(query).all()


def untaken(session: Session, burst_id: int, newest: int) -> Sequence[Tip]:
    """Return the tips that nobody took, up to a number, locked, oldest first."""
    query = _members(burst_id).where(Tip.id <= newest, Tip.state == TipState.NEW)
    query = query.order_by(Tip.id).with_for_update(of=Tip, key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def counts(session: Session, burst_id: int) -> Counts | None:
    """Return a burst in numbers; None if every tip of it has left."""
    there = Tip.state != TipState.WITHDRAWN
    untaken = Tip.state == TipState.NEW
    numbers = (
        select(
            func.count().filter(there),
            func.count(Reporter.chat_id.distinct()).filter(there),
            func.count().filter(~there),
            func.count().filter(untaken),
            func.min(Tip.priority),
            func.min(Tip.received_at).label("since"),
            func.max(Tip.received_at),
            func.min(Tip.target_at).filter(untaken),
            func.max(Tip.id),
        )
        .join(BurstTip, BurstTip.tip_id == Tip.id)
        .join(Reporter, Reporter.tip_id == Tip.id)
        .where(BurstTip.burst_id == burst_id)
    )
    found = session.execute(numbers).one()
    return Counts(*found) if found.since else None


def _members(burst_id: int) -> Select[Tip]:
    is_one = and_(BurstTip.tip_id == Tip.id, BurstTip.burst_id == burst_id)
    return select(Tip).join(BurstTip, is_one)


def due(session: Session, now: datetime, limit: int) -> Sequence[Burst]:
    """Return the bursts whose growth is to be shown now, locked."""
    query = select(Burst).where(Burst.show_at <= now).order_by(Burst.show_at).limit(limit)
    query = query.with_for_update(skip_locked=True)
    return session.scalars(query.execution_options(populate_existing=True)).all()

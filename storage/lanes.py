"""Lanes: within one, rows leave in their order, however many processes take from it.

Only the oldest waiting row of a lane, its head, can be claimed. The lock on the head is the lane's lock:
under it a claim that meets rows behind the head puts them to sleep (`due_at` None), and the head's end wakes
the next one. Whoever adds a row locks nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from storage.database import Connected, table_of
from storage.models import Delivery, Evidence, Inbox
from storage.prepared import Prepared, is_one_of, one_of
from storage.states import QueueState

Item = TypeVar("Item", Inbox, Delivery, Evidence)

#: What a lane is, and the order within it. A file to fetch is a lane of its own.
LANES: dict[type[Any], tuple[str, ...]] = {
    Inbox: ("lane",),
    Delivery: ("chat_id", "klass"),
    Evidence: ("id",),
}
ORDERS: dict[type[Any], tuple[str, ...]] = {
    Inbox: ("sequence", "id"),
    Delivery: ("id",),
    Evidence: ("id",),
}
#: Written out, not bound: only then does a planner know that the indexes of waiting rows will do.
WAITING: ColumnElement[QueueState] = literal_column(f"'{QueueState.WAITING}'")
Conditions = tuple[ColumnElement[bool], ...]
Lane = tuple[Any, ...]  #: its values of the columns in LANES


@dataclass(frozen=True, slots=True)
class Head:
    """The oldest waiting row of a lane, which we have locked."""

    id: int
    due_at: datetime | None
    lane: Lane
    place: tuple[Any, ...]  #: its values of the columns in ORDERS


def due(
    session: Connected,
    kind: type[Item],
    now: datetime,
    where: Conditions,
    passed: Collection[Lane],
    limit: int,
) -> dict[int, Lane]:
    """Return what has been due longest, as id and lane, without a lock."""
    asked = {"now": now, "most": limit}
    if passed:
        lane = (table_of(kind).c[name] for name in LANES[kind])
        others = _due_query(kind, where).where(tuple_(*lane).not_in(passed))
        rows: Iterable[Any] = session.connection().execute(others, asked)
    else:  # as nearly always: one and the same statement
        rows = _due(kind, where).all(session, asked)
    return {row[0]: tuple(row[1:]) for row in rows}


@cache
def _due(kind: type[Any], where: Conditions) -> Prepared:
    return Prepared(_due_query(kind, where))


def _due_query(kind: type[Any], where: Conditions) -> Select[Any]:
    row = table_of(kind).c
    these = (row.state == WAITING, row.due_at <= bindparam("now"), *where)
    query = select(row.id, *(row[name] for name in LANES[kind])).where(*these)
    return query.order_by(row.due_at, row.id).limit(bindparam("most", type_=Integer))


def locked_heads(session: Connected, kind: type[Item], ids: Iterable[int]) -> Sequence[Head]:
    """Return, locked, the head of each lane that these rows are in."""
    these = one_of(ids)
    rows = _heads(kind, len(these)).all(session, these)
    width = 2 + len(LANES[kind])
    return [Head(row[0], row[1], tuple(row[2:width]), tuple(row[width:])) for row in rows]


@cache
def _heads(kind: type[Any], count: int) -> Prepared:
    table = table_of(kind)
    this, first = table.alias(), table.alias()
    head = (
        select(first.c.id)
        .where(first.c.state == WAITING, *_same_lane(kind, first.c, this.c))
        .order_by(*(first.c[name] for name in ORDERS[kind]))
        .limit(1)
        .correlate(this)
        .scalar_subquery()
    )
    these = is_one_of(this.c.id, count)
    names = (*LANES[kind], *ORDERS[kind])
    query = (
        select(table.c.id, table.c.due_at, *(table.c[name] for name in names))
        .where(table.c.id.in_(select(head).where(these)), table.c.state == WAITING)
        .order_by(table.c.due_at, table.c.id)
        .with_for_update(of=table, skip_locked=True, key_share=True)
    )
    return Prepared(query)


def _same_lane(kind: type[Any], one: Any, other: Any) -> Iterable[ColumnElement[bool]]:
    """Say that two rows, given as columns, are of one lane."""
    return (one[name] == other[name] for name in LANES[kind])


def lane_of(item: Inbox | Delivery | Evidence) -> Lane:
    return tuple(getattr(item, name) for name in LANES[type(item)])


def met_by_others(heads: Sequence[Head], due: Mapping[int, Lane]) -> list[Head]:
    """Return the heads of those lanes in which another row is due."""
    ids = {head.id for head in heads}
    met = {lane for row_id, lane in due.items() if row_id not in ids}
    return [head for head in heads if head.lane in met]


def put_to_sleep_behind(
    session: Connected, kind: type[Item], heads: Sequence[Head], now: datetime
) -> None:
    """Let what nobody has, or had when its lease ran out, wait for the end of the heads, which we hold.

    Only what comes after a head: a row may have come before it since we saw it.
    """
    if not heads:
        return
    row = table_of(kind).c
    behind = (
        row.state == WAITING,
        row.due_at.is_not(None),
        or_(row.owner.is_(None), row.due_at <= now),
        or_(*(_is_behind(kind, head) for head in heads)),
    )
    session.connection().execute(update(table_of(kind)).where(*behind).values(due_at=None))


def _is_behind(kind: type[Any], head: Head) -> ColumnElement[bool]:
    row = table_of(kind).c
    after: ColumnElement[bool] = tuple_(*(row[name] for name in ORDERS[kind])) > head.place
    same = (row[name] == value for name, value in zip(LANES[kind], head.lane, strict=True))
    return and_(*same, after)


def wake_next(session: Connected, kind: type[Any], lane: Lane, now: datetime) -> None:
    """Let the next of a lane be due: now, so behind whoever of other lanes has waited longer."""
    of_lane = {f"of_{name}": value for name, value in zip(LANES[kind], lane, strict=True)}
    _waking(kind).run(session, of_lane | {"woken_at": now})  # type: ignore[arg-type]  # hashable


@cache
def _waking(kind: type[Any]) -> Prepared:
    table = table_of(kind)
    other = table.alias()
    lane = (other.c[name] == bindparam(f"of_{name}") for name in LANES[kind])
    asleep = (
        select(other.c.id)
        .where(other.c.state == WAITING, other.c.due_at.is_(None), *lane)
        .order_by(*(other.c[name] for name in ORDERS[kind]))
        .limit(1)
        .scalar_subquery()
    )
    woken = update(table).where(table.c.id == asleep, table.c.due_at.is_(None))
    return Prepared(woken.values(due_at=bindparam("woken_at")))


def wake_forgotten(session: Session, now: datetime) -> int:
    """Wake lanes in which everybody sleeps; return how many there were.

    There are none as long as rows end only here. It is the net for hands that delete rows in a database.
    """
    return _wake_forgotten(session, Inbox, now) + _wake_forgotten(session, Delivery, now)


def _wake_forgotten(session: Session, kind: type[Item], now: datetime) -> int:
    awake = aliased(kind)
    same = (getattr(awake, name) == getattr(kind, name) for name in LANES[kind])
    somebody = select(awake.id).where(awake.state == WAITING, awake.due_at.is_not(None), *same)
    forgotten = select(kind).where(kind.state == WAITING, kind.due_at.is_(None), ~somebody.exists())
    rows = session.scalars(forgotten.with_for_update(of=kind, skip_locked=True)).all()
    for row in rows:
        row.due_at = now
    return len({lane_of(row) for row in rows})

"""The one mechanism of inbox, outbox and fetches: claim what is due under a lease, then record.

A row is WAITING until it is DONE or SET_ASIDE, and `due_at` alone says when it may be claimed: now; after a
pause; when the lease of whoever has it runs out; or, being None, not before another of its lane has ended.
So claiming reads the front of an index, however many are waiting. Statements are built once: building one
costs more than a database needs to answer it.

Order: only the oldest waiting row of a lane, its head, can be claimed. The lock on the head is the lane's
lock: under it a claim that meets rows behind the head puts them to sleep (`due_at` None), and the head's end
wakes the next one. Whoever adds a row locks nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from storage import pace
from storage.database import insert_new, table_of
from storage.limits import Limits
from storage.models import Chat, Delivery, Evidence, Inbox, Pause
from storage.states import Channel, ChatState, DeliveryClass, QueueState

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
GLANCE = timedelta(milliseconds=100)  #: until a chat is looked at again that somebody was busy with
#: Written out, not bound: only then does a planner know that the indexes of waiting rows will do.
WAITING: ColumnElement[QueueState] = literal_column(f"'{QueueState.WAITING}'")
Conditions = tuple[ColumnElement[bool], ...]
Lane = tuple[Any, ...]  #: its values of the columns in LANES
Claimed = Row[Any]  #: a row as it was claimed: to be read, not to be changed
FRESH: Conditions = (Inbox.attempts == literal_column("0"),)
TRIED: Conditions = (Inbox.attempts > literal_column("0"),)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims, when, and until when nobody else may."""

    owner: str
    now: datetime
    length: timedelta

    @property
    def until(self) -> datetime:
        return self.now + self.length


def claim_fresh(session: Session, lease: Lease, limit: int) -> Sequence[Claimed]:
    """Claim the oldest waiting update of up to `limit` chats, none of them tried before."""
    return _claim(session, Inbox, lease, FRESH, limit)


def claim_tried(session: Session, lease: Lease) -> Sequence[Claimed]:
    """Claim one update that was tried before: alone, since it may be what killed the process.

    Those that were only beside it are not counted as tried again until they are.
    """
    return _claim(session, Inbox, lease, TRIED, 1)


def claim_delivery(
    session: Session, lease: Lease, channel: Channel, limits: Limits | None = None
) -> Claimed | None:
    """Claim the next message of `channel`, and a turn for it: alerts first, each lane in its order.

    Args:
        limits: what the platform allows; None if it sets none.
    """
    if _is_paused(session, channel, lease.now):
        return None
    turns = pace.free_turns(session, channel, lease.now, 1) if limits else ()
    if limits and not turns:
        return None
    admit = partial(_admit, session, limits, lease.now)
    for klass in DeliveryClass:
        for delivery in _claim(session, Delivery, lease, _of_class(channel, klass), 1, admit):
            pace.take(turns, delivery.id, lease.until)
            return delivery
    return None


@cache
def _of_class(channel: Channel, klass: DeliveryClass) -> Conditions:
    return (Delivery.channel == channel, Delivery.klass == klass)


def _admit(session: Session, limits: Limits | None, now: datetime, head: "_Head") -> bool:
    """Tell whether its chat takes the message now; if not, see to when it is looked at again."""
    chat = session.scalar(
        select(Chat)
        .where(Chat.id == head.lane[0])
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if chat is None:  # a message from there is being handled
        _look_again(session, Delivery, [head], now + GLANCE)
        return False
    if chat.state is ChatState.CLOSED:
        set_aside(session, session.get_one(Delivery, head.id), "chat_closed", now)
        return False
    later = pace.admit(chat, limits.of(chat.kind), now) if limits else None
    if later is not None:
        _look_again(session, Delivery, [head], later)
    return later is None


def next_delivery_at(session: Session, channel: Channel, now: datetime) -> datetime | None:
    """Return when a claim may succeed, as far as is known now; None: nothing waits."""
    due = [_earliest(session, channel, klass) for klass in DeliveryClass]
    if not (times := [at for at in due if at is not None]):
        return None
    asked, turn = session.get(Pause, channel), pace.next_turn_at(session, channel, now)
    bounds = (min(times), asked.until if asked else None, turn)
    return max(at for at in bounds if at is not None)


def _earliest(session: Session, channel: Channel, klass: DeliveryClass) -> datetime | None:
    these = (Delivery.channel == channel, Delivery.klass == klass, Delivery.state == WAITING)
    awake = select(Delivery.due_at).where(*these, Delivery.due_at.is_not(None))
    return session.scalar(awake.order_by(Delivery.due_at).limit(1))


def claim_evidence(session: Session, lease: Lease, limit: int) -> Sequence[Claimed]:
    """Claim up to `limit` files to fetch and clean."""
    return _claim(session, Evidence, lease, (), limit)


@dataclass(frozen=True, slots=True)
class _Head:
    """The oldest waiting row of a lane, which we have locked."""

    id: int
    due_at: datetime | None
    lane: Lane
    place: tuple[Any, ...]  #: its values of the columns in ORDERS


def _claim(
    session: Session,
    kind: type[Item],
    lease: Lease,
    where: Conditions,
    limit: int,
    admit: Callable[[_Head], bool] = lambda _: True,
) -> Sequence[Claimed]:
    """Claim the heads of up to `limit` lanes, in the order in which they became due.

    A lane whose head another transaction holds is passed over: nobody waits here for anybody.

    Args:
        admit: tells of a head that is due whether it may be claimed; if not, it has put it off.
    """
    claimed: list[Claimed] = []
    seen: set[Lane] = set()
    passed: set[Lane] = set()
    while (asked := limit - len(claimed)) > 0:
        due = _due(session, kind, lease.now, where, passed, asked)
        heads = _locked_heads(session, kind, due) if due else ()
        lanes = set(due.values())
        passed |= (lanes & seen) | (lanes - {head.lane for head in heads})
        seen |= lanes  # a second look is for heads that others were due before; there is no third
        _put_to_sleep_behind(session, kind, _met_by_others(heads, due), lease.now)
        slept = [head for head in heads if head.due_at is None]  # behind what ended, or just come
        _look_again(session, kind, slept, lease.now)
        mine = [head.id for head in heads if _is_due(head, due, lease.now) and admit(head)]
        claimed += _lease_out(session, kind, mine, lease)
        if len(due) < asked:
            break  # that was all
    return claimed


def _is_due(head: _Head, due: Collection[int], now: datetime) -> bool:
    return head.id in due and head.due_at is not None and head.due_at <= now


def _look_again(session: Session, kind: type[Item], heads: Sequence[_Head], at: datetime) -> None:
    """Let these be due then."""
    if heads:
        ids = [head.id for head in heads]
        session.connection().execute(_putting_off(kind), {"ids": ids, "at": at})


@cache
def _putting_off(kind: type[Any]) -> Update:
    table = table_of(kind)
    these = table.c.id.in_(bindparam("ids", expanding=True))
    return update(table).where(these).values(due_at=bindparam("at"))


def _lease_out(
    session: Session, kind: type[Item], ids: Sequence[int], lease: Lease
) -> Sequence[Claimed]:
    if not ids:
        return ()
    values = {"ids": ids, "until": lease.until, "by": lease.owner}
    rows = session.connection().execute(_leasing_out(kind), values)
    return sorted(rows, key=lambda row: ids.index(row.id))


@cache
def _leasing_out(kind: type[Any]) -> ReturningUpdate[Any]:
    table = table_of(kind)
    values: dict[str, Any] = {"due_at": bindparam("until"), "owner": bindparam("by")}
    values["attempts"] = table.c.attempts + 1
    if kind is Delivery:
        values["unrecorded"] = table.c.unrecorded + 1
    these = table.c.id.in_(bindparam("ids", expanding=True))
    return update(table).where(these).values(values).returning(table)


def _due(
    session: Session,
    kind: type[Item],
    now: datetime,
    where: Conditions,
    passed: Collection[Lane],
    limit: int,
) -> dict[int, Lane]:
    """Return what has been due longest, as id and lane, without a lock."""
    query = _due_query(kind, where)
    if passed:
        lane = (table_of(kind).c[name] for name in LANES[kind])
        query = query.where(tuple_(*lane).not_in(passed))
    rows = session.connection().execute(query, {"now": now, "most": limit})
    return {row[0]: tuple(row[1:]) for row in rows}


@cache
def _due_query(kind: type[Any], where: Conditions) -> Select[Any]:
    row = table_of(kind).c
    these = (row.state == WAITING, row.due_at <= bindparam("now"), *where)
    query = select(row.id, *(row[name] for name in LANES[kind])).where(*these)
    return query.order_by(row.due_at, row.id).limit(bindparam("most", type_=Integer))


def _locked_heads(session: Session, kind: type[Item], ids: Iterable[int]) -> Sequence[_Head]:
    """Return, locked, the head of each lane that these rows are in."""
    rows = session.connection().execute(_heads_query(kind), {"ids": list(ids)})
    width = 2 + len(LANES[kind])
    return [_Head(row[0], row[1], tuple(row[2:width]), tuple(row[width:])) for row in rows]


@cache
def _heads_query(kind: type[Any]) -> Select[Any]:
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
    these = this.c.id.in_(bindparam("ids", expanding=True))
    names = (*LANES[kind], *ORDERS[kind])
    return (
        select(table.c.id, table.c.due_at, *(table.c[name] for name in names))
        .where(table.c.id.in_(select(head).where(these)), table.c.state == WAITING)
        .order_by(table.c.due_at, table.c.id)
        .with_for_update(of=table, skip_locked=True, key_share=True)
    )


def _same_lane(kind: type[Any], one: Any, other: Any) -> Iterable[ColumnElement[bool]]:
    """Say that two rows, given as columns, are of one lane."""
    return (one[name] == other[name] for name in LANES[kind])


def _lane_of(item: Inbox | Delivery | Evidence) -> Lane:
    return tuple(getattr(item, name) for name in LANES[type(item)])


def _met_by_others(heads: Sequence[_Head], due: Mapping[int, Lane]) -> list[_Head]:
    """Return the heads of those lanes in which another row is due."""
    ids = {head.id for head in heads}
    met = {lane for row_id, lane in due.items() if row_id not in ids}
    return [head for head in heads if head.lane in met]


def _put_to_sleep_behind(
    session: Session, kind: type[Item], heads: Sequence[_Head], now: datetime
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


def _is_behind(kind: type[Any], head: _Head) -> ColumnElement[bool]:
    row = table_of(kind).c
    after: ColumnElement[bool] = tuple_(*(row[name] for name in ORDERS[kind])) > head.place
    same = (row[name] == value for name, value in zip(LANES[kind], head.lane, strict=True))
    return and_(*same, after)


def wake_next(session: Session, kind: type[Any], lane: Lane, now: datetime) -> None:
    """Let the next of a lane be due: now, so behind whoever of other lanes has waited longer."""
    of_lane = {f"of_{name}": value for name, value in zip(LANES[kind], lane, strict=True)}
    statement = _wake_statement(kind)  # type: ignore[arg-type]  # a class may well be hashed
    session.connection().execute(statement, of_lane | {"woken_at": now})


@cache
def _wake_statement(kind: type[Any]) -> Update:
    """Of tables, not of classes: nobody's session holds the row, and looking for it there takes a while."""
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
    return woken.values(due_at=bindparam("woken_at"))


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
    return len({_lane_of(row) for row in rows})


def held(session: Session, kind: type[Item], item_id: int, owner: str) -> Item | None:
    """Return the row, locked, if `owner` still holds its lease; None if another took it over."""
    return session.scalar(
        select(kind)
        .where(kind.id == item_id, kind.owner == owner, kind.state == WAITING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def still_held(
    session: Session, kind: type[Item], item_ids: Sequence[int], owner: str
) -> Collection[int]:
    """Return those of the ids, their rows locked, of which `owner` still holds the lease."""
    found = session.connection().execute(_held_query(kind), {"ids": item_ids, "mine": owner})
    return {row[0] for row in found}


@cache
def _held_query(kind: type[Any]) -> Select[Any]:
    row = table_of(kind).c
    ids = row.id.in_(bindparam("ids", expanding=True))
    held_ones = select(row.id).where(ids, row.owner == bindparam("mine"), row.state == WAITING)
    return held_ones.order_by(row.id).with_for_update()


def finish(session: Session, item: Delivery | Evidence, now: datetime) -> None:
    _end(session, item, QueueState.DONE, None, now)


def set_aside(
    session: Session, item: Inbox | Delivery | Evidence, fault: str, now: datetime
) -> None:
    _end(session, item, QueueState.SET_ASIDE, fault, now)


def _end(
    session: Session,
    item: Inbox | Delivery | Evidence,
    state: QueueState,
    error: str | None,
    now: datetime,
) -> None:
    item.state, item.owner, item.error = state, None, error
    session.flush()  # the lane is ours before we look for who sleeps in it
    wake_next(session, type(item), _lane_of(item), now)


def postpone(item: Inbox | Delivery | Evidence, due_at: datetime, fault: str) -> None:
    item.due_at, item.owner, item.error = due_at, None, fault


def give_back(
    session: Session, kind: type[Item], item_ids: Collection[int], owner: str, now: datetime
) -> None:
    """End the leases `owner` still has on these rows, so that they are due at once."""
    mine = (kind.id.in_(item_ids), kind.owner == owner, kind.state == WAITING)
    session.execute(update(kind).where(*mine).values(due_at=now, owner=None))


def renew(session: Session, kind: type[Item], item_ids: Collection[int], lease: Lease) -> None:
    """Lengthen the leases the owner has on these rows: it is alive and still at them."""
    mine = (kind.id.in_(item_ids), kind.owner == lease.owner, kind.state == WAITING)
    session.execute(update(kind).where(*mine).values(due_at=lease.until))


def release(session: Session, now: datetime) -> None:
    """End every lease. Only for a process that knows that it is the only one."""
    for kind in (Inbox, Delivery, Evidence):
        leased = (kind.state == WAITING, kind.owner.is_not(None))
        session.execute(update(kind).where(*leased).values(due_at=now, owner=None))
    pace.release_turns(session, now)


def pause(session: Session, channel: Channel, until: datetime) -> None:
    """Send nothing to a channel before `until`: the platform asked for it."""
    session.execute(insert_new(session, Pause).values(channel=channel, until=until))
    wrong = Pause.until > until + pace.LONGEST_PAUSE
    longer = (Pause.channel == channel, or_(Pause.until < until, wrong))
    session.execute(update(Pause).where(*longer).values(until=until))


def _is_paused(session: Session, channel: Channel, now: datetime) -> bool:
    asked = session.get(Pause, channel)
    return (
        asked is not None and now < asked.until <= now + pace.LONGEST_PAUSE
    )  # else a wrong clock's


@dataclass(frozen=True, slots=True)
class Depth:
    """How a queue stands."""

    waiting: int
    set_aside: int
    oldest_due: datetime | None
    most_attempts: int = 0  #: at one row that waits
    oldest: datetime | None = None  #: when the oldest that waits came to us, or came to be owed


def depth(session: Session, kind: type[Item]) -> Depth:
    began = getattr(kind, "received_at" if kind is Inbox else "created_at")
    figures = (func.count(), func.min(kind.due_at), func.max(kind.attempts), func.min(began))
    waiting = session.execute(select(*figures).where(kind.state == WAITING)).one()
    aside = session.scalar(
        select(func.count()).select_from(kind).where(kind.state == QueueState.SET_ASIDE)
    )
    return Depth(waiting[0], aside or 0, waiting[1], waiting[2] or 0, waiting[3])

"""The one mechanism of inbox, outbox and fetches: claim what is due under a lease, then record.

A row is WAITING until it is DONE or SET_ASIDE, and `due_at` alone says when it may be claimed: now; after a
pause; when the lease of whoever has it runs out; or, being None, not before another of its lane has ended.
So claiming reads the front of an index, however many are waiting. Statements are built once: building one
costs more than a database needs to answer it.

What may not overtake what is in `storage.lanes`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    bindparam,
    case,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage import lanes, pace
from storage.database import Connected, table_of
from storage.lanes import WAITING, Conditions, Head, Item, Lane
from storage.limits import Limits
from storage.models import Chat, Delivery, Evidence, Inbox, Pause
from storage.prepared import Prepared, Row, is_one_of, one_of
from storage.states import Channel, ChatState, DeliveryClass, QueueState

GLANCE = timedelta(milliseconds=100)  #: until a chat is looked at again that somebody was busy with
Claimed = Row  #: as it was claimed
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


def claim_fresh(session: Connected, lease: Lease, limit: int) -> Sequence[Claimed]:
    """Claim the oldest waiting update of up to `limit` chats, none of them tried before."""
    return _claim(session, Inbox, lease, FRESH, limit)


def claim_tried(session: Connected, lease: Lease) -> Sequence[Claimed]:
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
    if pace.is_paused(session, channel, lease.now):
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


def _admit(session: Session, limits: Limits | None, now: datetime, head: Head) -> bool:
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


def _claim(
    session: Connected,
    kind: type[Item],
    lease: Lease,
    where: Conditions,
    limit: int,
    admit: Callable[[Head], bool] = lambda _: True,
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
        due = lanes.due(session, kind, lease.now, where, passed, asked)
        heads = lanes.locked_heads(session, kind, due) if due else ()
        met = set(due.values())
        passed |= (met & seen) | (met - {head.lane for head in heads})
        seen |= met  # a second look is for heads that others were due before; there is no third
        lanes.put_to_sleep_behind(session, kind, lanes.met_by_others(heads, due), lease.now)
        slept = [head for head in heads if head.due_at is None]  # behind what ended, or just come
        _look_again(session, kind, slept, lease.now)
        mine = [head.id for head in heads if _is_due(head, due, lease.now) and admit(head)]
        claimed += _lease_out(session, kind, mine, lease)
        if len(due) < asked:
            break  # that was all
    return claimed


def _is_due(head: Head, due: Collection[int], now: datetime) -> bool:
    return head.id in due and head.due_at is not None and head.due_at <= now


def _look_again(session: Connected, kind: type[Item], heads: Sequence[Head], at: datetime) -> None:
    """Let these be due then."""
    if heads:
        these = one_of(head.id for head in heads)
        _putting_off(kind, len(these)).run(session, these | {"at": at})


@cache
def _putting_off(kind: type[Any], count: int) -> Prepared:
    table = table_of(kind)
    these = is_one_of(table.c.id, count)
    return Prepared(update(table).where(these).values(due_at=bindparam("at")))


def _lease_out(
    session: Connected, kind: type[Item], ids: Sequence[int], lease: Lease
) -> Sequence[Claimed]:
    if not ids:
        return ()
    values = one_of(ids) | {"until": lease.until, "by": lease.owner}
    rows = _leasing_out(kind, len(ids)).all(session, values)
    return sorted(rows, key=lambda row: ids.index(row.id))


@cache
def _leasing_out(kind: type[Any], count: int) -> Prepared:
    table = table_of(kind)
    values: dict[str, Any] = {"due_at": bindparam("until"), "owner": bindparam("by")}
    values["attempts"] = table.c.attempts + 1
    if kind is Delivery:
        values["unrecorded"] = table.c.unrecorded + 1
    these = is_one_of(table.c.id, count)
    return Prepared(update(table).where(these).values(values).returning(table))


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
    found = _held(kind, len(item_ids)).all(session, one_of(item_ids) | {"mine": owner})
    return {row.id for row in found}


@cache
def _held(kind: type[Any], count: int) -> Prepared:
    row = table_of(kind).c
    mine = (is_one_of(row.id, count), row.owner == bindparam("mine"), row.state == WAITING)
    return Prepared(select(row.id).where(*mine).order_by(row.id).with_for_update())


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
    lanes.wake_next(session, type(item), lanes.lane_of(item), now)


def postpone(item: Inbox | Delivery | Evidence, due_at: datetime, fault: str) -> None:
    item.due_at, item.owner, item.error = due_at, None, fault


def give_back(
    session: Connected, kind: type[Item], item_ids: Collection[int], owner: str, now: datetime
) -> None:
    """End the leases `owner` still has on these rows, so that they are due at once.

    This try was none of theirs, however often it happens; but from now on each is tried alone.
    """
    row = table_of(kind).c
    mine = (row.id.in_(item_ids), row.owner == owner, row.state == WAITING)
    before = case((row.attempts > 1, row.attempts - 1), else_=1)
    given_back = {"due_at": now, "owner": None, "attempts": before}
    session.connection().execute(update(table_of(kind)).where(*mine).values(given_back))


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

"""The one mechanism of inbox, outbox and fetches: claim what is due under a lease, then record.

A row is WAITING until it is DONE or SET_ASIDE. Claiming counts the attempt and commits before the work,
because the work may kill the process; when the lease runs out the row is due again. Within a lane only
the oldest waiting row can be claimed, so order is kept by any number of workers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.database import insert_new
from storage.models import Chat, Delivery, Evidence, Inbox, Pause
from storage.states import Channel, DeliveryClass, QueueState

Item = TypeVar("Item", Inbox, Delivery, Evidence)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims, when, and until when nobody else may."""

    owner: str
    now: datetime
    length: timedelta

    @property
    def until(self) -> datetime:
        return self.now + self.length


def claim_fresh(session: Session, lease: Lease, limit: int) -> Sequence[Inbox]:
    """Claim the oldest waiting update of up to `limit` chats, none of them tried before."""
    where = [Inbox.attempts == 0, _is_oldest_in_lane()]
    return _claim(session, Inbox, lease, where, [Inbox.due_at, Inbox.id], limit)


def claim_tried(session: Session, lease: Lease) -> Sequence[Inbox]:
    """Claim one update that was tried before: alone, since it may be what killed the process.

    Those that were only beside it are not counted as tried again until they are.
    """
    where = [Inbox.attempts > 0, _is_oldest_in_lane()]
    return _claim(session, Inbox, lease, where, [Inbox.due_at, Inbox.id], 1)


def _is_oldest_in_lane() -> ColumnElement[bool]:
    earlier = aliased(Inbox)
    behind = select(earlier.id).where(
        earlier.lane == Inbox.lane,
        earlier.state == QueueState.WAITING,
        or_(
            earlier.sequence < Inbox.sequence,
            and_(earlier.sequence == Inbox.sequence, earlier.id < Inbox.id),
        ),
    )
    return ~behind.exists()


#: Which class is claimed first.
_RANK = {klass.value: rank for rank, klass in enumerate(DeliveryClass)}


def claim_delivery(session: Session, lease: Lease, channel: Channel) -> Delivery | None:
    """Claim the next message of `channel`: alerts first, each (chat, class) in its order."""
    if _is_paused(session, channel, lease.now):
        return None
    earlier = aliased(Delivery)
    behind = select(earlier.id).where(
        earlier.chat_id == Delivery.chat_id,
        earlier.klass == Delivery.klass,
        earlier.state == QueueState.WAITING,
        earlier.id < Delivery.id,
    )
    served = select(Chat.sent_at).where(Chat.id == Delivery.chat_id).scalar_subquery()
    order = [
        case(_RANK, value=Delivery.klass),
        served.nulls_first(),  # to whom we wrote longest ago: one busy chat keeps nobody waiting
        Delivery.due_at,
        Delivery.id,
    ]
    where = [Delivery.channel == channel, ~behind.exists()]
    return next(iter(_claim(session, Delivery, lease, where, order, 1)), None)


def claim_evidence(session: Session, lease: Lease, limit: int) -> Sequence[Evidence]:
    """Claim up to `limit` files to fetch and clean."""
    return _claim(session, Evidence, lease, [], [Evidence.due_at, Evidence.id], limit)


def _claim(
    session: Session,
    kind: type[Item],
    lease: Lease,
    where: list[ColumnElement[bool]],
    order: list[Any],
    limit: int,
) -> Sequence[Item]:
    due = (
        select(kind)
        .where(
            kind.state == QueueState.WAITING,
            kind.due_at <= lease.now,
            or_(kind.leased_until.is_(None), kind.leased_until <= lease.now),
            *where,
        )
        .order_by(*order)
        .limit(limit)
        .with_for_update(of=kind, skip_locked=True)
    )
    items = session.scalars(due).all()
    for item in items:
        item.leased_until, item.owner = lease.until, lease.owner
        item.attempts += 1
    return items


def held(session: Session, kind: type[Item], item_id: int, owner: str) -> Item | None:
    """Return the row, locked, if `owner` still holds its lease; None if another took it over."""
    return session.scalar(
        select(kind)
        .where(kind.id == item_id, kind.owner == owner, kind.state == QueueState.WAITING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def finish(item: Inbox | Delivery | Evidence) -> None:
    item.state, item.leased_until, item.owner, item.error = QueueState.DONE, None, None, None


def postpone(item: Inbox | Delivery | Evidence, due_at: datetime, fault: str) -> None:
    item.due_at, item.leased_until, item.owner, item.error = due_at, None, None, fault


def set_aside(item: Inbox | Delivery | Evidence, fault: str) -> None:
    item.state, item.leased_until, item.owner, item.error = QueueState.SET_ASIDE, None, None, fault


def give_back(session: Session, kind: type[Item], item_ids: Collection[int], owner: str) -> None:
    """End the leases `owner` still has on these rows, so that they are due at once."""
    mine = (kind.id.in_(item_ids), kind.owner == owner, kind.state == QueueState.WAITING)
    session.execute(update(kind).where(*mine).values(leased_until=None, owner=None))


def renew(session: Session, kind: type[Item], item_ids: Collection[int], lease: Lease) -> None:
    """Lengthen the leases the owner has on these rows: it is alive and still at them."""
    mine = (kind.id.in_(item_ids), kind.owner == lease.owner, kind.state == QueueState.WAITING)
    session.execute(update(kind).where(*mine).values(leased_until=lease.until))


def release(session: Session) -> None:
    """End every lease. Only for a process that knows that it is the only one."""
    for kind in (Inbox, Delivery, Evidence):
        leased = kind.leased_until.is_not(None)
        session.execute(update(kind).where(leased).values(leased_until=None, owner=None))


def pause(session: Session, channel: Channel, until: datetime) -> None:
    """Send nothing to a channel before `until`: the platform asked for it."""
    session.execute(insert_new(session, Pause).values(channel=channel, until=until))
    longer = (Pause.channel == channel, Pause.until < until)
    session.execute(update(Pause).where(*longer).values(until=until))


def _is_paused(session: Session, channel: Channel, now: datetime) -> bool:
    asked = session.get(Pause, channel)
    return asked is not None and now < asked.until


@dataclass(frozen=True, slots=True)
class Depth:
    """How a queue stands."""

    waiting: int
    set_aside: int
    oldest_due: datetime | None


def depth(session: Session, kind: type[Item]) -> Depth:
    waiting = session.execute(
        select(func.count(), func.min(kind.due_at)).where(kind.state == QueueState.WAITING)
    ).one()
    aside = session.scalar(
        select(func.count()).select_from(kind).where(kind.state == QueueState.SET_ASIDE)
    )
    return Depth(waiting[0], aside or 0, waiting[1])

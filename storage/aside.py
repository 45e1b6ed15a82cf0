"""What was set aside, in every queue: found, opened, and put back."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage import deliveries, evidence, inbox
from storage.database import keyring_of
from storage.models import Card, Chat, Delivery, Event, Evidence, Inbox
from storage.states import Channel, ChatState, EventKind, EvidenceVerdict, QueueState

Item = Inbox | Delivery | Evidence

NOTE = "events.note"


class Queue(StrEnum):
    """The queues, by the names that the metrics have for them too."""

    INBOX = "inbox"
    DELIVERIES = "deliveries"
    EVIDENCE = "evidence"


_KINDS: dict[Queue, Any] = {
    Queue.INBOX: Inbox,
    Queue.DELIVERIES: Delivery,
    Queue.EVIDENCE: Evidence,
}


class Obstacle(StrEnum):
    """Why something cannot be put back."""

    EMPTY = "its content is gone"
    CLOSED = "its chat is closed to us; a message from there opens it"
    NEWER = "a newer state of the same card is on its way already"


def queue_of(item: Item) -> Queue:
    return next(queue for queue, kind in _KINDS.items() if isinstance(item, kind))


def listed(session: Session, queue: Queue) -> Sequence[Item]:
    """Return what was set aside in a queue, oldest first."""
    kind = _KINDS[queue]
    these = select(kind).where(kind.state == QueueState.SET_ASIDE).order_by(kind.id)
    found: Sequence[Item] = session.scalars(these).all()
    return found


def find(session: Session, queue: Queue, number: int) -> Item | None:
    """Return the row, locked, if it was set aside."""
    kind = _KINDS[queue]
    these = (kind.id == number, kind.state == QueueState.SET_ASIDE)
    found: Item | None = session.scalar(select(kind).where(*these).with_for_update())
    return found


def began(item: Item) -> datetime:
    """When it came to us, or came to be owed."""
    return item.received_at if isinstance(item, Inbox) else item.created_at


def content_of(session: Session, item: Item) -> bytes | None:
    """Open what it holds: an update, a reply, or how a channel finds a file. None: nothing of its own."""
    if isinstance(item, Evidence):
        held = item.reference_sealed
        return evidence.reference_of(session, item).encode() if held else None
    if item.body_sealed is None:
        return None
    return (
        inbox.body_of(session, item)
        if isinstance(item, Inbox)
        else deliveries.body_of(session, item)
    )


def obstacle(session: Session, item: Item) -> Obstacle | None:
    """Say why it cannot be put back, None if it can."""
    if isinstance(item, Delivery):
        return _obstacle_of_delivery(session, item)
    held = item.body_sealed if isinstance(item, Inbox) else item.reference_sealed
    return None if held else Obstacle.EMPTY


def _obstacle_of_delivery(session: Session, item: Delivery) -> Obstacle | None:
    if session.get_one(Chat, item.chat_id).state is ChatState.CLOSED:
        return Obstacle.CLOSED
    if item.card_id is None:
        return None if item.body_sealed else Obstacle.EMPTY
    session.get_one(Card, item.card_id, with_for_update=True)  # whoever changes it waits for us
    pending = (Delivery.card_id == item.card_id, Delivery.state == QueueState.WAITING)
    return Obstacle.NEWER if session.scalar(select(Delivery.id).where(*pending)) else None


def put_back(item: Item, now: datetime) -> None:
    """Let it be done anew, as if it had never been tried."""
    item.state, item.attempts, item.due_at, item.error = QueueState.WAITING, 0, now, None
    if isinstance(item, Evidence):
        item.verdict = EvidenceVerdict.FETCHING


def forget_update(session: Session, channel: Channel, external_id: str) -> None:
    """Delete an update of our own, so that the same one can be stored again."""
    same = (Inbox.channel == channel, Inbox.external_id == external_id)
    session.execute(delete(Inbox).where(*same))


def note(session: Session, kind: EventKind, item: Item, now: datetime, reason: str = "") -> None:
    """Append to the history what the operator did with it; the reason is sealed."""
    session.add(
        Event(
            at=now,
            kind=kind,
            tip_id=None if isinstance(item, Inbox) else item.tip_id,
            facts={"queue": queue_of(item).value, "row": item.id},
            note_sealed=keyring_of(session).seal(reason.encode(), NOTE) if reason else None,
        )
    )

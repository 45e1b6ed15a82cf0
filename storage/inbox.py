"""Updates as the platforms sent them, kept until they are handled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database import insert_new, keyring_of
from storage.models import Inbox
from storage.states import Channel, QueueState

BODY = "inbox.body"
LAST = 2**62  #: sequence of what we tell ourselves: after whatever already waits in the lane


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """One update, unread but for what its order and its identity need."""

    channel: Channel
    external_id: str  #: unique within the channel: a second delivery of it changes nothing
    chat: str  #: address; the lane within which order is kept
    sequence: int  #: order within the lane
    body: bytes = field(repr=False)
    message_id: str | None = None


def store(session: Session, updates: Sequence[RawUpdate], now: datetime) -> None:
    """Store what is new of `updates`; what is already there stays as it is."""
    if not updates:
        return
    keys = keyring_of(session)
    rows = [
        {
            "channel": raw.channel,
            "external_id": raw.external_id,
            "lane": keys.digest(raw.chat, f"chat.{raw.channel}"),
            "sequence": raw.sequence,
            "body_sealed": keys.seal(raw.body, BODY),
            "message_id": raw.message_id,
            "received_at": now,
            "due_at": now,
            "state": QueueState.WAITING,
            "attempts": 0,
        }
        for raw in updates
    ]
    # With RETURNING all rows go in one statement: each costs a hop between threads, or to the server.
    session.execute(insert_new(session, Inbox).returning(Inbox.id), rows)


def body_of(session: Session, item: Inbox) -> bytes:
    assert item.body_sealed is not None  # only emptied when done
    return keyring_of(session).unseal(item.body_sealed, BODY)


def message_ids(session: Session, lane: bytes, since: datetime) -> Sequence[str]:
    """Return the ids of the messages received from a chat since then, newest first."""
    found = (
        select(Inbox.message_id)
        .where(Inbox.lane == lane, Inbox.received_at >= since, Inbox.message_id.is_not(None))
        .order_by(Inbox.id.desc())
    )
    return [message_id for message_id in session.scalars(found) if message_id]


def newest_received(session: Session, channel: Channel) -> datetime | None:
    newest = select(Inbox.received_at).where(Inbox.channel == channel)
    return session.scalar(newest.order_by(Inbox.received_at.desc()).limit(1))

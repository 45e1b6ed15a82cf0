"""Updates as the platforms sent them, kept until they are handled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Dialect, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from storage.database import insert_new_by, keyring_of
from storage.models import Inbox, UtcDateTime
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
    keys, dialect = keyring_of(session), session.get_bind().dialect
    at = _as_bound(now, dialect)
    rows = [
        {
            "channel": raw.channel.value,
            "external_id": raw.external_id,
            "lane": keys.digest(raw.chat, f"chat.{raw.channel}"),
            "sequence": raw.sequence,
            "body_sealed": keys.seal(raw.body, BODY),
            "message_id": raw.message_id,
            "received_at": at,
            "due_at": at,
            "state": QueueState.WAITING.value,
            "attempts": 0,
        }
        for raw in updates
    ]
    session.connection().exec_driver_sql(_insertion(dialect, tuple(rows[0])), rows)


@cache
def _insertion(dialect: Dialect, columns: tuple[str, ...]) -> str:
    """The INSERT as the driver takes it: every update passes here, so nothing is worked out for each anew."""
    if dialect.name == "sqlite":
        dialect = sqlite.dialect(paramstyle="named")
    new = insert_new_by(dialect, Inbox).inline().values(dict.fromkeys(columns))
    return str(new.compile(dialect=dialect))


def _as_bound(moment: datetime, dialect: Dialect) -> Any:
    to_driver = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    return to_driver(moment) if to_driver else moment


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

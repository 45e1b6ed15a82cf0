"""Updates as the platforms sent them, kept until they are handled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Dialect, bindparam, select, update
from sqlalchemy.orm import Session

from storage import lanes
from storage.database import keyring_of, table_of
from storage.models import Inbox, UtcDateTime
from storage.prepared import Prepared
from storage.queues import Claimed
from storage.sealing import Keyring
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


#: An update as its row will hold it: channel, external id, lane, sequence, sealed body, message id.
Row = tuple[str, str, bytes, int, bytes, str | None]
MOST = 64  #: rows that one statement stores: as many statements stay prepared

_EMPTIED = {"state": QueueState.DONE, "owner": None, "error": None, "body_sealed": None}
_ENDING = Prepared(update(table_of(Inbox)).where(Inbox.id == bindparam("ended")).values(_EMPTIED))


def store(session: Session, updates: Sequence[RawUpdate], now: datetime) -> None:
    """Store what is new of `updates`; what is already there stays as it is."""
    write(session, [seal(raw, keyring_of(session)) for raw in updates], now)


def seal(raw: RawUpdate, keys: Keyring) -> Row:
    lane = keys.digest(raw.chat, f"chat.{raw.channel}")
    body = keys.seal(raw.body, BODY)
    return raw.channel.value, raw.external_id, lane, raw.sequence, body, raw.message_id


def write(session: Session, rows: Sequence[Row], now: datetime) -> None:
    """Store what is new of sealed updates.

    A statement takes many: a thread lets go of the interpreter with each, and a busy loop gives it back late.
    """
    connection, dialect = session.connection(), session.get_bind().dialect
    times = (_as_bound(now, dialect),) * 2
    for begin in range(0, len(rows), MOST):
        some = rows[begin : begin + MOST]
        values = tuple(chain.from_iterable((*row, *times) for row in some))
        connection.exec_driver_sql(_insertion(dialect.name, len(some)), values)


@cache
def _insertion(database: str, count: int) -> str:
    """The INSERT of this many rows as the driver takes it: nothing is worked out for each update anew.

    What fails undoes the transaction: SQLite need not keep ready to undo the statement alone (OR FAIL).
    """
    verb, holder = ("INSERT OR FAIL", "?") if database == "sqlite" else ("INSERT", "%s")
    row = f"({', '.join([holder] * 8)}, '{QueueState.WAITING}', 0)"
    return (
        f"{verb} INTO inbox (channel, external_id, lane, sequence, body_sealed, message_id, "
        "received_at, due_at, state, attempts) "
        f"VALUES {', '.join([row] * count)} ON CONFLICT DO NOTHING"
    )


def _as_bound(moment: datetime, dialect: Dialect) -> Any:
    to_driver = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    return to_driver(moment) if to_driver else moment


def body_of(session: Session, item: Inbox | Claimed) -> bytes:
    assert item.body_sealed is not None  # only emptied when done
    return keyring_of(session).unseal(item.body_sealed, BODY)


def finish(session: Session, item: Inbox | Claimed, now: datetime) -> None:
    """End an update that was handled. Nothing of what it said is kept."""
    _ENDING.run(session, {"ended": item.id})
    lanes.wake_next(session, Inbox, (item.lane,), now)


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

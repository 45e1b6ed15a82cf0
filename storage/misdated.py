"""Rows that wait for a time no right clock would have written: a clock was ahead when it wrote them.

Pauses, turns, allowances and duties are judged where they are read. Due times are not, because a claim reads
the front of an index; so somebody comes by every minute.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from storage.lanes import WAITING, Item
from storage.models import Delivery, Evidence, Inbox
from storage.pace import FARTHEST

#: Longer than any wait between two tries, and any pause that is heeded.
LONGEST_WAIT = timedelta(minutes=75)
#: Longer than any lease, and than a chat's allowance lets its next message wait.
LEASE: dict[type[Any], timedelta] = {
    Inbox: FARTHEST,
    Delivery: FARTHEST,
    Evidence: timedelta(minutes=10),
}
AT_A_TIME = 1000  #: rows


def make_due(session: Session, now: datetime) -> int:
    """Let what waits for longer than it can have to be due now; return how many rows there were.

    Whoever holds such a row keeps it: it is recorded, unless somebody else has claimed it meanwhile.
    """
    inbox, deliveries = _make_due(session, Inbox, now), _make_due(session, Delivery, now)
    return inbox + deliveries + _make_due(session, Evidence, now)


def _make_due(session: Session, kind: type[Item], now: datetime) -> int:
    new_or_leased = and_(kind.error.is_(None), kind.due_at > now + LEASE[kind])
    wrong = or_(kind.due_at > now + LONGEST_WAIT, new_or_leased)
    rows = select(kind.id).where(kind.state == WAITING, wrong).limit(AT_A_TIME)
    ids = session.scalars(rows.with_for_update(skip_locked=True)).all()
    session.execute(update(kind).where(kind.id.in_(ids)).values(due_at=now))
    return len(ids)

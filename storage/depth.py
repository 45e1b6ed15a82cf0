"""How many rows wait in a queue, and since when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.lanes import WAITING, Item
from storage.models import Inbox
from storage.states import QueueState


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

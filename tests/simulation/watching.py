"""What is held true of a simulation at every commit: of what it touches.

The guarantees' own invariants are in `tests.invariants`. Here is what only a simulation knows: what the
people meant, how much time has passed, and how often something broke.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from storage import chats
from storage.models import Chat, Delivery, Reporter, Tip
from storage.states import FOLLOWS, EventKind, QueueState
from tests.invariants import Said

PROMPTLY = timedelta(minutes=2)  #: it is looked for every ten seconds


class BreachError(BaseException):
    """Something that must hold does not. Not an Exception: nothing in the program may catch it."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One message of the bot, as it reached the platform."""

    at: datetime
    said: Said
    is_new: bool  #: not an edit


@dataclass(slots=True)
class People:
    """What people meant, by the address of their chat."""

    agreed: dict[str, list[str]] = field(
        default_factory=dict
    )  #: summaries under which they said yes


class Steps:
    """Looks at every row that a transaction changes, before it is committed.

    Args:
        broken_until: when something was last amiss.
    """

    def __init__(
        self,
        people: People,
        commune_name: Callable[[str | None], str],
        broken_until: Callable[[], datetime],
    ) -> None:
        self._people, self._commune_name = people, commune_name
        self._broken_until = broken_until
        self._seen: Counter[EventKind] = Counter()
        self._sent = 0

    def attach(self) -> None:
        event.listen(Session, "before_flush", self._flushing)
        event.listen(Session, "detached_to_persistent", _adopted)

    def detach(self) -> None:
        event.remove(Session, "before_flush", self._flushing)
        event.remove(Session, "detached_to_persistent", _adopted)

    def _flushing(self, session: Session, *_: Any) -> None:
        touched = session.info.setdefault("touched", [])
        for row in [*session.new, *session.dirty]:
            if isinstance(row, Tip) and row in session.dirty:
                _follows(row)
                self._is_told_in_time(row)
            if isinstance(row, Tip | Delivery) and row not in touched:
                touched.append(row)

    def look(self, session: Session) -> None:
        """Raise BreachError if what is about to be committed must not be."""
        new = session.info.pop("new", [])
        for row in session.info.pop("touched", []):
            state = inspect(row)
            if not state.persistent:
                continue  # its savepoint was rolled back
            if isinstance(row, Tip) and row in new:
                self._seen[EventKind.FILED] += 1
                self._is_meant(session, row)
            elif isinstance(row, Delivery) and row.state is QueueState.DONE:
                self._sent += 1
                _is_in_order(session, row)

    def have_seen(self, events: dict[str, int], sent: int) -> None:
        """Raise BreachError unless what came to pass was looked at: a tool can go blind.

        Args:
            sent: how many messages are known as sent now.
        """
        if self._sent < sent:
            raise BreachError(f"{sent} messages were sent, seen {self._sent}")
        for kind in (EventKind.FILED, EventKind.OVERDUE):
            if self._seen[kind] < events.get(kind, 0):
                raise BreachError(f"{events[kind]} times {kind}, seen {self._seen[kind]} times")

    def _is_told_in_time(self, tip: Tip) -> None:
        """What is late goes to the desk at once, by day and at night, whatever day it is."""
        if tip.overdue_at is None or not inspect(tip).attrs.overdue_at.history.added:
            return
        self._seen[EventKind.OVERDUE] += 1
        late = tip.overdue_at - max(tip.target_at, self._broken_until())
        if late > PROMPTLY:
            raise BreachError(f"tip {tip.id} was due at {tip.target_at}, told at {tip.overdue_at}")

    def _is_meant(self, session: Session, tip: Tip) -> None:
        """A new tip is one that somebody agreed to, at the place they were shown."""
        reporter = session.get(Reporter, tip.id)
        if reporter is None or reporter.chat_id is None:
            return  # withdrawn in the same breath
        address = chats.address_of(session, session.get_one(Chat, reporter.chat_id))
        agreed = self._people.agreed.get(address, [])
        mine = select(Reporter.tip_id).where(Reporter.chat_id == reporter.chat_id)
        filed = len(session.scalars(mine).all())
        if filed > len(agreed):
            raise BreachError(f"{address} agreed {len(agreed)} times and {filed} tips are filed")
        place = self._commune_name(tip.commune_code)
        if tip.commune_code and place not in agreed[-1]:
            raise BreachError(f"tip {tip.id} went to {place}; they agreed to: {agreed[-1]}")


def _adopted(session: Session, row: object) -> None:
    """A tip that is stored past the session is new: no other is given to it like that."""
    if isinstance(row, Tip):
        session.info.setdefault("new", []).append(row)
        session.info.setdefault("touched", []).append(row)


def _follows(tip: Tip) -> None:
    changed = inspect(tip).attrs.state.history
    for before in changed.deleted or ():
        if tip.state is not before and tip.state not in FOLLOWS[before]:
            raise BreachError(f"tip {tip.id} went from {before} to {tip.state}")


def _is_in_order(session: Session, delivery: Delivery) -> None:
    """Nothing that was owed to this chat before, in this class, still waits."""
    before = (
        Delivery.chat_id == delivery.chat_id,
        Delivery.klass == delivery.klass,
        Delivery.state == QueueState.WAITING,
        Delivery.id < delivery.id,
    )
    if (earlier := session.scalar(select(Delivery.id).where(*before).limit(1))) is not None:
        raise BreachError(f"delivery {delivery.id} was sent before {earlier}")

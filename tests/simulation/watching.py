"""What is held true of a simulation: at every commit what it touched, every week and at the end everything.

The guarantees' own invariants are in `tests.invariants`. Here is what only a simulation knows: what the
people meant, how much time has passed, and how often something broke.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from storage import chats
from storage.models import Chat, Conversation, Delivery, Inbox, Reporter, Tip
from storage.states import FOLLOWS, HIDDEN_STATES, ChatState, Priority, QueueState, TipState
from tests.invariants import Said
from tips.retention import Periods
from words.categories import category
from words.texts import Language, sentence

KEEP = Periods()
DAY = timedelta(days=1)
SLACK = 2 * DAY  #: the sweep is a daily one, and the process may have been down
NOTICED = timedelta(hours=2)  #: downtime and the platform's bad weather pass within it
URGENT = sentence("status.missed_urgent", Language.VI).partition("{")[0]
WEEKLY = "TỔNG HỢP TUẦN"
Breaches = Iterator[str]


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


# at every commit --------------------------------------------------------------------------------


class Steps:
    """Looks at every row that a transaction changes, before it is committed."""

    def __init__(self, people: People, commune_name: Callable[[str | None], str]) -> None:
        self._people, self._commune_name = people, commune_name
        self._filed: Counter[str] = Counter()

    def attach(self) -> None:
        event.listen(Session, "before_flush", self._flushing)

    def detach(self) -> None:
        event.remove(Session, "before_flush", self._flushing)

    def _flushing(self, session: Session, *_: Any) -> None:
        touched = session.info.setdefault("touched", [])
        for row in [*session.new, *session.dirty]:
            if isinstance(row, Tip) and row in session.dirty:
                _follows(row)
            if isinstance(row, Tip | Delivery) and row not in touched:
                touched.append(row)

    def look(self, session: Session) -> None:
        """Raise BreachError if what is about to be committed must not be."""
        for row in session.info.pop("touched", []):
            state = inspect(row)
            if not state.persistent:
                continue  # its savepoint was rolled back
            if isinstance(row, Tip) and row.revision == 1 and row.state is TipState.NEW:
                self._is_meant(session, row)
            elif isinstance(row, Delivery) and row.state is QueueState.DONE:
                _is_in_order(session, row)

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


# every week -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """A look at everything."""

    session: Session
    now: datetime
    handed: Sequence[Handed]  #: since the look before
    since: datetime  #: nothing has been broken since then


def nothing_is_stuck(look: Moment) -> Breaches:
    """Where nothing was broken for a while, nothing waits for longer than its pauses."""
    if look.now - look.since < NOTICED:
        return
    old = look.now - NOTICED
    for update in look.session.query(Inbox).where(
        Inbox.state == QueueState.WAITING, Inbox.received_at < max(old, look.since)
    ):
        yield f"inbox {update.id} has waited since {update.received_at}"
    for owed in look.session.query(Delivery).where(
        Delivery.state == QueueState.WAITING, Delivery.created_at < max(old, look.since)
    ):
        if owed.due_at is None or owed.due_at < old:
            yield f"delivery {owed.id} has been due since {owed.due_at} ({owed.error})"


def who_is_late_is_told(look: Moment) -> Breaches:
    """A tip nobody took has gone to the desk soon after its target."""
    late = (
        Tip.state == TipState.NEW,
        Tip.overdue_at.is_(None),
        Tip.target_at < look.now - NOTICED,
    )
    for tip in look.session.query(Tip).where(*late):
        yield f"tip {tip.id} was to be taken by {tip.target_at}, and nobody was told"


def whoever_waits_for_help_is_told_not_to(look: Moment) -> Breaches:
    """An urgent tip was missed: its reporter was told, where it is safe to tell them."""
    told = {h.said.chat for h in look.handed if h.said.text.startswith(URGENT)}
    first = look.handed[0].at if look.handed else look.now
    missed = (Tip.priority == Priority.P1, Tip.overdue_at > first)
    for tip in look.session.query(Tip).where(*missed, Tip.overdue_at < look.now - NOTICED):
        reporter = look.session.get_one(Reporter, tip.id)
        if reporter.chat_id is None or not reporter.wants_news or category(tip.category).sensitive:
            continue
        chat = look.session.get_one(Chat, reporter.chat_id)
        if chat.state is ChatState.OPEN and chats.address_of(look.session, chat) not in told:
            yield f"tip {tip.id} is urgent and overdue since {tip.overdue_at}; nobody told them"


def nothing_outlives_its_use(look: Moment) -> Breaches:
    now, session = look.now, look.session
    rejected = (Tip.state.in_(HIDDEN_STATES), Tip.words_sealed.is_not(None))
    for tip in session.query(Tip).where(*rejected, Tip.closed_at < now - KEEP.rejected - SLACK):
        yield f"tip {tip.id}, closed {tip.closed_at} as {tip.state}, still has its words"
    linked = session.query(Reporter, Tip).join(Tip, Tip.id == Reporter.tip_id)
    closed = linked.where(Reporter.chat_id.is_not(None), Tip.closed_at < now - KEEP.link - SLACK)
    for reporter, tip in closed:
        yield f"the reporter of tip {reporter.tip_id}, closed {tip.closed_at}, is still known"
    bodies = (Delivery.body_sealed.is_not(None), Delivery.sent_at < now - KEEP.sent - SLACK)
    for sent in session.query(Delivery).where(*bodies):
        yield f"delivery {sent.id}, sent {sent.sent_at}, still has its words"
    handled = (Inbox.state == QueueState.DONE, Inbox.received_at < now - KEEP.handled - SLACK)
    for update in session.query(Inbox).where(*handled):
        yield f"inbox {update.id}, of {update.received_at}, is still there"
    drafts = (Conversation.draft_sealed.is_not(None), Conversation.expires_at < now - NOTICED)
    for talk in session.query(Conversation).where(*drafts):
        yield f"the draft of chat {talk.chat_id} was to go at {talk.expires_at}"


EVERY_WEEK: Sequence[Callable[[Moment], Breaches]] = (
    nothing_is_stuck,
    who_is_late_is_told,
    whoever_waits_for_help_is_told_not_to,
    nothing_outlives_its_use,
)


# at the end -------------------------------------------------------------------------------------


def repeats(handed: Sequence[Handed]) -> int:
    """How many receipts were handed over more than once."""
    receipts = Counter(code for each in handed if each.is_new for code in _receipts(each.said))
    return sum(count - 1 for count in receipts.values())


def _receipts(said: Said) -> set[str]:
    return said.codes if said.text.startswith("✅") else set()


def summaries(handed: Sequence[Handed]) -> Counter[tuple[str, str]]:
    """How often each chat got each week's summary."""
    found = [each.said for each in handed if WEEKLY in each.said.text]
    return Counter((said.chat, said.text.split("·")[0]) for said in found)

"""Taking updates in: from a stored update to everything it changes and owes, in one transaction.

    claim (the attempt is counted, committed) ─▶ decode ─▶ turn ─▶ actions ─▶ owed ─▶ done ─▶ commit

A message that our own bug cannot digest is tried three times, then set aside whole; its sender gets an
answer, the operator is told, and those behind it go on.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from storage import chats, inbox, queues
from storage.chats import Talk
from storage.database import Connected, Database, Session, has_collided, is_away
from storage.models import Chat, Inbox
from storage.queues import Claimed, Lease
from storage.states import Channel, ChatKind, ChatState
from tips import operators
from tips.desk import Clock, Desk, Transaction
from tips.evidence import OUTCOME_PREFIX, hear_outcome
from tips.messages import Door, Incoming, Notice, Press, Reply
from tips.officers import groups, invitations, people, review
from tips.outbox import owe
from tips.talking import converse, with_choice

LEASE = timedelta(seconds=20)  #: how long after a crash the messages under way are taken up again
BATCH = 20  #: chats whose messages share a commit
TRIES = 3
RETRY = (timedelta(seconds=1), timedelta(seconds=10))
NO_DOOR = timedelta(
    seconds=10
)  #: until another process, or a later start, may have the channel's door

#: What is new must not wait for what was tried before, nor the other way round.
CLAIMS = (queues.claim_tried, lambda session, lease: queues.claim_fresh(session, lease, BATCH))

log = structlog.get_logger()


class NoDoorError(LookupError):
    """An update is of a channel that this process was started without: its settings are wrong."""


@dataclass(slots=True)
class Intake:
    """The worker that empties the inbox."""

    database: Database
    desk: Desk
    doors: Mapping[Channel, Door]
    clock: Clock
    owed: asyncio.Event  #: set after each commit, for the deliveries to wait on
    owner: str
    filed: Callable[[int], object] = int  #: called with the number of tips filed, once committed
    _interrupted: Sequence[int] = ()  #: rows we still held when the database went away
    _sender: chats.Address | None = None  #: whose update is being handled, once that is known
    _first: int = 0  #: which of the `CLAIMS` is tried first; they take turns

    async def take(self) -> int:
        """Handle a batch of new updates, or one that was tried before; return how many there were."""
        items, undone = await self.database.follow(self._take)
        await self._singly(undone)
        self._interrupted = ()
        if items:
            self.owed.set()
        return len(items)

    def _take(self) -> tuple[Sequence[Claimed], Sequence[Claimed]]:
        """Claim and handle; return what was claimed, and what of it is still to be done singly."""
        self._first = 1 - self._first
        items = self.database.lightly(self._claim)  # if it is lost with the machine, we claim again
        self._interrupted = [item.id for item in items]
        return items, () if not items or self._is_handled(items) else items

    def _claim(self, session: Connected) -> Sequence[Claimed]:
        if self._interrupted:
            queues.give_back(session, Inbox, self._interrupted, self.owner, self.clock())
        lease = Lease(self.owner, self.clock(), LEASE)
        return CLAIMS[self._first](session, lease) or CLAIMS[1 - self._first](session, lease)

    def _is_handled(self, items: Sequence[Claimed]) -> bool:
        """Handle updates in one transaction; tell whether it is done with them.

        It is not if one of several will not go through: then all is undone, and each is to be tried alone.
        """
        try:
            tally = self.database.transact(lambda session: self._handle(session, items))
        except Exception as bug:  # our own bugs over a message end here
            if is_away(bug) and not has_collided(bug):
                raise  # not the message's fault, and nothing can be recorded now
            if len(items) > 1:
                log.info("batch_undone", fault=type(bug).__name__, updates=len(items))
                return False
            self.database.transact(partial(self._failed, handled=items[0], bug=bug))
        else:
            self.filed(tally["filed"])
        return True

    async def _singly(self, items: Sequence[Claimed]) -> None:
        """Handle each by itself; between them others have the database."""
        for item in items:
            await self.database.follow(partial(self._is_handled, [item]))

    def _handle(self, session: Session, items: Sequence[Claimed]) -> Counter[str]:
        tally: Counter[str] = Counter()
        held = queues.still_held(session, Inbox, [item.id for item in items], self.owner)
        for item in items:
            if item.id in held:
                tx = Transaction(session, self.desk, self.clock(), tally)
                self._handle_one(tx, item)
        return tally

    def _handle_one(self, tx: Transaction, item: Claimed) -> None:
        self._sender = None
        if item.attempts > TRIES:
            killer = tx.session.get_one(Inbox, item.id)
            self._set_aside(tx, killer, "interrupted")
            return
        self._turn(tx, item)
        inbox.finish(tx.session, item, tx.now)

    # what does not go through -----------------------------------------------------------------

    def _failed(self, session: Session, handled: Claimed, bug: Exception) -> None:
        """Record that an update was tried in vain; all it did was rolled back."""
        item = queues.held(session, Inbox, handled.id, self.owner)
        if item is None:
            return
        tx = Transaction(session, self.desk, self.clock())
        if has_collided(bug):  # it gave way to a work that waited for it too
            self._not_tried(item, tx.now, "collided")
            log.info("message_collided", inbox=item.id)
        elif isinstance(bug, NoDoorError):
            self._not_tried(item, tx.now + NO_DOOR, "no_door")
            log.warning("message_without_door", inbox=item.id, channel=item.channel)
        else:
            self._tried(tx, item, bug)

    def _not_tried(self, item: Inbox, due_at: datetime, fault: str) -> None:
        """Let it wait: that was no fault of its own, and no try."""
        item.attempts -= 1
        queues.postpone(item, due_at, fault)

    def _tried(self, tx: Transaction, item: Inbox, bug: Exception) -> None:
        log.error("message_failed", inbox=item.id, attempt=item.attempts, exc_info=bug)
        if self._sender is not None:
            chats.reach(tx.session, self._sender, tx.now)  # stays known, and can be answered
        fault = type(bug).__name__
        if item.attempts >= TRIES:
            self._set_aside(tx, item, fault)
        else:
            queues.postpone(item, tx.now + RETRY[item.attempts - 1], fault)

    def _set_aside(self, tx: Transaction, item: Inbox, fault: str) -> None:
        queues.set_aside(tx.session, item, fault, tx.now)
        operators.tell(tx, "operator.set_aside", tries=TRIES, row=item.id)
        log.error("message_set_aside", inbox=item.id, fault=fault)
        chat = chats.by_digest(tx.session, item.channel, item.lane)
        if chat is not None:
            apology = tx.voice_of(chat)("errors.ours")
            owe(tx.session, chat, Reply(apology), tx.now, key=f"sorry:{item.id}")

    # what goes through ------------------------------------------------------------------------

    def _turn(self, tx: Transaction, item: Claimed) -> None:
        """Read an update, find its chat, and do all it asks for."""
        body = inbox.body_of(tx.session, item)
        if item.external_id.startswith(OUTCOME_PREFIX):
            hear_outcome(tx, json.loads(body)["evidence"])
            return
        if item.channel not in self.doors:
            raise NoDoorError
        incoming = self.doors[item.channel].decode(body)
        if incoming is None:
            return
        self._sender = chats.Address(incoming.channel, incoming.chat, incoming.kind)
        chat, talk = chats.meet(tx.session, self._sender, tx.now)
        receive(tx, chat, talk, incoming, item.received_at)


def receive(
    tx: Transaction, chat: Chat, talk: Talk, incoming: Incoming, received_at: datetime
) -> None:
    """Do all that one message, received then, asks for."""
    if incoming.notice is not None:
        _noticed(tx, chat, incoming)
        return
    if chat.state is ChatState.CLOSED:
        people.back(tx, chat)
    if chat.kind is ChatKind.GROUP:
        groups.receive(tx, chat, incoming)
        return
    incoming = with_choice(tx, chat, talk, incoming, received_at)
    press = Press.read(incoming.choice) if incoming.choice else None
    if press is not None and review.is_officers(press):
        review.press(tx, chat, press)
    elif press is not None and press.verb == "confirm":
        invitations.press(tx, chat, press)
    else:
        converse(tx, chat, talk, incoming)


def _noticed(tx: Transaction, chat: Chat, incoming: Incoming) -> None:
    if incoming.notice is Notice.LEFT:
        people.lost(tx, chat)
    elif incoming.notice is Notice.MIGRATED:
        groups.moved(tx, chat, incoming.moved_to)
    elif incoming.notice is Notice.JOINED:
        groups.joined(tx, chat, incoming)

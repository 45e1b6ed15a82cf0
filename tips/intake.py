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
from storage.database import Database, Session, has_collided, is_away
from storage.models import Chat, Inbox
from storage.queues import Lease
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

#: What is new must not wait for what was tried before, nor the other way round.
CLAIMS = (queues.claim_tried, lambda session, lease: queues.claim_fresh(session, lease, BATCH))

log = structlog.get_logger()


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
    _first: int = 0  #: which of the `CLAIMS` is tried first; they take turns

    async def take(self) -> int:
        """Handle a batch of new updates, or one that was tried before; return how many there were."""
        self._first = 1 - self._first
        item_ids = await self.database.run(self._claim)
        self._interrupted = item_ids
        if item_ids:
            tally = await self.database.run(lambda session: self._handle(session, item_ids))
            self.owed.set()
            self.filed(tally["filed"])
        self._interrupted = ()
        return len(item_ids)

    def _claim(self, session: Session) -> list[int]:
        if self._interrupted:
            queues.give_back(session, Inbox, self._interrupted, self.owner, self.clock())
        lease = Lease(self.owner, self.clock(), LEASE)
        claimed = CLAIMS[self._first](session, lease) or CLAIMS[1 - self._first](session, lease)
        return [item.id for item in claimed]

    def _handle(self, session: Session, item_ids: Sequence[int]) -> Counter[str]:
        tally: Counter[str] = Counter()
        for item in queues.all_held(session, Inbox, item_ids, self.owner):
            tx = Transaction(session, self.desk, self.clock())
            self._handle_one(tx, item)
            tally += tx.tally
        return tally

    def _handle_one(self, tx: Transaction, item: Inbox) -> None:
        """Handle one update in a savepoint. Our own bugs over a message end here."""
        if item.attempts > TRIES:
            self._set_aside(tx, item, "interrupted")
            return
        try:
            turn = self._turn(tx, item)
            with tx.session.begin_nested():
                turn()
                item.body_sealed = None
                queues.finish(tx.session, item, tx.now)
        except Exception as bug:
            tx.tally.clear()
            if has_collided(bug):  # its savepoint let go of what the other work waited for
                self._not_tried(tx, item)
                return
            if is_away(bug):
                raise  # not the message's fault, and nothing can be recorded now
            log.exception("message_failed", inbox=item.id, attempt=item.attempts)
            self._try_again(tx, item, type(bug).__name__)

    def _not_tried(self, tx: Transaction, item: Inbox) -> None:
        """Two works waited for each other and this one gave way: that is no fault, and no try."""
        item.attempts -= 1
        queues.postpone(item, tx.now, "collided")
        log.info("message_collided", inbox=item.id)

    def _try_again(self, tx: Transaction, item: Inbox, fault: str) -> None:
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

    def _turn(self, tx: Transaction, item: Inbox) -> Callable[[], None]:
        """Read an update and find its chat, which stays known whatever becomes of the rest."""
        body = inbox.body_of(tx.session, item)
        if item.external_id.startswith(OUTCOME_PREFIX):
            return partial(hear_outcome, tx, json.loads(body)["evidence"])
        incoming = self.doors[item.channel].decode(body)
        if incoming is None:
            return lambda: None
        address = chats.Address(incoming.channel, incoming.chat, incoming.kind)
        chat = chats.reach(tx.session, address, tx.now)
        return partial(receive, tx, chat, incoming, item.received_at)


def receive(tx: Transaction, chat: Chat, incoming: Incoming, received_at: datetime) -> None:
    """Do all that one message, received then, asks for."""
    if incoming.notice is not None:
        _noticed(tx, chat, incoming)
        return
    if chat.state is ChatState.CLOSED:
        people.back(tx, chat)
    if chat.kind is ChatKind.GROUP:
        groups.receive(tx, chat, incoming)
        return
    talk = chats.conversation(tx.session, chat)
    is_new = talk in tx.session.new
    incoming = with_choice(tx, chat, talk, incoming, received_at)
    press = Press.read(incoming.choice) if incoming.choice else None
    if press is not None and review.is_officers(press):
        review.press(tx, chat, press)
    elif press is not None and press.verb == "confirm":
        invitations.press(tx, chat, press)
    else:
        converse(tx, chat, talk, incoming, is_new=is_new)


def _noticed(tx: Transaction, chat: Chat, incoming: Incoming) -> None:
    if incoming.notice is Notice.LEFT:
        people.lost(tx, chat)
    elif incoming.notice is Notice.MIGRATED:
        groups.moved(tx, chat, incoming.moved_to)
    elif incoming.notice is Notice.JOINED:
        groups.joined(tx, chat, incoming)

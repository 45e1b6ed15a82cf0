"""Sending what is owed: one channel's outbox emptied, in order, at the channel's pace.

    claim one row (lease, commit) ─▶ render ─▶ send, no transaction open ─▶ record (commit)

Sends start at least `PACE` apart, which is the platforms' bulk limit; where a platform answers faster
than that, a message is recorded before the next one leaves, so a killed process repeats at most one.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from storage import chats, queues
from storage.database import Database, Session
from storage.models import Card, Chat, Delivery
from storage.queues import Lease
from storage.sealing import SealError
from storage.states import CardKind, Channel, ChatState, DeliveryClass, EvidenceKind
from tips import cards, invitations, operators
from tips.desk import Clock, Desk, Transaction
from tips.messages import Attachment, Door, Reply, SendError
from tips.outbox import owed_reply, remember_menu, render

PACE = timedelta(seconds=1 / 30)  #: between two sends of one bot: Telegram's 30 messages a second
LEASE = timedelta(minutes=2)  #: longer than any timeout of a door
DELETABLE = timedelta(hours=47)  #: Telegram deletes messages younger than 48 hours
#: Waits between tries; then the message is set aside and somebody is told.
BACKOFF = {
    DeliveryClass.ALERT: [timedelta(seconds=s) for s in (2, 5, 15, 30, 60, *[120] * 60)],
    DeliveryClass.ANSWER: [timedelta(seconds=s) for s in (2, 5, 15, 60, 300, *[600] * 24)],
    DeliveryClass.BROADCAST: [timedelta(seconds=s) for s in (10, 60, 300, *[1800] * 24)],
}

Count = Callable[[Channel, DeliveryClass, str], None]  #: called with the outcome of each try

log = structlog.get_logger()


def _uncounted(*_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One claimed message, rendered, with all that sending it needs."""

    delivery_id: int
    address: str
    reply: Reply | None  #: None: the card is to be out of sight
    edit: str | None = None  #: message id to edit instead of sending anew
    old: str | None = None  #: message id of a card that is sent anew: taken away first
    deletable: bool = True  #: the message there is now is young enough
    cover: Reply | None = None  #: what stays in the place of a text that is taken away
    card_kind: CardKind | None = None
    showing: int = 0  #: the card's count of changes that this shows
    evidence_kind: EvidenceKind | None = None  #: of a card that shows a file


@dataclass(slots=True)
class Deliveries:
    """The worker that empties one channel's outbox."""

    database: Database
    desk: Desk
    channel: Channel
    door: Door
    clock: Clock
    owner: str
    count: Count = _uncounted
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def send_due(self) -> int:
        """Send everything that is due now, each start `PACE` apart; return how many were claimed."""
        claimed = 0
        while (outgoing := await self.database.run(self._claim)) is not None:
            claimed += 1
            task = asyncio.create_task(self._deliver(outgoing))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            await asyncio.wait([task], timeout=PACE.total_seconds())
            if task.done():
                task.result()  # our own bug rises here
        return claimed

    async def drain(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._under_way)

    # claiming: one transaction ----------------------------------------------------------------

    def _claim(self, session: Session) -> Outgoing | None:
        tx = Transaction(session, self.desk, self.clock())
        lease = Lease(self.owner, tx.now, LEASE)
        while (delivery := queues.claim_delivery(session, lease, self.channel)) is not None:
            chat = session.get_one(Chat, delivery.chat_id)
            if chat.state is ChatState.CLOSED:
                queues.set_aside(delivery, "chat_closed")
                session.flush()
                continue
            return self._outgoing(tx, delivery, chat)
        return None

    def _outgoing(self, tx: Transaction, delivery: Delivery, chat: Chat) -> Outgoing:
        address = chats.address_of(tx.session, chat)
        if delivery.card_id is None:
            reply = render(owed_reply(tx.session, delivery), self.door.capabilities)
            return Outgoing(delivery.id, address, reply)
        card = tx.session.get_one(Card, delivery.card_id)
        shown = cards.render(tx, card)
        if shown is not None:
            if shown.choices and not self.door.capabilities.buttons:
                remember_menu(tx.session, chat, shown)
            shown = render(shown, self.door.capabilities)
        return Outgoing(
            delivery.id,
            address,
            shown,
            edit=card.message_id,
            old=card.old_message_id,
            deletable=card.sent_at is None or tx.now - card.sent_at < DELETABLE,
            cover=cards.cover(tx, card),
            card_kind=card.kind,
            showing=card.wanted,
            evidence_kind=cards.kind_shown(tx, card),
        )

    # sending: no transaction open -------------------------------------------------------------

    async def _deliver(self, outgoing: Outgoing) -> None:
        try:
            message_id = await self._send(outgoing)
        except SendError as error:
            fault = error
            await self.database.run(lambda session: self._record_fault(session, outgoing, fault))
        else:
            await self.database.run(lambda session: self._record(session, outgoing, message_id))

    async def _send(self, outgoing: Outgoing) -> str | None:
        reply, door, to = outgoing.reply, self.door, outgoing.address
        if outgoing.old:
            await self._take_away(outgoing, outgoing.old)
        if reply is None:
            if outgoing.edit:
                await self._take_away(outgoing, outgoing.edit)
            return None
        if reply.delete:
            await door.delete(to, reply.delete)
            return None
        if outgoing.edit and reply.attachment is None and await self._edited(outgoing, reply):
            return outgoing.edit
        if reply.attachment is not None:
            reply = replace(reply, attachment=await self._filled(reply.attachment))
        return await door.send(to, reply)

    async def _edited(self, outgoing: Outgoing, reply: Reply) -> bool:
        """Make the message that is there show `reply`; False if it is gone, or cannot be changed."""
        assert outgoing.edit is not None
        if not self.door.capabilities.edit:
            return False
        try:
            await self.door.edit(outgoing.address, outgoing.edit, reply)
        except SendError as error:
            if error.fault != "not_found":
                raise
            return False
        return True

    async def _take_away(self, outgoing: Outgoing, message_id: str) -> None:
        """Take a card's message out of sight: deleted, or covered where it is too old for that."""
        door, to = self.door, outgoing.address
        if outgoing.evidence_kind is not None:
            await door.hide(to, message_id, outgoing.evidence_kind)
        elif outgoing.cover and not (outgoing.deletable and door.capabilities.delete):
            await self._edited(replace(outgoing, edit=message_id), outgoing.cover)
        else:
            await door.delete(to, [message_id])

    async def _filled(self, attachment: Attachment) -> Attachment:
        try:
            content = await asyncio.to_thread(self.desk.files.get, attachment.file)
        except (OSError, SealError):  # erased meanwhile, or the disk's fault: not this channel's
            raise SendError("file_missing", permanent=True) from None
        return replace(attachment, content=content)

    # recording: one transaction ---------------------------------------------------------------

    def _record(self, session: Session, outgoing: Outgoing, message_id: str | None) -> None:
        delivery = queues.held(session, Delivery, outgoing.delivery_id, self.owner)
        if delivery is None:
            return  # the lease ran out and another process has it: it is repeated, not lost
        now = self.clock()
        delivery.sent_at, delivery.message_id = now, message_id
        if outgoing.card_kind is not None and not self._card_is_current(
            session, outgoing, message_id
        ):
            queues.postpone(delivery, now, "changed_meanwhile")
            delivery.attempts = 0
        else:
            queues.finish(delivery)
        self.count(self.channel, delivery.klass, "sent")
        log.info("delivered", delivery=delivery.id, channel=self.channel, klass=delivery.klass)

    def _card_is_current(
        self, session: Session, outgoing: Outgoing, message_id: str | None
    ) -> bool:
        """Note what the card shows now; False if it changed while it was being sent."""
        delivery = session.get_one(Delivery, outgoing.delivery_id)
        assert delivery.card_id is not None
        card = session.get_one(Card, delivery.card_id, with_for_update=True)
        if message_id != card.message_id:
            card.sent_at = self.clock()
        card.message_id, card.shown = message_id, outgoing.showing
        if card.old_message_id == outgoing.old:
            card.old_message_id = None
        return card.wanted == outgoing.showing

    def _record_fault(self, session: Session, outgoing: Outgoing, error: SendError) -> None:
        delivery = queues.held(session, Delivery, outgoing.delivery_id, self.owner)
        if delivery is None:
            return
        tx = Transaction(session, self.desk, self.clock())
        chat = session.get_one(Chat, delivery.chat_id)
        log.warning(
            "not_delivered", delivery=delivery.id, fault=error.fault, try_=delivery.attempts
        )
        outcome = "closed" if error.closed else "set_aside" if error.permanent else "retried"
        self.count(self.channel, delivery.klass, outcome)
        if error.moved_to:
            chats.move(session, chat, error.moved_to)
            queues.postpone(delivery, tx.now, error.fault)
        elif error.closed:
            self._close_chat(tx, delivery, chat, error)
        elif error.permanent:
            self._give_up(tx, delivery, error.fault)
        elif error.retry_after is not None:
            delivery.attempts -= (
                1  # the platform asked for a pause: that is no failure of this message
            )
            queues.postpone(delivery, tx.now + error.retry_after, error.fault)
            queues.postpone_channel(session, self.channel, tx.now + error.retry_after)
        else:
            self._try_later(tx, delivery, error.fault)

    def _close_chat(
        self, tx: Transaction, delivery: Delivery, chat: Chat, error: SendError
    ) -> None:
        """Blocked, deleted or removed: nothing more is sent there until it writes to us again."""
        queues.set_aside(delivery, error.fault)
        invitations.unreachable(tx, chat)
        chat.state = ChatState.CLOSED

    def _try_later(self, tx: Transaction, delivery: Delivery, fault: str) -> None:
        waits = BACKOFF[delivery.klass]
        if delivery.attempts > len(waits):
            self._give_up(tx, delivery, fault)
            return
        jitter = random.uniform(0.8, 1.2)  # so that many do not come back at once
        queues.postpone(delivery, tx.now + waits[delivery.attempts - 1] * jitter, fault)

    def _give_up(self, tx: Transaction, delivery: Delivery, fault: str) -> None:
        queues.set_aside(delivery, fault)
        log.error("delivery_set_aside", delivery=delivery.id, fault=fault)
        operators.tell(
            tx, "operator.undelivered", key=f"undelivered:{delivery.id}", row=delivery.id
        )

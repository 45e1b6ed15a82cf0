"""What became of a message that was sent, recorded: done, tried again, set aside, its chat closed.

Each function runs in one transaction on a row whose lease is held, and names the outcome.
"""

import random
import sys
from datetime import timedelta
from enum import StrEnum

import structlog

from storage import deliveries, pace, queues
from storage.models import Chat, Delivery
from storage.pace import LONGEST_PAUSE
from storage.states import DeliveryClass
from tips import operators
from tips.desk import Transaction
from tips.messages import SendError
from tips.officers import groups, people
from tips.outbox import remember_menu
from tips.sending import Outgoing

TRIES = 3  #: of a message over which we ourselves fail
#: Waits between tries. A line that is down is no fault of an alert: its last wait repeats without end. An
#: answer is worth a day, a summary half a day; then it is set aside and somebody is told.
BACKOFF = {
    DeliveryClass.ALERT: [timedelta(seconds=s) for s in (2, 5, 15, 30, 60, 120, 300)],
    DeliveryClass.ANSWER: [timedelta(seconds=s) for s in (2, 5, 15, 60, 300, *[600] * 144)],
    DeliveryClass.BROADCAST: [timedelta(seconds=s) for s in (10, 60, 300, *[1800] * 24)],
}

log = structlog.get_logger()


class Outcome(StrEnum):
    """How one try ended."""

    SENT = "sent"
    RETRIED = "retried"  #: a fault that may pass
    PAUSED = "paused"  #: the platform asked the whole channel to wait
    SET_ASIDE = "set_aside"  #: no retry can help; the operator is told
    CLOSED = "closed"  #: the chat is closed to us


def sent(tx: Transaction, delivery: Delivery, message: Outgoing, message_id: str | None) -> Outcome:
    """Note a message that arrived; a card that changed meanwhile is due again."""
    delivery.sent_at, delivery.message_id = tx.now, message_id
    if delivery.card_id is None or _shows_newest(tx, delivery.card_id, message, message_id):
        queues.finish(tx.session, delivery, tx.now)
    else:
        queues.postpone(delivery, tx.now, "changed_meanwhile")
        delivery.attempts = 0
    if message.offered is not None:
        remember_menu(tx.session, tx.session.get_one(Chat, delivery.chat_id), message.offered)
    log.info("delivered", delivery=delivery.id, channel=delivery.channel, klass=delivery.klass)
    return Outcome.SENT


def _shows_newest(tx: Transaction, card_id: int, message: Outgoing, message_id: str | None) -> bool:
    """Note what the card shows now; False if it changed while it was being sent."""
    card = deliveries.locked_card(tx.session, card_id)
    if message_id != card.message_id:
        card.sent_at = tx.now
    card.message_id, card.shown = message_id, message.showing
    if card.old_message_id == message.old:
        card.old_message_id = None
    return card.wanted == message.showing


def failed(tx: Transaction, delivery: Delivery, error: SendError) -> Outcome:
    """Treat what the channel said: follow, close, give up, pause, or try later."""
    log.warning("not_delivered", delivery=delivery.id, fault=error.fault, try_=delivery.attempts)
    chat = tx.session.get_one(Chat, delivery.chat_id)
    if error.moved_to:
        groups.moved(tx, chat, error.moved_to)
        queues.postpone(delivery, tx.now, error.fault)
        return Outcome.RETRIED
    if error.closed:
        return _close(tx, delivery, chat, error.fault)
    if error.permanent:
        return _set_aside(tx, delivery, error.fault)
    if error.retry_after is not None:
        return _pause(tx, delivery, error.fault, error.retry_after)
    return _try_later(tx, delivery, error.fault, _most_tries(delivery))


def _most_tries(delivery: Delivery) -> int:
    """How often a message is tried again while its channel is down."""
    if delivery.klass is DeliveryClass.ALERT:
        return sys.maxsize
    return len(BACKOFF[delivery.klass])


def undigested(tx: Transaction, delivery: Delivery, fault: str) -> Outcome:
    """Our own bug: tried again, in case it passes, then set aside so that those behind it go on."""
    return _try_later(tx, delivery, fault, TRIES - 1)


def _close(tx: Transaction, delivery: Delivery, chat: Chat, fault: str) -> Outcome:
    """Blocked, deleted or removed: nothing more is sent there until it writes to us again."""
    queues.set_aside(tx.session, delivery, fault, tx.now)
    people.lost(tx, chat)
    return Outcome.CLOSED


def _pause(tx: Transaction, delivery: Delivery, fault: str, pause: timedelta) -> Outcome:
    """The whole channel waits; it is no failure of this message."""
    until = tx.now + min(pause, LONGEST_PAUSE)
    delivery.attempts -= 1
    queues.postpone(delivery, until, fault)
    pace.pause(tx.session, delivery.channel, until)
    return Outcome.PAUSED


def _try_later(tx: Transaction, delivery: Delivery, fault: str, retries: int) -> Outcome:
    if delivery.attempts > retries:
        return _set_aside(tx, delivery, fault)
    waits = BACKOFF[delivery.klass]
    wait = waits[min(delivery.attempts, len(waits)) - 1]
    jitter = random.uniform(0.8, 1.2)  # so that many do not come back at once
    queues.postpone(delivery, tx.now + wait * jitter, fault)
    return Outcome.RETRIED


def _set_aside(tx: Transaction, delivery: Delivery, fault: str) -> Outcome:
    queues.set_aside(tx.session, delivery, fault, tx.now)
    log.error("delivery_set_aside", delivery=delivery.id, fault=fault)
    if not operators.is_one(tx, delivery.chat_id):  # nobody is told of what could not be told
        operators.tell(tx, "operator.undelivered", row=delivery.id)
    return Outcome.SET_ASIDE

"""What time itself does: reminders, overdue tips, drafts that expire, urgent ones left unsent.

Each look takes what is due in one transaction; a second process finds nothing left.
"""

from datetime import timedelta

from storage import bursts, chats, deliveries, tips
from storage.models import Burst, Chat, Tip
from storage.states import CardKind, DeliveryClass, EventKind, Priority
from tips import alerting, news, talking
from tips.alerting import audience_of, desk_chats
from tips.desk import Transaction
from tips.messages import Reply
from tips.officers.showing import hide
from tips.outbox import owe

MINUTE = timedelta(minutes=1)  #: the shortest delay that is told
MOST = 50  #: of each kind in one transaction
#: Pins, pictures and voices lie open in an officer's chat no longer than this: a platform deletes nothing
#: older than 48 hours, and a pin or a voice cannot be covered. A button opens them again.
OPENED = timedelta(hours=46)


def look(tx: Transaction) -> int:
    """Do what has become due; return how many things that were."""
    reminded = tips.to_remind(tx.session, tx.now, MOST)
    for tip in reminded:
        _remind(tx, tip)
    late = tips.to_escalate(tx.session, tx.now, MOST)
    for tip in late:
        _escalate(tx, tip)
    expired = chats.expired(tx.session, tx.now, MOST)
    for chat, talk in expired:
        talking.expire(tx, chat, talk)
    waiting = chats.to_nudge(tx.session, tx.now, MOST)
    for chat, talk in waiting:
        talking.nudge(tx, chat, talk)
    grown = bursts.due(tx.session, tx.now, MOST)
    for burst in grown:
        alerting.show_growth(tx, burst)
    opened = deliveries.opened_before(tx.session, tx.now - OPENED, MOST)
    for card in opened:
        hide(tx, card)
    return sum(map(len, (reminded, late, expired, waiting, grown, opened)))


def _remind(tx: Transaction, tip: Tip) -> None:
    tip.remind_at = None
    if tip.target_at <= tx.now:
        return  # too late to remind: it is escalated in this same look
    tips.note(tx.session, EventKind.REMINDED, tx.now, tip)
    burst = bursts.of_tip(tx.session, tip)
    for chat in audience_of(tx, tip):
        voice = tx.voice_of(chat)
        left = voice.duration(tip.target_at - tx.now)
        if burst is None:
            text = voice("reminder.before", tip=tip.id, left=left)
        else:
            text = voice("reminder.burst.before", burst=burst.id, left=left)
        _say(tx, chat, text, _once(tx, "remind", tip, burst, chat))


def _escalate(tx: Transaction, tip: Tip) -> None:
    """Nobody took it in time: the desk has it too, and who reported something urgent is told."""
    tip.overdue_at, tip.remind_at = tx.now, None
    tips.note(tx.session, EventKind.OVERDUE, tx.now, tip)
    burst, desk = bursts.of_tip(tx.session, tip), desk_chats(tx, tip)
    for chat in audience_of(tx, tip):
        if chat not in desk:
            _say_late(tx, tip, burst, chat, "after")
    for chat in desk:
        _show_late(tx, tip, burst, chat)
        _say_late(tx, tip, burst, chat, "desk")
    if tip.priority is Priority.P1:
        news.missed(tx, tip)


def _show_late(tx: Transaction, tip: Tip, burst: Burst | None, chat: Chat) -> None:
    if burst is None:
        card = deliveries.card(tx.session, tip.id, chat, CardKind.ALERT)
        deliveries.show(tx.session, card, tx.now, anew=True)
    else:
        deliveries.show(tx.session, alerting.card_of(tx, burst, chat), tx.now)


def _say_late(tx: Transaction, tip: Tip, burst: Burst | None, chat: Chat, to: str) -> None:
    voice = tx.voice_of(chat)
    facts = {
        "commune": tx.desk.unit_name(tip) or voice("summary.place.unknown_short"),
        "late": voice.duration(max(tx.now - tip.target_at, MINUTE)),
    }
    if burst is None:
        text = voice(f"reminder.{to}", tip=tip.id, **facts)
    else:
        text = voice(f"reminder.burst.{to}", burst=burst.id, **facts)
    _say(tx, chat, text, _once(tx, f"late:{to}", tip, burst, chat))


def _say(tx: Transaction, chat: Chat, text: str, key: str) -> None:
    owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.ALERT, key)


def _once(tx: Transaction, what: str, tip: Tip, burst: Burst | None, chat: Chat) -> str:
    """A key: once for each tip, and for all of a burst's once in ten minutes."""
    if burst is None:
        return f"{what}:{tip.id}:{chat.id}"
    slot = tx.now.timestamp() // bursts.WITHIN.total_seconds()
    return f"{what}:burst:{burst.id}:{chat.id}:{slot:.0f}"

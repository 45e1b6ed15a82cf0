"""What time itself does: reminders, overdue tips, drafts that expire, urgent ones left unsent.

Each look takes what is due in one transaction; a second process finds nothing left.
"""

from datetime import timedelta

from storage import chats, deliveries, tips
from storage.models import Chat, Tip
from storage.states import CardKind, DeliveryClass, EventKind, Priority
from tips import news, talking
from tips.desk import Transaction
from tips.filing import audience_of, desk_chats
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
    for talk in expired:
        talking.expire(tx, talk)
    waiting = chats.to_nudge(tx.session, tx.now, MOST)
    for talk in waiting:
        talking.nudge(tx, talk)
    opened = deliveries.opened_before(tx.session, tx.now - OPENED, MOST)
    for card in opened:
        hide(tx, card)
    return sum(map(len, (reminded, late, expired, waiting, opened)))


def _remind(tx: Transaction, tip: Tip) -> None:
    tip.remind_at = None
    if tip.target_at <= tx.now:
        return  # too late to remind: it is escalated in this same look
    tips.note(tx.session, EventKind.REMINDED, tx.now, tip)
    for chat in audience_of(tx, tip):
        voice = tx.voice_of(chat)
        left = voice.duration(tip.target_at - tx.now)
        text = voice("reminder.before", tip=tip.id, left=left)
        key = f"remind:{tip.id}:{chat.id}"
        owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.ALERT, key)


def _escalate(tx: Transaction, tip: Tip) -> None:
    """Nobody took it in time: the desk has it too, and who reported something urgent is told."""
    tip.overdue_at, tip.remind_at = tx.now, None
    tips.note(tx.session, EventKind.OVERDUE, tx.now, tip)
    desk = desk_chats(tx, tip)
    for chat in audience_of(tx, tip):
        if chat not in desk:
            _say_late(tx, tip, chat, "reminder.after")
    for chat in desk:
        deliveries.show(
            tx.session, deliveries.card(tx.session, tip.id, chat, CardKind.ALERT), tx.now, anew=True
        )
        _say_late(tx, tip, chat, "reminder.desk")
    if tip.priority is Priority.P1:
        news.missed(tx, tip)


def _say_late(tx: Transaction, tip: Tip, chat: Chat, key: str) -> None:
    voice = tx.voice_of(chat)
    commune = tx.desk.unit_name(tip) or voice("summary.place.unknown_short")
    late = voice.duration(max(tx.now - tip.target_at, MINUTE))
    text = voice(key, tip=tip.id, late=late, commune=commune)
    once = f"late:{tip.id}:{chat.id}:{key}"
    owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.ALERT, once)

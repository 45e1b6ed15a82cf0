"""Telling the reporter that something changed: no category, place or words, and only where it is safe."""

from storage import tips
from storage.models import Chat, Tip
from storage.states import ChatState, DeliveryClass
from tips.desk import Transaction
from tips.messages import Press, Reply
from tips.outbox import owe, owe_aside
from words.categories import category


def push(tx: Transaction, tip: Tip) -> None:
    """«Có cập nhật. Nhắn mã để xem.», once for each change."""
    chat = _listener(tx, tip)
    if chat is None:
        return
    voice = tx.voice_of(chat)
    see = voice.choice("choice.menu.status", Press("menu", detail="status"))
    reply = Reply(voice("status.pushed"), [[see]])
    key = f"push:{tip.id}:{tip.revision}"
    owe_aside(tx.session, chat, reply, tx.now, DeliveryClass.ANSWER, key)


def missed(tx: Transaction, tip: Tip) -> None:
    """Nobody took an urgent tip in time: the reporter must not go on waiting."""
    if (chat := _listener(tx, tip)) is not None:
        text = tx.voice_of(chat)("status.missed_urgent")
        owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.ALERT, f"missed:{tip.id}")


def _listener(tx: Transaction, tip: Tip) -> Chat | None:
    """The chat to write to, unless that chat is closed, unlinked, or perhaps read by somebody else."""
    reporter = tips.reporter_of(tx.session, tip)
    if reporter.chat_id is None or not reporter.wants_news:
        return None
    if category(tip.category).sensitive and not reporter.told_safe:
        return None
    chat = tx.session.get_one(Chat, reporter.chat_id)
    return chat if chat.state is ChatState.OPEN else None

"""Telling the operator: a message to every admin, a log line of a named event."""

from storage import officers
from storage.states import DeliveryClass, Role
from tips.desk import Transaction
from tips.messages import Reply
from tips.outbox import owe


def is_one(tx: Transaction, chat_id: int) -> bool:
    """Tell whether this chat is an admin's."""
    return any(chat.id == chat_id for _, chat in officers.with_role(tx.session, Role.ADMIN))


def tell(tx: Transaction, text_key: str, key: str = "", **facts: object) -> None:
    """Tell every admin.

    Args:
        key: what is told once only. What happens in this very transaction needs none.
    """
    for _, chat in officers.with_role(tx.session, Role.ADMIN):
        once = f"{key}:{chat.id}" if key else None
        text = tx.voice_of(chat)(text_key, **facts)
        owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.ALERT, once)

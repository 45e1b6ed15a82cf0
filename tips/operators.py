"""Telling the operator: a message to every admin, a log line of a named event."""

from storage import officers
from storage.states import DeliveryClass, Role
from tips.desk import Transaction
from tips.messages import Reply
from tips.outbox import owe


def tell(tx: Transaction, text_key: str, key: str, **facts: object) -> None:
    """Tell every admin once for each `key`."""
    for _, chat in officers.with_role(tx.session, Role.ADMIN):
        text = tx.voice_of(chat)(text_key, **facts)
        owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.ALERT, f"{key}:{chat.id}")

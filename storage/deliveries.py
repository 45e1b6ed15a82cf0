"""Messages owed and cards that change: rows of the outbox."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.database import insert_new, keyring_of, table_of
from storage.models import Card, Chat, Delivery
from storage.prepared import Prepared
from storage.states import CardKind, DeliveryClass, QueueState

BODY = "deliveries.body"


def owe(
    session: Session,
    chat: Chat,
    body: bytes,
    klass: DeliveryClass,
    now: datetime,
    dedup_key: str | None = None,
) -> None:
    """Owe `body` to a chat, unless a message with this key was owed before.

    Keys name tips and are kept beside chats for weeks: hashed, they tie nobody to anything.
    """
    if dedup_key is not None:
        dedup_key = keyring_of(session).digest(dedup_key, "deliveries.key").hex()
        if _is_owed(session, dedup_key):
            return
    sealed = keyring_of(session).seal(body, BODY)
    _add(session, chat, klass, now, dedup_key=dedup_key, body_sealed=sealed)


def _add(session: Session, chat: Chat, klass: DeliveryClass, now: datetime, **more: Any) -> None:
    """Write the row at once: rows get their numbers in the order in which they were owed."""
    row = {
        "chat_id": chat.id,
        "channel": chat.channel,
        "klass": klass,
        "created_at": now,
        "due_at": now,
        "dedup_key": None,
        "body_sealed": None,
        "card_id": None,
        "tip_id": None,
    }
    _ADDING.run(session, row | more)


_ADDING = Prepared(
    insert(table_of(Delivery)).values(state=QueueState.WAITING, attempts=0, unrecorded=0).inline(),
    ("chat_id", "channel", "klass", "created_at", "due_at", "dedup_key", "body_sealed", "card_id",
     "tip_id"),
)  # fmt: skip


def _is_owed(session: Session, dedup_key: str) -> bool:
    return session.scalar(select(Delivery.id).where(Delivery.dedup_key == dedup_key)) is not None


def has_left(session: Session, chat: Chat, klass: DeliveryClass, by: datetime) -> bool:
    """Tell whether all that is owed to a chat in this class had been sent by then."""
    later = or_(Delivery.state == QueueState.WAITING, Delivery.sent_at > by)
    these = (Delivery.chat_id == chat.id, Delivery.klass == klass, later)
    return session.scalar(select(Delivery.id).where(*these).limit(1)) is None


def empty_ended(session: Session, chat: Chat) -> None:
    """Empty the bodies of whatever was sent to a chat, or set aside."""
    ended = (Delivery.chat_id == chat.id, Delivery.state != QueueState.WAITING)
    session.execute(update(Delivery).where(*ended).values(body_sealed=None))


def forget_ended(session: Session, chat: Chat, before: datetime) -> None:
    """Delete the rows of what was sent to a chat before then, or set aside: that, and when."""
    ended = (Delivery.chat_id == chat.id, Delivery.state != QueueState.WAITING)
    session.execute(delete(Delivery).where(*ended, Delivery.created_at < before))


def body_of(session: Session, delivery: Delivery) -> bytes:
    assert delivery.body_sealed is not None
    return keyring_of(session).unseal(delivery.body_sealed, BODY)


def card(session: Session, tip_id: int, chat: Chat, kind: CardKind, evidence_id: int = 0) -> Card:
    """Return the card of this kind about this tip in this chat; made if it is new, to be shown.

    Another transaction may make it at this moment: then it is theirs, once they have ended.
    """
    same = {"tip": tip_id, "chat": chat.id, "kind": kind, "evidence": evidence_id}
    known = session.scalar(_card_query(), same)
    if known is not None:
        return known
    row = {"tip_id": tip_id, "chat_id": chat.id, "kind": kind, "evidence_id": evidence_id}
    start = {"hidden": False, "page": 0, "wanted": 0, "shown": 0}
    session.execute(insert_new(session, Card).values(row | start))
    return session.scalars(_card_query(), same).one()


@cache
def _card_query() -> Select[Card]:
    same = (
        Card.tip_id == bindparam("tip"),
        Card.chat_id == bindparam("chat"),
        Card.kind == bindparam("kind"),
        Card.evidence_id == bindparam("evidence"),
    )
    return select(Card).where(*same).with_for_update(key_share=True)


def show_new(session: Session, tip_id: int, chat: Chat, kind: CardKind, now: datetime) -> None:
    """Owe the card about a tip of which nobody else can know yet."""
    card = _NEW_CARD.first(session, {"tip_id": tip_id, "chat_id": chat.id, "kind": kind})
    assert card is not None
    _add(session, chat, DeliveryClass.ALERT, now, card_id=card.id, tip_id=tip_id)


_NEW_CARD = Prepared(
    insert(table_of(Card))
    .values(evidence_id=0, hidden=False, page=0, wanted=1, shown=0)
    .returning(table_of(Card).c.id),
    ("tip_id", "chat_id", "kind"),
)


def has_card(session: Session, tip_id: int, chat: Chat, kind: CardKind) -> bool:
    """Tell whether a chat has a card of this kind about a tip, without a lock."""
    same = (Card.tip_id == tip_id, Card.chat_id == chat.id, Card.kind == kind)
    return session.scalar(select(Card.id).where(*same).limit(1)) is not None


def locked_card(session: Session, card_id: int) -> Card:
    return session.get_one(Card, card_id, with_for_update={"key_share": True})


def cards_of(session: Session, tip_id: int) -> Sequence[Card]:
    """Return every card about a tip, locked, in the order they were made."""
    found = (
        select(Card).where(Card.tip_id == tip_id).order_by(Card.id).with_for_update(key_share=True)
    )
    return session.scalars(found).all()


def cards_in(session: Session, chat: Chat) -> Sequence[Card]:
    """Return every card in a chat, locked."""
    found = (
        select(Card)
        .where(Card.chat_id == chat.id)
        .order_by(Card.id)
        .with_for_update(key_share=True)
    )
    return session.scalars(found).all()


def opened_before(session: Session, before: datetime, limit: int) -> Sequence[Card]:
    """Return pins and files that have been in sight since before then, locked."""
    these = (
        Card.kind.in_((CardKind.PIN, CardKind.EVIDENCE)),
        Card.hidden.is_(False),
        Card.message_id.is_not(None),
        Card.sent_at < before,
    )
    query = select(Card).where(*these).order_by(Card.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def show(session: Session, changed: Card, now: datetime, *, anew: bool = False) -> None:
    """Owe what the card should show now: one pending delivery a card, however often it changes.

    Args:
        anew: send a new message at the bottom of the chat, and take the old one away.
    """
    changed.wanted += 1
    if anew and changed.message_id is not None:
        changed.old_message_id, changed.message_id = changed.message_id, None
    pending = (Delivery.card_id == changed.id, Delivery.state == QueueState.WAITING)
    if session.scalar(select(Delivery.id).where(*pending)) is not None:
        return
    chat = session.get_one(Chat, changed.chat_id)
    about = {"card_id": changed.id, "tip_id": changed.tip_id}
    _add(session, chat, DeliveryClass.ALERT, now, **about)


def message_ids(session: Session, chat: Chat, since: datetime) -> Sequence[str]:
    """Return the ids of the messages sent to a chat since then, newest first."""
    found = (
        select(Delivery.message_id)
        .where(
            Delivery.chat_id == chat.id,
            Delivery.sent_at >= since,
            Delivery.message_id.is_not(None),
        )
        .order_by(Delivery.id.desc())
    )
    return [message_id for message_id in session.scalars(found) if message_id]

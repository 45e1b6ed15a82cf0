"""Chats and what is unfinished in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Insert, Select, bindparam, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from storage.database import insert_new_by, keyring_of, table_of
from storage.models import Attempt, Card, Chat, Conversation, Delivery, Group
from storage.states import Channel, ChatKind, ChatState

ADDRESS, DRAFT, MENU = "chats.address", "conversations.draft", "conversations.menu"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel finds somebody."""

    channel: Channel
    name: str
    kind: ChatKind = ChatKind.PRIVATE


def digest_of(session: Session, address: Address) -> bytes:
    """Return the keyed hash a chat is found by; also the lane of its updates."""
    return keyring_of(session).digest(address.name, f"chat.{address.channel}")


def reach(session: Session, address: Address, now: datetime) -> Chat:
    """Return the chat at `address`, locked until the transaction ends; made if it is new."""
    digest = digest_of(session, address)
    known = _unless_busy(session, address.channel, digest)
    if known is not None:
        return known
    _make(session, address, digest, now)
    made = _locked(session, address.channel, digest)
    assert made is not None
    return made


def _make(session: Session, address: Address, digest: bytes, now: datetime) -> None:
    """Add a chat, unless it is there."""
    row = {
        "channel": address.channel,
        "digest": digest,
        "address_sealed": keyring_of(session).seal(address.name.encode(), ADDRESS),
        "kind": address.kind,
        "created_at": now,
        "state": ChatState.OPEN,
        "language": "vi",
    }
    session.connection().execute(_insertion(session.get_bind().dialect), row)


@cache
def _insertion(dialect: Dialect) -> Insert:
    return insert_new_by(dialect, table_of(Chat)).inline()


def find(session: Session, address: Address) -> Chat | None:
    """Return the chat at `address` if we ever heard from it."""
    same = (Chat.channel == address.channel, Chat.digest == digest_of(session, address))
    return session.scalar(select(Chat).where(*same))


def by_digest(session: Session, channel: Channel, digest: bytes) -> Chat | None:
    """Return the chat an update's lane belongs to, if we know it."""
    return session.scalar(select(Chat).where(Chat.channel == channel, Chat.digest == digest))


def _locked(session: Session, channel: Channel, digest: bytes) -> Chat | None:
    """Lock a chat, then read it: what is only joined, PostgreSQL reads as it was before it waited."""
    session.scalar(_lock_query(), {"channel": channel, "digest": digest})
    return _unless_busy(session, channel, digest)


def _unless_busy(session: Session, channel: Channel, digest: bytes) -> Chat | None:
    return session.scalar(_lock_query(waits=False), {"channel": channel, "digest": digest})


@cache
def _lock_query(*, waits: bool = True) -> Select[Chat]:
    """Lock a chat. Built once: that costs more than to find it."""
    same = (Chat.channel == bindparam("channel"), Chat.digest == bindparam("digest"))
    # Others may meanwhile name the chat in rows of their own: what they owe it must not wait for us,
    # who may be waiting for a tip of theirs.
    query = select(Chat).where(*same).options(joinedload(Chat.conversation))
    query = query.with_for_update(of=Chat, key_share=True, skip_locked=not waits)
    # It may be here as it was without the lock: another message of this batch alerted somebody there.
    return query.execution_options(populate_existing=True)


def address_of(session: Session, chat: Chat) -> str:
    return keyring_of(session).unseal(chat.address_sealed, ADDRESS).decode()


def move(session: Session, chat: Chat, name: str) -> None:
    """Follow a chat to its new address; what we already have of that address becomes this chat's."""
    digest = digest_of(session, Address(chat.channel, name))
    newer = _locked(session, chat.channel, digest)
    if newer is not None and newer.id != chat.id:
        _absorb(session, chat, newer)
    chat.digest = digest
    chat.address_sealed = keyring_of(session).seal(name.encode(), ADDRESS)


def _absorb(session: Session, chat: Chat, newer: Chat) -> None:
    """Give all that hangs on `newer` to `chat`. Only groups move, so there is no draft to lose."""
    owned: list[Any] = [Card.chat_id, Delivery.chat_id]
    if session.get(Group, chat.id) is None:
        owned.append(Group.chat_id)
    for column in owned:
        session.execute(update(column.class_).where(column == newer.id).values({column: chat.id}))
    session.delete(newer)
    session.flush()  # the address is free now


def conversation(chat: Chat) -> Conversation:
    """Return the chat's conversation, made if there is none. The chat must be locked."""
    if chat.conversation is None:
        chat.conversation = Conversation(chat_id=chat.id)
    return chat.conversation


def draft_of(session: Session, talk: Conversation) -> Any:
    """Return the stored draft (JSON), None if nothing is unfinished."""
    if talk.draft_sealed is None:
        return None
    return keyring_of(session).unseal_json(talk.draft_sealed, DRAFT)


def keep_draft(session: Session, talk: Conversation, draft: Any) -> None:
    talk.draft_sealed = None if draft is None else keyring_of(session).seal_json(draft, DRAFT)


def menu_of(session: Session, talk: Conversation) -> Sequence[tuple[str, str]]:
    """Return the (label, data) of the choices last offered, in their order."""
    if talk.menu_sealed is None:
        return []
    menu = keyring_of(session).unseal_json(talk.menu_sealed, MENU)
    return [(label, data) for label, data in menu]


def keep_menu(session: Session, talk: Conversation, menu: Sequence[tuple[str, str]]) -> None:
    talk.menu_sealed = keyring_of(session).seal_json(list(menu), MENU) if menu else None


def expired(session: Session, now: datetime, limit: int) -> Sequence[Conversation]:
    """Return conversations whose draft has outlived its day, their chats locked."""
    return _due(session, Conversation.expires_at, now, limit)


def to_nudge(session: Session, now: datetime, limit: int) -> Sequence[Conversation]:
    """Return conversations with an urgent draft that has waited unsent, their chats locked."""
    return _due(session, Conversation.nudge_at, now, limit)


def _due(
    session: Session, at: InstrumentedAttribute[datetime | None], now: datetime, limit: int
) -> Sequence[Conversation]:
    """Lock the chats first, as whoever takes a message does, then read what is true under the lock."""
    due = select(Conversation).join(Chat, Chat.id == Conversation.chat_id).where(at <= now)
    locked = due.order_by(at).limit(limit).with_for_update(of=Chat, skip_locked=True)
    found = session.scalars(locked).all()
    for talk in found:
        session.refresh(talk)
    return [talk for talk in found if (when := getattr(talk, at.key)) and when <= now]


def count_attempts(session: Session, chat: Chat, kind: str, since: datetime) -> int:
    these = (Attempt.chat_id == chat.id, Attempt.kind == kind, Attempt.at > since)
    return session.scalar(select(func.count()).select_from(Attempt).where(*these)) or 0


def note_attempt(session: Session, chat: Chat, kind: str, now: datetime) -> None:
    session.add(Attempt(chat_id=chat.id, kind=kind, at=now))


def attempts(session: Session, chat: Chat, kind: str, since: datetime) -> Sequence[datetime]:
    """Return when each was made, the oldest first."""
    these = (Attempt.chat_id == chat.id, Attempt.kind == kind, Attempt.at > since)
    return session.scalars(select(Attempt.at).where(*these).order_by(Attempt.at)).all()

"""Chats and what is unfinished in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, Select, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import UpdateBase

from storage.database import insert_new_by, keyring_of, table_of
from storage.models import Attempt, Card, Chat, Conversation, Delivery, Group
from storage.prepared import Prepared, Row, adopt
from storage.states import Channel, ChatKind, ChatState

Menu = Sequence[tuple[str, str]]

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


@dataclass(slots=True)
class Talk:
    """What somebody is in the middle of telling us, and the choices last shown, as read under the lock.

    What is changed here is stored by `keep`.
    """

    chat_id: int
    draft_sealed: bytes | None = None
    menu_sealed: bytes | None = None
    expires_at: datetime | None = None
    nudge_at: datetime | None = None
    is_new: bool = False  #: nothing was ever said in this chat before


def reach(session: Session, address: Address, now: datetime) -> Chat:
    """Return the chat at `address`, locked until the transaction ends; made if it is new."""
    return meet(session, address, now)[0]


def meet(session: Session, address: Address, now: datetime) -> tuple[Chat, Talk]:
    """Return the same as `reach`, and what is unfinished there."""
    digest = digest_of(session, address)
    met = _unless_busy(session, address.channel, digest)
    if met is None:
        made = _make(session, address, digest, now)
        find_it = _unless_busy if made else _locked
        met = find_it(session, address.channel, digest)
    assert met is not None
    return met


def _make(session: Session, address: Address, digest: bytes, now: datetime) -> bool:
    """Add a chat; tell whether it was new."""
    row = {
        "channel": address.channel,
        "digest": digest,
        "address_sealed": keyring_of(session).seal(address.name.encode(), ADDRESS),
        "kind": address.kind,
        "created_at": now,
        "state": ChatState.OPEN,
        "language": "vi",
    }
    return _MAKING.run(session, row) > 0


_NEW = ("channel", "digest", "address_sealed", "kind", "created_at", "state", "language")
_MAKING = Prepared(lambda dialect: insert_new_by(dialect, table_of(Chat)).inline(), _NEW)


def find(session: Session, address: Address) -> Chat | None:
    """Return the chat at `address` if we ever heard from it."""
    same = (Chat.channel == address.channel, Chat.digest == digest_of(session, address))
    return session.scalar(select(Chat).where(*same))


def by_digest(session: Session, channel: Channel, digest: bytes) -> Chat | None:
    """Return the chat an update's lane belongs to, if we know it."""
    return session.scalar(select(Chat).where(Chat.channel == channel, Chat.digest == digest))


def _locked(session: Session, channel: Channel, digest: bytes) -> tuple[Chat, Talk] | None:
    """Lock a chat, then read it: what is only joined, PostgreSQL reads as it was before it waited."""
    _LOCKING_AT.first(session, {"channel": channel, "digest": digest})
    return _unless_busy(session, channel, digest)


def lock(session: Session, chat: Chat) -> None:
    """Wait until nobody else has the chat: what is read of it after that is true until we end."""
    _LOCKING.first(session, {"chat": chat.id})


def _unless_busy(session: Session, channel: Channel, digest: bytes) -> tuple[Chat, Talk] | None:
    session.flush()  # what another message of this batch did here is read as well
    row = _MEETING.first(session, {"channel": channel, "digest": digest})
    if row is None:
        return None
    unfinished = (row.draft_sealed, row.menu_sealed, row.expires_at, row.nudge_at)
    return known(session, row), Talk(row.id, *unfinished, is_new=row.chat_id is None)


def _locked_rows(query: Select[Any], *, skip_locked: bool = False) -> Prepared:
    """Lock the chat of a query.

    Others may meanwhile name the chat in rows of their own: what they owe it must not wait for us, who may
    be waiting for a tip of theirs.
    """
    return Prepared(
        query.with_for_update(of=table_of(Chat), key_share=True, skip_locked=skip_locked)
    )


def _met() -> Select[Any]:
    chat, talk = table_of(Chat), table_of(Conversation)
    both = chat.outerjoin(talk, talk.c.chat_id == chat.c.id)
    return select(chat, *talk.c).select_from(both)


_AT = (Chat.channel == bindparam("channel"), Chat.digest == bindparam("digest"))
_MEETING = _locked_rows(_met().where(*_AT), skip_locked=True)
_LOCKING_AT = _locked_rows(select(table_of(Chat).c.id).where(*_AT))
_LOCKING = _locked_rows(select(table_of(Chat).c.id).where(Chat.id == bindparam("chat")))
_COLUMNS = {column.key: column.columns[0].key for column in Chat.__mapper__.column_attrs}


def known(session: Session, row: Row) -> Chat:
    """Return the session's own object of a chat whose row was read past it, as the row says."""
    values = {name: getattr(row, column) for name, column in _COLUMNS.items()}
    chat = session.identity_map.get(identity_key(Chat, row.id))
    if isinstance(chat, Chat):
        for name, value in values.items():
            set_committed_value(chat, name, value)
        return chat
    number = values.pop("id")
    chat = Chat(**values)
    chat.id = number
    adopt(session, chat)
    return chat


def address_of(session: Session, chat: Chat) -> str:
    return keyring_of(session).unseal(chat.address_sealed, ADDRESS).decode()


def move(session: Session, chat: Chat, name: str) -> None:
    """Follow a chat to its new address; what we already have of that address becomes this chat's."""
    digest = digest_of(session, Address(chat.channel, name))
    newer = _locked(session, chat.channel, digest)
    if newer is not None and newer[0].id != chat.id:
        _absorb(session, chat, newer[0])
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


def talk_in(session: Session, chat: Chat) -> Talk:
    """Return what is unfinished in a chat. It must be locked."""
    found = _TALK.first(session, {"chat": chat.id})
    return Talk(*found) if found else Talk(chat.id, is_new=True)


_UNFINISHED = ("chat_id", "draft_sealed", "menu_sealed", "expires_at", "nudge_at")
_TALK = Prepared(
    select(*(table_of(Conversation).c[name] for name in _UNFINISHED)).where(
        Conversation.chat_id == bindparam("chat")
    )
)


def keep(session: Session, talk: Talk, menu: Menu | None = None) -> None:
    """Store what is unfinished in a chat, which must be locked.

    Args:
        menu: the choices offered now. None: those there are stay, which need not be those we read, since
            some may be offered without the lock.
    """
    values = {name: getattr(talk, name) for name in _UNFINISHED}
    if menu is None:
        _KEEPING.run(session, values)
    else:
        _KEEPING_ALL.run(session, values | {"menu_sealed": _sealed_menu(session, menu)})


def keep_menu(session: Session, chat: Chat, menu: Menu) -> None:
    """Store the (label, data) of the choices offered now."""
    sealed = _sealed_menu(session, menu)
    _KEEPING_MENU.run(session, {"chat_id": chat.id, "menu_sealed": sealed})


def _keeping(*columns: str) -> Prepared:
    def statement(dialect: Dialect) -> UpdateBase:
        insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
        row = insert(table_of(Conversation))
        values = {name: row.excluded[name] for name in columns}
        return row.on_conflict_do_update(index_elements=["chat_id"], set_=values)

    return Prepared(statement, ("chat_id", *columns))


_KEEPING = _keeping("draft_sealed", "expires_at", "nudge_at")
_KEEPING_ALL = _keeping("draft_sealed", "menu_sealed", "expires_at", "nudge_at")
_KEEPING_MENU = _keeping("menu_sealed")


def draft_of(session: Session, talk: Talk) -> bytes | None:
    """Return the draft (JSON), None if nothing is unfinished."""
    if talk.draft_sealed is None:
        return None
    return keyring_of(session).unseal(talk.draft_sealed, DRAFT)


def set_draft(session: Session, talk: Talk, draft: bytes | None) -> None:
    talk.draft_sealed = None if draft is None else keyring_of(session).seal(draft, DRAFT)


def menu_of(session: Session, talk: Talk) -> Menu:
    """Return the (label, data) of the choices last offered, in their order."""
    if talk.menu_sealed is None:
        return []
    menu = keyring_of(session).unseal_json(talk.menu_sealed, MENU)
    return [(label, data) for label, data in menu]


def _sealed_menu(session: Session, menu: Menu) -> bytes | None:
    return keyring_of(session).seal_json(list(menu), MENU) if menu else None


def expired(session: Session, now: datetime, limit: int) -> Sequence[tuple[Chat, Talk]]:
    """Return chats whose draft has outlived its day, locked."""
    return _due(session, Conversation.expires_at, now, limit)


def to_nudge(session: Session, now: datetime, limit: int) -> Sequence[tuple[Chat, Talk]]:
    """Return chats with an urgent draft that has waited unsent, locked."""
    return _due(session, Conversation.nudge_at, now, limit)


def _due(
    session: Session, at: InstrumentedAttribute[datetime | None], now: datetime, limit: int
) -> Sequence[tuple[Chat, Talk]]:
    """Lock the chats first, as whoever takes a message does, then read what is true under the lock."""
    due = select(Chat).join(Conversation, Conversation.chat_id == Chat.id).where(at <= now)
    locked = due.order_by(at).limit(limit).with_for_update(of=Chat, skip_locked=True)
    found = [(chat, talk_in(session, chat)) for chat in session.scalars(locked).all()]
    return [(chat, talk) for chat, talk in found if (when := getattr(talk, at.key)) and when <= now]


def count_attempts(session: Session, chat: Chat, kind: str, since: datetime) -> int:
    these = (Attempt.chat_id == chat.id, Attempt.kind == kind, Attempt.at > since)
    return session.scalar(select(func.count()).select_from(Attempt).where(*these)) or 0


def note_attempt(session: Session, chat: Chat, kind: str, now: datetime) -> None:
    session.add(Attempt(chat_id=chat.id, kind=kind, at=now))


def attempts(session: Session, chat: Chat, kind: str, since: datetime) -> Sequence[datetime]:
    """Return when each was made, the oldest first."""
    these = (Attempt.chat_id == chat.id, Attempt.kind == kind, Attempt.at > since)
    return session.scalars(select(Attempt.at).where(*these).order_by(Attempt.at)).all()

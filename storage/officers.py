"""Officers, the links that invite them, and the chats and groups they are reached in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from storage.chats import known
from storage.database import keyring_of, table_of
from storage.models import Chat, Group, Invitation, Officer, OfficerChat
from storage.prepared import Prepared
from storage.states import COMMUNE_ROLES, ChatState, OfficerState, Role

NAME, INVITATION = "officers.name", "invitation"

Reachable = Select[Officer, Chat]  #: who can be written to, and where


def acting_in(session: Session, chat: Chat) -> Officer | None:
    """Return the active officer whose private chat this is."""
    query = (
        select(Officer)
        .join(OfficerChat, OfficerChat.officer_id == Officer.id)
        .where(OfficerChat.chat_id == chat.id, Officer.state == OfficerState.ACTIVE)
    )
    return session.scalar(query)


def pending_in(session: Session, chat: Chat) -> Officer | None:
    query = (
        select(Officer)
        .join(OfficerChat, OfficerChat.officer_id == Officer.id)
        .where(OfficerChat.chat_id == chat.id, Officer.state == OfficerState.PENDING)
    )
    return session.scalar(query)


def chats_of_commune(session: Session, commune_code: str) -> Sequence[Chat]:
    """Return the chats in which a commune's officers can be written to."""
    session.flush()
    rows = _OF_COMMUNE.all(session, {"commune": commune_code})
    return [known(session, row) for row in rows]


def has_any(session: Session, commune_code: str) -> bool:
    """Tell whether a commune has an officer who can be written to."""
    session.flush()
    return _HAS_ANY.first(session, {"commune": commune_code}) is not None


def of_desk(session: Session, province_code: str) -> Sequence[tuple[Officer, Chat]]:
    these = (Officer.province_code == province_code, Officer.role == Role.DESK)
    return _rows(session, _reachable(*these))


def with_role(session: Session, role: Role) -> Sequence[tuple[Officer, Chat]]:
    return _rows(session, _reachable(Officer.role == role))


def reachable(session: Session) -> Sequence[tuple[Officer, Chat]]:
    return _rows(session, _reachable())


def _reachable(*where: ColumnElement[bool]) -> Reachable:
    return (
        select(Officer, Chat)
        .join(OfficerChat, OfficerChat.officer_id == Officer.id)
        .join(Chat, Chat.id == OfficerChat.chat_id)
        .where(Officer.state == OfficerState.ACTIVE, Chat.state == ChatState.OPEN, *where)
        .order_by(Officer.id, Chat.id)
    )


_COMMUNES = (
    Officer.commune_code == bindparam("commune"),
    or_(*(Officer.role == role for role in COMMUNE_ROLES)),
)
_OF_COMMUNE = Prepared(_reachable(*_COMMUNES).with_only_columns(*table_of(Chat).c))
_HAS_ANY = Prepared(_reachable(*_COMMUNES).with_only_columns(table_of(Officer).c.id).limit(1))


def _rows(session: Session, query: Reachable) -> Sequence[tuple[Officer, Chat]]:
    return [(officer, chat) for officer, chat in session.execute(query)]


def chats_of(session: Session, officer: Officer) -> Sequence[Chat]:
    query = select(Chat).join(OfficerChat, OfficerChat.chat_id == Chat.id)
    return session.scalars(query.where(OfficerChat.officer_id == officer.id)).all()


def all_of_them(session: Session) -> Sequence[Officer]:
    """Return everybody who is or is to become an officer, in the order they came."""
    query = select(Officer).where(Officer.state != OfficerState.REMOVED)
    return session.scalars(query.order_by(Officer.id)).all()


def desk_exists(session: Session) -> bool:
    query = select(func.count()).select_from(Officer)
    these = (Officer.role == Role.DESK, Officer.state == OfficerState.ACTIVE)
    return bool(session.scalar(query.where(*these)))


def locked(session: Session, number: int) -> Officer | None:
    return session.get(Officer, number, with_for_update={"key_share": True})


def name_of(session: Session, officer: Officer) -> str:
    """Return the name the inviter gave, "" if none."""
    if officer.name_sealed is None:
        return ""
    return keyring_of(session).unseal(officer.name_sealed, NAME).decode()


def seal_name(session: Session, name: str) -> bytes | None:
    return keyring_of(session).seal(name.encode(), NAME) if name else None


def invitation_digest(session: Session, secret: str) -> bytes:
    return keyring_of(session).digest(secret, INVITATION)


def invitation(session: Session, secret: str) -> Invitation | None:
    digest = invitation_digest(session, secret)
    return session.scalar(
        select(Invitation).where(Invitation.digest == digest).with_for_update(key_share=True)
    )


def group_of(session: Session, commune_code: str) -> Chat | None:
    """Return the commune's group chat, if it has one that is open."""
    session.flush()
    row = _GROUP.first(session, {"commune": commune_code})
    return known(session, row) if row else None


_GROUP = Prepared(
    select(*table_of(Chat).c)
    .join(Group, Group.chat_id == Chat.id)
    .where(Group.commune_code == bindparam("commune"), Chat.state == ChatState.OPEN)
    .order_by(Group.registered_at.desc())
    .limit(1)
)


def groups_by(session: Session, officer: Officer) -> Sequence[Chat]:
    """Return the group chats an officer registered."""
    query = select(Chat).join(Group, Group.chat_id == Chat.id)
    return session.scalars(query.where(Group.registered_by == officer.id)).all()


def end_group(session: Session, chat: Chat) -> Group | None:
    """Return the group's registration, deleted; None if the chat was not registered."""
    group = session.get(Group, chat.id)
    if group is not None:
        session.delete(group)
        session.flush()
    return group


def pending_since(session: Session, before: datetime) -> Sequence[Officer]:
    """Return those who have waited since before then to be confirmed."""
    these = (Officer.state == OfficerState.PENDING, Officer.created_at < before)
    return session.scalars(select(Officer).where(*these).with_for_update(key_share=True)).all()


def leave_chat(session: Session, chat: Chat) -> None:
    session.execute(delete(OfficerChat).where(OfficerChat.chat_id == chat.id))

"""Who handles tips changes: a role ends, a chat closes and opens again; who must know is told."""

from storage import officers, tips
from storage.models import Chat, Officer
from storage.states import (
    COMMUNE_ROLES,
    ChatState,
    DeliveryClass,
    EventKind,
    OfficerState,
    Role,
)
from tips.alerting import alert_again
from tips.desk import Transaction
from tips.messages import Reply
from tips.officers.cards import officer_label
from tips.officers.listing import show_open
from tips.officers.showing import clear
from tips.outbox import owe
from tips.voice import Voice


def unit(tx: Transaction, officer: Officer, voice: Voice) -> str:
    if officer.commune_code is None:
        return tx.desk.province_name(officer.province_code)
    commune = tx.desk.commune_name(officer.commune_code) or officer.commune_code
    return voice("unit.commune", commune=commune)


def announce(
    tx: Transaction,
    officer: Officer,
    key: str,
    by: Officer | None = None,
    but: Officer | None = None,
) -> None:
    """Tell the lead of the commune and the province desk of a change; admins where it is the desk's.

    Args:
        by: who did it; None for the operator at the command line.
        but: who need not be told.
    """
    for other, chat in officers.reachable(tx.session):
        if other is but or not _hears(other, officer):
            continue
        voice = tx.voice_of(chat)
        text = voice(
            key,
            officer=officer_label(tx, officer, voice),
            role=voice.label("role", officer.role),
            unit=unit(tx, officer, voice),
            by=officer_label(tx, by, voice) if by else voice("people.operator"),
        )
        owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.BROADCAST)


def _hears(other: Officer, officer: Officer) -> bool:
    if other.role is Role.LEAD:
        return other.commune_code == officer.commune_code
    of_province = other.province_code == officer.province_code
    watches = other.role is Role.DESK or (other.role is Role.ADMIN and officer.role is Role.DESK)
    return of_province and watches


def remove(tx: Transaction, officer: Officer, by: Officer | None) -> None:
    """End an officer's role: nothing more arrives, and what they had opened goes out of sight."""
    officer.state = OfficerState.REMOVED
    tips.note(tx.session, EventKind.REMOVED, tx.now, officer_id=officer.id, by=by and by.id)
    _part(tx, officer, "people.removed")
    announce(tx, officer, "people.changed.removed", by)
    for chat in officers.groups_by(tx.session, officer):
        unregister(tx, chat)
    _cover(tx, officer)


def reject(tx: Transaction, officer: Officer, by: Officer | None = None) -> None:
    """End what has not begun: the word was wrong, or nobody confirmed it in time."""
    officer.state, officer.word = OfficerState.REMOVED, None
    tips.note(tx.session, EventKind.REJECTED, tx.now, officer_id=officer.id, by=by and by.id)
    _part(tx, officer, "people.rejected")
    announce(tx, officer, "people.changed.rejected", by)


def _part(tx: Transaction, officer: Officer, key: str) -> None:
    for chat in officers.chats_of(tx.session, officer):
        clear(tx, chat)
        voice = tx.voice_of(chat)
        owe(tx.session, chat, Reply(voice(key, unit=unit(tx, officer, voice))), tx.now)
        officers.leave_chat(tx.session, chat)


def _cover(tx: Transaction, officer: Officer) -> None:
    """Let what nobody took yet go to whoever is left of the officer's commune."""
    if officer.role in COMMUNE_ROLES and officer.commune_code:
        alert_again(tx, officer.commune_code)


def lost(tx: Transaction, chat: Chat) -> None:
    """A chat is closed to us: blocked, deleted, removed. Alerts owed there must reach somebody else."""
    if chat.state is ChatState.CLOSED:
        return
    chat.state = ChatState.CLOSED
    tx.session.flush()  # from here on the chat counts as out of reach
    officer = officers.acting_in(tx.session, chat)
    if officer is not None:
        tips.note(tx.session, EventKind.UNREACHABLE, tx.now, officer_id=officer.id)
        announce(tx, officer, "people.changed.blocked")
        _cover(tx, officer)
    unregister(tx, chat)


def unregister(tx: Transaction, chat: Chat) -> None:
    """A group gets no more cards: alerts go to private chats again, and who must know is told."""
    group = officers.end_group(tx.session, chat)
    if group is None:
        return
    officer = tx.session.get_one(Officer, group.registered_by)
    tips.note(tx.session, EventKind.GROUP_LEFT, tx.now, officer_id=officer.id)
    announce(tx, officer, "people.changed.group_left")
    alert_again(tx, group.commune_code)


def back(tx: Transaction, chat: Chat) -> None:
    """A closed chat writes again: an officer's is reported, and shown what is open."""
    chat.state = ChatState.OPEN
    tx.session.flush()
    officer = officers.acting_in(tx.session, chat)
    if officer is None:
        return
    tips.note(tx.session, EventKind.REACHABLE, tx.now, officer_id=officer.id)
    announce(tx, officer, "people.changed.back", but=officer)
    show_open(tx, chat)

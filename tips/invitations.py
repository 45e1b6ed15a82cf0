"""How somebody becomes an officer: a one-time link, a word said to the inviter, the inviter's yes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage import chats, officers, tips
from storage.models import Chat, Invitation, Officer, OfficerChat
from storage.states import (
    COMMUNE_ROLES,
    RIGHTS,
    ChatKind,
    DeliveryClass,
    EventKind,
    OfficerState,
    Right,
    Role,
)
from tips.cards import officer_label
from tips.desk import Transaction
from tips.messages import Choice, Press, Reply
from tips.outbox import owe
from tips.showing import hide_details_in
from tips.voice import Voice

VALID = timedelta(hours=72)
SECRET = 16  #: bytes: 128 bits
WRONG_LINKS_PER_HOUR = 5
HOUR = timedelta(hours=1)
#: Short, plain, told apart on the telephone.
WORDS = (
    "bưởi", "cam", "chuối", "dừa", "khế", "mận", "nhãn", "ổi", "táo", "xoài", "vải", "mít",
    "sen", "cúc", "mai", "đào", "trâu", "ngựa", "mèo", "vịt", "cá", "tôm", "cua", "ếch",
)  # fmt: skip
OFFERED = 4  #: words shown to whoever confirms; one of them is right


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is invited to be, and where."""

    role: Role
    province_code: str
    commune_code: str | None = None
    name: str = ""


class PostError(Exception):
    """The invitation makes no sense; the message says what to change."""


def invite(tx: Transaction, post: Post) -> str:
    """Make an invitation; return its secret, which is kept nowhere.

    Raises:
        PostError: a commune role without commune, a province role with one, an unknown commune.
    """
    _check(tx, post)
    secret = secrets.token_urlsafe(SECRET)
    tx.session.add(
        Invitation(
            digest=officers.invitation_digest(tx.session, secret),
            role=post.role,
            commune_code=post.commune_code,
            province_code=post.province_code,
            created_at=tx.now,
            expires_at=tx.now + VALID,
            name_sealed=officers.seal_name(tx.session, post.name),
        )
    )
    tips.note(tx.session, EventKind.INVITED, tx.now, role=post.role, commune=post.commune_code)
    return secret


def _check(tx: Transaction, post: Post) -> None:
    if (post.role in COMMUNE_ROLES) != (post.commune_code is not None):
        raise PostError(
            "officer and lead belong to a commune (--commune 14215); desk, board, auditor and admin "
            "to a province (--province 37)"
        )
    if post.commune_code and tx.desk.commune_name(post.commune_code) is None:
        raise PostError(f"no commune {post.commune_code} in the provinces served")


def use(tx: Transaction, chat: Chat, secret: str) -> Sequence[Reply]:
    """Answer somebody who opened an invitation link."""
    voice = tx.voice_of(chat)
    if chat.kind is not ChatKind.PRIVATE:
        return [Reply(voice("people.private_only"))]
    wrong = chats.count_attempts(tx.session, chat, "link", tx.now - HOUR)
    if wrong >= WRONG_LINKS_PER_HOUR:
        return [Reply(voice("people.link_blocked", wait=voice.duration(HOUR)))]
    invitation = officers.invitation(tx.session, secret)
    if invitation is None:
        chats.note_attempt(tx.session, chat, "link", tx.now)
        return [Reply(voice("people.link_wrong"))]
    if invitation.used_at is not None:
        return [Reply(voice("people.link_used"))]
    if invitation.expires_at <= tx.now:
        return [Reply(voice("people.link_expired"))]
    return _pend(tx, chat, invitation, voice)


def _pend(tx: Transaction, chat: Chat, invitation: Invitation, voice: Voice) -> Sequence[Reply]:
    """From now on the chat waits, showing a word, until the inviter confirms that word."""
    invitation.used_at = tx.now
    officers.leave_chat(tx.session, chat)
    officer = Officer(
        role=invitation.role,
        commune_code=invitation.commune_code,
        province_code=invitation.province_code,
        state=OfficerState.PENDING,
        created_at=tx.now,
        name_sealed=invitation.name_sealed,
        word=secrets.choice(WORDS),
    )
    tx.session.add(officer)
    tx.session.flush()
    tx.session.add(OfficerChat(chat_id=chat.id, officer_id=officer.id))
    tips.note(tx.session, EventKind.JOINED, tx.now, officer_id=officer.id)
    _ask_confirmers(tx, officer)
    facts = {"role": voice.label("role", officer.role), "unit": unit(tx, officer, voice)}
    return [Reply(voice("people.pending", word=officer.word, **facts))]


def unit(tx: Transaction, officer: Officer, voice: Voice) -> str:
    if officer.commune_code is None:
        return voice("unit.desk")
    commune = tx.desk.commune_name(officer.commune_code) or officer.commune_code
    return voice("unit.commune", commune=commune)


def _ask_confirmers(tx: Transaction, officer: Officer) -> None:
    """Leads of the commune and admins may confirm in chat; the right word is one of several."""
    for other, chat in officers.reachable(tx.session):
        if not may_confirm(other, officer):
            continue
        voice = tx.voice_of(chat)
        facts = {"role": voice.label("role", officer.role), "unit": unit(tx, officer, voice)}
        rows = [[_word_button(word, officer)] for word in _mixed(officer)]
        rows.append([voice.choice("choice.no", Press("confirm", officer.id, 0, "none"))])
        owe(tx.session, chat, Reply(voice("people.confirm_ask", **facts), rows), tx.now)


def _word_button(word: str, officer: Officer) -> Choice:
    return Choice(word, str(Press("confirm", officer.id, 0, str(WORDS.index(word)))))


def _mixed(officer: Officer) -> list[str]:
    assert officer.word is not None
    others = secrets.SystemRandom().sample([w for w in WORDS if w != officer.word], OFFERED - 1)
    words = [officer.word, *others]
    secrets.SystemRandom().shuffle(words)
    return words


def may_confirm(other: Officer, officer: Officer) -> bool:
    """A lead confirms the officers of the same commune; an admin anybody."""
    if other.state is not OfficerState.ACTIVE or Right.CONFIRM_PEOPLE not in RIGHTS[other.role]:
        return False
    if other.role is Role.ADMIN:
        return True
    same = other.commune_code == officer.commune_code
    return same and officer.role in COMMUNE_ROLES


def press(tx: Transaction, chat: Chat, pressed: Press) -> None:
    """A lead or an admin pressed a word."""
    voice = tx.voice_of(chat)
    by = officers.acting_in(tx.session, chat)
    officer = tx.session.get(Officer, pressed.number, with_for_update=True)
    allowed = by is not None and officer is not None and may_confirm(by, officer)
    if not allowed or officer is None or officer.state is not OfficerState.PENDING:
        owe(tx.session, chat, Reply(voice("officer.old_button")), tx.now)
        return
    word = WORDS[int(pressed.detail)] if pressed.detail.isdecimal() else ""
    if word == officer.word:
        confirm(tx, officer, by)
        owe(tx.session, chat, Reply(voice("officer.done")), tx.now)
    else:  # one wrong word ends it: guessing is not offered twice
        remove(tx, officer, by)
        owe(tx.session, chat, Reply(voice("people.rejected")), tx.now)


def confirm(tx: Transaction, officer: Officer, by: Officer | None) -> None:
    """Make a pending officer active. `by`: None for the operator at the command line."""
    officer.state, officer.word = OfficerState.ACTIVE, None
    tips.note(tx.session, EventKind.CONFIRMED, tx.now, officer_id=officer.id, by=by and by.id)
    for chat in officers.chats_of(tx.session, officer):
        voice = tx.voice_of(chat)
        facts = {"role": voice.label("role", officer.role), "unit": unit(tx, officer, voice)}
        owe(tx.session, chat, Reply(voice("people.confirmed", **facts)), tx.now)
    announce(tx, officer, "people.changed.added", by)


def remove(tx: Transaction, officer: Officer, by: Officer | None) -> None:
    """End an officer's role: nothing more arrives, and what they had opened goes out of sight."""
    was_active = officer.state is OfficerState.ACTIVE
    officer.state = OfficerState.REMOVED
    tips.note(tx.session, EventKind.REMOVED, tx.now, officer_id=officer.id, by=by and by.id)
    for chat in officers.chats_of(tx.session, officer):
        hide_details_in(tx, chat)
        voice = tx.voice_of(chat)
        key = "people.removed" if was_active else "people.rejected"
        owe(tx.session, chat, Reply(voice(key, unit=unit(tx, officer, voice))), tx.now)
        officers.leave_chat(tx.session, chat)
    if was_active:
        announce(tx, officer, "people.changed.removed", by)


def announce(tx: Transaction, officer: Officer, key: str, by: Officer | None) -> None:
    """Tell the lead of the commune and the province desk of every change of people."""
    for other, chat in officers.reachable(tx.session):
        if other.id == officer.id or not _hears(other, officer):
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
    if other.role is Role.DESK:
        return other.province_code == officer.province_code
    return other.role is Role.LEAD and other.commune_code == officer.commune_code


def unreachable(tx: Transaction, chat: Chat) -> None:
    """An officer blocked us or left: the desk must know that an alert may not arrive."""
    officer = officers.acting_in(tx.session, chat)
    if officer is None:
        return
    tips.note(tx.session, EventKind.UNREACHABLE, tx.now, officer_id=officer.id)
    announce(tx, officer, "people.changed.blocked", None)

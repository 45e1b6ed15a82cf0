"""How somebody becomes an officer: a one-time link, a word said to the inviter, the inviter's yes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from routing import fold
from storage import chats, officers, tips
from storage.models import Chat, Invitation, Officer, OfficerChat
from storage.states import (
    COMMUNE_ROLES,
    RIGHTS,
    DeliveryClass,
    EventKind,
    OfficerState,
    Right,
    Role,
)
from tips.desk import Transaction
from tips.messages import Choice, Press, Reply
from tips.officers.listing import show_open
from tips.officers.people import announce, reject, unit
from tips.outbox import owe, owe_aside
from tips.voice import Voice
from words.spoken import SPOKEN

VALID = timedelta(hours=72)
SECRET = 16  #: bytes: 128 bits
WRONG_LINKS_PER_HOUR = 5
HOUR = timedelta(hours=1)
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
    if officer := officers.acting_in(tx.session, chat):
        return [Reply(voice("people.already", **_post(tx, officer, voice)))]
    if officer := officers.pending_in(tx.session, chat):  # the link opened again: the word again
        return [_pending(tx, officer, voice)]
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
    return [_pending(tx, _pend(tx, chat, invitation), voice)]


def _pend(tx: Transaction, chat: Chat, invitation: Invitation) -> Officer:
    """From now on the chat waits, showing a word, until the inviter confirms that word."""
    invitation.used_at = tx.now
    officer = Officer(
        role=invitation.role,
        commune_code=invitation.commune_code,
        province_code=invitation.province_code,
        state=OfficerState.PENDING,
        created_at=tx.now,
        name_sealed=invitation.name_sealed,
        word=secrets.choice(SPOKEN),
    )
    tx.session.add(officer)
    tx.session.flush()
    tx.session.add(OfficerChat(chat_id=chat.id, officer_id=officer.id))
    tips.note(tx.session, EventKind.JOINED, tx.now, officer_id=officer.id)
    _ask_confirmers(tx, officer)
    return officer


def _pending(tx: Transaction, officer: Officer, voice: Voice) -> Reply:
    return Reply(voice("people.pending", word=officer.word, **_post(tx, officer, voice)))


def _post(tx: Transaction, officer: Officer, voice: Voice) -> dict[str, str]:
    return {"role": voice.label("role", officer.role), "unit": unit(tx, officer, voice)}


def _ask_confirmers(tx: Transaction, officer: Officer) -> None:
    """Leads of the commune and admins may confirm in chat; the right word is one of several."""
    for other, chat in officers.reachable(tx.session):
        if not may_confirm(other, officer):
            continue
        voice = tx.voice_of(chat)
        rows = [[_word_button(word, officer)] for word in _mixed(officer)]
        rows.append(
            [voice.choice("choice.officer.reject", Press("confirm", officer.id, 0, "none"))]
        )
        ask = voice("people.confirm_ask", **_post(tx, officer, voice))
        owe_aside(tx.session, chat, Reply(ask, rows), tx.now)


def _word_button(word: str, officer: Officer) -> Choice:
    return Choice(word, str(Press("confirm", officer.id, 0, str(SPOKEN.index(word)))))


def _mixed(officer: Officer) -> list[str]:
    assert officer.word is not None
    others = secrets.SystemRandom().sample([w for w in SPOKEN if w != officer.word], OFFERED - 1)
    words = [officer.word, *others]
    secrets.SystemRandom().shuffle(words)
    return words


def may_confirm(other: Officer, officer: Officer) -> bool:
    """A lead confirms the officers of the same commune; an admin anybody of the same province."""
    if other.state is not OfficerState.ACTIVE or Right.CONFIRM_PEOPLE not in RIGHTS[other.role]:
        return False
    if other.role is Role.ADMIN:
        return other.province_code == officer.province_code
    return officer.role is Role.OFFICER and other.commune_code == officer.commune_code


def press(tx: Transaction, chat: Chat, pressed: Press) -> None:
    """A lead or an admin pressed a word, or that they invited nobody."""
    voice = tx.voice_of(chat)
    by, officer = officers.acting_in(tx.session, chat), _waiting(tx, pressed)
    word = _WORD_PRESSED.get(pressed.detail)
    if by is None or officer is None or word is None or not may_confirm(by, officer):
        answer = voice("officer.old_button")
    else:
        confirmed = settle(tx, officer, word, by)
        answer = voice("officer.done" if confirmed else "people.rejected")
    owe(tx.session, chat, Reply(answer), tx.now)


def _waiting(tx: Transaction, pressed: Press) -> Officer | None:
    """The person a button is about, locked, if they still wait to be confirmed."""
    officer = officers.locked(tx.session, pressed.number)
    if officer is None or officer.state is not OfficerState.PENDING or pressed.revision:
        return None
    return officer


_WORD_PRESSED = {"none": "", **{str(n): word for n, word in enumerate(SPOKEN)}}


def settle(tx: Transaction, officer: Officer, word: str, by: Officer | None) -> bool:
    """Confirm a pending officer if the word is theirs; a wrong one ends it, so nobody guesses twice.

    Args:
        word: as it was heard, with or without its accents.
        by: None for the operator at the command line.
    """
    if fold(word) != fold(officer.word or ""):
        reject(tx, officer, by)
        return False
    confirm(tx, officer, by)
    return True


def confirm(tx: Transaction, officer: Officer, by: Officer | None) -> None:
    """Make a pending officer active. `by`: None for the operator at the command line."""
    officer.state, officer.word = OfficerState.ACTIVE, None
    tips.note(tx.session, EventKind.CONFIRMED, tx.now, officer_id=officer.id, by=by and by.id)
    tx.session.flush()
    for chat in officers.chats_of(tx.session, officer):
        voice = tx.voice_of(chat)
        confirmed = voice("people.confirmed", **_post(tx, officer, voice))
        owe(tx.session, chat, Reply(confirmed), tx.now, DeliveryClass.ALERT)  # before the cards
        show_open(tx, chat)
    announce(tx, officer, "people.changed.added", by, but=officer)


def forget_pending(tx: Transaction) -> int:
    """End what nobody confirmed while its link would have been valid; return how many."""
    waiting = officers.pending_since(tx.session, tx.now - VALID)
    for officer in waiting:
        reject(tx, officer)
    return len(waiting)

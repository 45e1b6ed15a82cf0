"""Group chats: registered for a commune's alerts by one of its officers; nothing is said or done in them."""

from datetime import timedelta

from storage import chats, officers, tips
from storage.models import Chat, Group, Officer
from storage.states import COMMUNE_ROLES, Channel, ChatState, EventKind
from tips.alerting import alert_again
from tips.desk import Transaction
from tips.messages import Incoming, Reply
from tips.officers import people
from tips.outbox import owe

QUIET = timedelta(hours=1)  #: a group is told to write privately no more than once in this time


def receive(tx: Transaction, chat: Chat, incoming: Incoming) -> None:
    """Answer a message or a press in a group: only a registered officer's own acts count."""
    if incoming.choice:
        _say(tx, chat, "officer.private_only")
        return
    if incoming.text.split(" ")[0] == "/register":
        _register(tx, chat, incoming)
        return
    if incoming.text.startswith("/start i"):
        _say(tx, chat, "people.private_only")
        return
    if incoming.text.startswith("/") or _calls_us(tx, incoming.text):
        _say(tx, chat, "group.private_please")


def _calls_us(tx: Transaction, text: str) -> bool:
    """Tell whether a message names the bot: where it may read all, the rest is not for it."""
    name = tx.desk.policy.bot_name()
    return bool(name) and f"@{name}".casefold() in text.casefold()


def joined(tx: Transaction, chat: Chat, incoming: Incoming) -> None:
    """We were added: an officer may register the group, anybody else is asked to write privately."""
    officer = _officer(tx, incoming)
    _say(tx, chat, "group.welcome" if officer else "group.private_please")


def _register(tx: Transaction, chat: Chat, incoming: Incoming) -> None:
    if not incoming.person:
        _say(tx, chat, "group.no_anonymous")
        return
    officer = _officer(tx, incoming)
    if officer is None or officer.role not in COMMUNE_ROLES or officer.commune_code is None:
        _say(tx, chat, "group.not_officer")
        return
    _enter(tx, chat, officer, officer.commune_code)
    voice = tx.voice_of(chat)
    text = voice("group.registered", unit=people.unit(tx, officer, voice))
    owe(tx.session, chat, Reply(text), tx.now)


def _enter(tx: Transaction, chat: Chat, officer: Officer, commune_code: str) -> None:
    group = tx.session.get(Group, chat.id)
    if group is None:
        group = Group(
            chat_id=chat.id,
            commune_code=commune_code,
            registered_by=officer.id,
            registered_at=tx.now,
        )
        tx.session.add(group)
    group.commune_code, group.registered_by = commune_code, officer.id
    group.registered_at = tx.now
    tips.note(tx.session, EventKind.GROUP_REGISTERED, tx.now, officer_id=officer.id)
    people.announce(tx, officer, "people.changed.group_added", officer)


def moved(tx: Transaction, chat: Chat, name: str) -> None:
    """A group lives on under a new address, and everything about it with it."""
    address = chats.Address(Channel(chat.channel), name, chat.kind)
    heir = chats.find(tx.session, address)
    if heir is None:
        chats.move(tx.session, chat, name)
    elif heir is not chat:  # it has already written to us from there
        _inherit(tx, chat, heir)


def _inherit(tx: Transaction, chat: Chat, heir: Chat) -> None:
    chat.state = ChatState.CLOSED
    group = officers.end_group(tx.session, chat)
    if group is None:
        return
    if tx.session.get(Group, heir.id) is None:
        heir_group = Group(
            chat_id=heir.id,
            commune_code=group.commune_code,
            registered_by=group.registered_by,
            registered_at=group.registered_at,
        )
        tx.session.add(heir_group)
    alert_again(tx, group.commune_code)


def _officer(tx: Transaction, incoming: Incoming) -> Officer | None:
    """The officer who acts: known by their own private chat, never by the group."""
    if not incoming.person:
        return None
    private = chats.find(tx.session, chats.Address(Channel(incoming.channel), incoming.person))
    return officers.acting_in(tx.session, private) if private else None


def _say(tx: Transaction, chat: Chat, key: str) -> None:
    """Say something, at most once an hour: a group is not to be filled with it."""
    if chats.count_attempts(tx.session, chat, key, tx.now - QUIET):
        return
    chats.note_attempt(tx.session, chat, key, tx.now)
    owe(tx.session, chat, Reply(tx.voice_of(chat)(key)), tx.now)

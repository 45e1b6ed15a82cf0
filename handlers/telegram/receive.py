"""Telegram in: what must be known of an update to store it, and what the desk reads in it later."""

import json
import re
from dataclasses import replace
from typing import Any, TypeGuard

import structlog
from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update
from telegram.constants import ChatID, ChatMemberStatus, ChatType

from handlers.telegram.media import media_of
from routing import Point
from storage.inbox import RawUpdate
from storage.states import Channel, ChatKind
from tips.messages import Incoming, Notice

log = structlog.get_logger()
Json = dict[str, Any]

#: What we ask Telegram for. The list is sticky on its side, so it is always sent whole.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
MESSAGES = frozenset({"message", "edited_message", "channel_post", "edited_channel_post"})
#: Content that gets a kind refusal; everything else unknown gets no answer.
UNSUPPORTED = ("sticker", "poll", "contact", "dice", "story", "game", "checklist", "paid_media",
               "giveaway", "giveaway_winners", "invoice", "venue", "live_photo", "rich_message")  # fmt: skip
#: All that `telegram` and this module may raise for JSON of an unexpected shape.
UNREADABLE = (
    ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError,
)  # fmt: skip
ADDRESSED = re.compile(r"(/\w+)@(\w+)", re.ASCII)


def to_raw(update: Json, body: bytes = b"") -> RawUpdate:
    """Read what storing needs: identity, lane and order. The rest stays unread in the body.

    Args:
        body: the update as it came, where it did not come in a list of them.

    Raises ValueError for what is no update at all.
    """
    number = update.get("update_id")
    if not _is_number(number):
        raise ValueError("an update without update_id")
    kind, content = next(((k, v) for k, v in update.items() if isinstance(v, dict)), ("", {}))
    message_id = content.get("message_id") if kind in MESSAGES else None
    return RawUpdate(
        channel=Channel.TELEGRAM,
        external_id=str(number),
        chat=_lane(content) or f"update:{number}",
        sequence=number,
        body=body or json.dumps(update, separators=(",", ":")).encode(),
        message_id=str(message_id) if _is_number(message_id) else None,
    )


def _is_number(value: object) -> TypeGuard[int]:
    """Tell whether a database's integer can hold it: what it cannot would stop all that share its commit."""
    return type(value) is int and abs(value) < 2**63


def _lane(content: Json) -> str:
    """The chat's address; a press sits in the chat of the message under its button."""
    message = content.get("message", content)
    chat = message.get("chat") if isinstance(message, dict) else None
    number = chat.get("id") if isinstance(chat, dict) else None
    return str(number) if _is_number(number) else ""


def decode(body: bytes, username: str = "") -> Incoming | None:
    """Read a stored update; None for what nobody expects an answer to.

    Args:
        username: the bot's own, where known: a command addressed to another bot is not for us.
    """
    update: Any = None
    try:
        update = json.loads(body)
        return _read(Update.de_json(update, None), username)
    except UNREADABLE as error:
        log.warning("telegram.update_unreadable", error=type(error).__name__)
        return _of_a_person(update)


def _of_a_person(update: Any) -> Incoming | None:
    """What can still be seen of a message that the library cannot read: no person's words are passed over."""
    match update:
        case {"message": {"chat": {"id": int(chat), "type": "private"}, "from": {"is_bot": False}}}:
            seen = Incoming(Channel.TELEGRAM, str(chat), str(chat), unsupported="unreadable")
            text = update["message"].get("text") or None
            return replace(seen, text=text, unsupported="") if isinstance(text, str) else seen
    return None


def _read(update: Update, username: str) -> Incoming | None:
    if update.callback_query:
        return _press(update.callback_query)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    edited = update.edited_message or update.edited_channel_post
    message = update.message or update.channel_post or edited
    if message is None or _is_from_a_bot(message):
        return None
    number, is_edited = str(message.message_id), edited is not None
    blank = _incoming(message.chat, _person(message), message_id=number, edited=is_edited)
    read = _correction if is_edited else _message
    return read(blank, message, username)


def _incoming(chat: Chat, person: str, **told: Any) -> Incoming:
    private = chat.type == ChatType.PRIVATE
    kind = ChatKind.PRIVATE if private else ChatKind.GROUP
    return Incoming(Channel.TELEGRAM, chat=str(chat.id), person=person, kind=kind, **told)


def _speaks_for_a_chat(message: Message) -> bool:
    """An anonymous administrator, or somebody writing in the name of a channel."""
    sender = message.from_user
    anonymous = sender is not None and sender.id == ChatID.ANONYMOUS_ADMIN
    return message.sender_chat is not None or sender is None or anonymous


def _is_from_a_bot(message: Message) -> bool:
    sender = message.from_user
    return sender is not None and sender.is_bot and not _speaks_for_a_chat(message)


def _person(message: Message) -> str:
    """Who acts: only an account of its own can, so that an officer is always one person."""
    if message.from_user is None or _speaks_for_a_chat(message):
        return ""
    return str(message.from_user.id)


def _press(query: CallbackQuery) -> Incoming | None:
    if query.message is None or not query.data:
        return None
    person, under = str(query.from_user.id), str(query.message.message_id)
    return _incoming(query.message.chat, person, choice=query.data, on_message=under)


def _membership(change: ChatMemberUpdated) -> Incoming | None:
    """Tell when we came or went. Promotions, channels, and a person's unblocking say nothing."""
    was, now = _is_in(change.old_chat_member), _is_in(change.new_chat_member)
    returned = now and change.chat.type == ChatType.PRIVATE
    if was == now or returned or change.chat.type == ChatType.CHANNEL:
        return None
    notice = Notice.JOINED if now else Notice.LEFT
    return _incoming(change.chat, str(change.from_user.id), notice=notice)


def _is_in(member: ChatMember) -> bool:
    return member.status not in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED) and getattr(
        member, "is_member", True
    )


def _correction(blank: Incoming, message: Message, username: str) -> Incoming | None:
    """An edited message: of a live location only the first point counts, and a poll has had its answer."""
    read = _message(blank, message, username)
    return None if read is None or read.point or read.unsupported else read


def _message(blank: Incoming, message: Message, username: str) -> Incoming | None:
    if message.migrate_to_chat_id:
        return replace(blank, notice=Notice.MIGRATED, moved_to=str(message.migrate_to_chat_id))
    if message.text:
        text = _for_us(message.text, username)
        return None if text is None else replace(blank, text=text)
    if media := media_of(message):
        album = message.media_group_id
        return replace(blank, media=media, text=message.caption or "", album=album)
    if place := message.location:
        point = Point(float(place.latitude), float(place.longitude))
        return replace(blank, point=point, accuracy=place.horizontal_accuracy)
    unsupported = next((kind for kind in UNSUPPORTED if _has(message, kind)), "")
    return replace(blank, unsupported=unsupported) if unsupported else None


def _has(message: Message, kind: str) -> bool:
    """Tell whether there is content of this kind, also of one that the library does not know yet."""
    return bool(getattr(message, kind, None) or message.api_kwargs.get(kind))


def _for_us(text: str, username: str) -> str | None:
    """The text with "@ourname" cut off its command; None if the command is another bot's."""
    addressed = ADDRESSED.match(text)
    if addressed is None:
        return text
    command, addressee = addressed.groups()
    if username and addressee.lower() != username.lower():
        return None
    return command + text[addressed.end() :]

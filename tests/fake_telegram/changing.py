"""Bot API methods that change or remove messages, and end a button's spinner."""

from typing import TYPE_CHECKING

from tests.fake_telegram.chats import Chat
from tests.fake_telegram.entities import utf16_length
from tests.fake_telegram.keyboards import check_markup
from tests.fake_telegram.messages import Message
from tests.fake_telegram.params import Params
from tests.fake_telegram.rules import (
    DELETABLE_FOR,
    MAX_TOAST,
    PRESS_ANSWERABLE_FOR,
    Json,
    bad_request,
)
from tests.fake_telegram.sending import file_of, formatted

if TYPE_CHECKING:
    from tests.fake_telegram.server import FakeTelegram

REPLACEABLE = {"animation", "audio", "document", "photo", "video"}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


async def edit_message_text(telegram: "FakeTelegram", asked: Params) -> Json:
    message = _editable(telegram, asked)
    if "text" not in message.json:
        raise bad_request("there is no text in the message to edit")
    preview = asked.value("link_preview_options")
    content = formatted(asked, "text") | ({"link_preview_options": preview} if preview else {})
    return _change(telegram, asked, message, {"text", "entities", "link_preview_options"}, content)


async def edit_message_caption(telegram: "FakeTelegram", asked: Params) -> Json:
    message = _editable(telegram, asked)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    content = formatted(asked, "caption")
    return _change(telegram, asked, message, {"caption", "caption_entities"}, content)


async def edit_message_media(telegram: "FakeTelegram", asked: Params) -> Json:
    """Another file in the place of the old one. Voices, round videos and stickers cannot be replaced."""
    message, new = _editable(telegram, asked), asked.value("media") or {}
    if message.file is None or message.file.kind not in REPLACEABLE:
        raise bad_request("there is no media in the message to edit")
    if new.get("type") not in REPLACEABLE:
        raise bad_request("can't parse InputMedia: wrong type specified")
    inner = Params(new | {new["type"]: new["media"]}, asked.uploads)
    file = file_of(telegram, inner, new["type"])
    fields = {message.file.kind, "caption", "caption_entities"}
    changed = _change(
        telegram, asked, message, fields, file.as_content() | formatted(inner, "caption")
    )
    message.file = file
    return changed


async def edit_message_reply_markup(telegram: "FakeTelegram", asked: Params) -> Json:
    return _change(telegram, asked, _editable(telegram, asked), set(), {})


def _editable(telegram: "FakeTelegram", asked: Params) -> Message:
    """The bot's own message, without buttons or with inline ones."""
    if not asked.integer("message_id"):
        raise bad_request("message identifier is not specified")
    chat = telegram.writable(asked.chat_id)
    message = telegram.find(chat, asked.value("message_id"), "message to edit not found")
    if not message.from_bot or message.keyboard:
        raise bad_request("message can't be edited")
    return message


def _change(
    telegram: "FakeTelegram", asked: Params, message: Message, fields: set[str], content: Json
) -> Json:
    """Replace the fields and the buttons (none given: none left)."""
    markup = check_markup(asked.value("reply_markup"), private=message.chat.type == "private")
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    gone = fields | {"reply_markup"}
    kept = {k: v for k, v in message.json.items() if k not in gone}
    changed = kept | content | ({"reply_markup": markup} if markup else {})
    if changed == message.json:
        raise bad_request(NOT_MODIFIED)
    telegram.admit(message.chat)
    edited = {"edit_date": telegram.timestamp()} if fields else {}
    message.json = changed | edited
    return message.json


async def delete_message(telegram: "FakeTelegram", asked: Params) -> bool:
    chat = telegram.chat(asked.chat_id)
    message = telegram.find(chat, asked.value("message_id"), "message to delete not found")
    _check_deletable(telegram, chat, message)
    message.deleted = True
    return True


async def delete_messages(telegram: "FakeTelegram", asked: Params) -> bool:
    """Those that are not there are passed over."""
    ids = asked.value("message_ids") or []
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many message identifiers specified")
    chat = telegram.chat(asked.chat_id)
    found = [message for message in map(chat.find, ids) if message]
    for message in found:
        _check_deletable(telegram, chat, message)
    for message in found:
        message.deleted = True
    return True


def _check_deletable(telegram: "FakeTelegram", chat: Chat, message: Message) -> None:
    """Younger than 48 hours; a stranger's words in a group only by an administrator."""
    if chat.type != "private" and (refusal := chat.refusal()):
        raise refusal
    too_old = telegram.timestamp() - message.json["date"] >= DELETABLE_FOR.total_seconds()
    mine = message.from_bot or chat.type == "private"
    if too_old or not (mine or chat.bot_is_admin):
        raise bad_request("message can't be deleted for everyone")


async def answer_callback_query(telegram: "FakeTelegram", asked: Params) -> bool:
    text = asked.words("text")
    if utf16_length(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    press = telegram.presses.get(asked.words("callback_query_id"))
    if press is None or press.answered or telegram.now() - press.at > PRESS_ANSWERABLE_FOR:
        raise bad_request(TOO_OLD)
    press.answered, press.toast = True, text
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
}

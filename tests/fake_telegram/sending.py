"""Bot API methods that put a message into a chat."""

from typing import TYPE_CHECKING, Any

from tests.fake_telegram.chats import Chat
from tests.fake_telegram.entities import (
    check_entities,
    parse_html,
    trimmed,
    utf16_length,
    with_found,
)
from tests.fake_telegram.files import StoredFile, check_photo
from tests.fake_telegram.keyboards import check_markup
from tests.fake_telegram.params import Params
from tests.fake_telegram.rules import (
    MAX_CAPTION,
    MAX_TEXT,
    MAX_UPLOAD,
    ApiError,
    Json,
    bad_request,
)

if TYPE_CHECKING:
    from tests.fake_telegram.server import FakeTelegram

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip


async def send_message(telegram: "FakeTelegram", asked: Params) -> Json:
    return deliver(telegram, asked, formatted(asked, "text"))


async def send_photo(telegram: "FakeTelegram", asked: Params) -> Json:
    return _send_file(telegram, asked, "photo")


async def send_video(telegram: "FakeTelegram", asked: Params) -> Json:
    return _send_file(telegram, asked, "video")


async def send_voice(telegram: "FakeTelegram", asked: Params) -> Json:
    return _send_file(telegram, asked, "voice")


async def send_audio(telegram: "FakeTelegram", asked: Params) -> Json:
    return _send_file(telegram, asked, "audio")


async def send_document(telegram: "FakeTelegram", asked: Params) -> Json:
    return _send_file(telegram, asked, "document")


async def send_media_group(telegram: "FakeTelegram", asked: Params) -> list[Json]:
    """An album: each item a message of its own under one `media_group_id`."""
    items = asked.value("media") or []
    if not 2 <= len(items) <= 10:
        raise bad_request("wrong number of messages in media group")
    album, contents = telegram.serial(), []
    for item in items:
        item_asked = Params({**item, item["type"]: item["media"]}, asked.uploads)
        file = file_of(telegram, item_asked, item["type"])
        contents.append((file.as_content() | formatted(item_asked, "caption"), file))
    together = {"media_group_id": album}
    return [deliver(telegram, asked, content | together, file) for content, file in contents]


async def send_location(telegram: "FakeTelegram", asked: Params) -> Json:
    latitude, longitude = asked.real("latitude"), asked.real("longitude")
    if latitude is None or longitude is None:
        raise bad_request("latitude or longitude is empty")
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong location specified")
    return deliver(telegram, asked, {"location": {"latitude": latitude, "longitude": longitude}})


async def send_chat_action(telegram: "FakeTelegram", asked: Params) -> bool:
    telegram.writable(asked.chat_id)
    if asked.words("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


async def forward_message(telegram: "FakeTelegram", asked: Params) -> Json:
    source = telegram.chat(asked.value("from_chat_id") or "")
    origin = telegram.find(source, asked.value("message_id"), "message to forward not found")
    if origin.protected:
        raise bad_request("message has protected content and can't be forwarded")
    kept = {"text", "entities", "caption", "caption_entities", "location", "contact", "poll"}
    content = {k: v for k, v in origin.json.items() if k in kept}
    content |= origin.file.as_content() if origin.file else {}
    author = {"type": "user", "date": origin.json["date"], "sender_user": origin.json["from"]}
    return deliver(telegram, asked, content | {"forward_origin": author}, origin.file)


def deliver(
    telegram: "FakeTelegram", asked: Params, content: Json, file: StoredFile | None = None
) -> Json:
    """Check the chat and what hangs under the message, then show it; the Message it became."""
    chat = telegram.writable(asked.chat_id)
    markup = check_markup(asked.value("reply_markup"), private=chat.type == "private") or {}
    inline = {"reply_markup": markup} if "inline_keyboard" in markup else {}
    head = {"from": telegram.bot_json} | _options(asked) | _replied(chat, asked)
    telegram.admit(chat)
    keyboard = None if inline or not markup else markup
    return chat.keep(head | content | inline, file, keyboard=keyboard, from_bot=True).json


def _options(asked: Params) -> Json:
    preview = asked.value("link_preview_options")
    protected = {"has_protected_content": True} if asked.flag("protect_content") else {}
    return protected | ({"link_preview_options": preview} if preview else {})


def _replied(chat: Chat, asked: Params) -> Json:
    wanted: Any = asked.value("reply_parameters")
    if not wanted:
        return {}
    message = chat.find(wanted["message_id"])
    if message is None:
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in message.json.items() if k != "reply_to_message"}}


def formatted(asked: Params, field: str) -> Json:
    """The text or caption after parsing, with its entities; no caption gives nothing."""
    text, entities_field = asked.words(field), "entities" if field == "text" else "caption_entities"
    if not text:
        if field == "text":
            raise bad_request("message text is empty")
        return {}
    text, entities = trimmed(*_parsed(text, asked, entities_field))
    if not text and field == "text":
        raise bad_request("text must be non-empty")
    if utf16_length(text) > (MAX_TEXT if field == "text" else MAX_CAPTION):
        raise bad_request(f"message {'is' if field == 'text' else 'caption is'} too long")
    found = with_found(text, entities)
    return {field: text} | ({entities_field: found} if found else {})


def _parsed(text: str, asked: Params, entities_field: str) -> tuple[str, list[Json]]:
    mode = asked.words("parse_mode").lower()
    if mode == "html":
        return parse_html(text)
    if mode in ("markdown", "markdownv2"):
        raise NotImplementedError(f"this fake parses HTML only, not {mode}")
    if mode:
        raise bad_request("unsupported parse_mode")
    return text, check_entities(text, asked.value(entities_field) or [])


def _send_file(telegram: "FakeTelegram", asked: Params, kind: str) -> Json:
    file = file_of(telegram, asked, kind)
    return deliver(telegram, asked, file.as_content() | formatted(asked, "caption"), file)


def file_of(telegram: "FakeTelegram", asked: Params, kind: str) -> StoredFile:
    """The upload, or the file already known by its id."""
    wanted = asked.words(kind)
    upload = asked.uploads.get(wanted.removeprefix("attach://") or kind)
    if upload is None:
        return _known_file(telegram, wanted, kind)
    if not upload.body:
        raise bad_request("file must be non-empty")
    if len(upload.body) > MAX_UPLOAD:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo":
        check_photo(upload.body)
    named = (None, None) if kind == "photo" else (upload.name, upload.mime_type)
    return telegram.files.keep(StoredFile(kind, upload.body, len(upload.body), *named))


def _known_file(telegram: "FakeTelegram", wanted: str, kind: str) -> StoredFile:
    if not wanted:
        raise bad_request(f"there is no {kind} in the request")
    if wanted.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = telegram.files.by_id(wanted)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendVideo": send_video,
    "sendVoice": send_voice,
    "sendAudio": send_audio,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "sendLocation": send_location,
    "sendChatAction": send_chat_action,
    "forwardMessage": forward_message,
}

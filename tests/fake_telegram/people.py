"""A person with Telegram on a phone, as a test plays them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.fake_telegram.chats import Chat
from tests.fake_telegram.entities import trimmed, utf16_length, utf16_slice, with_found
from tests.fake_telegram.files import StoredFile
from tests.fake_telegram.messages import Message
from tests.fake_telegram.rules import MAX_TEXT, ApiError, Json, forbidden

if TYPE_CHECKING:
    from tests.fake_telegram.server import FakeTelegram


@dataclass(slots=True)
class Press:
    """A button pressed, and what the bot answered to it."""

    user: "FakeUser"
    at: datetime
    toast: str | None = None  #: words shown at the top or as a box; "" when only the spinner ended
    answered: bool = False


class FakeUser(Chat):
    """A person and, at once, the private chat with the bot."""

    def __init__(
        self,
        telegram: "FakeTelegram",
        chat_id: int,
        name: str,
        username: str | None,
        language: str | None,
    ) -> None:
        super().__init__(telegram, chat_id, username)
        self.name, self.language = name, language
        self.started = self.blocked = self.deleted = False
        self.presses_made: list[Press] = []

    def __repr__(self) -> str:
        return f"<user {self.id} {self.name}>"

    # -- writing

    async def sends(self, text: str, reply_to: Message | None = None) -> Message:
        """Type a text; one longer than Telegram allows goes out in pieces, as clients do."""
        pieces = [utf16_slice(text, at, MAX_TEXT) for at in range(0, utf16_length(text), MAX_TEXT)]
        assert pieces, "a phone cannot send an empty text"
        for piece in pieces:
            sent = await self.sends_content(**worded("text", piece), **reply(reply_to))
        return sent

    async def starts(self, payload: str | None = None) -> Message:
        """Press Start, or follow a deep link."""
        return await self.sends(f"/start {payload}" if payload else "/start")

    async def sends_photo(
        self, body: bytes, caption: str | None = None, album: str | None = None
    ) -> Message:
        return await self._sends_file(StoredFile("photo", body, len(body)), caption, album)

    async def sends_document(
        self,
        body: bytes,
        name: str,
        caption: str | None = None,
        mime_type: str = "application/octet-stream",
        size: int | None = None,
    ) -> Message:
        """Any file; `size` claims more bytes than there are."""
        file = StoredFile("document", body, size or len(body), name, mime_type)
        return await self._sends_file(file, caption)

    async def sends_video(
        self,
        body: bytes,
        caption: str | None = None,
        album: str | None = None,
        size: int | None = None,
    ) -> Message:
        file = StoredFile("video", body, size or len(body), "video.mp4", "video/mp4")
        return await self._sends_file(file, caption, album)

    async def sends_voice(self, body: bytes) -> Message:
        return await self._sends_file(StoredFile("voice", body, len(body), None, "audio/ogg"))

    async def sends_sticker(self) -> Message:
        return await self._sends_file(StoredFile("sticker", b"RIFF", 4))

    async def sends_location(
        self, lat: float, lon: float, accuracy: float | None = None, live: bool = False
    ) -> Message:
        return await self.sends_content(location=place(lat, lon, accuracy, live))

    async def moves(self, message: Message, lat: float, lon: float) -> None:
        """The next point of a live location."""
        message.json["location"] |= {"latitude": lat, "longitude": lon}
        await self._edited(message)

    async def sends_contact(self, phone: str = "+84912345678", name: str = "Bình") -> Message:
        return await self.sends_content(contact={"phone_number": phone, "first_name": name})

    async def sends_poll(self, question: str, options: list[str]) -> Message:
        poll = {
            "id": self.telegram.serial(), "question": question, "total_voter_count": 0,
            "options": [poll_option(text) for text in options], "type": "regular",
            "is_closed": False, "is_anonymous": True, "allows_multiple_answers": False,
            "allows_revoting": False, "members_only": False,
        }  # fmt: skip
        return await self.sends_content(poll=poll)

    async def sends_forward(self, text: str, author: str = "Người khác") -> Message:
        """Pass on somebody's words; their account stays hidden."""
        origin = {
            "type": "hidden_user", "date": self.telegram.timestamp() - 60, "sender_user_name": author,
        }  # fmt: skip
        return await self.sends_content(**worded("text", text), forward_origin=origin)

    async def sends_content(self, **content: Any) -> Message:
        """Any message at all, by its fields on the wire."""
        return await self._send(content)

    async def _sends_file(
        self, file: StoredFile, caption: str | None = None, album: str | None = None
    ) -> Message:
        content = self.telegram.files.keep(file).as_content()
        together = {"media_group_id": album} if album else {}
        return await self._send(content | together | worded("caption", caption or ""), file)

    async def _send(self, content: Json, file: StoredFile | None = None) -> Message:
        assert not self.blocked, f"{self!r} must unblock the bot first"
        self.started = True
        message = self.keep({"from": self.as_json()} | content, file)
        await self.telegram.publish("message", message.json)
        return message

    # -- changing

    async def edits(self, message: Message | int, text: str) -> None:
        """Correct one's own message: its text or its caption."""
        mine = self.messages[message] if isinstance(message, int) else message
        field = "text" if "text" in mine.json else "caption"
        mine.json.pop("entities" if field == "text" else "caption_entities", None)
        mine.json |= worded(field, text)
        await self._edited(mine)

    async def _edited(self, message: Message) -> None:
        message.json["edit_date"] = self.telegram.timestamp()
        await self.telegram.publish("edited_message", message.json)

    def deletes(self, message: Message) -> None:
        """Delete for both sides; Telegram tells bots nothing."""
        message.deleted = True

    # -- pressing

    async def presses(
        self, label: str, message: Message | None = None, chat: Chat | None = None
    ) -> Press:
        """Press a button, by its words or data, of the newest message that has buttons.

        A label of the reply keyboard is typed, as a phone does it. No such button fails the test.
        """
        where = message.chat if message else (chat or self)
        shown = message or next((m for m in reversed(where.screen) if m.rows), None)
        button = shown.button(label) if shown and not shown.deleted else None
        if shown is None or button is None:
            return await self._types_key(label, where, shown)
        assert "callback_data" in button, f"the button {label!r} does not talk to the bot: {button}"
        return await self.forges(button["callback_data"], shown)

    async def _types_key(self, label: str, where: Chat, shown: Message | None) -> Press:
        keys = [key for row in where.reply_keyboard for key in row]
        visible = (shown.button_rows if shown and not shown.deleted else []), keys
        typed = where is self and label in keys
        assert typed, f"no button {label!r}; visible: {visible}"
        await self.sends(label)
        return Press(self, self.telegram.now())

    async def forges(self, data: str, message: Message) -> Press:
        """Send any button data under a message, as a tampered client could."""
        press = Press(self, self.telegram.now())
        query: Json = {
            "id": self.telegram.serial(), "from": self.as_json(), "data": data,
            "chat_instance": str(-hash(message.chat.id)), "message": message.json,
        }  # fmt: skip
        self.telegram.presses[query["id"]] = press
        self.presses_made.append(press)
        await self.telegram.publish("callback_query", query)
        return press

    @property
    def toasts(self) -> list[str]:
        """Every notice shown in answer to a press."""
        return [press.toast for press in self.presses_made if press.toast]

    # -- coming and going

    async def blocks(self) -> None:
        self.blocked = True
        await self._membership("member", "kicked")

    async def unblocks(self) -> None:
        self.blocked = False
        await self._membership("kicked", "member")

    def deletes_account(self) -> None:
        self.deleted = True

    async def _membership(self, before: str, after: str) -> None:
        change = membership_change(self.telegram, self, self.as_json(), before, after)
        await self.telegram.publish("my_chat_member", change)

    # -- as the wire shows them

    def as_json(self) -> Json:
        named = {"username": self.username} if self.username else {}
        speaks = {"language_code": self.language} if self.language else {}
        return {"id": self.id, "is_bot": False, "first_name": self.name} | named | speaks

    def chat_json(self) -> Json:
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": "private", "first_name": self.name} | named

    def refusal(self) -> ApiError | None:
        if self.deleted:
            return forbidden("user is deactivated")
        if self.blocked:
            return forbidden("bot was blocked by the user")
        if not self.started:
            return forbidden("bot can't initiate conversation with a user")
        return None


def poll_option(text: str) -> Json:
    return {"persistent_id": text, "text": text, "voter_count": 0}


def worded(field: str, text: str) -> Json:
    """A text or caption with the entities Telegram finds in it; nothing when empty."""
    text, _ = trimmed(text, [])
    if not text:
        assert field == "caption", "a phone cannot send an empty text"
        return {}
    entities = with_found(text, [])
    name = "entities" if field == "text" else "caption_entities"
    return {field: text} | ({name: entities} if entities else {})


def reply(message: Message | None) -> Json:
    if message is None:
        return {}
    return {"reply_to_message": {k: v for k, v in message.json.items() if k != "reply_to_message"}}


def place(lat: float, lon: float, accuracy: float | None, live: bool) -> Json:
    point: Json = {"latitude": lat, "longitude": lon}
    if accuracy is not None:
        point["horizontal_accuracy"] = accuracy
    return point | ({"live_period": 900} if live else {})


def membership_change(
    telegram: "FakeTelegram", chat: Chat, by: Json, before: str, after: str
) -> Json:
    """The `my_chat_member` content for the bot's own standing in a chat."""
    return {
        "chat": chat.chat_json(), "from": by, "date": telegram.timestamp(),
        "old_chat_member": member_json(telegram.bot_json, before),
        "new_chat_member": member_json(telegram.bot_json, after),
    }  # fmt: skip


ADMIN_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_invite_users",
    "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
    "can_post_stories", "can_edit_stories", "can_delete_stories", "can_pin_messages",
)  # fmt: skip


def member_json(user: Json, status: str) -> Json:
    """A ChatMember with every field its status requires."""
    required: dict[str, Json] = {
        "kicked": {"until_date": 0},
        "creator": {"is_anonymous": False},
        "administrator": dict.fromkeys(ADMIN_RIGHTS, False) | {"can_delete_messages": True},
    }
    return {"user": user, "status": status} | required.get(status, {})

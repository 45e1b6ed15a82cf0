"""Groups and channels: several people, the bot among them or not."""

from typing import TYPE_CHECKING, Any

from tests.fake_telegram.chats import Chat
from tests.fake_telegram.messages import Message
from tests.fake_telegram.people import FakeUser, member_json, membership_change, reply, worded
from tests.fake_telegram.rules import ApiError, Json, bad_request, forbidden

if TYPE_CHECKING:
    from tests.fake_telegram.server import FakeTelegram

#: The accounts Telegram puts in `from` when a message speaks for a chat.
ANONYMOUS_ADMIN: Json = {
    "id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot",
}  # fmt: skip
AS_CHANNEL: Json = {
    "id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot",
}  # fmt: skip


class FakeGroup(Chat):
    def __init__(
        self, telegram: "FakeTelegram", chat_id: int, title: str, members: list[FakeUser]
    ) -> None:
        super().__init__(telegram, chat_id)
        self.title, self.members = title, members
        self.standing = "left"  #: the bot's: left, member, administrator, kicked
        self.muted = False

    def __repr__(self) -> str:
        return f"<{self.type} {self.id} {self.title}>"

    @property
    def type(self) -> str:
        return "supergroup" if self.id < -(10**12) else "group"

    @property
    def bot_is_admin(self) -> bool:
        return self.standing == "administrator"

    # -- talking

    async def says(self, user: FakeUser, text: str, reply_to: Message | None = None) -> Message:
        """A member writes; in privacy mode the bot hears only what is meant for it."""
        content = {"from": user.as_json()} | worded("text", text) | reply(reply_to)
        return await self._said(content, meant=self._meant(text, reply_to))

    async def says_anonymously(self, text: str) -> Message:
        """An administrator writes as the group."""
        head = {"from": ANONYMOUS_ADMIN, "sender_chat": self.chat_json()}
        return await self._said(head | worded("text", text), meant=self._meant(text))

    async def says_as(self, channel: "FakeChannel", text: str) -> Message:
        """Somebody writes in the name of a channel."""
        head = {"from": AS_CHANNEL, "sender_chat": channel.chat_json()}
        return await self._said(head | worded("text", text), meant=self._meant(text))

    def _meant(self, text: str, reply_to: Message | None = None) -> bool:
        mine = f"@{self.telegram.bot_json['username']}"
        command, _, addressee = text.split()[0].partition("@")
        if command.startswith("/"):
            return not addressee or f"@{addressee}" == mine
        return mine in text or bool(reply_to and reply_to.from_bot)

    async def _said(self, content: Json, *, meant: bool) -> Message:
        message = self.keep(content)
        hears_all = self.bot_is_admin or not self.telegram.privacy_mode
        if self.standing in ("member", "administrator") and (meant or hears_all):
            await self.telegram.publish("message", message.json)
        return message

    # -- coming and going

    async def adds_bot(self, by: FakeUser, admin: bool = False) -> None:
        await self._standing(by, "administrator" if admin else "member")
        await self._service(by, new_chat_members=[self.telegram.bot_json])

    async def removes_bot(self, by: FakeUser | None = None) -> None:
        by = by or self.members[0]
        await self._service(by, left_chat_member=self.telegram.bot_json)
        await self._standing(by, "kicked")

    async def _standing(self, by: FakeUser, after: str) -> None:
        before, self.standing = self.standing, after
        change = membership_change(self.telegram, self, by.as_json(), before, after)
        await self.telegram.publish("my_chat_member", change)

    async def adds(self, user: FakeUser) -> None:
        self.members.append(user)
        await self._service(user, new_chat_members=[user.as_json()])

    async def removes(self, user: FakeUser) -> None:
        self.members.remove(user)
        await self._service(user, left_chat_member=user.as_json())

    async def migrates_to(self, new_id: int) -> None:
        """Become a supergroup: two service messages, and only the new id answers."""
        old_id, telegram = self.id, self.telegram
        await self._service(None, migrate_to_chat_id=new_id)
        del telegram.chats[old_id]
        telegram.migrated[old_id], telegram.chats[new_id] = new_id, self
        self.id, self.messages = new_id, {}
        await self._service(None, migrate_from_chat_id=old_id)

    async def _service(self, by: FakeUser | None, **event: Any) -> None:
        sender = by.as_json() if by else ANONYMOUS_ADMIN
        await self._said({"from": sender} | event, meant=True)

    # -- as the wire shows it

    def chat_json(self) -> Json:
        return {"id": self.id, "type": self.type, "title": self.title}

    def refusal(self) -> ApiError | None:
        if self.standing == "kicked":
            return forbidden(f"bot was kicked from the {self.type} chat")
        if self.standing == "left":
            return forbidden(f"bot is not a member of the {self.type} chat")
        if self.muted:
            return bad_request("not enough rights to send text messages to the chat")
        return None

    def member(self, user_id: int) -> Json:
        """A ChatMember; the first member is the owner."""
        if user_id == self.telegram.bot_json["id"]:
            return member_json(self.telegram.bot_json, self.standing)
        present = [user for user in self.members if user.id == user_id]
        if not present:
            return member_json(self.telegram.user(user_id).as_json(), "left")
        owner = present[0] is self.members[0]
        return member_json(present[0].as_json(), "creator" if owner else "member")


class FakeChannel(Chat):
    """A channel the bot administers."""

    def __init__(
        self, telegram: "FakeTelegram", chat_id: int, title: str, username: str | None
    ) -> None:
        super().__init__(telegram, chat_id, username)
        self.title = title

    @property
    def type(self) -> str:
        return "channel"

    @property
    def bot_is_admin(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<channel {self.id} {self.title}>"

    async def posts(self, text: str) -> Message:
        message = self.keep({"sender_chat": self.chat_json()} | worded("text", text))
        await self.telegram.publish("channel_post", message.json)
        return message

    def chat_json(self) -> Json:
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": "channel", "title": self.title} | named

    def refusal(self) -> ApiError | None:
        return None

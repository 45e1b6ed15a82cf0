"""What a private chat and a group have in common: messages, a screen, a right to be written to."""

from typing import TYPE_CHECKING, Any

from tests.fake_telegram.files import StoredFile
from tests.fake_telegram.messages import Message
from tests.fake_telegram.rules import ApiError, Json

if TYPE_CHECKING:
    from tests.fake_telegram.server import FakeTelegram


class Chat:
    """Somewhere messages are seen."""

    def __init__(self, telegram: "FakeTelegram", chat_id: int, username: str | None = None) -> None:
        self.telegram, self.id, self.username = telegram, chat_id, username
        self.messages: dict[int, Message] = {}

    @property
    def type(self) -> str:
        return "private"

    @property
    def bot_is_admin(self) -> bool:
        return False

    def chat_json(self) -> Json:
        raise NotImplementedError

    def refusal(self) -> ApiError | None:
        """Why the bot may not write here, if it may not."""
        raise NotImplementedError

    def find(self, message_id: Any) -> Message | None:
        """The message, unless it was deleted."""
        message = self.messages.get(message_id) if isinstance(message_id, int) else None
        return message if message and not message.deleted else None

    @property
    def screen(self) -> list[Message]:
        """Every message that can be seen now, the newest last."""
        return [message for message in self.messages.values() if not message.deleted]

    @property
    def from_bot(self) -> list[Message]:
        return [message for message in self.screen if message.from_bot]

    @property
    def texts(self) -> list[str]:
        """What the bot's visible messages say."""
        return [message.text for message in self.from_bot]

    @property
    def last(self) -> Message:
        """The newest message from the bot."""
        assert self.from_bot, f"the bot has written nothing to {self!r}"
        return self.from_bot[-1]

    @property
    def reply_keyboard(self) -> list[list[str]]:
        """The keyboard shown instead of letters now, if any."""
        changes = [message for message in self.from_bot if message.keyboard]
        return changes[-1].reply_keyboard if changes else []

    async def sees(self, fragment: str, within: float = 5) -> Message:
        """The newest message of the bot containing the words, waited for if need be."""
        try:
            found = await self.telegram.until(lambda: self._with(fragment), within)
        except TimeoutError:
            shown = f"{self!r} sees {self.screen}"
            raise AssertionError(f"no {fragment!r} within {within} s; {shown}") from None
        return found[-1]

    def _with(self, fragment: str) -> list[Message]:
        return [message for message in self.from_bot if fragment in message.text]

    def keep(self, content: Json, file: StoredFile | None = None, **seen: Any) -> Message:
        """Add a message with the next id and the present time."""
        head = {
            "message_id": self.telegram.next_message_id(self),
            "date": self.telegram.timestamp(),
            "chat": self.chat_json(),
        }
        message = Message(head | content, self, file, **seen)
        self.messages[message.id] = message
        self.telegram.pulse()
        return message

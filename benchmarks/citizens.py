"""People's messages as Telegram delivers them."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]

_numbers = count(1)  #: of updates and messages, over all citizens


@dataclass(slots=True)
class Citizen:
    """Somebody with Telegram, by account number."""

    number: int
    said: int = field(default=0)

    def says(self, text: str) -> Json:
        number = next(_numbers)
        return {"update_id": number, "message": self._message(self._me(), text=text)}

    def presses(self, label: str, data: str) -> Json:
        """Press a button with this data, under a message of the bot's."""
        bot = {"id": 7000000001, "is_bot": True, "first_name": "Tin báo", "username": "tinbao_bot"}
        keyboard = {"inline_keyboard": [[{"text": label, "callback_data": data}]]}
        query = {
            "id": str(4_382_910_000_000_001 + self.number),
            "from": self._me(),
            "message": self._message(bot, text="Khi nào?", reply_markup=keyboard),
            "chat_instance": "-8888888888888888888",
            "data": data,
        }
        return {"update_id": next(_numbers), "callback_query": query}

    def _me(self) -> Json:
        return {
            "id": self.number,
            "is_bot": False,
            "first_name": "An",
            "last_name": "Nguyễn",
            "username": f"an{self.number}",
            "language_code": "vi",
        }

    def _message(self, sender: Json, **content: Any) -> Json:
        self.said += 1
        chat = {"id": self.number, "type": "private", "first_name": "An", "last_name": "Nguyễn"}
        return {
            "message_id": self.said,
            "from": sender,
            "chat": chat,
            "date": 1_790_000_000,
            **content,
        }

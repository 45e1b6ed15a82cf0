"""The key "send my location": Telegram shows it only on a reply keyboard, never under a message.

A question keeps its inline buttons and stays editable, so the key comes with a message of its own, which
goes as soon as the bot says anything else there: clients close a keyboard whose message is deleted.
"""

import structlog
from telegram import Bot, KeyboardButton, ReplyKeyboardMarkup
from telegram.error import TelegramError

log = structlog.get_logger()
CARRIER = "📍"
REMEMBERED = 10_000  #: chats; an older key stays until it is used, which does no harm


class PinKey:
    """Shows and takes away the key in private chats, best effort: a pin can be sent without it.

    Which chats show one is only remembered here: after a restart a key that is left hides when used.
    """

    def __init__(self, bot: Bot, label: str) -> None:
        self._bot = bot
        self._label = label
        self._shown: dict[str, int] = {}  #: address → the carrying message

    async def follow(self, address: str, *, wanted: bool) -> None:
        """Bring the chat to what its newest message wants."""
        await self.take_away(address)
        if self.is_shown(address, wanted=wanted):
            await self._show(address)

    @staticmethod
    def is_shown(address: str, *, wanted: bool) -> bool:
        """Tell whether a chat gets the key where one is wanted: Telegram refuses it in groups."""
        return wanted and not address.startswith("-")

    async def take_away(self, address: str) -> None:
        carrier = self._shown.pop(address, None)
        if carrier is None:
            return
        try:
            await self._bot.delete_message(address, carrier)
        except TelegramError as error:
            log.debug("telegram.pin_key_left", error=type(error).__name__)

    async def _show(self, address: str) -> None:
        key = KeyboardButton(f"{CARRIER} {self._label}", request_location=True)
        keyboard = ReplyKeyboardMarkup([[key]], resize_keyboard=True, one_time_keyboard=True)
        try:
            carrier = await self._bot.send_message(address, CARRIER, reply_markup=keyboard)
        except TelegramError as error:
            log.debug("telegram.pin_key_missing", error=type(error).__name__)
            return
        self._remember(address, carrier.message_id)

    def _remember(self, address: str, carrier: int) -> None:
        self._shown[address] = carrier
        if len(self._shown) > REMEMBERED:
            del self._shown[next(iter(self._shown))]

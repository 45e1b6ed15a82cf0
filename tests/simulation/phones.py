"""Phones of people in a simulation: the fake Telegram's screens."""

import asyncio
from collections.abc import Sequence

from bot.rehearsal.phones import Seen
from tests.fake_telegram import FakeUser, Message
from tests.simulation.wire import SimulatedTelegram

IN_SIGHT = 150  #: messages; nobody scrolls further up


class TelegramPhone:
    """One person's Telegram."""

    def __init__(self, telegram: SimulatedTelegram, user: FakeUser) -> None:
        self._telegram, self.user = telegram, user
        self._rung = asyncio.Event()
        self._mine: Message | None = None
        self._newest: int | None = None

    def ring(self) -> None:
        self._rung.set()

    def screen(self) -> Sequence[Seen]:
        newest = list(self.user.messages.values())[-IN_SIGHT:]
        return [
            Seen(str(message.id), message.text, message.buttons)
            for message in newest
            if message.from_bot and not message.deleted
        ]

    async def news(self) -> None:
        await self._rung.wait()
        self._rung.clear()

    async def blocks(self) -> None:
        if not self.user.blocked:
            await self.user.blocks()

    async def _takes_up(self) -> None:
        """Whoever writes has unblocked the bot before."""
        if self.user.blocked:
            await self.user.unblocks()
        self._newest = self._telegram.updates.next_id

    async def says(self, text: str) -> None:
        await self._takes_up()
        self._mine = await self.user.sends(text)

    async def pins(self, latitude: float, longitude: float) -> None:
        await self._takes_up()
        await self.user.sends_location(latitude, longitude)

    async def presses(self, message: Seen, label: str) -> None:
        shown = self.user.messages[int(message.id)]
        button = next((b for row in shown.rows for b in row if b["text"] == label), None)
        if button is not None and not shown.deleted:  # else it was taken away under the finger
            await self._takes_up()
            await self.user.forges(button["callback_data"], shown)

    async def corrects(self, text: str) -> None:
        if self._mine is not None and "text" in self._mine.json:
            await self.user.edits(self._mine, text)

    async def repeats(self) -> None:
        if self._newest is not None:
            await self._telegram.redeliver(self._newest)

"""Phones in people's hands: what the program sends arrives here, at a time that is remembered."""

import asyncio
import time
from collections.abc import Sequence

from handlers.telegram.receive import decode
from storage.states import EvidenceKind
from tips.messages import Capabilities, Incoming, Reply


class Phones:
    """A channel's door that takes every message, and shows who was written to when."""

    capabilities = Capabilities(
        buttons=True, location=True, edit=True, delete=True, longest_text=4096
    )

    def __init__(self) -> None:
        self.rang: dict[str, list[float]] = {}  #: address → when
        self._buttons: dict[str, dict[str, str]] = {}  #: address → label → data, as shown last
        self._count = 0
        self._news = asyncio.Event()

    async def button(self, address: str, label: str) -> str:
        """Wait until a button with this label is shown there; return its data."""
        while label not in self._buttons.get(address, {}):
            await self._news.wait()
        return self._buttons[address][label]

    async def rung(self, address: str, before: int) -> float:
        """Wait until a phone rang that had rung so often before; return when."""
        while len(self.rang.get(address, ())) <= before:
            await self._news.wait()
        return self.rang[address][before]

    def decode(self, body: bytes) -> Incoming | None:
        return decode(body)

    def weight(self, address: str, reply: Reply) -> int:  # noqa: ARG002
        return 1

    async def send(self, address: str, reply: Reply) -> str:
        self.rang.setdefault(address, []).append(time.monotonic())
        shown = {choice.label: choice.data for row in reply.choices for choice in row}
        self._buttons.setdefault(address, {}).update(shown)
        self._news.set()
        self._news = asyncio.Event()
        self._count += 1
        return str(self._count)

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        """A card that changed."""

    async def delete(self, address: str, message_ids: Sequence[str]) -> None:
        """Nothing is kept here."""

    async def hide(self, address: str, message_id: str, kind: EvidenceKind) -> None:
        """Nothing is kept here."""

    async def fetch(self, reference: str, limit: int) -> bytes:
        raise NotImplementedError

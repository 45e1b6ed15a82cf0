"""A phone, as its owner sees it: messages with buttons under them. The owner knows nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the bot that stands on the screen."""

    id: str
    text: str
    labels: Sequence[str] = ()  #: of its buttons

    def label(self, words: str) -> str | None:
        """Return the first label that contains these words."""
        return next((label for label in self.labels if words in label), None)


class Phone(Protocol):
    """What can be done with a phone."""

    def screen(self) -> Sequence[Seen]:
        """Return what stands there from the bot, the newest last."""

    async def news(self) -> None:
        """Wait until the bot has done something here."""

    async def says(self, text: str) -> None: ...

    async def pins(self, latitude: float, longitude: float) -> None:
        """Send a place on the map."""

    async def presses(self, message: Seen, label: str) -> None:
        """Press a button; one that is there no more is pressed as it was last seen."""

    async def corrects(self, text: str) -> None:
        """Edit one's own last message, where the channel can."""

    async def repeats(self) -> None:
        """Let the newest message go out once more, as a bad line does."""

    async def blocks(self) -> None:
        """Block the bot, where the channel can; whoever writes again has unblocked it."""

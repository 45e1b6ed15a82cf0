"""What stands on the screens of the web door's phones: in memory only, rebuilt into any page that asks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tips.messages import Reply

KEPT = 1000  #: messages in all chats together; beyond it the oldest leave the screens
BYTES_KEPT = 256 * 1024 * 1024  #: of their pictures and videos together


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on a screen."""

    id: str
    chat: str  #: address
    place: int  #: where it stands among the others: grows with time, over restarts too
    changed: int  #: when it last changed, on the same scale
    at: datetime
    reply: Reply
    mine: bool = False  #: said by the phone's owner
    edited: bool = False
    gone: bool = False  #: deleted; kept, empty, so that every open page hears of it


class Mailboxes:
    """Every chat's messages. Pages follow by `changes`, which resumes after any number they have seen."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._bubbles: dict[str, Bubble] = {}
        self._last = 0
        self._news = asyncio.Event()
        self._is_closed = False

    def next_number(self) -> int:
        """Return a number greater than any before: microseconds of the clock, or the next free one."""
        now = int(self._clock().timestamp() * 1_000_000)
        self._last = max(self._last + 1, now)
        return self._last

    def show(
        self, bubble_id: str, chat: str, reply: Reply, *, mine: bool = False, place: int = 0
    ) -> None:
        """Put a new message on the screen, at a `place` taken earlier or as the newest."""
        if bubble_id in self._bubbles:
            return
        number = self.next_number()
        at = self._clock().astimezone(UTC)
        self._set(Bubble(bubble_id, chat, place or number, number, at, reply, mine))
        while len(self._bubbles) > KEPT or self._bytes() > BYTES_KEPT:
            del self._bubbles[next(iter(self._bubbles))]

    def edit(self, chat: str, bubble_id: str, reply: Reply) -> bool:
        """Show `reply` instead; return False if there is no such message."""
        old = self.find(bubble_id)
        if old is None or old.chat != chat:
            return False
        if old.reply != reply:
            number = self.next_number()
            self._set(replace(old, reply=reply, edited=True, changed=number))
        return True

    def remove(self, chat: str, bubble_id: str) -> None:
        old = self.find(bubble_id)
        if old is not None and old.chat == chat:
            number = self.next_number()
            self._set(replace(old, reply=Reply(""), gone=True, changed=number))

    def find(self, bubble_id: str) -> Bubble | None:
        bubble = self._bubbles.get(bubble_id)
        return None if bubble is None or bubble.gone else bubble

    def shown(self, chat: str) -> list[Bubble]:
        """Return what stands on the screen of one chat, oldest first."""
        return [bubble for bubble in self._in_place() if bubble.chat == chat and not bubble.gone]

    def close(self) -> None:
        """End every `changes`, so that a server can stop."""
        self._is_closed = True
        self._wake()

    async def changes(self, since: int, beat: timedelta) -> AsyncIterator[list[Bubble]]:
        """Yield what changed after `since`, then whatever changes; an empty list every `beat` of silence.

        Someone who was away gets the last state of each message, not the way there.
        """
        while not self._is_closed:
            news = self._news
            changed = sorted(self._after(since), key=lambda bubble: bubble.changed)
            since = changed[-1].changed if changed else since
            yield changed
            await _first_of(news, beat)

    def _after(self, since: int) -> Iterator[Bubble]:
        return (
            bubble
            for bubble in self._bubbles.values()
            if bubble.changed > since and (since or not bubble.gone)
        )

    def _in_place(self) -> list[Bubble]:
        return sorted(self._bubbles.values(), key=lambda bubble: bubble.place)

    def _bytes(self) -> int:
        attachments = (bubble.reply.attachment for bubble in self._bubbles.values())
        return sum(len(attachment.content) for attachment in attachments if attachment)

    def _set(self, bubble: Bubble) -> None:
        self._bubbles[bubble.id] = bubble
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


async def _first_of(news: asyncio.Event, beat: timedelta) -> None:
    try:
        await asyncio.wait_for(news.wait(), beat.total_seconds())
    except TimeoutError:
        return

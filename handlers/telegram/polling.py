"""Telegram in, by long polling: a batch is confirmed to Telegram only after it is stored.

The library's own updater confirms first and keeps the batch in memory, so a kill loses it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from handlers.telegram.backoff import Backoff
from handlers.telegram.connect import BOT_UNKNOWN, SetUpError, Sleep
from handlers.telegram.faults import pause_of
from handlers.telegram.receive import ALLOWED_UPDATES, to_raw
from handlers.telegram.spinners import Spinners
from storage.database import DatabaseError
from storage.inbox import RawUpdate
from tips.inbox import Clock, Inbox

log = structlog.get_logger()

LONG_POLL = timedelta(seconds=30)
LATE = timedelta(seconds=10)  #: beyond LONG_POLL, an answer will not come any more
CONFLICT_PAUSE = timedelta(seconds=30)  #: another poller is alive; a race would only hurt both
BATCH = 100

Troubled = Callable[[TelegramError], Awaitable[None]]


async def _unheard(_: TelegramError) -> None:
    return None


class Polling:
    """Fetches updates for ever; cancel `run` to stop it at any moment without loss.

    `finished` counts the attempts that ended, well or not, and `rests` says that the next one is put off:
    they tell whether it lives. `last_success` (aware UTC, None before the first): whether Telegram answers.

    Args:
        troubled: called with each fault of Telegram's, before it is waited out.
    """

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        spinners: Spinners,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        troubled: Troubled = _unheard,
    ) -> None:
        self._bot, self._inbox, self._spinners = bot, inbox, spinners
        self._clock, self._sleep, self._troubled = clock, sleep, troubled
        self._backoff = Backoff()
        self._webhook_removed = False
        self._stored_below: int | None = None  #: what is stored and not yet confirmed
        self.begun = asyncio.Event()  #: Telegram delivers to nobody else
        self.finished, self.rests = 0, False
        self.last_success: datetime | None = None

    async def run(self) -> None:
        """Raises SetUpError for a token that Telegram does not know; all other trouble is waited out."""
        self._stored_below = None  # others may have polled meanwhile
        while True:
            try:
                await self.poll()
            except InvalidToken:
                raise SetUpError(BOT_UNKNOWN) from None
            except (TelegramError, DatabaseError) as error:
                await self._rest(error)
            else:
                self.last_success = self._clock()
                self._backoff.reset()
            self.finished += 1

    async def _rest(self, error: TelegramError | DatabaseError) -> None:
        self.rests = True
        try:
            if isinstance(error, TelegramError):
                await self._troubled(error)
            await self._sleep(self._pause_after(error).total_seconds())
        finally:  # stopped while it rests, it may be started again, and be watched again
            self.rests = False

    def _pause_after(self, error: TelegramError | DatabaseError) -> timedelta:
        log.warning("telegram.polling_failed", error=type(error).__name__)
        match error:
            case Conflict():  # another poller, or a webhook that somebody set meanwhile
                self._webhook_removed = False
                return CONFLICT_PAUSE
            case RetryAfter():
                return pause_of(error)
        return self._backoff.next()

    async def poll(self) -> None:
        """Fetch and store one batch, confirming the one before."""
        if not self._webhook_removed:
            await self._bot.delete_webhook(drop_pending_updates=False)
            self._webhook_removed = True
            self.begun.set()
            self.last_success = self._clock()  # Telegram answers; the first poll may take long
        updates = await raw_updates(self._bot, self._stored_below)
        # Confirmed now. Without an offset Telegram starts at the oldest it has, whatever its number: after
        # a week of silence numbers start anew, perhaps below the old ones.
        self._stored_below = None
        read = [(update, raw) for update in updates if (raw := _raw(update)) is not None]
        await self._inbox.store([raw for _, raw in read])
        self._stored_below = max((raw.sequence + 1 for _, raw in read), default=None)
        for update, _ in read:
            self._spinners.stop(update)
        if updates and not read:  # Telegram will send them again, at once
            await self._sleep(self._backoff.next().total_seconds())


def _raw(update: Any) -> RawUpdate | None:
    """None for what is no update at all: those behind it go on."""
    try:
        return to_raw(update)
    except (ValueError, AttributeError, RecursionError):
        log.error("telegram.no_update")
        return None


async def raw_updates(bot: Bot, offset: int | None) -> Sequence[dict[str, Any]]:
    """Return the updates as they came.

    `Bot.get_updates` would parse them all first, so that one of an unexpected shape stops all behind it.
    """
    asked = {
        "offset": offset,
        "limit": BATCH,
        "timeout": int(LONG_POLL.total_seconds()),
        "allowed_updates": ALLOWED_UPDATES,
    }
    patience = (LONG_POLL + LATE).total_seconds()
    updates: Sequence[dict[str, Any]] = await bot._post("getUpdates", asked, read_timeout=patience)
    return updates

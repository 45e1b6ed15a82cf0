"""A pressed button turns until it is answered: answered at once, best effort, outside the outbox."""

import asyncio
from typing import Any

import structlog
from telegram import Bot
from telegram.error import TelegramError

log = structlog.get_logger()


class Spinners:
    """Stops spinners in the background. `close` it before the loop ends."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._running: set[asyncio.Task[None]] = set()  # the loop itself holds tasks only weakly

    def stop(self, update: dict[str, Any]) -> None:
        """Answer the press in `update`, if it is one."""
        query = update.get("callback_query")
        if isinstance(query, dict) and "id" in query:
            task = asyncio.create_task(self._answer(str(query["id"])))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _answer(self, query_id: str) -> None:
        try:
            await self._bot.answer_callback_query(query_id)
        except TelegramError as error:
            log.debug("telegram.spinner_left", error=type(error).__name__)

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

"""Polling never dies in silence: the process ends with it, so that whoever starts it starts it anew."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.duty import SilentDeathError
from handlers.telegram.polling import LATE, LONG_POLL, Polling

SILENCE = 3 * (LONG_POLL + LATE)  #: without a finished attempt, polling is dead
LOOK = timedelta(seconds=10)

log = structlog.get_logger()


async def watch(
    polling: Polling, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> None:
    """Look on for ever. It counts its looks and asks no clock, which may jump.

    Raises:
        SilentDeathError: no attempt has ended for `SILENCE`, though none was put off.
    """
    silent, finished = timedelta(), polling.finished
    while silent < SILENCE:
        await sleep(LOOK.total_seconds())
        alive = polling.rests or polling.finished != finished
        silent, finished = timedelta() if alive else silent + LOOK, polling.finished
    log.critical("polling_is_silent", seconds=silent.total_seconds())
    raise SilentDeathError("no attempt to poll has ended in three times its timeout")

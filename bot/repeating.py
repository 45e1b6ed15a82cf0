"""Doing a step again and again until told to stop: how every worker of the process runs."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from storage.database import DatabaseError, is_away

IDLE = timedelta(seconds=1)  #: the net under every wake-up: how long a missed one may last
PAUSE = timedelta(seconds=2)  #: after the database was away

log = structlog.get_logger()


async def repeat(
    step: Callable[[], Awaitable[int]],
    stop: asyncio.Event,
    wake: asyncio.Event | None = None,
    rest: Callable[[], timedelta] = lambda: IDLE,
) -> None:
    """Do `step` until told to stop: at once while there is work, else when woken, or after `rest()`.

    A database that is away is waited for; everything else that rises is our own bug, and rises on.
    """
    wake = wake or asyncio.Event()
    while not stop.is_set():
        wake.clear()
        try:
            done = await step()
        except DatabaseError as error:
            if not is_away(error):
                raise
            log.warning("database_away", error=type(error).__name__)
            await any_of(PAUSE, stop)
        else:
            if not done:
                await any_of(rest(), stop, wake)


async def any_of(longest: timedelta, *events: asyncio.Event) -> None:
    """Return when one of the events is set, at the latest after `longest`."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(
            waits, timeout=longest.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for wait in waits:
            wait.cancel()

"""What only one process at a time does: it holds a lease; when it dies, another takes over."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

import structlog

from storage import duties
from storage.database import Database, DatabaseError, Session, is_away
from tips.desk import Clock

HOLD = timedelta(seconds=30)  #: how long a killed process keeps others from it
RENEW = timedelta(seconds=8)
LOOK = timedelta(seconds=3)  #: how often the others look whether it is free
FAREWELL = timedelta(seconds=2)  #: to give it up when told to stop

Work = Callable[[], Coroutine[Any, Any, None]]

log = structlog.get_logger()


class SilentDeathError(Exception):
    """What should go on for ever has ended, or stands still: the process must not go on without it."""


class Duty:
    """One named duty, for which this process stands ready.

    Args:
        owner: this process's name.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        owner: str,
        clock: Clock,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.name, self.is_ours = name, False
        self.is_elsewhere = False  #: another process was seen to have it
        self._database, self._owner, self._clock, self._sleep = database, owner, clock, sleep

    async def perform(self, *works: Work) -> None:
        """Do all `works`, which go on for ever, while the duty is ours; else wait. Cancel to stop.

        Raises:
            SilentDeathError: one of them has ended.
        """
        try:
            while True:
                await self._until(True)
                self.is_ours = True
                log.info("duty_taken", duty=self.name)
                await self._do(works)
                self.is_ours = False
                log.warning("duty_lost", duty=self.name)
        finally:
            self.is_ours = False
            await self._give_up()

    async def _do(self, works: Sequence[Work]) -> None:
        """Return when another process has taken the duty over."""
        keeping = asyncio.create_task(self._until(False), name=f"{self.name}.lease")
        working = [asyncio.create_task(work(), name=self.name) for work in works]
        try:
            await asyncio.wait((keeping, *working), return_when=asyncio.FIRST_COMPLETED)
            for ended in filter(asyncio.Task.done, working):
                _raise_end(ended)
            keeping.result()
        finally:
            for task in (keeping, *working):
                task.cancel()
            await asyncio.gather(keeping, *working, return_exceptions=True)

    async def _until(self, ours: bool) -> None:
        """Ask for the duty again and again, until it is ours or, having it, until it is not."""
        while await self._take(otherwise=not ours) is not ours:
            await self._sleep((LOOK if ours else RENEW).total_seconds())

    async def _take(self, *, otherwise: bool) -> bool:
        """Tell whether the duty is ours; a database that is away changes nothing, for anybody."""
        try:
            taken = await self._database.run(self._taken)
        except DatabaseError as error:
            if not is_away(error):
                raise
            log.warning("database_away", error=type(error).__name__)
            return otherwise
        self.is_elsewhere = not taken
        return taken

    def _taken(self, session: Session) -> bool:
        return duties.take(session, self.name, self._owner, self._clock(), HOLD)

    async def _give_up(self) -> None:
        try:
            async with asyncio.timeout(FAREWELL.total_seconds()):
                await self._database.run(lambda s: duties.give_up(s, self.name, self._owner))
        except (DatabaseError, TimeoutError):
            log.warning("duty_not_given_up", duty=self.name)


def _raise_end(task: asyncio.Task[None]) -> None:
    """Raise what a task died of; if it was nothing, that it is dead."""
    if not task.cancelled():
        task.result()
    raise SilentDeathError(f"{task.get_name()} has ended")

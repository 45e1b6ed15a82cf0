"""The way in: an update is acknowledged to its platform only after `store` has returned.

Updates that arrive while a commit is under way share the next one, so durability costs one sync for all.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from storage import inbox
from storage.database import Database
from storage.inbox import RawUpdate

Clock = Callable[[], datetime]  #: returns an aware UTC time


class Inbox:
    """Stores raw updates and wakes the desk.

    Args:
        stored: set after each commit, for the worker to wait on.
    """

    def __init__(self, database: Database, clock: Clock, stored: asyncio.Event) -> None:
        self._database = database
        self._clock = clock
        self._stored = stored
        self._gathering: list[RawUpdate] = []
        self._commit: asyncio.Task[None] | None = (
            None  #: takes whatever has gathered when it starts
        )
        self._writing = asyncio.Lock()

    async def store(self, updates: Sequence[RawUpdate]) -> None:
        """Return once all are committed; raise if they could not be."""
        self._gathering.extend(updates)
        if self._commit is None:
            self._commit = asyncio.create_task(self._commit_gathered())
        await asyncio.shield(self._commit)

    async def _commit_gathered(self) -> None:
        async with self._writing:
            batch, self._gathering, self._commit = self._gathering, [], None
            await self._database.run(lambda session: inbox.store(session, batch, self._clock()))
        self._stored.set()

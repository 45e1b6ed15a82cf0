"""The way in: an update is acknowledged to its platform only after `store` has returned.

Updates that arrive while a commit is under way share the next one, so durability costs one sync for all.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from storage import inbox
from storage.database import Database
from storage.inbox import RawUpdate
from storage.states import Channel

Clock = Callable[[], datetime]  #: returns an aware UTC time
Received = Callable[[Channel], object]


def _uncounted(_: Channel) -> None:
    return None


class Inbox:
    """Stores raw updates and wakes the desk.

    Args:
        stored: set after each commit, for the worker to wait on.
        received: called with the channel of each update that is stored.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        stored: asyncio.Event,
        received: Received = _uncounted,
    ) -> None:
        self._database = database
        self._clock = clock
        self._stored, self._received = stored, received
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
        for update in updates:
            self._received(update.channel)

    async def _commit_gathered(self) -> None:
        async with self._writing:
            batch, self._gathering, self._commit = self._gathering, [], None
            await self._database.run(lambda session: inbox.store(session, batch, self._clock()))
        self._stored.set()

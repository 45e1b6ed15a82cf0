"""The way in: an update is acknowledged to its platform only after `store` has returned.

Updates that come together share a commit, so durability costs one sync for all.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from storage import inbox
from storage.database import Database
from storage.inbox import RawUpdate, Row
from storage.states import Channel

Clock = Callable[[], datetime]  #: returns an aware UTC time
Received = Callable[[Channel], object]

#: of the loop, in which nothing came: a request takes two from its socket to here
QUIET_TURNS = 3


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
        self._gathering: list[Row] = []
        self._waiting: list[asyncio.Future[None]] = []  #: for what is gathering to be committed
        self._writing: asyncio.Task[None] | None = None

    async def store(self, updates: Sequence[RawUpdate]) -> None:
        """Return once all are committed; raise if they could not be."""
        committed = asyncio.get_running_loop().create_future()
        self._gathering.extend(inbox.seal(update, self._database.keyring) for update in updates)
        self._waiting.append(committed)
        if self._writing is None:
            self._begin()
        await committed
        for update in updates:
            self._received(update.channel)

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._writing = asyncio.create_task(self._write(waiting))
        self._writing.add_done_callback(lambda written: self._tell(written, waiting))

    async def _write(self, waiting: list[asyncio.Future[None]]) -> None:
        """Write what has gathered, and what still comes as long as the loop is busy taking it in.

        Otherwise a commit would begin with the first few of many, and for the rest of them the loop and the
        database's thread would be in each other's way. Whoever waits here sends nothing more: it ends.
        """
        quiet = 0
        while quiet < QUIET_TURNS:
            await asyncio.sleep(0)
            quiet = 0 if self._waiting else quiet + 1
            waiting += self._waiting
            self._waiting.clear()
        rows, self._gathering = self._gathering, []
        await self._database.run(lambda session: inbox.write(session, rows, self._clock()))

    def _tell(self, written: asyncio.Task[None], waiting: Sequence[asyncio.Future[None]]) -> None:
        """Tell those who wait how it ended, those who have not given up."""
        self._writing = None
        if self._waiting:
            self._begin()
        fault = asyncio.CancelledError() if written.cancelled() else written.exception()
        if fault is None:
            self._stored.set()
        for one in waiting:
            if one.done():
                continue
            if fault is None:
                one.set_result(None)
            else:
                one.set_exception(fault)

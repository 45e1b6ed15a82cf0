"""The real program, `bot.app.run`, inside a simulation: what it is given in place of the outside.

Replaced are its clock, its wire to Telegram, randomness (`seeded`), the HTTP listener and the drawing of
pictures, which is done by a child process. Idle workers and jobs look only when something may be due:
between two looks nothing changes but the clock, so looks that would find nothing are left out.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import structlog
from telegram import Bot

from bot.rehearsal.clockwork import JumpingLoop
from bot.repeating import IDLE, any_of
from bot.schedule import Job
from handlers.telegram.send import grey_picture
from routing import Router
from storage import queues
from storage.database import PRAGMAS, Session
from storage.files import FileStore
from storage.queues import Claimed, Lease
from tests.mortal import KilledError
from tests.simulation.fate import Fate, Watch, WatchedDatabase

SELDOM = timedelta(hours=1)  #: how often is looked for Monday's summary, and leases are renewed
SELDOMER = timedelta(
    hours=6
)  #: how often what has outlived its use is looked for, and depths are measured
NETS = {"lanes"}  #: jobs that mend what must never happen: left out, so that it would be seen


class StoppableLoop(JumpingLoop):
    """Takes signals as the kernel would give them, from the simulation."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.handlers: dict[int, Callable[..., object]] = {}

    def add_signal_handler(self, sig: int, callback: Callable[..., object], *_: Any) -> None:  # type: ignore[override]
        self.handlers[sig] = callback


class Outside:
    """What the program finds around it."""

    def __init__(self, loop: StoppableLoop, watch: Watch, bot: Callable[[], Bot]) -> None:
        self.loop, self.watch, self.bot = loop, watch, bot
        self.agenda = watch.agenda

    @contextmanager
    def in_place(self, router: Router) -> Iterator[None]:
        """Put everything in place for as many lives of the program as there will be."""
        watch = self.watch

        class Watched(WatchedDatabase):
            pass

        Watched.watch = watch
        new = {
            "storage.database.PRAGMAS": (*PRAGMAS, "PRAGMA synchronous=OFF"),
            "bot.foundation.datetime": SimpleNamespace(now=lambda _: self.loop.now()),
            "bot.foundation.Database": Watched,
            "bot.foundation.load_router": lambda _: router,
            "handlers.telegram.connect.make_bot": lambda *_: self.bot(),
            "bot.telegram_channel.watch": _never,
            "bot.duty.RENEW": SELDOM,
            "bot.duty.HOLD": 3 * SELDOM,
            "handlers.telegram.guard.EVERY": 6 * SELDOM,
            "storage.files.FileStore._write": self._dated(),
            "storage.queues.claim_delivery": self._claiming(queues.claim_delivery),
            "storage.queues.next_delivery_at": self._expecting(queues.next_delivery_at),
            "bot.jobs.Schedule": lambda _: Timetable(self),
            "bot.repeating.any_of": self.any_of,
            "bot.summaries.draw": _drawn,
            "bot.app.listen": lambda *_: BytesIO(),
            "bot.app.serving": self._serving,
        }
        with ExitStack() as stack:
            stack.enter_context(patch.dict(os.environ, PTB_TIMEDELTA="true"))  # as make_bot does
            for name, thing in new.items():
                stack.enter_context(patch(name, thing))
            yield

    def _claiming(self, claim: Callable[..., Claimed | None]) -> Callable[..., Claimed | None]:
        """Most looks for a message to send follow on one just sent, and find nothing."""

        def claiming(session: Session, lease: Lease, *where: Any) -> Claimed | None:
            due = self.agenda.next_delivery()
            return claim(session, lease, *where) if due and due <= lease.now else None

        return claiming

    def _expecting(self, ask: Callable[..., datetime | None]) -> Callable[..., datetime | None]:
        def expecting(*where: Any) -> datetime | None:
            return ask(*where) if self.agenda.next_delivery() else None

        return expecting

    def _dated(self) -> Callable[[FileStore, str, bytes], None]:
        """Files are as old as the simulation's clock says."""
        write = FileStore._write

        def dated(store: FileStore, name: str, sealed: bytes) -> None:
            write(store, name, sealed)
            moment = self.loop.now().timestamp()
            os.utime(store._folder / name, (moment, moment))

        return dated

    @asynccontextmanager
    async def _serving(self, *_: object) -> AsyncIterator[asyncio.Task[None]]:
        """In place of the HTTP server a task that ends with the process's life."""
        task = asyncio.create_task(_live(self.watch.fate))
        try:
            yield task
        finally:
            task.cancel()

    async def any_of(self, longest: timedelta, *events: asyncio.Event) -> None:
        """As `bot.repeating.any_of`, but for the looks of an idle worker that would find nothing."""
        if longest != IDLE:
            await any_of(longest, *events)
            return
        began = self.loop.now()
        while True:
            wait = self.agenda.until_next_item(began)
            changed = self.agenda.changed
            await any_of(wait, changed, *events)
            if not changed.is_set() or any(event.is_set() for event in events):
                return

    async def until_deadline(self, interval: timedelta) -> None:
        """Wait for the next of the looks that may find a deadline."""
        began = self.loop.now()
        while True:
            changed = self.agenda.changed
            await any_of(self.agenda.until_next_deadline(began, interval), changed)
            if not changed.is_set():
                return


async def _live(fate: Fate) -> None:
    await fate.died.wait()
    raise KilledError


async def _never(_: object) -> None:
    """In place of the watchdog of polling: here a poll without news is held for a day."""
    await asyncio.Event().wait()


async def _drawn(_: object) -> bytes:
    """In place of the child that draws: any picture that Telegram takes."""
    return grey_picture()


class Timetable:
    """As `bot.schedule.Schedule`: each job at the start, and then when something may be due."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._jobs: list[tuple[timedelta, str, Job]] = []
        self._running: list[asyncio.Task[None]] = []

    def every(self, interval: timedelta, name: str, job: Job) -> None:
        if name not in NETS:
            self._jobs.append((interval, name, job))

    def start(self) -> None:
        from bot.schedule import _guarded

        for interval, name, job in self._jobs:
            work = self._repeat(interval, name, _guarded(name, job))
            task = asyncio.create_task(work, name=name)
            task.add_done_callback(_say_if_failed)
            self._running.append(task)

    def stop(self) -> None:
        for task in self._running:
            task.cancel()

    async def _repeat(self, interval: timedelta, name: str, job: Job) -> None:
        while True:
            await job()
            if name == "deadlines":  # by what is due
                await self._outside.until_deadline(interval)
            else:
                await asyncio.sleep((SELDOM if name == "weekly" else SELDOMER).total_seconds())


def _say_if_failed(task: asyncio.Task[None]) -> None:
    """APScheduler logs a job that fails; here it is one of the program's own bugs."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        structlog.get_logger().error("job_failed", job=task.get_name(), exc_info=fault)

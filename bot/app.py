"""The process: the one place where the rooms meet. Built by hand, started in order, stopped in reverse."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from bot import channels, logs
from bot.channels import OpenDoor
from bot.errors import StartError
from bot.foundation import Foundation, foundation, now
from bot.jobs import Jobs
from bot.lock import only_process
from bot.metrics import Metrics
from bot.repeating import repeat
from bot.server import listen, make_app, serving
from bot.settings import Settings
from handlers.telegram.connect import SetUpError
from storage import officers, queues, runs
from storage.database import sqlite_path
from tips import inbox
from tips.cleaning.cleaner import Cleaner
from tips.cleaning.verdicts import Limits as CleaningLimits
from tips.deliveries import Deliveries
from tips.evidence import EvidenceRoom
from tips.intake import Intake

FAREWELL = timedelta(seconds=4)  #: to finish what is under way, and to record it, when told to stop
FETCHERS = 3  #: files fetched at a time; they are cleaned one by one

log = structlog.get_logger()


async def run(settings: Settings) -> None:
    """Serve until told to stop.

    Raises:
        StartError: nothing was started; one line for the operator.
    """
    logs.watch(asyncio.get_running_loop())
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(_alone(settings))
        listener = stack.enter_context(closing(listen(settings.http_host, settings.http_port)))
        stored, owed = asyncio.Event(), asyncio.Event()
        way_in = inbox.Inbox(base.database, now, stored)
        opener = channels.telegram if settings.telegram_token else channels.web
        opened = (
            [] if _is_closed(settings) else [await stack.enter_async_context(opener(base, way_in))]
        )
        process = Process(_named(base, opened), opened, stored, owed)
        app = make_app(
            {"database": process.database_answers, **{d.channel: d.is_ready for d in opened}},
            process.metrics.registry,
            settings.metrics_from,
            [route for door in opened for route in door.routes],
            max([1 << 20, *(door.largest_body for door in opened)]),
        )
        await process.warn()
        async with serving(app, listener) as server:
            await _until_stopped(process, server)


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[Foundation]:
    """The foundation; on SQLite for us alone, so that no lease there is anybody's any more."""
    path = sqlite_path(settings.database)
    if path is None:
        async with foundation(settings) as base:
            yield base
        return
    with only_process(Path(path)):
        async with foundation(settings) as base:
            await base.database.run(lambda session: queues.release(session, now()))
            yield base


def _is_closed(settings: Settings) -> bool:
    """An agency without a channel: there is no public page, only health and metrics."""
    return settings.is_configured and settings.telegram_token is None


def _named(base: Foundation, opened: list[OpenDoor]) -> Foundation:
    """The desk tells people the channel's own name, once the channel knows it."""
    if not opened:
        return base
    policy = replace(base.desk.policy, bot_name=opened[0].bot_name)
    return replace(base, desk=replace(base.desk, policy=policy))


async def _until_stopped(process: "Process", server: asyncio.Task[None]) -> None:
    """Run every worker until a signal; one that fails by our own bug ends the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        async with asyncio.TaskGroup() as group:
            services = [group.create_task(_watch(server), name="http")]
            services += [group.create_task(work, name=name) for name, work in process.services()]
            workers = [group.create_task(work, name=name) for name, work in process.workers(stop)]
            await stop.wait()
            log.info("stopping")
            _cancel(services)
            await asyncio.wait(workers, timeout=FAREWELL.total_seconds())
            _cancel(workers)
    except* SetUpError as refused:
        raise StartError(str(_first(refused))) from None
    finally:
        await process.farewell()


async def _watch(server: asyncio.Task[None]) -> None:
    """Let what the server dies of rise here."""
    await asyncio.shield(server)


def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _first(group: BaseException) -> BaseException:
    """The fault itself, out of however many groups tasks have wrapped it in."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


class Process:
    """The workers of one process and what they share."""

    def __init__(
        self, base: Foundation, opened: list[OpenDoor], stored: asyncio.Event, owed: asyncio.Event
    ) -> None:
        desk = base.desk
        self.base, self.opened, self.stored, self.owed = base, opened, stored, owed
        self.metrics = Metrics()
        self._asked: asyncio.Task[datetime] | None = None
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        doors = {door.channel: door.door for door in opened}
        self.intake = Intake(base.database, desk, doors, now, owed, self.owner)
        self.deliveries = [
            Deliveries(
                base.database, desk, d.channel, d.door, now, self.owner, self.metrics.delivered
            )
            for d in opened
        ]
        self.evidence = EvidenceRoom(
            base.database,
            doors,
            Cleaner(CleaningLimits(size=desk.limits.evidence_size), 1, desk.voices.zone),
            base.files,
            now,
            self.owner,
            desk.limits.evidence_size,
        )
        self.jobs = Jobs(base, self.metrics, self.owner, owed)

    def services(self) -> list[tuple[str, Coroutine[Any, Any, None]]]:
        """What may be broken off at any moment without loss."""
        doors = [(f"{d.channel}.door", _serve(d)) for d in self.opened]
        return [*doors, ("jobs", self.jobs.run())]

    def workers(self, stop: asyncio.Event) -> list[tuple[str, Coroutine[Any, Any, None]]]:
        """What ends what it has begun, and then heeds `stop`."""
        senders = [
            (f"{d.channel}.deliveries", repeat(d.send_next, stop, self.owed))
            for d in self.deliveries
        ]
        fetchers = [
            (f"evidence.{n}", repeat(self.evidence.take, stop, self.stored))
            for n in range(FETCHERS)
        ]
        return [("intake", repeat(self.intake.take, stop, self.stored)), *senders, *fetchers]

    async def farewell(self) -> None:
        """Let what is being sent be recorded, so that it is not sent again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL.total_seconds()):
                for each in self.deliveries:
                    await each.drain()

    async def database_answers(self) -> bool:
        """Tell whether the database can be written; one question at a time waits for an answer."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self.base.database.run(runs.installed_at))
            self._asked.add_done_callback(_heeded)
        await asyncio.shield(self._asked)
        return True

    async def warn(self) -> None:
        """Say at the start what would fail in silence later."""
        if self.base.settings.is_configured and not await self.base.database.read(
            officers.desk_exists
        ):
            log.warning(
                "no_desk",
                mend="invite the province desk: tinbao officers invite --province 37 --role desk",
            )


def _heeded(task: asyncio.Task[Any]) -> None:
    """Look at a fault that came after whoever asked had gone, so that nobody reports it as forgotten."""
    if not task.cancelled():
        task.exception()


async def _serve(opened: OpenDoor) -> None:
    await opened.serve()

"""The process: the one place where the rooms meet. Built by hand, started in order, stopped in reverse."""

import asyncio
import os
import secrets
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from bot import channels
from bot.channels import OpenDoor
from bot.errors import StartError
from bot.foundation import Foundation, foundation, now
from bot.metrics import Metrics
from bot.schedule import Schedule
from bot.server import listen, make_app, serving
from bot.settings import Settings
from bot.summaries import PICTURES, Summaries
from handlers.telegram.connect import SetUpError
from storage import officers, queues, runs
from storage.database import DatabaseError, Session
from storage.files import FileStore
from storage.models import Delivery, Evidence, Inbox
from storage.queues import Depth
from tips import deadlines, inbox, retention
from tips.cleaning.cleaner import Cleaner
from tips.cleaning.verdicts import Limits as CleaningLimits
from tips.deliveries import Deliveries
from tips.desk import Transaction
from tips.evidence import EvidenceRoom
from tips.intake import Intake

IDLE = timedelta(seconds=1)  #: the net under every wake-up: how long a missed one may last
PAUSE = timedelta(seconds=2)  #: after the database was away
FAREWELL = timedelta(seconds=10)  #: to finish what is under way when told to stop
PICTURES_KEPT = timedelta(days=3)

log = structlog.get_logger()


async def run(settings: Settings) -> None:
    """Serve until told to stop.

    Raises:
        StartError: nothing was started; one line for the operator.
    """
    listener = listen(settings.http_host, settings.http_port)
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)
        base = await stack.enter_async_context(foundation(settings))
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
        async with serving(app, listener):
            await _until_stopped(process)


def _is_closed(settings: Settings) -> bool:
    """An agency without a channel: there is no public page, only health and metrics."""
    return settings.is_configured and settings.telegram_token is None


def _named(base: Foundation, opened: list[OpenDoor]) -> Foundation:
    """The desk tells people the channel's own name, once the channel knows it."""
    if not opened:
        return base
    policy = replace(base.desk.policy, bot_name=opened[0].bot_name)
    return replace(base, desk=replace(base.desk, policy=policy))


async def _until_stopped(process: "Process") -> None:
    """Run every worker until a signal; a worker that fails by our own bug ends the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work, name=name) for name, work in process.work()]
            await stop.wait()
            log.info("stopping")
            for task in tasks:
                task.cancel()
    except* SetUpError as refused:
        raise StartError(str(_first(refused))) from None
    finally:
        await process.farewell()


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
        settings, desk = base.settings, base.desk
        self.base, self.opened, self.stored, self.owed = base, opened, stored, owed
        self.metrics = Metrics()
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
        self.pictures = FileStore(settings.media_dir / PICTURES, base.keyring)
        self.summaries = Summaries(
            base.database,
            desk,
            self.pictures,
            now,
            self.owner,
            settings.weekly_day,
            settings.weekly_time,
        )

    def work(self) -> list[tuple[str, Coroutine[Any, Any, None]]]:
        return [
            ("intake", _repeat(self.intake.take, self.stored)),
            ("evidence", _repeat(self.evidence.take, asyncio.Event())),
            *[(f"{d.channel}.deliveries", _repeat(d.send_due, self.owed)) for d in self.deliveries],
            *[(f"{d.channel}.door", _serve(d)) for d in self.opened],
            ("schedule", self._keep_time()),
        ]

    async def farewell(self) -> None:
        """Let what is being sent be recorded, so that it is not sent again."""
        async with asyncio.timeout(FAREWELL.total_seconds()):
            for each in self.deliveries:
                await each.drain()

    async def database_answers(self) -> bool:
        await self.base.database.read(runs.installed_at)
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

    # the clock --------------------------------------------------------------------------------

    async def _keep_time(self) -> None:
        schedule = Schedule()
        schedule.every(timedelta(seconds=10), "deadlines", self._look)
        schedule.every(timedelta(minutes=1), "weekly", self._summarise)
        schedule.every(timedelta(minutes=10), "files", self._sweep_files)
        schedule.every(timedelta(minutes=10), "retention", self._sweep_daily)
        schedule.every(timedelta(seconds=15), "metrics", self._measure)
        schedule.start()
        try:
            await self._summarise()  # a slot that was missed while nobody ran
            await asyncio.Event().wait()
        finally:
            schedule.stop()

    async def _look(self) -> None:
        if await self.base.database.run(lambda s: deadlines.look(self._transaction(s))):
            self.owed.set()

    async def _summarise(self) -> None:
        if await self.summaries.catch_up():
            self.owed.set()

    async def _sweep_files(self) -> None:
        base = self.base
        await base.database.run(lambda s: retention.sweep_files(s, base.files, now()))
        for name in list(self.pictures.orphans((), now() - PICTURES_KEPT)):
            self.pictures.delete(name)
        await base.database.empty_journal()

    async def _sweep_daily(self) -> None:
        day = now().astimezone(self.base.desk.voices.zone).date().isoformat()
        removed = await self.base.database.run(lambda s: self._sweep(s, day))
        if removed:
            log.info("retention", **{k.replace(" ", "_"): n for k, n in removed.items() if n})

    def _sweep(self, session: Session, day: str) -> dict[str, int]:
        if not runs.claim(session, "retention", day, self.owner, now()):
            return {}
        removed = dict(retention.sweep(self._transaction(session), self.base.periods))
        runs.finish(session, "retention", day, now())
        return removed

    def _transaction(self, session: Session) -> Transaction:
        return Transaction(session, self.base.desk, now())

    async def _measure(self) -> None:
        self.metrics.show_queues(await self.base.database.read(_depths), now())
        self.metrics.show_free_disk(self.base.desk.free_disk())


def _depths(session: Session) -> dict[str, Depth]:
    return {
        "inbox": queues.depth(session, Inbox),
        "deliveries": queues.depth(session, Delivery),
        "evidence": queues.depth(session, Evidence),
    }


async def _serve(opened: OpenDoor) -> None:
    await opened.serve()


async def _repeat(step: Callable[[], Awaitable[int]], wake: asyncio.Event) -> None:
    """Do `step` for ever: at once while there is work, else when woken, or after `IDLE`."""
    while True:
        wake.clear()
        try:
            done = await step()
        except DatabaseError as error:
            log.warning("database_away", error=type(error).__name__)
            await asyncio.sleep(PAUSE.total_seconds())
            continue
        if not done:
            await _woken(wake)


async def _woken(wake: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(IDLE.total_seconds()):
            await wake.wait()
    except TimeoutError:
        return

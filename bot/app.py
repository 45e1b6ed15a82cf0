"""The process: the one place where the rooms meet. Built by hand, started in order, stopped in reverse."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from bot import channels, logs, telegram_channel
from bot.channels import OpenDoor
from bot.errors import StartError
from bot.foundation import Foundation, foundation, now
from bot.lock import only_process
from bot.metrics import Metrics
from bot.process import Process
from bot.server import listen, make_app, serving, settle
from bot.settings import Settings
from bot.wakeups import WakeUps
from handlers.telegram.connect import SetUpError
from storage import duties, queues
from storage.database import Session, sqlite_path
from tips import inbox

FAREWELL = timedelta(seconds=4)  #: to finish what is under way, and to record it, when told to stop

log = structlog.get_logger()


async def run(settings: Settings, say: Callable[[str], object]) -> None:
    """Serve until told to stop. `say` tells whoever started it where to try it out, once it serves.

    Raises:
        StartError: nothing was started; one line for the operator.
    """
    logs.watch(asyncio.get_running_loop())
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    metrics, wake_ups = Metrics(), WakeUps()
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(_alone(settings))
        listener = stack.enter_context(closing(listen(settings.http_host, settings.http_port)))
        way_in = inbox.Inbox(base.database, now, wake_ups.stored, metrics.received)
        opened = []
        if not _is_closed(settings):
            opener = telegram_channel.telegram if settings.telegram_token else channels.web
            opened = [await stack.enter_async_context(opener(base, way_in, owner, metrics))]
        process = Process(_named(base, opened), opened, metrics, wake_ups, owner)
        app = make_app(
            {"database": process.database_takes, **{d.channel: d.is_ready for d in opened}},
            metrics.registry,
            settings.metrics_from,
            [route for door in opened for route in door.routes],
            max([1 << 20, *(door.largest_body for door in opened)]),
            {path: app for door in opened for path, app in door.straight.items()},
        )
        await process.warn()
        settle()
        log.info("serving", roles=",".join(sorted(settings.roles)), owner=owner)
        async with serving(app, listener) as server:
            if not settings.is_configured:
                say(f"Trying out: open http://127.0.0.1:{settings.http_port}/ (tips go to demo.db)")
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
            await base.database.run(_release)
            yield base


def _release(session: Session) -> None:
    queues.release(session, now())
    duties.release(session)


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
            if workers:
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

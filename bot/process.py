"""The workers of one process, by its roles, and what they share."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from bot.channels import OpenDoor
from bot.foundation import Foundation, now
from bot.jobs import Jobs
from bot.metrics import Metrics
from bot.repeating import repeat
from bot.roles import ProcessRole
from bot.wakeups import WakeUps
from storage import officers, runs, wakeups
from storage.database import sqlite_path
from tips.cleaning.cleaner import Cleaner
from tips.cleaning.verdicts import Limits as CleaningLimits
from tips.deliveries import Deliveries
from tips.evidence import EvidenceRoom
from tips.intake import Intake

FAREWELL = timedelta(seconds=4)  #: to record what is being sent, when told to stop
#: How long an answer of the database about itself holds: each costs it a commit, and anybody may ask.
ANSWER_HOLDS = timedelta(seconds=1)
FETCHERS = 3  #: files fetched at a time; they are cleaned one by one

Service = tuple[str, Coroutine[Any, Any, None]]

log = structlog.get_logger()


class Process:
    """What this process does.

    Args:
        owner: names it, to the others, in whatever it has claimed.
    """

    def __init__(
        self,
        base: Foundation,
        opened: list[OpenDoor],
        metrics: Metrics,
        wake_ups: WakeUps,
        owner: str,
    ) -> None:
        desk = base.desk
        self.base, self.opened, self.metrics = base, opened, metrics
        self._wake_ups, self._owner = wake_ups, owner
        self._asked: asyncio.Task[None] | None = None
        self._ask_at = 0.0  #: by the loop's clock: not before
        doors = {door.channel: door.door for door in opened}
        self._intake = Intake(base.database, desk, doors, now, wake_ups.owed, owner, metrics.filed)
        self._deliveries = [
            Deliveries(
                base.database,
                desk,
                d.channel,
                d.door,
                now,
                owner,
                metrics.delivered,
                limits=d.door.capabilities.limits,
                wake=wake_ups.owed.ear(),
            )
            for d in opened
        ]
        self._evidence = EvidenceRoom(
            base.database,
            doors,
            Cleaner(CleaningLimits(size=desk.limits.evidence_size), 1, desk.voices.zone),
            base.files,
            now,
            owner,
            desk.limits.evidence_size,
            wake_ups.stored,
        )

    def services(self) -> list[Service]:
        """What may be broken off at any moment without loss."""
        services: list[Service] = [(f"{d.channel}.door", d.serve()) for d in self.opened]
        if self._is(ProcessRole.SCHEDULER):
            jobs = Jobs(self.base, self.metrics, self._owner, self._wake_ups.owed)
            services.append(("jobs", jobs.run()))
        database = self.base.settings.database
        if self._is(ProcessRole.WORKER) and sqlite_path(database) is None:
            services.append(("wake-ups", wakeups.listen(database, self._wake_ups.heard)))
        return services

    def workers(self, stop: asyncio.Event) -> list[Service]:
        """What ends what it has begun, and then heeds `stop`."""
        if not self._is(ProcessRole.WORKER):
            return []
        bells = self._wake_ups
        senders = [
            (f"{d.channel}.deliveries", repeat(d.send_next, stop, d.wake, d.resting))
            for d in self._deliveries
        ]
        fetchers = [
            (f"evidence.{n}", repeat(self._evidence.take, stop, bells.owed.ear()))
            for n in range(FETCHERS)
        ]
        intake = ("intake", repeat(self._intake.take, stop, bells.stored.ear()))
        return [intake, *senders, *fetchers]

    def _is(self, role: ProcessRole) -> bool:
        return role in self.base.settings.roles

    async def farewell(self) -> None:
        """Let what is being sent be recorded, so that it is not sent again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL.total_seconds()):
                for each in self._deliveries:
                    await each.drain()

    async def database_takes(self) -> bool:
        """Tell whether the database can be written; one question at a time waits for an answer.

        Reading proves nothing: a full disk is read, and so is a server that waits for its standby.
        """
        time = asyncio.get_running_loop().time()
        if self._asked is None or (self._asked.done() and time >= self._ask_at):
            self._ask_at = time + ANSWER_HOLDS.total_seconds()
            self._asked = asyncio.create_task(
                self.base.database.run(lambda session: runs.write_nothing(session, now()))
            )
            self._asked.add_done_callback(_heeded)
        await asyncio.shield(self._asked)
        return True

    async def warn(self) -> None:
        """Say at the start what would fail in silence later."""
        if self.base.settings.is_configured and self.base.settings.telegram_token is None:
            log.warning(
                "no_channel",
                mend="set TINBAO_TELEGRAM_TOKEN: an agency answers, but nobody can send it a tip",
            )
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

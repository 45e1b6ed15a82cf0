"""What is done by the clock: deadlines, the weekly summary, sweeping, measuring."""

import asyncio
from datetime import timedelta

import structlog

from bot.foundation import Foundation, now
from bot.metrics import Metrics
from bot.schedule import Job, Schedule
from bot.summaries import PICTURES, Summaries
from storage import lanes, misdated, runs
from storage.database import Session
from storage.depth import Depth, depth
from storage.files import FileStore
from storage.models import Delivery, Evidence, Inbox
from tips import deadlines, retention
from tips.desk import Transaction
from tips.officers import succession

PICTURES_KEPT = timedelta(days=3)

log = structlog.get_logger()


class Jobs:
    """The jobs of one process. Each finds by itself what is due.

    Args:
        owed: set when a job owes a message.
    """

    def __init__(self, base: Foundation, metrics: Metrics, owner: str, owed: asyncio.Event) -> None:
        settings = base.settings
        self._base, self._metrics, self._owner, self._owed = base, metrics, owner, owed
        self._pictures = FileStore(settings.media_dir / PICTURES, base.keyring)
        self._summaries = Summaries(
            base.database,
            base.desk,
            self._pictures,
            now,
            owner,
            settings.weekly_day,
            settings.weekly_time,
        )

    async def run(self) -> None:
        """Do what is due until cancelled. A job that fails is logged, and tried again in its turn."""
        schedule = Schedule(self._metrics.job_failed)
        for interval, name, job in self.planned():
            schedule.every(interval, name, job)
        schedule.start()
        try:
            await asyncio.Event().wait()
        finally:
            schedule.stop()

    def planned(self) -> tuple[tuple[timedelta, str, Job], ...]:
        """Each job: how often, its name, what it does."""
        return (
            (timedelta(seconds=10), "deadlines", self._look),
            (timedelta(minutes=1), "weekly", self._summarise),
            (timedelta(minutes=10), "files", self._sweep_files),
            (timedelta(minutes=10), "retention", self._sweep_daily),
            (timedelta(minutes=10), "lanes", self._wake_forgotten),
            (timedelta(minutes=1), "misdated", self._make_due),
            (timedelta(seconds=15), "metrics", self._measure),
        )

    async def _look(self) -> None:
        if await self._base.database.run(lambda s: deadlines.look(self._transaction(s))):
            self._owed.set()

    async def _wake_forgotten(self) -> None:
        if count := await self._base.database.run(lambda s: lanes.wake_forgotten(s, now())):
            log.error("lanes_woken", lanes=count)  # somebody's hands were in the database
            self._owed.set()

    async def _make_due(self) -> None:
        if count := await self._base.database.run(lambda s: misdated.make_due(s, now())):
            log.warning("misdated_made_due", rows=count)  # some clock was ahead
            self._owed.set()

    async def _summarise(self) -> None:
        if await self._summaries.catch_up():
            self._owed.set()

    async def _sweep_files(self) -> None:
        base = self._base
        await retention.sweep_files(base.database, base.files, now())
        for name in list(self._pictures.orphans((), now() - PICTURES_KEPT)):
            self._pictures.delete(name)
        await base.database.empty_journal()

    async def _sweep_daily(self) -> None:
        day = now().astimezone(self._base.desk.voices.zone).date().isoformat()
        removed = await self._base.database.run(lambda s: self._sweep(s, day))
        if removed:
            log.info("retention", **{k.replace(" ", "_"): n for k, n in removed.items() if n})

    def _sweep(self, session: Session, day: str) -> dict[str, int]:
        if not runs.claim(session, "retention", day, self._owner, now()):
            return {}
        tx = self._transaction(session)
        removed = dict(retention.sweep(tx, self._base.periods))
        succession.follow(tx)
        runs.finish(session, "retention", day, now())
        return removed

    def _transaction(self, session: Session) -> Transaction:
        return Transaction(session, self._base.desk, now())

    async def _measure(self) -> None:
        self._metrics.show_queues(await self._base.database.read(_depths), now())
        self._metrics.show_free_disk(self._base.desk.free_disk())


def _depths(session: Session) -> dict[str, Depth]:
    return {
        "inbox": depth(session, Inbox),
        "deliveries": depth(session, Delivery),
        "evidence": depth(session, Evidence),
    }

"""The clock: what is done every so often. APScheduler says when; rows say that it was done."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage.database import DatabaseError

Job = Callable[[], Awaitable[object]]

log = structlog.get_logger()


class Schedule:
    """Jobs at intervals, in this process's loop. A job that is late runs once; none runs beside itself.

    Every job finds by itself what is due, so a missed firing, a restart or a second process changes
    nothing: the intervals only say how late it may be noticed.
    """

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def every(self, interval: timedelta, name: str, job: Job) -> None:
        self._scheduler.add_job(
            _guarded(name, job),
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),  # what was missed while nobody ran is done first
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)


def _guarded(name: str, job: Job) -> Job:
    """A database that is away for a while is waited out; any other fault is a bug and is logged as one."""

    async def run() -> None:
        try:
            await job()
        except DatabaseError as error:
            log.warning("job_postponed", job=name, error=type(error).__name__)

    return run

"""The clock: what is done every so often. APScheduler says when; rows say that it was done."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage.database import DatabaseError, is_away

LOOK = timedelta(seconds=10)  #: by the loop's own clock, which nobody sets
Job = Callable[[], Awaitable[object]]

log = structlog.get_logger()


class Schedule:
    """Jobs at intervals, in this process's loop. A job that is late runs once; none runs beside itself.

    Every job finds by itself what is due, so a missed firing, a restart or a second process changes
    nothing: the intervals only say how late it may be noticed.
    """

    def __init__(self, failed: Callable[[str], object] = str) -> None:
        """Args: failed: called with the name of a job each time our own bug ends it."""
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_listener(lambda ended: failed(ended.job_id), EVENT_JOB_ERROR)
        self._intervals: dict[str, timedelta] = {}
        self._look: asyncio.TimerHandle | None = None

    def every(self, interval: timedelta, name: str, job: Job) -> None:
        self._intervals[name] = interval
        self._scheduler.add_job(
            _guarded(name, job),
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            name=name,  # as the log says which one failed
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),  # what was missed while nobody ran is done first
        )

    def start(self) -> None:
        self._scheduler.start()
        self._look_again()

    def stop(self) -> None:
        assert self._look is not None
        self._look.cancel()
        self._scheduler.shutdown(wait=False)

    def _look_again(self) -> None:
        self.heed_the_clock()
        self._look = asyncio.get_running_loop().call_later(LOOK.total_seconds(), self._look_again)

    def heed_the_clock(self) -> None:
        """Let jobs be due that were put off by a clock that was ahead and is right now.

        APScheduler waits for a time of day: after a clock set back by three hours it would for three hours.
        """
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            if job.next_run_time > now + self._intervals[job.id]:
                job.modify(next_run_time=now)


def _guarded(name: str, job: Job) -> Job:
    """A database that is away for a while is waited out; any other fault is a bug and is logged as one."""

    async def run() -> None:
        try:
            await job()
        except DatabaseError as error:
            if not is_away(error):
                raise
            log.warning("job_postponed", job=name, error=type(error).__name__)

    return run

"""Jobs at intervals, whatever somebody does to the clock."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from logging.handlers import QueueHandler

from sqlalchemy.exc import NoResultFound, OperationalError

from bot.schedule import Schedule

INTERVAL = timedelta(days=1)


async def test_a_job_that_a_clock_put_off_which_was_ahead_is_done_once_it_is_right() -> None:
    done: asyncio.Queue[None] = asyncio.Queue()

    async def job() -> None:
        done.put_nowait(None)

    schedule = Schedule()
    schedule.every(INTERVAL, "job", job)
    schedule.start()
    try:
        async with asyncio.timeout(30):
            await done.get()  # the first time is at once
            wrong = datetime.now(UTC) + 2 * INTERVAL
            schedule._scheduler.modify_job("job", next_run_time=wrong)
            schedule.heed_the_clock()
            await done.get()
            schedule.heed_the_clock()
            assert done.empty()  # the next is a day away, as it should be
    finally:
        schedule.stop()


async def test_the_log_names_a_job_that_fails() -> None:
    logged: asyncio.Queue[logging.LogRecord] = asyncio.Queue()
    listener = QueueHandler(logged)

    async def job() -> None:
        raise ArithmeticError

    schedule = Schedule()
    schedule.every(INTERVAL, "sweeping", job)
    logging.getLogger().addHandler(listener)
    schedule.start()
    try:
        async with asyncio.timeout(30):
            record = await logged.get()
    finally:
        schedule.stop()
        logging.getLogger().removeHandler(listener)
    assert 'Job "sweeping ' in record.getMessage()


async def test_a_job_that_fails_is_counted_and_a_database_away_is_no_fault_of_it() -> None:
    failed: asyncio.Queue[str] = asyncio.Queue()
    postponed = asyncio.Event()

    async def job() -> None:
        raise ArithmeticError

    async def unlucky() -> None:
        postponed.set()
        raise OperationalError("SELECT", None, ConnectionError("away"))

    async def wrong() -> None:
        await postponed.wait()
        raise NoResultFound

    schedule = Schedule(failed.put_nowait)
    for name, work in (("unlucky", unlucky), ("sweeping", job), ("wrong", wrong)):
        schedule.every(INTERVAL, name, work)
    schedule.start()
    try:
        async with asyncio.timeout(30):
            assert {await failed.get(), await failed.get()} == {"sweeping", "wrong"}
    finally:
        schedule.stop()
    assert failed.empty()

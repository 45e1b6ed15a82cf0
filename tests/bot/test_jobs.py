"""The jobs as the process plans them, each done once on a real database."""

import asyncio

from sqlalchemy import select, update

from bot.foundation import foundation
from bot.jobs import Jobs
from bot.metrics import Metrics
from storage.models import Inbox
from tests.bot.installations import Place


async def test_every_job_does_its_work_and_a_chat_in_which_all_sleep_is_woken(place: Place) -> None:
    place.run(lambda session: session.execute(update(Inbox).values(due_at=None)))
    owed = asyncio.Event()
    async with foundation(place.settings) as base:
        jobs = Jobs(base, Metrics(), "one", owed)
        for _, _, job in jobs.planned():
            await job()
        awake = await base.database.run(lambda s: s.scalars(select(Inbox.due_at)).all())
    assert None not in awake
    assert owed.is_set()

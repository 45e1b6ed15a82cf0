"""The disk of the database is full: nothing is acknowledged or lost, and it goes on when there is room."""

import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from handlers.telegram.receive import to_raw
from storage.database import Database, DatabaseError, Session, is_away
from storage.models import Inbox, Tip
from storage.states import QueueState
from tests.fake_telegram import FakeTelegram
from tests.journeys.conftest import Configure
from tests.journeys.telling import THEFT, tells
from tests.programs import MAIN, seen
from tests.town import Town, rows

CITIZEN = 5_550_001_000
LONG = "co trom xe dap o xom 5 hai xuan. " * 100


def _limit(session: Session, pages: int) -> None:
    session.execute(text(f"PRAGMA max_page_count = {pages}"))


@asynccontextmanager
async def no_room(database: Database) -> AsyncIterator[None]:
    """SQLite takes not one page more: what it says is what a full disk makes it say."""
    pages = await database.run(lambda s: s.execute(text("PRAGMA page_count")).scalar_one())
    await database.run(lambda s: _limit(s, pages))
    yield
    await database.run(lambda s: _limit(s, 2**30))


async def fill(town: Town) -> None:
    """Store what comes in, until there is no room for more."""
    while True:
        await town.citizen(8, "Bình").user.sends(LONG)
        await town.inbox.store([to_raw(update) for update in town.telegram.pending_updates()])
        town.telegram.take_updates()


async def test_on_a_full_disk_nothing_is_acknowledged_and_everything_is_done_once_there_is_room(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    officer, an = await town.officer(900), town.citizen()
    async with no_room(town.database):
        with pytest.raises(DatabaseError) as full:
            await fill(town)
        assert "full" in str(full.value)
        assert is_away(full.value)  # so the webhook answers 503, polling waits, and workers go on
        assert town.telegram.pending_updates()
    await town.settle()
    assert not town.telegram.pending_updates()
    assert {row.state for row in await rows(town.database, Inbox)} == {QueueState.DONE}
    await tells(an, THEFT)
    assert len(await rows(town.database, Tip)) == 1
    assert "Tin số 1" in officer.text


async def test_a_turn_that_finds_no_room_leaves_its_message_waiting_and_nothing_half_done(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    an = town.citizen()
    await an.user.starts()
    await town.inbox.store([to_raw(update) for update in town.telegram.take_updates()])
    async with no_room(town.database):
        with pytest.raises(DatabaseError) as full:
            await _turns_until_full(town)
        assert is_away(full.value)
        waiting = [r for r in await rows(town.database, Inbox) if r.state is QueueState.WAITING]
        assert waiting
    await town.settle()
    assert {row.state for row in await rows(town.database, Inbox)} == {QueueState.DONE}
    assert len(an.texts) == len(set(an.texts)) == 1


async def _turns_until_full(town: Town) -> None:
    """Let people come until one of them cannot be answered."""
    number = 100
    while True:
        await town.intake.take()
        number += 1
        await town.citizen(number, "Người mới").user.sends("/help")
        await town.inbox.store([to_raw(update) for update in town.telegram.take_updates()])


NOTHING = 4096  #: bytes: no file grows beyond, so not one page more is written to the journal
#: The log is a file too, and not what is full here.
UNHEARD = f"""
import os
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 1), os.dup2(nowhere, 2)
{MAIN}
"""


async def test_the_program_says_that_its_disk_is_full_and_goes_on_once_there_is_room(
    configure: Configure, telegram: FakeTelegram
) -> None:
    program = configure(webhook=True)
    program.code = UNHEARD
    await program.start_and_be_ready()
    an = telegram.user(CITIZEN, "An")
    await an.starts()
    await seen(telegram, lambda: an.texts)

    program.lets_files_grow_to(NOTHING)
    await an.sends("/help")
    await program.until(lambda failing: "database" in failing)
    assert telegram.pending_updates()
    assert telegram.updates.webhook.last_error is not None
    assert "503" in telegram.updates.webhook.last_error[1]

    program.lets_files_grow_to(resource.RLIM_INFINITY)
    await program.until(lambda failing: failing == [])
    await seen(telegram, lambda: len(an.texts) == 2)
    assert not telegram.pending_updates()
    assert await program.stop() == 0

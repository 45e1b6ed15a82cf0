"""What happens is counted when it is certain: after its commit, and never because of what was undone."""

import asyncio
from unittest.mock import patch

import pytest

from handlers.telegram.receive import to_raw
from storage.database import DatabaseError
from storage.states import Channel
from tests.journeys.telling import SEND, THEFT, tells
from tests.town import Town
from tips import filing
from tips.inbox import Inbox


async def test_every_filed_tip_is_counted_once(sqlite_town: Town) -> None:
    counted: list[int] = []
    sqlite_town.intake.filed = counted.append
    await tells(sqlite_town.citizen(7), THEFT)
    await tells(sqlite_town.citizen(8), THEFT)
    assert sum(counted) == 2


async def test_a_tip_whose_filing_was_undone_is_not_counted(sqlite_town: Town) -> None:
    counted: list[int] = []
    sqlite_town.intake.filed = counted.append
    an = sqlite_town.citizen(7)
    await an.says(THEFT)
    with patch.object(filing, "_receipt", side_effect=ZeroDivisionError):
        await an.presses(SEND)
    assert sum(counted) == 0
    await sqlite_town.pass_time(seconds=2)  # the second try, once what was wrong is mended
    assert sum(counted) == 1


async def test_updates_are_counted_when_they_are_stored(sqlite_town: Town) -> None:
    received: list[Channel] = []
    town = sqlite_town
    inbox = Inbox(town.database, town.clock, asyncio.Event(), received.append)
    await town.citizen(7).user.sends("có trộm")
    updates = [to_raw(update) for update in town.telegram.pending_updates()]
    with (
        patch.object(town.database, "run", side_effect=DatabaseError),
        pytest.raises(DatabaseError),
    ):
        await inbox.store(updates)
    assert received == []
    await inbox.store(updates)
    assert received == [Channel.TELEGRAM]

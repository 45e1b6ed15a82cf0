"""What one process says of itself."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.foundation import Foundation, foundation
from bot.metrics import Metrics
from bot.process import Process
from bot.settings import read_settings
from bot.wakeups import WakeUps
from storage.database import Database, DatabaseError


class Asked(Database):
    """Counts its transactions, and fails those that `faults` has one for."""

    def __init__(self, real: Database, faults: Sequence[Exception] = ()) -> None:
        self.keyring, self._real, self._faults, self.count = real.keyring, real, list(faults), 0

    async def run(self, work: Any) -> Any:
        self.count += 1
        if self._faults:
            raise self._faults.pop()
        return await self._real.run(work)


def process(base: Foundation, database: Database) -> Process:
    return Process(replace(base, database=database), [], Metrics(), WakeUps(), "one")


async def test_however_often_anybody_asks_the_database_writes_once_a_second() -> None:
    async with foundation(read_settings()) as base:
        asked = Asked(base.database)
        ours = process(base, asked)
        await asyncio.gather(*(ours.database_takes() for _ in range(20)))
        for _ in range(20):
            assert await ours.database_takes()
        assert asked.count == 1


async def test_after_that_it_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.process.ANSWER_HOLDS", timedelta())
    async with foundation(read_settings()) as base:
        ours = process(base, Asked(base.database, [DatabaseError("away")]))
        with pytest.raises(DatabaseError):
            await ours.database_takes()
        assert await ours.database_takes()

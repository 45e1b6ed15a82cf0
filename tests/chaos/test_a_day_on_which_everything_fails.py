"""A small day in bad weather; `make chaos` plays a long one."""

from pathlib import Path

import pytest

from routing import Router
from storage.database import Database
from tests.chaos.day import Day
from tests.clock import FakeClock
from tests.town import make_town


@pytest.mark.parametrize("seed", [4])
async def test_whatever_fails_nothing_is_lost_doubled_or_shown_to_the_wrong_person(
    seed: int, database: Database, tmp_path: Path
) -> None:
    async with make_town(database, FakeClock(), tmp_path, Router.load(("37",))) as town:
        report = await Day(town, seed, citizens=24).play(40, lambda _: None)
    assert report.breaches == [], str(report)
    assert report.tips >= 3, str(report)
    assert report.faults > 20, str(report)

"""Who did not get Monday's summary, or got somebody else's, is told at the end of a simulation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.rehearsal.officers import Habit
from tests.invariants import Said
from tests.simulation.ending import WEEKLY, Summaries
from tests.simulation.entries import Post
from tests.simulation.posts import Service
from tests.simulation.watching import Handed
from tests.simulation.world import settings_in

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = timedelta(days=1)
MONDAYS = [datetime(2026, 1, day, 0, 31, tzinfo=UTC) for day in (5, 12, 19)]  #: half past seven
UNIT = "xã Hải Xuân"


def looked_at(
    tmp_path: Path, *got: tuple[datetime, str, str], until: datetime | None = None
) -> list[str]:
    handed = [Handed(at, Said(chat, f"{WEEKLY} 1 · {unit}"), True) for at, chat, unit in got]
    service = Service(Post(1, 0, Habit.PROMPT), "900001", START, until)
    end = START + 20 * DAYS
    settings = settings_in(tmp_path)
    summaries = Summaries(handed, [service], lambda _: UNIT, settings, START, end)
    return [*summaries.breaches(), *["repeated"] * summaries.repeated]


def test_three_weeks_three_summaries(tmp_path: Path) -> None:
    assert looked_at(tmp_path, *[(at, "900001", UNIT) for at in MONDAYS]) == []


@pytest.mark.parametrize(
    ("got", "said"),
    [
        ([(at, "900001", UNIT) for at in MONDAYS[:2]], "officer 900001 got no summary"),
        ([(at, "900001", UNIT) for at in [*MONDAYS, MONDAYS[2]]], "repeated"),
        ([(at, "900001", "xã Giao Hưng") for at in MONDAYS], "officer 900001 of xã Hải Xuân got"),
        (
            [*[(at, "900001", UNIT) for at in MONDAYS], (MONDAYS[1], "1000007", UNIT)],
            "['1000007'] got the summary of 12.01.2026",
        ),
    ],
)
def test_what_is_missing_double_or_somebody_elses_is_told(
    tmp_path: Path, got: list[tuple[datetime, str, str]], said: str
) -> None:
    told = looked_at(tmp_path, *got)
    assert told
    assert told[0].startswith(said)


def test_who_has_left_is_owed_nothing(tmp_path: Path) -> None:
    got = [(at, "900001", UNIT) for at in MONDAYS[:2]]
    assert looked_at(tmp_path, *got, until=START + 10 * DAYS) == []

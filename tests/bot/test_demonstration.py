"""`tinbao demo`: invented weeks in the try-out database, and never anywhere else."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import demonstration, office
from bot.errors import StartError
from bot.foundation import foundation
from bot.settings import read_settings
from storage.database import Session
from storage.models import Delivery, Event, Tip
from storage.states import EventKind, QueueState
from tests.bot.installations import TOKEN

WEEKS, SEED = 1, 1
END = datetime(2026, 11, 20, 10, tzinfo=UTC)  #: a Friday afternoon


def _silent(_what: str, _done: int, _total: int) -> None:
    return None


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demonstration lived through a few days."""
    folder = tmp_path_factory.mktemp("demo") / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINBAO_DATA_DIR", str(folder))
        patch.setattr("bot.demonstration.WEEK", demonstration.WEEK / 4)
        said = demonstration.fill(read_settings(), WEEKS, SEED, END, _silent)
    assert re.match(r"\d+ invented tips in \d+ communes: \d+ were taken in hand, ", said)
    assert str(folder / "demo.db") in said
    return folder


@pytest.fixture
def _there(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_DATA_DIR", str(filled))


@pytest.mark.usefixtures("_there")
async def test_its_tips_are_filed_taken_and_closed_as_real_ones_are() -> None:
    def look(session: Session) -> None:
        kinds = {event.kind for event in session.query(Event)}
        assert {EventKind.FILED, EventKind.ACKNOWLEDGED} <= kinds
        assert len({tip.commune_code for tip in session.query(Tip)}) > 1
        assert len({tip.category for tip in session.query(Tip)}) > 2
        waiting = session.query(Delivery).where(Delivery.state == QueueState.WAITING)
        assert waiting.count() == 0

    async with foundation(read_settings()) as base:
        await base.database.read(look)


@pytest.mark.usefixtures("_there")
async def test_the_weekly_report_counts_them() -> None:
    async with foundation(read_settings()) as base:
        newest = await base.database.read(lambda s: max(tip.received_at for tip in s.query(Tip)))
        year, week, _ = newest.isocalendar()
        asked = office.AskedWeek(f"{year}-W{week:02}", "", "37", None)
        assert "tin" in await office.weekly(base, asked)


@pytest.mark.usefixtures("_there")
def test_a_database_that_has_tips_is_left_alone() -> None:
    with pytest.raises(StartError, match="has tips already"):
        demonstration.fill(read_settings(), WEEKS, SEED, END, _silent)


def test_beside_a_real_database_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", TOKEN)
    with pytest.raises(StartError, match="for trying out only"):
        demonstration.fill(read_settings(), WEEKS, SEED, END, _silent)
    assert not Path("var").exists()

"""What whoever starts the program is told, and what it leaves on the disk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.programs import Program

AGENCY = {
    "AGENCY_NAME": "Công an tỉnh Ninh Bình",
    "AGENCY_DECISION": "Quyết định số 12/QĐ-UBND",
    "AGENCY_URL": "https://example.vn",
}


@pytest.fixture
async def trial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Program]:
    """The program with nothing configured, running."""
    program = Program.configured(monkeypatch, tmp_path)
    await program.start_and_be_ready()
    yield program
    await program.close()


async def test_a_trial_says_where_to_try_it_and_names_its_roles_in_plain_words(
    trial: Program,
) -> None:
    assert f"Trying out: open {trial.url}/ (tips go to demo.db)" in trial.log
    assert "roles=poll,scheduler,web,worker" in trial.log


async def test_a_second_one_says_only_why_it_may_not(trial: Program) -> None:
    before = trial.log
    second = Program(trial.folder)
    await second.start()
    assert await second.ended() == 2
    said = trial.log.removeprefix(before)
    assert "another tinbao already serves" in said
    assert "Trying out" not in said


async def test_the_database_is_its_owners_alone(trial: Program) -> None:
    files = [trial.folder / "data" / f"demo.db{end}" for end in ("", "-wal", "-shm")]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


async def test_an_agency_without_a_channel_is_warned_that_nobody_can_send_a_tip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = Program.configured(monkeypatch, tmp_path, **AGENCY)
    try:
        await program.start_and_be_ready()
        assert "no_channel" in program.log
        assert "Trying out" not in program.log
    finally:
        await program.close()

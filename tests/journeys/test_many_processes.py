"""Several processes on one PostgreSQL, each with its part: they join, wake and replace each other."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from storage.models import Duty
from tests.fake_telegram import FakeTelegram
from tests.journeys.conftest import Configure
from tests.journeys.test_the_process import CITIZEN, NAME, join, play, row_counts, story
from tests.programs import IMPATIENT, MAIN, Program, beside, free_port, seen


def another(program: Program, *roles: str, code: str = IMPATIENT) -> Program:
    """One more process on the same database, with a port and a log of its own."""
    folder = program.folder / f"process-{free_port()}"
    folder.mkdir()
    arguments = ("--roles", ",".join(roles)) if roles else ()
    return replace(
        program, folder=folder, port=free_port(), arguments=arguments, code=code, _child=None
    )


async def start_all(monkeypatch: pytest.MonkeyPatch, programs: Sequence[Program]) -> None:
    for program in programs:
        monkeypatch.setenv("TINBAO_HTTP_PORT", str(program.port))
        await program.start_and_be_ready()  # the first makes the keys


async def close_all(programs: Sequence[Program]) -> None:
    for program in programs:
        await program.close()


async def poller(program: Program) -> str:
    """The process that polls, by the name it gives itself."""
    async with beside(program) as base:
        return await base.database.read(lambda s: s.query(Duty).one().owner)


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


async def test_a_tip_goes_through_processes_that_each_do_a_part_of_the_way(
    configure: Configure, telegram: FakeTelegram, postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    base = configure(DATABASE_URL=plain(postgresql_url))
    programs = [
        another(base, *roles)
        for roles in (("poll",), ("worker",), ("worker",), ("web", "scheduler"))
    ]
    try:
        await start_all(monkeypatch, programs)
        officer = await join(base, telegram)
        an = telegram.user(CITIZEN, NAME)
        for act in story(an, officer):
            await play(act, telegram)
        found = await row_counts(base)
        assert found["tips"] == 1
        assert [await program.stop() for program in programs] == [0] * 4
    finally:
        await close_all(programs)


async def test_when_the_process_that_polls_is_killed_another_polls(
    configure: Configure, telegram: FakeTelegram, postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    base = configure(DATABASE_URL=plain(postgresql_url))
    programs = [another(base) for _ in range(2)]
    try:
        await start_all(monkeypatch, programs)
        an = telegram.user(CITIZEN, NAME)
        await an.starts()
        await seen(telegram, lambda: an.texts)
        owner = await poller(base)
        (polls,) = [p for p in programs if owner in p.log]
        (stands_ready,) = [p for p in programs if p is not polls]
        await polls.kill()
        await an.sends("/help")
        await seen(telegram, lambda: len(an.texts) == 2)
        assert await poller(base) != owner
        assert await stands_ready.stop() == 0
    finally:
        await close_all(programs)


async def test_on_sqlite_a_part_is_refused_with_one_line(
    configure: Configure, tmp_path: Path
) -> None:
    program = configure()
    program.arguments = ("--roles", "worker")
    await program.start()
    assert await program.ended() == 2
    (line,) = program.log.splitlines()
    assert "on SQLite one process does everything" in line


@pytest.mark.parametrize("end", ["return", "raise asyncio.CancelledError"])
async def test_polling_that_ends_in_silence_ends_the_process(
    end: str, configure: Configure, telegram: FakeTelegram
) -> None:
    program = configure()
    program.code = f"""
import asyncio
from handlers.telegram.polling import Polling
async def run(self): {end}
Polling.run = run
{MAIN}
"""
    await program.start()
    assert await program.ended() == 1
    assert "SilentDeathError" in program.log


async def test_polling_that_stands_still_ends_the_process(
    configure: Configure, telegram: FakeTelegram
) -> None:
    program = configure()
    program.code = f"""
import asyncio
from datetime import timedelta
from bot import watchdog
from handlers.telegram.polling import Polling
watchdog.LOOK = watchdog.SILENCE = timedelta(milliseconds=10)
async def poll(self): await asyncio.Event().wait()
Polling.poll = poll
{MAIN}
"""
    await program.start()
    assert await program.ended() == 1
    assert "polling_is_silent" in program.log

"""The database server itself is stopped and started again under the running program."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Postgres, careless, start_server
from tests.fake_telegram import FakeTelegram
from tests.journeys.conftest import Configure
from tests.journeys.test_the_process import CITIZEN, NAME
from tests.programs import seen


@pytest.fixture
async def server() -> AsyncIterator[Any]:
    """A server of this test's own, whatever the others use."""
    home = Path(tempfile.mkdtemp(prefix="tinbao-"))
    server = start_server(home)
    yield server
    server.cleanup()
    shutil.rmtree(home)


async def test_a_server_that_is_restarted_loses_nothing_and_everybody_is_answered_once(
    server: Any, configure: Configure, telegram: FakeTelegram
) -> None:
    url = careless(Postgres(server.get_uri())).make_migrated()
    program = configure(webhook=True, DATABASE_URL=url.replace("postgresql+psycopg", "postgresql"))
    await program.start_and_be_ready()
    before, meanwhile = telegram.user(CITIZEN, NAME), telegram.user(CITIZEN + 1, "Bình")
    await before.starts()
    await seen(telegram, lambda: before.texts)

    server.stop()
    await meanwhile.starts()
    await program.until(lambda failing: "database" in failing)
    assert telegram.pending_updates()
    assert not meanwhile.texts

    server.start()
    await seen(telegram, lambda: meanwhile.texts)
    await program.until(lambda failing: failing == [])
    await before.sends("/help")
    await seen(telegram, lambda: len(before.texts) == 2)
    assert (len(before.texts), len(meanwhile.texts)) == (2, 1)
    assert "wake_ups_not_heard" in program.log
    assert await program.stop() == 0

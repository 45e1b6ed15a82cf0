"""The stage of the crash tests: each way in and each database once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from storage.database import Session
from storage.sealing import Keyring
from storage.states import Role
from tests.crash.life import HOST, WEBHOOK, Orders
from tests.crash.nursery import Nursery, nursery
from tests.crash.stage import Stage
from tests.fake_telegram import serve
from tests.fake_telegram.updates import Webhook
from tests.programs import free_port
from tests.town import Town

LIFE = "life"  #: by this name the server knows the lives
SECRET = "not-for-everybody"
#: They meet only in the statement that stores an update.
WAYS = {"sqlite": "webhook", "postgresql": "polling"}


@pytest.fixture
async def lives() -> AsyncIterator[Nursery]:
    async with nursery() as opened:
        yield opened


@pytest.fixture
async def stage(
    town: Town, lives: Nursery, database_url: str, keyring: Keyring, tmp_path: Path
) -> AsyncIterator[Stage]:
    officers = [await town.officer(900), await town.officer(901)]
    await town.officer(990, Role.DESK, None)
    way = WAYS[make_url(database_url).get_backend_name()]
    port = free_port() if way == "webhook" else 0
    if port:
        town.telegram.updates.webhook = Webhook(f"http://{HOST}:{port}{WEBHOOK}", SECRET)
    on_postgresql = way == "polling"
    named = make_url(database_url).update_query_dict({"application_name": LIFE})
    life_url = named.render_as_string(hide_password=False) if on_postgresql else database_url
    async with serve(town.telegram) as api:

        def orders(last: int) -> Orders:
            return Orders(
                url=life_url,
                hash_key=keyring.hash_key.hex(),
                sealing_key=keyring.sealing_keys[1].hex(),
                folder=tmp_path,
                api=api,
                token=town.telegram.token,
                at=town.clock(),
                last=last,
                port=port,
                secret=SECRET,
                expected=len(town.telegram.pending_updates()),
            )

        async def buried() -> None:
            async with asyncio.timeout(20):
                while on_postgresql and await town.database.read(_is_at_work):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

        yield Stage(town, lives, orders, officers, buried)


def _is_at_work(session: Session) -> bool:
    """Tell whether the server does anything for lives: for one that was killed it goes on for a moment."""
    count = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
    return bool(session.execute(count, {"name": LIFE}).scalar_one())

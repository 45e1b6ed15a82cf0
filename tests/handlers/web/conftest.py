"""The web door on a real inbox, reached over ASGI like a browser on this machine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from handlers.web.mailboxes import Mailboxes
from handlers.web.routes import routes
from handlers.web.send import WebDoor
from handlers.web.uploads import Uploads
from storage.database import Database
from storage.files import FileStore
from storage.sealing import Keyring
from tests.clock import FakeClock
from tests.handlers.web.echo import EchoInbox
from words.texts import Texts

ORIGIN = "http://127.0.0.1:8080"
HEADERS = {"host": "127.0.0.1:8080", "origin": ORIGIN}
PEER = ("127.0.0.1", 50000)


def unit_name(address: str) -> str:
    return "Trực ban" if address == "desk" else f"Công an xã {address}"


@pytest.fixture
def uploads(tmp_path: Path, keyring: Keyring, clock: FakeClock) -> Uploads:
    return Uploads(FileStore(tmp_path / "uploads", keyring), clock)


@pytest.fixture
def door(uploads: Uploads, clock: FakeClock) -> WebDoor:
    return WebDoor(Mailboxes(clock), uploads)


@pytest.fixture
async def sqlite(sqlite_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    database = Database(sqlite_url, keyring)
    yield database
    await database.close()


@pytest.fixture
def inbox(sqlite: Database, clock: FakeClock, door: WebDoor) -> EchoInbox:
    return EchoInbox(sqlite, clock, asyncio.Event()).answered_by(door)


@pytest.fixture
def app(inbox: EchoInbox, door: WebDoor, clock: FakeClock) -> Starlette:
    return Starlette(routes=routes(inbox, door, unit_name, Texts(), clock))


@pytest.fixture
async def stranger(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on this machine that has not said hello yet."""
    transport = httpx.ASGITransport(app, client=PEER)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=HEADERS) as client:
        yield client


@pytest.fixture
async def browser(stranger: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser on this machine whose page has said hello."""
    assert (await stranger.post("/web/hello")).status_code == 204
    return stranger


@pytest.fixture
async def make_browser(
    app: Starlette,
) -> AsyncIterator[Callable[[], Awaitable[httpx.AsyncClient]]]:
    """Makes further browsers, each another visitor."""
    async with AsyncExitStack() as stack:

        async def make() -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app, client=PEER)
            client = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=HEADERS)
            await stack.enter_async_context(client)
            await client.post("/web/hello")
            return client

        yield make

"""Real browsers on the real page. Where there is no Chromium, the run says so in its last line."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect
from prometheus_client import CollectorRegistry

from bot.server import listen, make_app, serving
from handlers.web.mailboxes import Mailboxes
from handlers.web.routes import routes
from handlers.web.send import WebDoor
from handlers.web.uploads import LARGEST, Uploads
from storage.database import Database
from storage.files import FileStore
from storage.sealing import Keyring
from tests.browser.site import Site, unit_name
from tests.handlers.web.echo import EchoInbox
from words.texts import Texts

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = (
    "The browser tests did NOT run: there is no chromium here. "
    "Get it with: apt-get install -y chromium fonts-dejavu"
)
HERE = Path(__file__).parent
DESKTOP = ViewportSize(width=1280, height=860)
ZONE = "Asia/Ho_Chi_Minh"
NETWORK = "Failed to load resource"  #: how Chromium begins a line about a broken connection
PATIENCE = 20_000  #: ms; the machine may be busy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Print after everything: pytest's own last line comes later than any summary hook."""
    if CHROMIUM is None:
        print(MISSING)  # noqa: T201


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    expect.set_options(timeout=PATIENCE)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(sqlite_url: str, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Site]:
    """The page on a server of its own, with the echo desk behind it."""
    database = Database(sqlite_url, keyring)
    uploads = Uploads(FileStore(tmp_path / "uploads", keyring), now)
    door = WebDoor(Mailboxes(now), uploads)
    inbox = EchoInbox(database, now, asyncio.Event()).answered_by(door)
    own = routes(inbox, door, unit_name, Texts(), now)
    app = make_app({}, CollectorRegistry(), (), own, max_body=LARGEST)
    listener = listen("127.0.0.1", 0)
    async with serving(app, listener):
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", door, inbox)
        door.mailboxes.close()
    await database.close()


def now() -> datetime:
    return datetime.now(UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, site: Site) -> AsyncIterator[Page]:
    """The page open in a fresh browser; anything it complains about on its console is a failure."""
    context = await chromium.new_context(viewport=DESKTOP, locale="vi-VN", timezone_id=ZONE)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    await page.goto(site.url)
    yield page
    await context.close()
    assert [line for line in complaints if not line.startswith(NETWORK)] == []

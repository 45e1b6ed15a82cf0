"""The whole program as a newcomer starts it, and one tip walked from the left phone to the right and back."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.server import listen
from tests.browser.conftest import DESKTOP, ZONE
from tests.browser.site import Phone
from words.texts import Language, Texts

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROJECT = Path(__file__).parents[2]
NARROW = ViewportSize(width=390, height=844)
TIP = "co trom xe o xom 5 hai xuan toi qua"


def said(key: str) -> str:
    return Texts()(key, Language.VI)


class Program:
    """`tinbao run` with nothing configured, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with listen("127.0.0.1", 0) as listener:
            self.port = listener.getsockname()[1]
        self.process: Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def start(self) -> None:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("TINBAO_")}
        own = {"TINBAO_DATA_DIR": str(self.folder / "var"), "TINBAO_HTTP_PORT": str(self.port)}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=self.folder, stdout=PIPE, stderr=STDOUT,
            env={**bare, **own, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert self.process.stdout is not None
        await self.process.stdout.readuntil(b"listening")

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        """End the program; return what it wrote since it was up."""
        self.process.send_signal(how)
        written, _ = await self.process.communicate()
        return written.decode()


@pytest_asyncio.fixture(loop_scope="session")
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path)
    await program.start()
    yield program
    if program.process.returncode is None:
        await program.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def newcomer(chromium: Browser, program: Program) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport=DESKTOP, locale="vi-VN", timezone_id=ZONE)
    page = await context.new_page()
    await page.goto(program.url)
    yield page
    await context.close()


@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "phone"])
async def test_a_tip_goes_to_the_right_commune_and_its_answer_comes_back(
    newcomer: Page, size: ViewportSize
) -> None:
    await newcomer.set_viewport_size(size)
    citizen, officer = Phone(newcomer, "citizen"), Phone(newcomer, "officer")

    # One sentence without an accent is enough for a summary …
    await citizen.turn_to()
    await citizen.say(TIP)
    await expect(citizen.newest).to_contain_text("xã Hải Xuân")
    # … and one tap sends it.
    await citizen.press(said("choice.send"))
    await expect(citizen.newest).to_contain_text(
        re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}\b")
    )
    await expect(citizen.newest).to_contain_text(said("trial.notice"))

    # The officer of that commune has it, without the reporter's words, and takes it with one tap.
    await officer.turn_to()
    await expect(officer.newest).to_contain_text("Công an xã Hải Xuân")
    await expect(officer.newest).not_to_contain_text(TIP)
    await officer.press(said("choice.officer.take"))
    await expect(officer.newest).to_contain_text(said("choice.officer.close"))

    # The words come on a button, protected.
    await officer.press(said("choice.officer.details"))
    await expect(officer.newest.locator("blockquote")).to_have_text(TIP)
    await expect(officer.newest.locator("article")).to_have_css("user-select", "none")

    # The citizen is told that there is news, and reads it.
    await citizen.turn_to()
    await expect(citizen.newest).to_contain_text(said("status.pushed"))
    await citizen.press(said("choice.menu.status"))
    taken = said_up_to("status.acknowledged")
    await expect(citizen.newest).to_contain_text(taken)


async def test_a_killed_program_forgets_no_draft_and_the_open_page_goes_on(
    newcomer: Page, program: Program
) -> None:
    citizen, officer = Phone(newcomer, "citizen"), Phone(newcomer, "officer")
    await citizen.say(TIP)
    await expect(citizen.newest).to_contain_text("xã Hải Xuân")
    await program.stop(signal.SIGKILL)
    await citizen.press(said("choice.send"))
    await expect(citizen.screen.get_by_role("status")).to_be_visible()
    await program.start()
    await expect(officer.messages).to_have_count(1)
    await expect(officer.newest).to_contain_text("Công an xã Hải Xuân")


async def test_the_program_stops_in_peace_while_a_page_is_open(
    newcomer: Page, program: Program
) -> None:
    await Phone(newcomer, "citizen").say(TIP)
    await Phone(newcomer, "citizen").sees(TIP, said("trial.notice"), "xã Hải Xuân")
    written = await program.stop()
    assert program.process.returncode == 0
    assert "exceeded" not in written  # no stream had to be cut off
    assert "Traceback" not in written
    assert TIP not in written


def said_up_to(key: str) -> str:
    """Return what a sentence says before its first fact."""
    return Texts()(key, Language.VI, time="{").partition("{")[0].strip()

"""The page as a person meets it: what stands on the two phones, and what one does there."""

from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from handlers.web.send import WebDoor
from tests.handlers.web.echo import EchoInbox


def unit_name(address: str) -> str:
    return "Trực ban Công an tỉnh" if address == "desk" else "Công an xã Hải Xuân"


@dataclass(frozen=True, slots=True)
class Site:
    """A running try-out page behind which the echo desk answers."""

    url: str
    door: WebDoor
    inbox: EchoInbox


@dataclass(frozen=True, slots=True)
class Phone:
    """One of the two phones on an open page."""

    page: Page
    name: str

    @property
    def screen(self) -> Locator:
        return self.page.locator(f"#{self.name}")

    @property
    def messages(self) -> Locator:
        return self.screen.locator(".log > li")

    @property
    def newest(self) -> Locator:
        return self.messages.last

    async def turn_to(self) -> None:
        """Where only one phone fits on the screen, show this one."""
        switch = self.page.locator(f'.switch [data-phone="{self.name}"]')
        if await switch.is_visible():
            await switch.click()
        await expect(self.screen).to_be_visible()

    async def say(self, text: str) -> None:
        await self.screen.locator("textarea").fill(text)
        await self.screen.locator("textarea").press("Enter")

    async def press(self, label: str) -> None:
        await self.screen.get_by_role("button", name=label).last.click()

    async def attach(self, *files: Path) -> None:
        await self.screen.locator("input[type=file]").set_input_files(files)

    async def sees(self, *texts: str) -> None:
        """Wait until the screen holds exactly these messages, each by some of its words."""
        await expect(self.messages).to_have_count(len(texts))
        for n, text in enumerate(texts):
            await expect(self.messages.nth(n)).to_contain_text(text)

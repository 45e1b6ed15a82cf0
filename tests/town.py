"""A town for journeys: the whole program on a fake Telegram, moved by hand between still moments."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch
from zoneinfo import ZoneInfo

from telegram import Bot

from handlers.telegram.receive import to_raw
from handlers.telegram.send import TelegramDoor
from routing import Router
from storage.database import Database, Session
from storage.files import FileStore
from storage.models import Officer
from storage.states import Channel, Priority, Role
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser, Message, offline_bot
from tips import deadlines, intake
from tips.cleaning.cleaner import Cleaner
from tips.cleaning.verdicts import Limits as CleaningLimits
from tips.conversation.world import Policy
from tips.deliveries import Deliveries
from tips.desk import Desk, Limits, Transaction
from tips.evidence import EvidenceRoom
from tips.inbox import Inbox
from tips.intake import Intake
from tips.messages import SendError
from tips.officers import invitations
from tips.officers.invitations import Post
from tips.voice import Voices
from words.texts import Texts

T = TypeVar("T")

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HAI_XUAN, HAI_HAU, NINH_BINH = "14308", "14215", "37"
TARGETS = {
    Priority.P1: timedelta(minutes=15),
    Priority.P2: timedelta(hours=2),
    Priority.P3: timedelta(hours=24),
}


def make_desk(router: Router, folder: Path, database: Database, *, trial: bool = False) -> Desk:
    policy = Policy(
        province="Ninh Bình",
        agency="Công an tỉnh Ninh Bình",
        decision="12/QĐ",
        url="https://example.vn",
        bot_name=lambda: "tinbao_bot",
    )
    return Desk(
        router=router,
        voices=Voices(Texts(), ZONE, trial),
        policy=policy,
        limits=Limits(TARGETS),
        files=FileStore(folder / "media", database.keyring),
        home_province=NINH_BINH,
        free_disk=lambda: 10**12,
    )


class Town:
    """Citizens, officers and the desk between them. Nothing happens until `settle`."""

    def __init__(
        self, telegram: FakeTelegram, bot: Bot, database: Database, desk: Desk, clock: FakeClock
    ) -> None:
        self.telegram, self.bot, self.database = telegram, bot, database
        self.desk, self.clock = desk, clock
        self.door = TelegramDoor(bot, "Gửi vị trí", self._download)
        self._start_process("first")

    def _start_process(self, owner: str) -> None:
        doors = {Channel.TELEGRAM: self.door}
        self.inbox = Inbox(self.database, self.clock, asyncio.Event())
        self.intake = Intake(self.database, self.desk, doors, self.clock, asyncio.Event(), owner)
        self.deliveries = Deliveries(
            self.database,
            self.desk,
            Channel.TELEGRAM,
            self.door,
            self.clock,
            owner,
            pace=timedelta(0),
        )
        self.evidence = EvidenceRoom(
            self.database,
            doors,
            Cleaner(CleaningLimits(), 1),
            self.desk.files,
            self.clock,
            owner,
            self.desk.limits.evidence_size,
        )

    async def _download(self, url: str, limit: int) -> bytes:
        """As handlers.telegram.download, on the fake wire."""
        content = await self.bot.request.retrieve(url)
        if len(content) > limit:
            raise SendError("too_large", permanent=True)
        return bytes(content)

    def restart(self) -> None:
        """Forget everything that is only in memory."""
        self._start_process("second")

    async def settle(self) -> None:
        """Let everything happen that is due now."""
        while await self._step():
            pass

    async def _step(self) -> bool:
        updates = self.telegram.pending_updates()
        await self.inbox.store([to_raw(update) for update in updates])
        self.telegram.take_updates()  # confirmed, now that they are stored
        taken = await self.intake.take()
        fetched = await self.evidence.take()
        sent = await self.deliveries.send_due()
        await self.deliveries.drain()
        return bool(updates or taken or fetched or sent)

    async def at_once(self, processes: int = 2) -> None:
        """Let several processes take one message each of what has come in, at the same moment."""
        updates = self.telegram.take_updates()
        await self.inbox.store([to_raw(update) for update in updates])
        others = [replace(self.intake, owner=f"process {n}") for n in range(processes)]
        with patch.object(intake, "BATCH", 1):
            await asyncio.gather(*(other.take() for other in others))
        await self.settle()

    async def pass_time(self, **units: int) -> None:
        """Let time pass and do what time itself does."""
        self.clock.advance(timedelta(**units))
        await self.run(deadlines.look)
        await self.settle()

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run a function of a desk's transaction."""
        return await self.database.run(
            lambda session: work(Transaction(session, self.desk, self.clock()))
        )

    # people -----------------------------------------------------------------------------------

    def citizen(self, number: int = 7, name: str = "An") -> "Person":
        return Person(self, self.telegram.user(number, name))

    async def officer(
        self, number: int, role: Role = Role.OFFICER, commune: str | None = HAI_XUAN, name: str = ""
    ) -> "Person":
        """Somebody who was invited and confirmed, and has a quiet screen."""
        post = Post(role, NINH_BINH, commune, name)
        secret = await self.run(lambda tx: invitations.invite(tx, post))
        person = Person(self, self.telegram.user(number, f"Officer {number}"))
        await person.starts(f"i{secret}")
        await self.run(self._confirm_newest)
        await self.settle()
        return person

    def _confirm_newest(self, tx: Transaction) -> None:
        newest = max(tx.session.query(Officer).all(), key=lambda officer: officer.id)
        invitations.confirm(tx, newest, None)

    async def desk_officer(self, number: int = 990) -> "Person":
        return await self.officer(number, Role.DESK, None)


class Person:
    """Someone with Telegram in their hand. Everything they do is answered before it returns."""

    def __init__(self, town: Town, user: FakeUser) -> None:
        self.town, self.user = town, user

    async def starts(self, payload: str | None = None) -> str:
        await self.user.starts(payload)
        return await self._answer()

    async def says(self, text: str) -> str:
        await self.user.sends(text)
        return await self._answer()

    async def presses(self, label: str, message: Message | None = None) -> str:
        await self.user.presses(label, message)
        return await self._answer()

    async def does(self, act: Awaitable[object]) -> str:
        """Anything a phone can do: `await an.does(an.user.sends_photo(…))`."""
        await act
        return await self._answer()

    async def _answer(self) -> str:
        await self.town.settle()
        return self.text

    @property
    def text(self) -> str:
        """What the newest message on the screen says."""
        return self._newest.text if self._newest else ""

    @property
    def texts(self) -> list[str]:
        return self.user.texts

    @property
    def buttons(self) -> list[str]:
        return list(self._newest.buttons) if self._newest else []

    @property
    def _newest(self) -> Message | None:
        """The newest message of the bot, but for the one that only brings the key «Gửi vị trí»."""
        said = (m for m in reversed(self.user.from_bot) if not m.keyboard)
        return next(said, None)


@asynccontextmanager
async def make_town(
    database: Database, clock: FakeClock, folder: Path, router: Router, *, trial: bool = False
) -> AsyncIterator[Town]:
    async with FakeTelegram(clock=clock) as telegram:
        bot = offline_bot(telegram)
        async with bot:
            yield Town(
                telegram, bot, database, make_desk(router, folder, database, trial=trial), clock
            )


async def rows(database: Database, model: type[T]) -> list[T]:
    def work(session: Session) -> list[T]:
        return list(session.query(model).all())

    return await database.read(work)

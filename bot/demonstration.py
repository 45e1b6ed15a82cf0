"""`tinbao demo`: weeks of an invented province, lived through by the real desk, for trying things out.

The people are those of `bot.rehearsal`, at the two phones of the try-out page, whose screens nobody sees.
Their time jumps; the database is the try-out page's own, never the real one.
"""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from bot.errors import StartError
from bot.foundation import Foundation, foundation
from bot.lock import only_process
from bot.progress import Progress
from bot.rehearsal.calendar import TIPS_A_WEEK, moments
from bot.rehearsal.citizens import Citizen, Temperament
from bot.rehearsal.clockwork import JumpingLoop, play, until
from bot.rehearsal.officers import Habit, Officer
from bot.rehearsal.phones import Seen
from bot.rehearsal.stories import invent
from bot.settings import Settings
from handlers.web.mailboxes import Mailboxes
from handlers.web.receive import Sent, citizen_address, to_raw
from handlers.web.send import WebDoor
from handlers.web.uploads import Uploads
from storage.database import Session, sqlite_path
from storage.models import Tip
from storage.states import Channel, EvidenceKind
from tips import deadlines, retention
from tips.deliveries import Deliveries
from tips.desk import Transaction
from tips.inbox import Inbox
from tips.intake import Intake
from tips.messages import Reply

WEEK = timedelta(weeks=1)
COMMUNES = 24  #: in which things happen
LOOK = timedelta(minutes=15)  #: between two looks at what is overdue
OWNER = "demo"


def fill(settings: Settings, weeks: int, seed: int, end: datetime, progress: Progress) -> str:
    """Let the `weeks` weeks before `end` pass in the try-out database; return what came of it.

    Raises:
        StartError: a real installation stands here, or the database has tips already.
    """
    if settings.is_configured:
        raise StartError(
            "tinbao demo is for trying out only, and an agency or a channel is set here; give the "
            "demonstration a place of its own, without TINBAO_TELEGRAM_TOKEN and TINBAO_AGENCY_NAME"
        )
    path = Path(sqlite_path(settings.database) or "")
    with only_process(path):
        made = play(lambda loop: _fill(loop, settings, weeks, seed, progress), end - weeks * WEEK)
    return f"{made} They lie in {path}; look at them with: make run, and: tinbao report weekly"


async def _fill(
    loop: JumpingLoop, settings: Settings, weeks: int, seed: int, progress: Progress
) -> str:
    async with foundation(settings) as base:
        if await base.database.read(lambda session: session.query(Tip).count()):
            path = sqlite_path(settings.database)
            raise StartError(f"{path} has tips already; move it away, or set TINBAO_DATA_DIR=demo")
        office = Office(base, loop)
        await Province(office, seed).live(weeks, progress)
        return await base.database.read(_made)


def _made(session: Session) -> str:
    tips = session.query(Tip)
    taken, closed = (
        tips.where(Tip.acknowledged_at.is_not(None)),
        tips.where(Tip.closed_at.is_not(None)),
    )
    late = tips.where(Tip.overdue_at.is_not(None))
    communes = len({tip.commune_code for tip in tips} - {None})
    return (
        f"{tips.count()} invented tips in {communes} communes: {taken.count()} were taken in hand, "
        f"{closed.count()} are closed, {late.count()} waited too long."
    )


class Office:
    """The desk behind the try-out page's door, served step by step."""

    def __init__(self, base: Foundation, loop: JumpingLoop) -> None:
        self.base, self.loop = base, loop
        self.mailboxes = Mailboxes(loop.now)
        self.phones: dict[str, WebPhone] = {}
        self._stored, self._owed = asyncio.Event(), asyncio.Event()
        door = RingingDoor(self.mailboxes, Uploads(base.files, loop.now), self.phones)
        self.inbox = Inbox(base.database, loop.now, self._stored)
        self._intake = Intake(
            base.database, base.desk, {Channel.WEB: door}, loop.now, self._owed, OWNER
        )
        self._deliveries = Deliveries(
            base.database, base.desk, Channel.WEB, door, loop.now, OWNER, pace=timedelta(0)
        )

    def phone(self, address: str) -> "WebPhone":
        return self.phones.setdefault(address, WebPhone(self, address))

    async def serve(self) -> None:
        """Answer whatever comes in."""
        while True:
            await self._stored.wait()
            self._stored.clear()
            while await self._intake.take():
                pass
            await self._send()

    async def keep_time(self) -> None:
        """Do what time itself does: what is overdue, and once a day what has outlived its use."""
        swept = self.loop.now().date()
        while True:
            await asyncio.sleep(LOOK.total_seconds())
            if await self.base.database.run(lambda s: deadlines.look(self._transaction(s))):
                await self._send()
            if swept != self.loop.now().date():
                swept = self.loop.now().date()
                await self.base.database.run(self._sweep)

    async def _send(self) -> None:
        await self._deliveries.send_due()
        await self._deliveries.drain()

    def _sweep(self, session: Session) -> None:
        retention.sweep(self._transaction(session), self.base.periods)

    def _transaction(self, session: Session) -> Transaction:
        return Transaction(session, self.base.desk, self.loop.now())


class RingingDoor(WebDoor):
    """The try-out page's door; a phone rings when something changes on its screen."""

    def __init__(
        self, mailboxes: Mailboxes, uploads: Uploads, phones: "dict[str, WebPhone]"
    ) -> None:
        super().__init__(mailboxes, uploads)
        self._phones = phones

    def _ring(self, address: str) -> None:
        if address in self._phones:
            self._phones[address].rung.set()

    async def send(self, address: str, reply: Reply) -> str:
        message_id = await super().send(address, reply)
        self._ring(address)
        return message_id

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        await super().edit(address, message_id, reply)
        self._ring(address)

    async def delete(self, address: str, message_ids: Sequence[str]) -> None:
        await super().delete(address, message_ids)
        self._ring(address)

    async def hide(self, address: str, message_id: str, kind: EvidenceKind) -> None:
        await super().hide(address, message_id, kind)
        self._ring(address)


class WebPhone:
    """One of the try-out page's phones."""

    def __init__(self, office: Office, address: str) -> None:
        self._office, self._address = office, address
        self.rung = asyncio.Event()
        self._newest: Sent | None = None

    def screen(self) -> Sequence[Seen]:
        return [
            Seen(
                bubble.id, bubble.reply.text, [c.label for row in bubble.reply.choices for c in row]
            )
            for bubble in self._office.mailboxes.shown(self._address)
        ]

    async def news(self) -> None:
        await self.rung.wait()
        self.rung.clear()

    async def says(self, text: str) -> None:
        await self._send(Sent(str(uuid.uuid4()), text=text))

    async def pins(self, latitude: float, longitude: float) -> None:
        await self._send(Sent(str(uuid.uuid4()), latitude=latitude, longitude=longitude))

    async def presses(self, message: Seen, label: str) -> None:
        bubble = self._office.mailboxes.find(message.id)
        choices = [c for row in bubble.reply.choices for c in row] if bubble else []
        data = next((choice.data for choice in choices if choice.label == label), None)
        if data is not None:
            await self._send(Sent(str(uuid.uuid4()), choice=data, on_message=message.id))

    async def corrects(self, text: str) -> None:
        """The page has no way to edit: said anew."""
        await self.says(text)

    async def repeats(self) -> None:
        if self._newest is not None:
            await self._send(self._newest)

    async def blocks(self) -> None:
        """The page cannot be blocked."""

    async def _send(self, sent: Sent) -> None:
        self._newest = sent
        place = self._office.mailboxes.next_number()
        await self._office.inbox.store([to_raw(sent, self._address, place)])


class Province:
    """The people of the demonstration."""

    def __init__(self, office: Office, seed: int) -> None:
        self._office, self._seed = office, seed
        self._chance = Random(f"demo {seed}")
        known = sorted(office.base.router.communes(), key=lambda commune: commune.code)
        self._communes = self._chance.sample(known, min(COMMUNES, len(known)))

    async def live(self, weeks: int, progress: Progress) -> None:
        loop = self._office.loop
        start = loop.now()
        async with asyncio.TaskGroup() as group:
            about = [
                group.create_task(work) for work in (self._office.serve(), self._office.keep_time())
            ]
            about += [group.create_task(officer.serve()) for officer in self._officers()]
            for number, moment in enumerate(
                moments(start, start + weeks * WEEK, TIPS_A_WEEK, self._chance)
            ):
                await until(loop, moment)
                progress("days", (moment - start).days, weeks * 7)
                about.append(group.create_task(self._visit(number)))
            await until(loop, start + weeks * WEEK)
            for task in about:
                task.cancel()

    def _officers(self) -> list[Officer]:
        """One phone for each commune and one for the desk, as the try-out page has them."""
        addresses = ["desk", *(f"officer:{commune.code}" for commune in self._communes)]
        habits = [Habit.PROMPT, *self._chance.choices(list(Habit), k=len(addresses) - 1)]
        return [
            Officer(self._office.phone(address), habit, Random(address), self._office.loop)
            for address, habit in zip(addresses, habits, strict=True)
        ]

    async def _visit(self, number: int) -> None:
        chance = Random(f"{self._seed} {number}")
        story = invent(self._office.base.router, self._communes, chance)
        phone = self._office.phone(citizen_address(f"demo-{number}"))
        await Citizen(phone, story, chance.choice(list(Temperament)), chance).visit()

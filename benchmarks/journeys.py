"""From a citizen's «Đồng ý và gửi» to the officer's phone, while the program works as it does in service.

The yardstick is the goal itself: 1.5 seconds for all but the slowest hundredth.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import databases
from benchmarks.citizens import Citizen, Json
from benchmarks.desks import PRESSES, certain
from benchmarks.phones import Phones
from benchmarks.table import Line, Scale, at_most
from bot.foundation import now
from bot.progress import Progress
from bot.repeating import repeat
from handlers.telegram.receive import to_raw
from handlers.telegram.send import LIMITS
from routing import Commune, Router
from storage import bursts
from storage.database import Database
from storage.sealing import Keyring
from storage.states import Channel, Role
from tests.clock import FakeClock
from tests.tips.offices import make_office
from tips.deliveries import Deliveries
from tips.inbox import Inbox
from tips.intake import Intake

SECONDS = {Scale.TINY: 1, Scale.REDUCED: 30, Scale.FULL: 300}
ALERTS = {Scale.TINY: 1, Scale.REDUCED: 10, Scale.FULL: 60}  #: seconds of the second line
STEADY, STORM = 5, 20  #: tips a second
GOAL = 1.5  #: seconds
FIRST_OFFICER, FIRST_CITIZEN = 900, 10_000


@dataclass(slots=True)
class Service:
    """The program at work, and the phones it writes to."""

    inbox: Inbox
    phones: Phones
    communes: Sequence[Commune]

    async def told(self, number: int) -> Citizen:
        """Let a citizen tell of an incident until only sending is left."""
        citizen = Citizen(FIRST_CITIZEN + number)
        commune = self.communes[number % len(self.communes)]
        await self._hear(citizen.says(f"mất trộm xe ở {commune.full_name}"))
        await self._press(citizen, PRESSES[0])
        await self.phones.button(str(citizen.number), PRESSES[1])
        return citizen

    async def sent(self, citizen: Citizen) -> float:
        """Let them send it; return when."""
        data = await self.phones.button(str(citizen.number), PRESSES[1])
        began = time.monotonic()
        await self._hear(citizen.presses(PRESSES[1], data))
        return began

    async def _press(self, citizen: Citizen, label: str) -> None:
        data = await self.phones.button(str(citizen.number), label)
        await self._hear(citizen.presses(label, data))

    async def _hear(self, update: Json) -> None:
        await self.inbox.store([to_raw(update)])

    async def rung(self, tips: int) -> list[float]:
        """Wait until an officer's phone rang for each tip; return when, in the order of the tips."""
        many = len(self.communes)
        return [
            await self.phones.rung(str(FIRST_OFFICER + number % many), number // many)
            for number in range(tips)
        ]


async def measure(scale: Scale, show: Progress) -> Sequence[Line]:
    steady, storm = STEADY * SECONDS[scale], STORM * ALERTS[scale]
    async with serving(steady) as service:
        whole = await _paced(steady, STEADY, show, lambda n: _whole(service, n))
        first = await _p99(service, whole)
    async with serving(storm) as service:
        people = [await service.told(n) for n in range(storm)]
        sent = await _paced(storm, STORM, show, lambda n: service.sent(people[n]))
        second = await _p99(service, sent)
    return [
        at_most(f"«gửi» to the officer's phone, {STEADY} tips/s, p99", first, GOAL, "s", 1),
        at_most(f"the same, {STORM} tips/s while receipts wait, p99", second, GOAL, "s", 1),
    ]


async def _whole(service: Service, number: int) -> float:
    return await service.sent(await service.told(number))


async def _paced(
    count: int, rate: int, show: Progress, act: Callable[[int], Awaitable[float]]
) -> list[float]:
    """Start so many acts, so many a second; return what they give."""
    began, acts = time.monotonic(), []
    for number in range(count):
        await asyncio.sleep(began + number / rate - time.monotonic())
        acts.append(asyncio.ensure_future(act(number)))
        show("tips sent", number + 1, count)
    return await asyncio.gather(*acts)


async def _p99(service: Service, sent: Sequence[float]) -> float:
    """How long the slowest hundredth took."""
    rung = await service.rung(len(sent))
    waits = [at - since for since, at in zip(sent, rung, strict=True)]
    return statistics.quantiles(waits, n=100)[98]


@asynccontextmanager
async def serving(tips: int) -> AsyncIterator[Service]:
    """Run the workers of one process on SQLite while the block does.

    There are so many officers, each of another commune, that none of so many tips lies among others in a
    burst: those do not ring one by one.
    """
    router, stop = Router.load(None), asyncio.Event()
    stored, owed, phones = asyncio.Event(), asyncio.Event(), Phones()
    with databases.sqlite() as fresh, TemporaryDirectory() as folder:
        office = make_office(
            Database(fresh(), Keyring.fresh()), Path(folder), router, FakeClock(now())
        )
        base, desk = office.database, office.desk
        communes = certain(router)[: -(-tips // bursts.SINGLY)]
        for number, commune in enumerate(communes):
            await office.officer(str(FIRST_OFFICER + number), Role.OFFICER, commune.code)
        intake = Intake(base, desk, {Channel.TELEGRAM: phones}, now, owed, "bench")
        sender = Deliveries(
            base, desk, Channel.TELEGRAM, phones, now, "bench", limits=LIMITS, wake=owed
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(repeat(intake.take, stop, stored))
            group.create_task(repeat(sender.send_next, stop, owed, sender.resting))
            yield Service(Inbox(base, now, stored), phones, communes)
            stop.set()
        await sender.drain()
        await base.close()

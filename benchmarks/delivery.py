"""How near to the platform's limit a long broadcast goes, and how soon an urgent alert leaves meanwhile.

The platform is a process of its own, reached by HTTP, and refuses whatever exceeds its limits.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from benchmarks import databases
from benchmarks.table import Line, Scale, at_least
from bot.foundation import now
from bot.progress import Progress
from bot.repeating import repeat
from handlers.telegram.connect import close, make_bot
from handlers.telegram.send import LIMITS, TelegramDoor
from routing import Router
from storage import chats
from storage.chats import Address
from storage.database import Database, Session
from storage.depth import depth
from storage.models import Delivery
from storage.sealing import Keyring
from storage.states import Channel, DeliveryClass
from tests.town import make_desk
from tips.deliveries import Deliveries
from tips.messages import Reply
from tips.outbox import owe

MESSAGES = {Scale.TINY: 40, Scale.REDUCED: 600, Scale.FULL: 10_000}  #: each to a chat of its own
IDLE_ALERTS = {Scale.TINY: 2, Scale.REDUCED: 20, Scale.FULL: 100}
EVERY = 0.25  #: seconds between two alerts
OFFICERS = 50  #: who get the alerts in turn
AT_ONCE = 500  #: messages owed in one transaction
LIMIT = LIMITS.per_second
SOON = 1.0  #: seconds within which an alert is to leave


async def measure(scale: Scale, show: Progress) -> Sequence[Line]:
    lines: list[Line] = []
    for name, opened in (("SQLite", databases.sqlite), ("PostgreSQL", databases.postgresql)):
        with opened() as fresh:
            async with scene(fresh(), MESSAGES[scale]) as on:
                lines += await on.measure(name, IDLE_ALERTS[scale], show)
    return lines


@dataclass
class Scene:
    """An outbox, the worker that empties it, and a platform that says when each message came."""

    database: Database
    worker: Deliveries
    platform: asyncio.subprocess.Process
    messages: int

    async def measure(self, name: str, idle_alerts: int, show: Progress) -> Sequence[Line]:
        stop = asyncio.Event()
        worker = self.worker
        sending = asyncio.create_task(repeat(worker.send_next, stop, worker.wake, worker.resting))
        filed: dict[str, float] = {}
        for number in range(idle_alerts):
            await self.file(f"idle {number}", number, filed)
            await asyncio.sleep(EVERY)
        await self.owe_everybody()
        await self.file_alerts_meanwhile(filed, f"delivery, {name}", show)
        stop.set()
        await sending
        await worker.drain()
        refused, came = await self.ask_platform()
        return lines_of(name, refused, came, filed)

    async def owe_everybody(self) -> None:
        for first in range(1, self.messages + 1, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.messages + 1))
            await self.database.run(lambda session, these=numbers: owe_each(session, these))  # type: ignore[misc]
        self.worker.wake.set()

    async def file_alerts_meanwhile(
        self, filed: dict[str, float], what: str, show: Progress
    ) -> None:
        for number in count():
            waiting = (await self.database.read(lambda s: depth(s, Delivery))).waiting
            show(what, self.messages - min(waiting, self.messages), self.messages)
            if not waiting:
                return
            await asyncio.sleep(EVERY)
            if waiting > LIMIT:
                await self.file(f"alert {number}", number, filed)

    async def file(self, text: str, number: int, filed: dict[str, float]) -> None:
        officer = self.messages + 1 + number % OFFICERS
        filed[text] = time.time()
        await self.database.run(lambda s: owe_one(s, officer, text, DeliveryClass.ALERT))
        self.worker.wake.set()

    async def ask_platform(self) -> tuple[int, dict[str, float]]:
        printed, _ = await self.platform.communicate(b"\n")
        refused, said = json.loads(printed)
        return refused, {text: at for at, text in said}


def lines_of(
    name: str, refused: int, came: dict[str, float], filed: dict[str, float]
) -> Sequence[Line]:
    broadcast = sorted(at for text, at in came.items() if not text.startswith("idle"))
    settled = broadcast[0] + 1  # the first second's messages leave faster than one may go on
    speed = sum(at > settled for at in broadcast) / max(broadcast[-1] - settled, 1)
    idle = [came[text] - at for text, at in filed.items() if text.startswith("idle")]
    busy = [came[text] - at for text, at in filed.items() if text.startswith("alert")] or idle
    rate = at_least(f"delivery, {name}, {refused} refused", speed, LIMIT, "messages/s", 0.97)
    ours, theirs = p99(busy), p99(idle)
    alert = Line(
        f"urgent alert among them, {name}, p99",
        f"{ours * 1000:.0f} ms",
        f"{theirs * 1000:.0f} ms, idle",
        ours / theirs,
        f"≤ {SOON:g} s",
        ours <= SOON,
        SOON / ours,
    )
    return [rate if not refused else failed(rate), alert]


def failed(line: Line) -> Line:
    return replace(line, goal=f"{line.goal}, none refused", met=False)


def p99(times: Sequence[float]) -> float:
    return sorted(times)[int(0.99 * (len(times) - 1) + 0.5)]


def owe_each(session: Session, numbers: Sequence[int]) -> None:
    for number in numbers:
        owe_one(session, number, f"broadcast {number}", DeliveryClass.BROADCAST)


def owe_one(session: Session, number: int, text: str, klass: DeliveryClass) -> None:
    chat = chats.reach(session, Address(Channel.TELEGRAM, str(number)), now())
    owe(session, chat, Reply(text), now(), klass)


@asynccontextmanager
async def scene(url: str, messages: int) -> AsyncIterator[Scene]:
    database, router = Database(url, Keyring.fresh()), Router.load(("37",))
    async with platform(messages + OFFICERS) as (process, api, token):
        bot = make_bot(token, api)
        with tempfile.TemporaryDirectory() as folder:
            desk, door = make_desk(router, Path(folder), database), TelegramDoor(bot, "")
            worker = Deliveries(database, desk, Channel.TELEGRAM, door, now, "bench", limits=LIMITS)
            yield Scene(database, worker, process, messages)
        await close(bot)
    await database.close()


@asynccontextmanager
async def platform(people: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.telegram_server", str(people),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 24,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url, token = json.loads(await process.stdout.readline())
        yield process, url, token
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

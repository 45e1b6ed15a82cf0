"""A simulation: a plan played out, from an empty database to its end, and what came of it."""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TextIO

import structlog
from pydantic import Secret
from sqlalchemy import Engine, event

from bot import app
from bot.foundation import foundation
from bot.rehearsal.citizens import Citizen
from bot.rehearsal.clockwork import until
from bot.rehearsal.officers import Officer
from bot.rehearsal.stories import invent
from bot.settings import Settings
from routing import Commune, Router
from storage import chats, models
from storage.database import Session
from storage.states import Channel, OfficerState, Role
from tests.mortal import KilledError
from tests.simulation.agenda import Agenda
from tests.simulation.fate import Fate, Watch
from tests.simulation.history import History
from tests.simulation.phones import TelegramPhone
from tests.simulation.plan import START, Mishap, Plan, Post, Trouble, Visit
from tests.simulation.program import Outside, StoppableLoop
from tests.simulation.seeded import seeded
from tests.simulation.wire import Line, SimulatedTelegram, simulated_bot

NINH_BINH = "37"
OFFICERS = 900_000  #: telephone accounts: officers from here on, citizens above
CITIZENS = 1_000_000
TOKEN = "7000000001:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a simulation."""

    digest: str
    counts: dict[str, int]
    seconds: float


class World(Watch):
    def __init__(
        self, plan: Plan, loop: StoppableLoop, folder: Path, router: Router, book: TextIO | None
    ) -> None:
        self.plan, self.loop, self.router = plan, loop, router
        self.fate = Fate()
        self.history = History(loop.now, book)
        self.telegram = SimulatedTelegram(loop.now, self.history)
        self.telegram.ring = self._ring
        self.line = Line(Random(f"line {plan.seed}"))
        self.settings = _settings(folder)
        self.phones: dict[int, TelegramPhone] = {}
        self.communes = _communes(router, plan)
        self.agenda = Agenda(folder / "tinbao.db", loop.now)
        self.downtime = timedelta()
        self.citizens: set[asyncio.Task[None]] = set()

    def committed(self) -> None:
        self.agenda.forget()

    def bot(self) -> Any:
        return simulated_bot(self.telegram, self.line, self.fate)

    def phone(self, number: int) -> TelegramPhone:
        if number not in self.phones:
            user = self.telegram.user(number, f"Người {number}")
            self.phones[number] = TelegramPhone(self.telegram, user)
        return self.phones[number]

    def _ring(self, chat: int) -> None:
        if chat in self.phones:
            self.phones[chat].ring()

    # people -----------------------------------------------------------------------------------

    def commune_of(self, post: Post) -> Commune | None:
        return None if post.commune is None else self.communes[post.commune]

    def appoint(self, session: Session) -> None:
        """Everybody at their post before anything happens."""
        for post in self.plan.posts:
            commune, number = self.commune_of(post), OFFICERS + post.number
            self.phone(number).user.started = True
            address = chats.Address(Channel.TELEGRAM, str(number))
            chat = chats.reach(session, address, self.loop.now())
            officer = models.Officer(
                role=Role.OFFICER if commune else Role.DESK,
                commune_code=commune.code if commune else None,
                province_code=NINH_BINH,
                state=OfficerState.ACTIVE,
                created_at=self.loop.now(),
            )
            session.add(officer)
            session.flush()
            session.add(models.OfficerChat(chat_id=chat.id, officer_id=officer.id))

    def officer(self, post: Post) -> Officer:
        chance = Random(f"officer {self.plan.seed} {post.number}")
        return Officer(self.phone(OFFICERS + post.number), post.habit, chance, self.loop)

    async def visit(self, visit: Visit) -> None:
        chance = Random(visit.chances)
        story = invent(self.communes, chance)
        phone = self.phone(CITIZENS + visit.citizen)
        await Citizen(phone, story, visit.temperament, chance).visit()

    # what breaks ------------------------------------------------------------------------------

    async def suffer(self, mishap: Mishap) -> None:
        self.history.note("mishap", str(mishap))
        match mishap.trouble:
            case Trouble.KILL:
                self.downtime = mishap.lasts
                self.fate.doom(mishap.steps)
            case Trouble.STOP:
                self.downtime = mishap.lasts
                self.loop.handlers.get(signal.SIGTERM, lambda: None)()
            case Trouble.DATABASE:
                self.fate.away = True
                await asyncio.sleep(mishap.lasts.total_seconds())
                self.fate.away = False
            case Trouble.WEATHER:
                self.line.weather = mishap.weather
                await asyncio.sleep(mishap.lasts.total_seconds())
                self.line.weather = None

    # the play ---------------------------------------------------------------------------------

    async def play(self) -> None:
        async with foundation(self.settings) as base:
            await base.database.run(self.appoint)
        self.line.weather = None
        async with asyncio.TaskGroup() as group:
            around = [group.create_task(self._lives())]
            around += [group.create_task(self.officer(p).serve()) for p in self.plan.posts]
            for entry in self.plan.entries:
                await until(self.loop, entry.at)
                begun = self.visit(entry) if isinstance(entry, Visit) else self.suffer(entry)
                group.create_task(begun)
            await until(self.loop, self.plan.end)
            for task in around:
                task.cancel()

    async def _lives(self) -> None:
        """The program, started again whenever it has died or stopped."""
        while True:
            self.history.note("life")
            try:
                await app.run(self.settings)
            except BaseExceptionGroup as group:
                _, other = group.split(KilledError)
                if other is not None:
                    raise other from None
                self.history.note("killed")
            except KilledError:
                self.history.note("killed")
            self.fate.reborn()
            await asyncio.sleep(self.downtime.total_seconds())


def _settings(folder: Path) -> Settings:
    return Settings(
        data_dir=folder,
        provinces=(NINH_BINH,),
        agency_name="Công an tỉnh",
        agency_decision="12/QĐ",
        agency_url="https://example.vn",
        telegram_token=Secret(TOKEN),
    )


def _communes(router: Router, plan: Plan) -> list[Commune]:
    """The communes of this history; the first ones have officers."""
    known = sorted(router.communes(), key=lambda commune: commune.code)
    return Random(f"communes {plan.seed}").sample(known, 18)


def simulate(plan: Plan, folder: Path, router: Router, book: TextIO | None = None) -> Came:
    """Play a plan in an empty folder."""
    began = time.perf_counter()
    loop = StoppableLoop(START)
    with ExitStack() as stack:
        stack.enter_context(seeded(plan.seed))
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            world = runner.run(_scene(plan, loop, folder, router, book))
    counts = dict(world.history.counts)
    return Came(world.history.digest, counts, time.perf_counter() - began)


async def _scene(
    plan: Plan, loop: StoppableLoop, folder: Path, router: Router, book: TextIO | None
) -> World:
    world = World(plan, loop, folder, router, book)
    outside = Outside(loop, world, world.bot)
    with outside.in_place(router), _written(world.history), _logged(world.history):
        await world.play()
    return world


@contextmanager
def _written(history: History) -> Iterator[None]:
    """Note every statement that changes the database, with its values."""

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _ctx: Any, _many: bool) -> None:
        if not statement.startswith(("SELECT", "PRAGMA")):
            history.note("change", statement, _plain(values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _plain(values: Any) -> Any:
    """Bytes as bytes: a view of them shows only where in memory it lies."""
    if isinstance(values, memoryview):
        return bytes(values)
    if isinstance(values, list | tuple):
        return [_plain(value) for value in values]
    return values


@contextmanager
def _logged(history: History) -> Iterator[None]:
    """Note what the program logs, in place of printing it."""

    def note(_logger: Any, level: str, said: Any) -> Any:
        history.note(f"log.{level}", said.get("event"))
        raise structlog.DropEvent

    processors = structlog.get_config()["processors"]
    before = list(processors)
    processors[:] = [note]
    try:
        yield
    finally:
        processors[:] = before

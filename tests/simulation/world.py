"""The world of one simulation: its people, what breaks, the program's lives, and what must hold."""

import asyncio
import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TextIO

from pydantic import Secret

from bot import app
from bot.foundation import foundation
from bot.rehearsal.citizens import Citizen
from bot.rehearsal.clockwork import until
from bot.rehearsal.officers import Officer
from bot.rehearsal.stories import invent
from bot.settings import Settings
from routing import Commune, Router
from storage import chats, models
from storage.database import Session, sync_engine
from storage.sealing import Keyring
from storage.states import Channel, OfficerState, Role
from tests.invariants import ALWAYS, AT_REST, Invariant, PlatformLog, breaches, log_of
from tests.mortal import KilledError
from tests.simulation.agenda import Agenda
from tests.simulation.fate import Fate, Watch
from tests.simulation.history import History
from tests.simulation.phones import TelegramPhone
from tests.simulation.plan import Mishap, Plan, Post, Trouble, Visit
from tests.simulation.program import StoppableLoop
from tests.simulation.watching import (
    EVERY_WEEK,
    BreachError,
    Moment,
    People,
    Steps,
    repeats,
    summaries,
)
from tests.simulation.wire import Line, SimulatedTelegram, simulated_bot

NINH_BINH = "37"
DATABASE = "tinbao.db"
OFFICERS = 900_000  #: telephone accounts: officers from here on, citizens above
CITIZENS = 1_000_000
WEEK = timedelta(days=7)
REST = timedelta(hours=13)  #: at the end: longer than any message is tried
MOST_UNDER_WAY = 24  #: messages on their way at once, which a kill may repeat: one a chat
TOKEN = "7000000001:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"


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
        self.agenda = Agenda(folder / DATABASE, loop.now)
        self.people = People()
        self.steps = Steps(self.people, self._name_of)
        self.faults: list[str] = []  #: what the program logged as its own bugs
        self.downtime, self.kills, self.is_over = timedelta(), 0, False
        self.broken_at = loop.now()  #: when something was last amiss
        self.keyring: Keyring

    def committed(self) -> None:
        self.agenda.forget()

    def bot(self) -> Any:
        return simulated_bot(self.telegram, self.line, self.fate)

    def _name_of(self, code: str | None) -> str:
        return self.router.commune(code).full_name if code else ""

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
        agreed = self.people.agreed.setdefault(str(CITIZENS + visit.citizen), [])
        await Citizen(phone, story, visit.temperament, chance, agreed).visit()

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
        self.broken_at = self.loop.now()

    # the play ---------------------------------------------------------------------------------

    async def play(self) -> None:
        async with foundation(self.settings) as base:
            self.keyring = base.keyring
            await base.database.run(self.appoint)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lives())
            about = [group.create_task(self.officer(post).serve()) for post in self.plan.posts]
            about.append(group.create_task(self._look_every_week()))
            broken = []
            for entry in self.plan.entries:
                await until(self.loop, entry.at)
                if isinstance(entry, Visit):
                    about.append(group.create_task(self.visit(entry)))
                else:
                    broken.append(group.create_task(self.suffer(entry)))
            await until(self.loop, self.plan.end)
            for task in about:
                task.cancel()
            await asyncio.gather(*broken)
            await self._come_to_rest()

    async def _come_to_rest(self) -> None:
        self.fate.steps_left = None
        await asyncio.sleep(REST.total_seconds())
        self.look_at_everything(AT_REST)
        self.look_at_the_end()
        self.is_over = True
        self.loop.handlers[signal.SIGTERM]()

    async def _lives(self) -> None:
        """The program, started again whenever it has died or stopped."""
        while not self.is_over:
            self.history.note("life")
            try:
                await app.run(self.settings)
            except BaseException as fault:
                if not _is_a_kill(fault):
                    raise
                self.kills += 1
            self.fate.reborn()
            await asyncio.sleep(self.downtime.total_seconds())
            self.broken_at = self.loop.now()

    # what must hold ---------------------------------------------------------------------------

    def look(self, session: Session) -> None:
        self.steps.look(session)
        if self.faults:
            raise BreachError(f"the program met its own bug: {self.faults[0]}")

    async def _look_every_week(self) -> None:
        while True:
            await asyncio.sleep(WEEK.total_seconds())
            self.look_at_everything(ALWAYS)

    def look_at_everything(self, invariants: Sequence[Invariant]) -> None:
        """Raise BreachError with the first of what does not hold."""
        at_rest = invariants is AT_REST
        recent = [h for h in self.telegram.handed if at_rest or self.loop.now() - h.at < 2 * WEEK]
        shown = log_of(self.telegram).shown if at_rest else []
        log = PlatformLog(shown, [each.said for each in recent])
        engine = sync_engine(self.settings.database)
        with Session(engine, info={"keyring": self.keyring}) as session:
            found = breaches(session, log, invariants)
            moment = Moment(session, self.loop.now(), recent, self.broken_at)
            found += [f"{each.__name__}: {said}" for each in EVERY_WEEK for said in each(moment)]
        engine.dispose()
        if found:
            raise BreachError(f"{found[0]} ({len(found)} breaches)")

    def look_at_the_end(self) -> None:
        """A kill repeats at most one message to a chat; a line that swallows answers, one an answer."""
        allowed = self.kills * MOST_UNDER_WAY + self.line.swallowed
        if (again := repeats(self.telegram.handed)) > allowed:
            raise BreachError(
                f"{again} receipts were repeated; {self.kills} kills, {allowed} allowed"
            )
        self._look_at_summaries()

    def _look_at_summaries(self) -> None:
        """Every officer got every week's summary."""
        got = summaries(self.telegram.handed)
        weeks = {week for _, week in got}
        for post in self.plan.posts:
            chat = str(OFFICERS + post.number)
            if missing := [week for week in weeks if (chat, week) not in got]:
                raise BreachError(f"officer {chat} never got {sorted(missing)}")


def _is_a_kill(fault: BaseException) -> bool:
    if isinstance(fault, BaseExceptionGroup):
        return fault.split(KilledError)[1] is None
    return isinstance(fault, KilledError)


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

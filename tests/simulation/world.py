"""The world of one simulation: its people, what breaks, the program's lives, and what must hold."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TextIO

from pydantic import Secret

from bot import app
from bot.foundation import foundation
from bot.rehearsal.citizens import Citizen
from bot.rehearsal.clockwork import until
from bot.rehearsal.stories import invent
from bot.settings import Settings
from routing import Commune, Router
from storage.database import Session, sync_engine
from storage.models import Delivery
from storage.sealing import Keyring
from storage.states import QueueState
from tests.invariants import (
    ALWAYS,
    AT_REST,
    Invariant,
    PlatformLog,
    a_withdrawn_or_closed_tip_is_out_of_sight,
    an_open_tip_is_with_somebody,
    breaches,
    log_of,
)
from tests.mortal import KilledError
from tests.simulation import lasting, looking
from tests.simulation.agenda import Agenda
from tests.simulation.ending import Summaries, events, repeats
from tests.simulation.entries import Entry, GroupChange, Handover, Mishap, Trouble, Visit
from tests.simulation.fate import Fate, Watch
from tests.simulation.history import History
from tests.simulation.looking import Moment
from tests.simulation.phones import TelegramPhone
from tests.simulation.plan import START, Plan
from tests.simulation.posts import NINH_BINH, Posts, Stage
from tests.simulation.program import StoppableLoop
from tests.simulation.watching import BreachError, People, Steps
from tests.simulation.wire import Line, SimulatedTelegram, simulated_bot

DATABASE = "tinbao.db"
CITIZENS = 1_000_000  #: telephone accounts: citizens from here on, officers below
OF_PEOPLE = (an_open_tip_is_with_somebody, a_withdrawn_or_closed_tip_is_out_of_sight)
EVERY_WEEK: Sequence[Callable[[Moment], Iterator[str]]] = (
    looking.nothing_is_stuck,
    looking.who_is_late_is_told,
    looking.the_desk_is_told_of_whatever_is_late,
    looking.whoever_waits_for_help_is_told_not_to,
    looking.whoever_erased_is_known_no_more,
    looking.who_has_left_is_told_of_nothing,
    looking.a_unit_that_nobody_serves_has_the_desk,
    looking.numbers_are_given_once,
    lasting.no_words_outlive_their_use,
    lasting.nobody_is_known_for_longer_than_they_need_be,
    lasting.no_row_outlives_its_use,
    lasting.no_picture_outlives_its_use,
    lasting.nothing_goes_before_its_time,
)
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
        self.settings = settings_in(folder)
        self.phones: dict[int, TelegramPhone] = {}
        self.communes = _communes(router, plan)
        self.agenda = Agenda(folder / DATABASE, loop.now)
        self.people = People()
        self.steps = Steps(self.people, self._name_of, self._was_broken_until)
        stage = Stage(
            plan.seed,
            loop,
            self.telegram,
            self.settings,
            self.communes,
            self.phone,
            self.look_at_people,
        )
        self.posts = Posts(stage)
        self.tell: Callable[[str], None] = lambda _: None
        self.faults: list[str] = []  #: what the program logged as its own bugs
        self.downtime, self.kills, self.is_over = timedelta(), 0, False
        self.broken_at = loop.now()  #: when something was last amiss
        self.events: dict[str, int] = {}  #: by kind, once all is over
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

    def _ring(self, chat: int, is_new: bool) -> None:
        if chat in self.phones:
            self.phones[chat].ring()
        elif is_new:
            self.posts.called(chat)

    def _was_broken_until(self) -> datetime:
        return self.broken_at

    # people -----------------------------------------------------------------------------------

    async def visit(self, visit: Visit) -> None:
        chance = Random(visit.chances)
        story = invent(self.router, self.communes, Random(f"story {visit.story}"))
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
            await base.database.run(lambda s: self.posts.appoint(s, self.plan.posts))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lives())
            self.posts.start(group, self.plan.posts)
            about = [group.create_task(self._look_every_week())]
            broken: list[asyncio.Task[None]] = []
            for entry in self.plan.entries:
                await until(self.loop, entry.at)
                task = group.create_task(self._happen(entry))
                (broken if isinstance(entry, Mishap) else about).append(task)
            await until(self.loop, self.plan.end)
            self.posts.stop()
            for task in about:
                task.cancel()
            await asyncio.gather(*broken)
            await self._come_to_rest()

    async def _happen(self, entry: Entry) -> None:
        match entry:
            case Visit():
                await self.visit(entry)
            case Mishap():
                await self.suffer(entry)
            case Handover():
                await self.posts.hand_over(entry)
            case GroupChange():
                await self.posts.gather(entry)

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
                await app.run(self.settings, self.history.note)
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
            self.tell(f"{self.loop.now():%d.%m.%Y}: {self.history.counts['update']:,} updates")

    def look_at_everything(self, invariants: Sequence[Invariant]) -> None:
        """Raise BreachError with the first of what does not hold."""
        at_rest = invariants is AT_REST
        recent = [h for h in self.telegram.handed if at_rest or self.loop.now() - h.at < 2 * WEEK]
        shown = log_of(self.telegram).shown if at_rest else []
        log = PlatformLog(shown, [each.said for each in recent])
        with self._session() as session:
            found = breaches(session, log, invariants)
            moment = Moment(
                session, self.loop.now(), recent, self.broken_at, self.posts.left(), self.settings
            )
            found += [f"{each.__name__}: {said}" for each in EVERY_WEEK for said in each(moment)]
        _raise_first(found)

    def look_at_people(self) -> None:
        """Somebody has left, or come: what is open stays with somebody, and in nobody else's sight."""
        with self._session() as session:
            _raise_first(breaches(session, PlatformLog([], []), OF_PEOPLE))

    def look_at_the_end(self) -> None:
        """A kill repeats at most one message to a chat; a line that swallows answers, one an answer."""
        allowed = self.kills * MOST_UNDER_WAY + self.line.swallowed
        handed = self.telegram.handed
        summaries = Summaries(
            handed, self.posts.services, self.posts.unit_of, self.settings, START, self.plan.end
        )
        again = repeats(handed) + summaries.repeated
        if again > allowed:
            raise BreachError(f"{again} receipts and summaries were repeated, {allowed} allowed")
        _raise_first(list(summaries.breaches()))
        with self._session() as session:
            self.events = events(session)
            sent = session.query(Delivery).where(Delivery.state == QueueState.DONE).count()
        self.steps.have_seen(self.events, sent)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        engine = sync_engine(self.settings.database)
        with Session(engine, info={"keyring": self.keyring}) as session:
            yield session
        engine.dispose()


def _raise_first(found: Sequence[str]) -> None:
    if found:
        raise BreachError(f"{found[0]} ({len(found)} breaches)")


def _is_a_kill(fault: BaseException) -> bool:
    if isinstance(fault, BaseExceptionGroup):
        return fault.split(KilledError)[1] is None
    return isinstance(fault, KilledError)


def settings_in(folder: Path) -> Settings:
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

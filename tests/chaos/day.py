"""A day on which everything fails, played in memory: two processes that crash, a platform in bad weather.

Everything the world does is drawn from a seed. At the end the weather clears, time passes until nothing
is due any more, and the invariants are judged by the database and the platform's log.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from random import Random
from unittest.mock import patch

from telegram.error import TelegramError

from handlers.telegram import polling
from handlers.telegram.polling import Polling
from handlers.telegram.receive import to_raw
from handlers.telegram.spinners import Spinners
from storage import chats
from storage.database import Session
from storage.models import Chat, Delivery, Inbox, Tip
from storage.states import QueueState, Role
from tests.chaos.people import SPOTS, Citizen, Official
from tests.chaos.weather import Weather
from tests.invariants import AT_REST, breaches, log_of, read_only_where_they_may_be
from tests.town import HAI_HAU, HAI_XUAN, Person, Town
from tips import deadlines, deliveries
from tips.inbox import Inbox as WayIn
from tips.intake import BATCH
from tips.outbox import owed_reply

CITIZEN, OFFICER, ADMIN = 70_000_000, 90_000_000, 95_000_000  #: ids that stand out
PROCESSES = 2
FIRST = 6  #: tips, of one kind
CRASH = 0.05  #: of the rounds, for each process
SMALL = (
    24  #: citizens of a day of the usual size: a process does as many times more as there are more
)
CROWD = 240  #: citizens who speak of every commune, each with its officers
LONGEST_REST = 400  #: looks, after which what still waits is lost

Progress = Callable[[int], None]


@dataclass
class Crashing:
    """One process of several: killed in the middle of its work, and begun anew."""

    town: Town
    random: Random
    name: str
    at_once: int  #: most messages that it takes or sends, one kind after the other
    kills: int = 0
    under_way: int = 0  #: messages that were being sent at those moments
    births: int = 0
    _work: "asyncio.Task[None] | None" = None

    def __post_init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.births += 1
        kept = self.town.intake, self.town.deliveries
        self.town._start_process(f"{self.name}-{self.births}")
        self.intake, self.deliveries = self.town.intake, self.town.deliveries
        self.town.intake, self.town.deliveries = kept

    async def works(self) -> None:
        """Do a few steps; perhaps die in the middle of one of them."""
        steps = self.random.randint(1, 12)
        if self.random.random() < CRASH:
            await self._steps(self.random.randrange(steps))
            self._work = asyncio.create_task(self._steps(1))
            for _ in range(self.random.randint(0, 400)):
                await asyncio.sleep(0)
            await self._die()
        else:
            await self._steps(steps)

    async def _steps(self, count: int) -> None:
        for _ in range(count):
            for _ in range(1 + self.at_once // BATCH):
                await self.intake.take()
            for _ in range(self.at_once):
                if not await self.deliveries.send_next():
                    break

    async def _die(self) -> None:
        """What was under way is not recorded, and nobody gives the leases back."""
        assert self._work is not None
        under_way = [*self.deliveries._under_way.values(), self._work]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if not self._work.cancelled():
            self._work.result()  # our own bug is not to be buried with it
        self.kills += 1
        self.under_way += len(under_way) - 1
        self._begin()

    async def rests(self) -> int:
        """Do everything that is due."""
        done = await self.intake.take() + await self.deliveries.send_due()
        await self.deliveries.drain()
        return done


@dataclass
class Report:
    """What happened, and what should not have."""

    seed: int
    updates: int
    tips: int
    messages: int
    faults: int
    kills: int
    repeats: int
    breaches: Sequence[str] = field(default_factory=list)

    def __str__(self) -> str:
        happened = (
            f"seed {self.seed}: {self.updates} updates, {self.tips} tips, {self.messages} messages, "
            f"{self.faults} faults, {self.kills} kills, {self.repeats} repeats"
        )
        return "\n".join([happened, *self.breaches])


class Day:
    def __init__(self, town: Town, seed: int, citizens: int) -> None:
        self.town, self.seed, self.random = town, seed, Random(seed)
        self.weather = Weather(self.random)
        names = [commune.full_name for commune in town.desk.router.communes()]
        self._spots = [*SPOTS, *(names if citizens >= CROWD else ())]
        self.citizens = [self._citizen(number) for number in range(citizens)]
        self.officials: list[Official] = []
        self.spinners = Spinners(town.bot)
        self.door = Polling(town.bot, town.inbox, self.spinners, town.clock)

    def _citizen(self, number: int) -> Citizen:
        user = self.town.telegram.user(CITIZEN + number, f"Dan {number}")
        return Citizen(user, f"zq{number}z", self.random, self._spots)

    async def play(self, rounds: int, progress: Progress) -> Report:
        await self._appoint()
        await self._begin()
        many = max(1, len(self.citizens) // SMALL)
        processes = [Crashing(self.town, self.random, f"p{n}", many) for n in range(PROCESSES)]
        self.town.telegram.weather = self.weather
        with patch.object(polling, "LONG_POLL", timedelta(0)):
            for _ in range(rounds):
                await self._round(processes)
                progress(1)
            await self._rest(processes)
        await self.spinners.close()
        return await self.town.database.read(lambda session: self._report(session, processes))

    async def _appoint(self) -> None:
        for number, (role, commune) in enumerate(self._posts()):
            person = await self.town.officer(OFFICER + number, role, commune)
            self.officials.append(Official(person.user, self.random))
        await self.town.officer(ADMIN, Role.ADMIN, None)

    def _posts(self) -> Iterator[tuple[Role, str | None]]:
        """Five who look after what the first tips tell; in a crowd an officer more for eight citizens."""
        yield from ((Role.OFFICER, HAI_XUAN), (Role.LEAD, HAI_XUAN), (Role.OFFICER, HAI_HAU))
        yield from ((Role.DESK, None),) * 2
        if len(self.citizens) >= CROWD:
            everywhere = cycle(commune.code for commune in self.town.desk.router.communes())
            yield from ((Role.OFFICER, next(everywhere)) for _ in range(len(self.citizens) // 8))

    async def _begin(self) -> None:
        """The first tips come in while all is calm, so many that they are a burst."""
        for citizen in self.citizens[:FIRST]:
            an = Person(self.town, citizen.user)
            await an.says(f"co trom xe o xom 5 hai xuan {citizen.mark}")
            await an.presses("Đang xảy ra")
            await an.presses("Đồng ý và gửi")

    async def _round(self, processes: Sequence[Crashing]) -> None:
        self.weather.change(self.town.clock())
        for citizen in self.random.sample(self.citizens, max(1, len(self.citizens) // 6)):
            await citizen.acts()
        for official in self.random.sample(self.officials, max(3, len(self.officials) // 6)):
            await official.acts()
        await self._arrive()
        await asyncio.gather(*(process.works() for process in processes))
        self.town.clock.advance(seconds=self.random.choice((0, 1, 5, 30, 120)))
        await self.town.run(deadlines.look)

    async def _arrive(self) -> None:
        """By polling through the weather, or pushed: out of order, some of it twice."""
        if self.random.random() < 0.5:
            with suppress(TelegramError):
                await self.door.poll()
            return
        pushed = self.town.telegram.pending_updates()
        self.random.shuffle(pushed)
        twice = [update for update in pushed if self.random.random() < 0.2]
        way_in = WayIn(self.town.database, self.town.clock, asyncio.Event())
        await asyncio.gather(*(way_in.store([to_raw(u)]) for u in (*pushed, *twice)))
        self.town.telegram.updates.forget()

    async def _rest(self, processes: Sequence[Crashing]) -> None:
        """The weather clears; time passes until nothing is owed to anybody any more."""
        self.weather.clear()
        for _ in range(LONGEST_REST):
            await self._arrive()
            done = [await process.rests() for process in processes]
            if not any(done) and not await self.town.database.read(_waiting):
                return
            self.town.clock.advance(max(deliveries.LEASE, timedelta(minutes=2)))

    # the judgement ----------------------------------------------------------------------------

    def _report(self, session: Session, processes: Sequence[Crashing]) -> Report:
        marks = {str(citizen.user.id): citizen.mark for citizen in self.citizens}
        invariants = [*AT_REST, read_only_where_they_may_be(marks)]
        found = breaches(session, log_of(self.town.telegram), invariants)
        kills = sum(process.kills for process in processes)
        report = Report(
            self.seed,
            updates=session.query(Inbox).count(),
            tips=session.query(Tip).count(),
            messages=len(self.town.telegram.calls_of("sendMessage")),
            faults=self.weather.fallen,
            kills=kills,
            repeats=0,
        )
        owed, arrived = self._owed(session), self._arrived()
        beyond = arrived - owed
        report.repeats = sum(beyond[key] for key in owed)
        report.breaches = [*found, *self._lost(owed, arrived), *self._doubled(report, processes)]
        return report

    def _owed(self, session: Session) -> Counter[tuple[str, str]]:
        """Every answer that the database says was sent, by chat and text."""
        sent: Counter[tuple[str, str]] = Counter()
        done = session.query(Delivery).where(Delivery.state == QueueState.DONE)
        for delivery in done.where(Delivery.card_id.is_(None), Delivery.body_sealed.is_not(None)):
            reply = owed_reply(session, delivery)
            if reply.text and not reply.quote:
                chat = session.get_one(Chat, delivery.chat_id)
                sent[chats.address_of(session, chat), reply.text.strip()] += 1
        return sent

    def _arrived(self) -> Counter[tuple[str, str]]:
        """Every message that ever reached a phone."""
        telephones = self.town.telegram.chats.values()
        return Counter(
            (str(phone.id), message.text)
            for phone in telephones
            for message in phone.messages.values()
            if message.from_bot
        )

    def _lost(
        self, owed: Counter[tuple[str, str]], arrived: Counter[tuple[str, str]]
    ) -> Sequence[str]:
        missing = owed - arrived
        return [f"recorded as sent and never arrived: {count}" for count in missing.values()]

    def _doubled(self, report: Report, processes: Sequence[Crashing]) -> Sequence[str]:
        most = sum(process.under_way for process in processes) + self.weather.unanswered
        if report.repeats <= most:
            return []
        return [f"{report.repeats} repeats, and only {most} answers that nobody recorded"]


def _waiting(session: Session) -> int:
    kinds = (Inbox, Delivery)
    return sum(session.query(k).where(k.state == QueueState.WAITING).count() for k in kinds)

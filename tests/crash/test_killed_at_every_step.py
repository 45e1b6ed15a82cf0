"""A process killed by SIGKILL at every step, while tips go to officers and back.

Every walk is the same story, told by another citizen. In the nth walk each act of it is served by a
process that is killed at its nth step, and finished by another. An act that has fewer steps is over with,
and served in peace from then on; the walks end when no act has a step left.
Judged is what the platform's log and the database say.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy import text as sql

from routing import Router
from storage.database import Database, Session
from storage.models import Event, Tip
from storage.sealing import Keyring
from storage.states import EventKind, Role
from tests.clock import FakeClock
from tests.crash.life import HOST, WEBHOOK, Orders
from tests.crash.nursery import Nursery, nursery
from tests.fake_telegram import FakeUser, serve
from tests.fake_telegram.updates import Webhook
from tests.invariants import AT_REST, breaches, log_of
from tests.programs import free_port
from tests.town import Person, Town, make_town, rows
from tips import deliveries

APART = timedelta(minutes=15)  #: many tips within ten minutes would be one event
LEASE = deliveries.LEASE + timedelta(seconds=1)  #: after it, what the dead held is anybody's
SECRET = "not-for-everybody"
OTHERS = sql(
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)
Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Cast:
    """The people of one walk: two officers are alerted, one acts."""

    citizen: Person
    officers: Sequence[Person]

    @property
    def acts(self) -> list[Act]:
        an, officer = self.citizen.user, self.officers[0].user
        return [
            lambda: an.sends("co trom xe o xom 5 hai xuan"),
            lambda: an.presses("Đang xảy ra"),
            lambda: an.presses("Đồng ý và gửi"),
            lambda: officer.presses("Nhận xử lý"),
            lambda: an.sends("BS xe mau do"),
        ]

    @property
    def screens(self) -> Counter[tuple[int, str]]:
        """Every message in sight, with whose phone it is on."""
        users: list[FakeUser] = [person.user for person in (self.citizen, *self.officers)]
        return Counter((user.id, text) for user in users for text in user.texts)


def kinds(said: Counter[tuple[int, str]], citizen: Person) -> Counter[tuple[bool, int, str]]:
    """Messages by how they begin, up to the first number: the same for every citizen."""
    found: Counter[tuple[bool, int, str]] = Counter()
    for (user, text), count in said.items():
        own = user == citizen.user.id
        found[own, 0 if own else user, re.split(r"\d", text)[0][:30]] += count
    return found


@dataclass
class Stage:
    """Where the walks happen."""

    town: Town
    nursery: Nursery
    orders: Callable[[int], Orders]
    officers: Sequence[Person]
    expected: list[Counter[tuple[bool, int, str]]] = field(default_factory=list)  #: by act
    over: set[int] = field(default_factory=lambda: {1})  #: acts; the second is no news to any step
    kills: int = 0

    async def walk(self, number: int) -> int:
        """Tell the story once; return how many of its acts were cut off at step `number`."""
        cast = Cast(self.town.citizen(50_000_000 + number), self.officers)
        died = 0
        self.town.clock.advance(APART)
        for act_number, act in enumerate(cast.acts):
            before = cast.screens
            await act()
            killed = await self._serve(act_number, number)
            died += killed
            where = f"act {act_number}, killed at step {number}"
            self._judge(act_number, cast.screens - before, cast.citizen, where, killed=killed)
        return died

    async def _serve(self, act: int, last: int) -> bool:
        """Let a life with this end do what there is to do, and another finish it."""
        if act in self.over:
            await self.town.settle()
            return False
        if not await self.nursery.raise_one(self.orders(last)):
            self.over |= {act} if last else set()
            return False
        self.kills += 1
        await burial(self.town.database)
        await self.town.telegram.updates.push()  # what was on its way when it died has ended too
        self.town.clock.advance(LEASE)
        assert not await self.nursery.raise_one(self.orders(0))
        return True

    def _judge(
        self, act: int, new: Counter[tuple[int, str]], citizen: Person, where: str, *, killed: bool
    ) -> None:
        if act == len(self.expected):
            self.expected.append(kinds(new, citizen))
        expected, found = self.expected[act], kinds(new, citizen)
        assert not expected - found, f"lost: {where}"
        assert (found - expected).total() <= killed, f"repeated: {where}"
        assert not set(found) - set(expected), f"never to be said: {where}"
        word_for_word = sum(count - 1 for count in new.values())
        assert word_for_word == (found - expected).total(), f"a repeat that differs: {where}"


async def burial(database: Database) -> None:
    """Wait until the database has noticed the dead.

    PostgreSQL ends their transactions a little later. What they still hold is passed over till then, and the
    clock of a life stands still: it would not look again.
    """
    async with asyncio.timeout(10):
        while await database.read(others_at_work):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def others_at_work(session: Session) -> bool:
    """Tell whether connections of others are within a transaction."""
    if session.get_bind().dialect.name == "sqlite":
        return False
    return bool(session.execute(OTHERS).all())


@pytest.fixture
async def lives() -> AsyncIterator[Nursery]:
    async with nursery() as opened:
        yield opened


@pytest.fixture
async def town(
    database: Database, clock: FakeClock, tmp_path: Path, router: Router
) -> AsyncIterator[Town]:
    async with make_town(database, clock, tmp_path, router) as made:
        yield made


@pytest.fixture(scope="session")
def router() -> Router:
    return Router.load(("37",))


#: Each way in and each database, once: they meet only in the statement that stores an update.
WAYS = {"sqlite": "webhook", "postgresql": "polling"}


async def test_no_update_is_lost_no_tip_doubled_and_a_kill_repeats_one_message_at_most(
    town: Town, lives: Nursery, database_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    officers = [await town.officer(900), await town.officer(901)]
    await town.officer(990, Role.DESK, None)
    way = WAYS[make_url(database_url).get_backend_name()]
    port = free_port() if way == "webhook" else 0
    if port:
        town.telegram.updates.webhook = Webhook(f"http://{HOST}:{port}{WEBHOOK}", SECRET)
    async with serve(town.telegram) as api:

        def orders(last: int) -> Orders:
            return Orders(
                url=database_url,
                hash_key=keyring.hash_key.hex(),
                sealing_key=keyring.sealing_keys[1].hex(),
                folder=tmp_path,
                api=api,
                token=town.telegram.token,
                at=town.clock(),
                last=last,
                port=port,
                secret=SECRET,
                expected=len(town.telegram.pending_updates()),
            )

        stage = Stage(town, lives, orders, officers)
        walks = 0
        while await stage.walk(walks) or not walks:
            walks += 1
    await everything_is_in_order(town, walks + 1)
    assert stage.kills > 60


async def everything_is_in_order(town: Town, walks: int) -> None:
    assert len(await rows(town.database, Tip)) == walks
    events = Counter(event.kind for event in await rows(town.database, Event))
    for kind in (EventKind.FILED, EventKind.ACKNOWLEDGED, EventKind.ADDED):
        assert events[kind] == walks
    log = log_of(town.telegram)
    found = await town.database.read(lambda session: breaches(session, log, AT_REST))
    assert found == []

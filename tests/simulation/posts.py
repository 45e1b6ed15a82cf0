"""The officers of a simulation: at their posts, leaving, coming, in the group chat of their unit."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from bot import office
from bot.errors import StartError
from bot.foundation import Foundation, foundation
from bot.rehearsal.clockwork import JumpingLoop
from bot.rehearsal.officers import Officer
from bot.settings import Settings
from routing import Commune
from storage import chats, models, officers
from storage.database import Session
from storage.states import Channel, OfficerState, Role
from tests.fake_telegram.groups import FakeGroup
from tests.mortal import KilledError
from tests.simulation.entries import Gathering, GroupChange, Handover, Post
from tests.simulation.phones import TelegramPhone
from tests.simulation.wire import SimulatedTelegram

NINH_BINH, PROVINCE = "37", "Ninh Bình"
OFFICERS = 900_000  #: telephone accounts: officers from here on
GROUP, SUPERGROUP = -500, -(10**12) - 500  #: chats: downwards from here
WORD = re.compile(r"Đọc từ này cho người mời: (\w+)")
AGAIN = timedelta(minutes=10)  #: the operator tries again what did not go
MOST_TRIES = 60
LINGERING = timedelta(hours=5)  #: who has left still presses what stands on the screen

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where officers act."""

    seed: int
    loop: JumpingLoop
    telegram: SimulatedTelegram
    settings: Settings
    communes: Sequence[Commune]
    phone: Callable[[int], TelegramPhone]
    look: Callable[[], None]  #: raises if somebody's leaving or coming broke something


@dataclass(slots=True)
class Service:
    """One officer's time at a post."""

    post: Post
    chat: str  #: address
    since: datetime
    until: datetime | None = None


class Posts:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.services: list[Service] = []
        self._officers: dict[str, Officer] = {}  #: by chat
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._groups: dict[int, FakeGroup] = {}
        self._tasks: asyncio.TaskGroup

    def start(self, tasks: asyncio.TaskGroup, posts: Sequence[Post]) -> None:
        self._tasks = tasks
        for post in posts:
            self._begin(post)

    def stop(self) -> None:
        for task in self._at_work.values():
            task.cancel()

    def _begin(self, post: Post) -> None:
        stage = self._stage
        number = OFFICERS + post.number
        chat, chance = str(number), Random(f"officer {stage.seed} {post.number}")
        officer = Officer(stage.phone(number), post.habit, chance, stage.loop)
        self._officers[chat] = officer
        self._at_work[chat] = self._tasks.create_task(officer.serve())
        self.services.append(Service(post, chat, stage.loop.now()))

    def _serving(self) -> list[Service]:
        return [service for service in self.services if service.until is None]

    def left(self) -> dict[str, datetime]:
        """When each of the former officers left, by chat."""
        return {each.chat: each.until for each in self.services if each.until is not None}

    def commune_of(self, post: Post) -> Commune | None:
        return None if post.commune is None else self._stage.communes[post.commune]

    def unit_of(self, post: Post) -> str:
        """As Monday's summary names it."""
        commune = self.commune_of(post)
        return commune.full_name if commune else PROVINCE

    def appoint(self, session: Session, posts: Sequence[Post]) -> None:
        """Everybody at their post before anything happens."""
        now = self._stage.loop.now()
        for post in posts:
            commune, number = self.commune_of(post), OFFICERS + post.number
            self._stage.phone(number).user.started = True
            chat = chats.reach(session, _address(str(number)), now)
            officer = models.Officer(
                role=Role.OFFICER if commune else Role.DESK,
                commune_code=commune.code if commune else None,
                province_code=NINH_BINH,
                state=OfficerState.ACTIVE,
                created_at=now,
            )
            session.add(officer)
            session.flush()
            session.add(models.OfficerChat(chat_id=chat.id, officer_id=officer.id))

    # coming and going -------------------------------------------------------------------------

    async def hand_over(self, change: Handover) -> None:
        """The desk is never left alone; a commune's post is vacant for a while."""
        leaver = next((s for s in self._serving() if s.post.number == change.post), None)
        if leaver is None:
            return  # they never came: in this plan, or not yet
        if leaver.post.commune is None:
            await self._welcome(change.successor)
            await self._dismiss(leaver)
        else:
            await self._dismiss(leaver)
            await asyncio.sleep(change.vacant.total_seconds())
            await self._welcome(change.successor)

    async def _dismiss(self, leaver: Service) -> None:
        await self._operate(lambda base: _remove(base, leaver.chat))
        leaver.until = self._stage.loop.now()
        self._stage.look()
        await asyncio.sleep(LINGERING.total_seconds())
        self._at_work[leaver.chat].cancel()

    async def _welcome(self, post: Post) -> None:
        """By link and word, as `tinbao officers invite` and `confirm` have it."""
        commune = self.commune_of(post)
        wanted = office.Wanted(
            Role.OFFICER if commune else Role.DESK, commune.code if commune else "", NINH_BINH, ""
        )
        link = await self._operate(lambda base: office.invite(base, wanted))
        phone = self._stage.phone(OFFICERS + post.number)
        word = await _word_by(phone, link.partition("start=")[2])
        chat = str(OFFICERS + post.number)
        await self._operate(lambda base: _confirm(base, chat, word))
        self._stage.look()
        self._begin(post)

    async def _operate(self, command: Callable[[Foundation], Awaitable[T]]) -> T:
        """A command beside the running program, in a process that dies with the machine."""
        for _ in range(MOST_TRIES):
            try:
                async with foundation(self._stage.settings) as base:
                    return await command(base)
            except (KilledError, OperationalError, StartError):
                await asyncio.sleep(AGAIN.total_seconds())
        raise AssertionError("the operator's command never went")

    # groups -----------------------------------------------------------------------------------

    async def gather(self, change: GroupChange) -> None:
        group = self._groups.get(change.commune)
        match change.change:
            case Gathering.FOUNDED:
                await self._found(change.commune)
            case Gathering.MOVED if group:
                await group.migrates_to(SUPERGROUP - change.commune)
            case Gathering.LEFT if group:
                await group.removes_bot()
                del self._groups[change.commune]

    async def _found(self, commune: int) -> None:
        unit = [service for service in self._serving() if service.post.commune == commune]
        if not unit:
            return
        users = [self._stage.phone(int(service.chat)).user for service in unit]
        group = self._stage.telegram.group(GROUP - commune, "Đơn vị", users)
        self._groups[commune] = group
        await group.adds_bot(users[0])
        await group.says(users[0], "/register")

    def called(self, chat: int) -> None:
        """A unit's group was told something: whoever serves there looks in private."""
        for commune, group in self._groups.items():
            for service in self._serving() if group.id == chat else ():
                if service.post.commune == commune:
                    self._tasks.create_task(self._look_up(service.chat))

    async def _look_up(self, chat: str) -> None:
        """What an officer was called to ends with their service."""
        called = asyncio.create_task(self._officers[chat].is_called())
        await asyncio.wait([called, self._at_work[chat]], return_when=asyncio.FIRST_COMPLETED)
        called.cancel()


def _address(number: str) -> chats.Address:
    return chats.Address(Channel.TELEGRAM, number)


def _number_of(session: Session, chat: str, state: OfficerState) -> int | None:
    """As `tinbao officers list` would show it."""
    found = chats.find(session, _address(chat))
    if found is None:
        return None
    who = officers.acting_in if state is OfficerState.ACTIVE else officers.pending_in
    officer = who(session, found)
    return officer.id if officer else None


async def _remove(base: Foundation, chat: str) -> None:
    number = await base.database.read(lambda s: _number_of(s, chat, OfficerState.ACTIVE))
    if number is not None:  # else it was done, and we were killed before we knew
        await office.remove(base, number)


async def _confirm(base: Foundation, chat: str, word: str) -> None:
    number = await base.database.read(lambda s: _number_of(s, chat, OfficerState.PENDING))
    if number is not None:
        await office.confirm(base, number, word)


async def _word_by(phone: TelegramPhone, link: str) -> str:
    """Follow the link until the word stands on the screen."""
    for _ in range(MOST_TRIES):
        await phone.says(f"/start {link}")
        try:
            async with asyncio.timeout(AGAIN.total_seconds()):
                await phone.news()
        except TimeoutError:
            continue
        for seen in reversed(phone.screen()):
            if found := WORD.search(seen.text):
                return found[1]
    raise AssertionError("no word ever came")

"""Chats that move to another address take with them what hangs on them."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from storage import chats, deliveries, officers
from storage.chats import Address
from storage.database import Database, Session
from storage.models import Chat, Delivery, Group, Officer
from storage.states import Channel, ChatKind, ChatState, DeliveryClass, OfficerState, Role
from tests.clock import FakeClock

ADDRESS = Address(Channel.TELEGRAM, "5")
OLD = Address(Channel.TELEGRAM, "-5", ChatKind.GROUP)
NEW = Address(Channel.TELEGRAM, "-1005", ChatKind.GROUP)


def make(session: Session, address: Address, clock: FakeClock) -> Chat:
    chat = chats.reach(session, address, clock())
    deliveries.owe(session, chat, address.name.encode(), DeliveryClass.ANSWER, clock())
    return chat


def register(session: Session, chat: Chat, clock: FakeClock) -> None:
    by = Officer(
        role=Role.LEAD,
        commune_code="14215",
        province_code="37",
        state=OfficerState.ACTIVE,
        created_at=clock(),
    )
    session.add(by)
    session.flush()
    session.add(
        Group(chat_id=chat.id, commune_code="14215", registered_by=by.id, registered_at=clock())
    )


async def move(database: Database, clock: FakeClock) -> None:
    def work(session: Session) -> None:
        chats.move(session, chats.reach(session, OLD, clock()), NEW.name)

    await database.run(work)


async def test_a_chat_is_what_it_is_once_it_is_locked_not_what_it_was_when_it_was_seen(
    postgresql_url: str, open_database: Callable[[str], Database], clock: FakeClock
) -> None:
    """A transaction alerts somebody there; the chat closes meanwhile; then it takes a message from there."""
    ours, theirs = open_database(postgresql_url), open_database(postgresql_url)
    seen, closed = threading.Event(), threading.Event()

    def close(session: Session) -> None:
        chats.reach(session, OLD, clock()).state = ChatState.CLOSED

    def work(session: Session) -> None:
        before = chats.find(session, OLD)
        seen.set()
        closed.wait()
        chat = chats.reach(session, OLD, clock())
        assert chat is before
        assert chat.state is ChatState.CLOSED

    await ours.run(lambda session: make(session, OLD, clock))
    working = asyncio.create_task(ours.run(work))
    await asyncio.to_thread(seen.wait)
    await theirs.run(close)
    closed.set()
    await working


async def test_whoever_had_to_wait_for_a_chat_reads_what_was_written_meanwhile(
    postgresql_url: str, open_database: Callable[[str], Database], clock: FakeClock
) -> None:
    """A draft's day ends while its owner writes: PostgreSQL itself would join what was there before."""
    ours, theirs = open_database(postgresql_url), open_database(postgresql_url)
    locked, awaited = threading.Event(), threading.Event()

    def draft(session: Session) -> Any:
        _, talk = chats.meet(session, ADDRESS, clock())
        return chats.draft_of(session, talk)

    def keep(session: Session, kept: bytes) -> None:
        _, talk = chats.meet(session, ADDRESS, clock())
        chats.set_draft(session, talk, kept)
        chats.keep(session, talk)

    def keep_until_awaited(session: Session) -> None:
        keep(session, b"new")
        locked.set()
        awaited.wait()

    await theirs.run(lambda session: keep(session, b"old"))
    keeping = asyncio.create_task(theirs.run(keep_until_awaited))
    await asyncio.to_thread(locked.wait)
    reading = asyncio.create_task(ours.run(draft))
    while not await theirs.read(somebody_waits):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    awaited.set()
    await keeping
    assert await reading == b"new"


def somebody_waits(session: Session) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    return bool(session.scalar(text(f"{waiting} AND wait_event_type = 'Lock'")))


async def test_a_chat_is_found_at_its_new_address(database: Database, clock: FakeClock) -> None:
    await database.run(lambda session: register(session, make(session, OLD, clock), clock))
    await move(database, clock)
    group = await database.read(lambda session: officers.group_of(session, "14215"))
    chat = await database.read(lambda session: chats.find(session, NEW))
    assert group is not None
    assert chat is not None
    assert group.id == chat.id
    assert await database.read(lambda session: chats.address_of(session, chat)) == NEW.name


async def test_what_already_came_from_the_new_address_joins_it(
    database: Database, clock: FakeClock
) -> None:
    """Telegram tells of a move by several updates, and a failed send tells of it too."""

    def work(session: Session) -> None:
        register(session, make(session, OLD, clock), clock)
        make(session, NEW, clock)

    await database.run(work)
    await move(database, clock)
    (chat,) = await database.read(lambda session: session.query(Chat).all())
    owed = await database.read(lambda session: session.query(Delivery).all())
    assert {delivery.chat_id for delivery in owed} == {chat.id}
    assert len(owed) == 2


async def test_a_move_told_twice_changes_nothing_more(database: Database, clock: FakeClock) -> None:
    await database.run(lambda session: register(session, make(session, OLD, clock), clock))
    await move(database, clock)
    await move(database, clock)
    group = await database.read(lambda session: officers.group_of(session, "14215"))
    chat = await database.read(lambda session: chats.find(session, NEW))
    assert group is not None
    assert chat is not None
    assert group.id == chat.id

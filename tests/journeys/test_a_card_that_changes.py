"""An officer's card shows what is true, however often that changes while it is on its way."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from handlers.telegram.send import TelegramDoor
from storage.database import Database, Work
from storage.models import Card, Delivery, Tip
from storage.states import CardKind, QueueState
from tests.journeys.telling import tells
from tests.town import Person, Town, rows
from tips.desk import Transaction
from tips.messages import Reply
from tips.officers.showing import refresh

T = TypeVar("T")


class SlowDoor(TelegramDoor):
    """A door whose edits wait until they are let through."""

    let_through: asyncio.Event

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        await self.let_through.wait()
        await super().edit(address, message_id, reply)


class Together(Database):
    """A database whose callers, once `gate` is closed, all go on at the same moment."""

    def __init__(self, real: Database) -> None:
        self._real, self.gate = real, asyncio.Event()
        self.gate.set()
        self.committed: asyncio.Queue[None] = asyncio.Queue()  #: what waits at the gate

    async def run(self, work: Work[T]) -> T:
        result = await self._real.run(work)
        if not self.gate.is_set():
            self.committed.put_nowait(None)
            await self.gate.wait()
        return result

    async def read(self, work: Work[T]) -> T:
        return await self._real.read(work)


@pytest.fixture
async def officer(town: Town) -> AsyncIterator[Person]:
    officer = await town.officer(900)
    door = SlowDoor(town.bot, "Gửi vị trí")
    door.let_through = asyncio.Event()
    town.door = town.deliveries.door = door
    yield officer
    door.let_through.set()
    await town.deliveries.drain()


def change(tx: Transaction) -> None:
    (tip,) = tx.session.query(Tip).all()
    refresh(tx, tip)


async def pending(town: Town) -> int:
    return sum(d.state is QueueState.WAITING for d in await rows(town.database, Delivery))


async def test_a_change_while_it_is_sent_is_sent_after_it_by_the_same_row(
    town: Town, officer: Person
) -> None:
    await tells(town.citizen())
    await town.run(change)
    await town.deliveries.send_due()  # the edit is under way, and waits
    await town.run(change)
    await town.run(change)
    assert await pending(town) == 1
    assert isinstance(town.deliveries.door, SlowDoor)
    town.deliveries.door.let_through.set()
    await (
        town.deliveries.drain()
    )  # else its record may have the chat, and by this clock nobody looks again
    await town.settle()
    (card,) = [c for c in await rows(town.database, Card) if c.kind is CardKind.ALERT]
    assert card.shown == card.wanted
    assert await pending(town) == 0
    assert len([text for text in officer.texts if "Tin số 1" in text]) == 1


async def test_what_is_due_again_the_moment_it_was_recorded_is_sent_again(
    town: Town, officer: Person
) -> None:
    """It is claimed before the task that sent it has ended, and is not taken for still under way."""
    await tells(town.citizen())
    town.deliveries.database = together = Together(town.database)
    await town.run(change)
    await town.deliveries.send_next()  # the edit is under way, and waits
    await town.run(change)
    assert isinstance(town.deliveries.door, SlowDoor)
    together.gate.clear()
    town.deliveries.door.let_through.set()
    await together.committed.get()  # it was sent, and that is recorded
    again = asyncio.create_task(town.deliveries.send_next())
    await together.committed.get()  # the same row is claimed
    together.gate.set()
    assert await again == 1
    await town.deliveries.drain()
    (card,) = [c for c in await rows(town.database, Card) if c.kind is CardKind.ALERT]
    assert card.shown == card.wanted
    assert await pending(town) == 0

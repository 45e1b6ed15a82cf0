"""An officer's card shows what is true, however often that changes while it is on its way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from handlers.telegram.send import TelegramDoor
from storage.models import Card, Delivery, Tip
from storage.states import CardKind, QueueState
from tests.journeys.telling import tells
from tests.town import Person, Town, rows
from tips.desk import Transaction
from tips.messages import Reply
from tips.officers.showing import refresh


class SlowDoor(TelegramDoor):
    """A door whose edits wait until they are let through."""

    let_through: asyncio.Event

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        await self.let_through.wait()
        await super().edit(address, message_id, reply)


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
    await town.settle()
    (card,) = [c for c in await rows(town.database, Card) if c.kind is CardKind.ALERT]
    assert card.shown == card.wanted
    assert await pending(town) == 0
    assert len([text for text in officer.texts if "Tin số 1" in text]) == 1

"""A desk with its workers and a fake channel, for tests of the queues."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from routing import Router
from storage import aside, chats
from storage.aside import Queue
from storage.chats import Address
from storage.database import Database, Session
from storage.depth import Depth, depth
from storage.inbox import RawUpdate
from storage.lanes import Item
from storage.models import Chat, Officer, OfficerChat
from storage.states import Channel, DeliveryClass, OfficerState, Role
from tests.clock import FakeClock
from tests.tips.doors import FakeDoor
from tests.town import NINH_BINH, make_desk
from tips import inbox
from tips.deliveries import Deliveries
from tips.desk import Desk, Transaction
from tips.intake import Intake
from tips.messages import Reply
from tips.outbox import owe

T = TypeVar("T")
TELEGRAM = Channel.TELEGRAM


@dataclass
class Office:
    """Everything between the inbox and the channel."""

    database: Database
    desk: Desk
    door: FakeDoor
    clock: FakeClock

    def deliveries(self, owner: str = "a", database: Database | None = None) -> Deliveries:
        return Deliveries(
            database or self.database,
            self.desk,
            TELEGRAM,
            self.door,
            self.clock,
            owner,
            pace=timedelta(0),
        )

    def intake(self, owner: str = "a", database: Database | None = None) -> Intake:
        doors = {TELEGRAM: self.door}
        return Intake(
            database or self.database, self.desk, doors, self.clock, asyncio.Event(), owner
        )

    async def owe(
        self, address: str, *texts: str, klass: DeliveryClass = DeliveryClass.ANSWER
    ) -> None:
        def work(tx: Transaction) -> None:
            chat = chats.reach(tx.session, Address(TELEGRAM, address), tx.now)
            for text in texts:
                owe(tx.session, chat, Reply(text), tx.now, klass)

        await self.run(work)

    async def hear(self, *said: tuple[str, str]) -> None:
        """Store messages, each (chat, text)."""
        way_in = inbox.Inbox(self.database, self.clock, asyncio.Event())
        updates = [
            RawUpdate(TELEGRAM, secrets.token_hex(8), chat, n, f"{chat}:{text}".encode())
            for n, (chat, text) in enumerate(said, 1)
        ]
        await way_in.store(updates)

    async def officer(
        self, address: str, role: Role = Role.ADMIN, commune: str | None = None
    ) -> None:
        """Let the chat at an address be that of somebody who works here."""

        def work(tx: Transaction) -> None:
            chat = chats.reach(tx.session, Address(TELEGRAM, address), tx.now)
            officer = Officer(
                role=role,
                commune_code=commune,
                province_code=NINH_BINH,
                state=OfficerState.ACTIVE,
                created_at=tx.now,
            )
            tx.session.add(officer)
            tx.session.flush()
            tx.session.add(OfficerChat(chat_id=chat.id, officer_id=officer.id))

        await self.run(work)

    async def replay(self, queue: Queue) -> None:
        """Put back whatever was set aside in a queue."""

        def work(tx: Transaction) -> None:
            for item in aside.listed(tx.session, queue):
                aside.put_back(item, tx.now)

        await self.run(work)

    async def run(self, work: Callable[[Transaction], T]) -> T:
        return await self.database.run(
            lambda session: work(Transaction(session, self.desk, self.clock()))
        )

    async def all(self, model: type[T]) -> list[T]:
        def work(session: Session) -> list[T]:
            return list(session.query(model).order_by(model.id).all())  # type: ignore[attr-defined]

        return await self.database.read(work)

    async def depth(self, kind: type[Item]) -> Depth:
        return await self.database.read(lambda session: depth(session, kind))

    async def chat(self, address: str) -> Chat | None:
        where = Address(TELEGRAM, address)
        return await self.database.read(lambda session: chats.find(session, where))


def make_office(database: Database, folder: Path, router: Router, clock: FakeClock) -> Office:
    return Office(database, make_desk(router, folder, database), FakeDoor(), clock)

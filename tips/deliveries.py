"""Sending what is owed: one channel's outbox emptied, in order, at the channel's pace.

    claim one row (lease, commit) ─▶ render ─▶ send, no transaction open ─▶ record (commit)

Sends start at least `PACE` apart, which is the platforms' bulk limit; where a platform answers faster
than that, a message is recorded before the next one leaves, so a killed process repeats at most one.
A slow send goes on beside the next ones, which are of other chats; its lease is renewed while we live.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from storage import queues
from storage.database import Database, DatabaseError, Session
from storage.models import Chat, Delivery
from storage.queues import Lease
from storage.states import Channel, ChatState, DeliveryClass
from tips import outcomes, sending
from tips.desk import Clock, Desk, Transaction
from tips.messages import Door, SendError
from tips.outcomes import Outcome
from tips.sending import Outgoing

PACE = timedelta(seconds=1 / 30)  #: between two sends of one bot: Telegram's 30 messages a second
LEASE = timedelta(seconds=30)  #: how long after a crash a message under way is sent again
AT_ONCE = 24  #: sends under way; fewer than a door's connections

Count = Callable[[Channel, DeliveryClass, Outcome], None]  #: called with the outcome of each try
Record = Callable[[Transaction, Delivery], Outcome]

log = structlog.get_logger()


def _uncounted(*_: object) -> None:
    return None


@dataclass(slots=True)
class Deliveries:
    """The worker that empties one channel's outbox."""

    database: Database
    desk: Desk
    channel: Channel
    door: Door
    clock: Clock
    owner: str
    count: Count = _uncounted
    pace: timedelta = PACE
    _under_way: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _faults: list[BaseException] = field(default_factory=list)  #: our own bugs, until they rise
    _renewed: datetime | None = None

    async def send_due(self) -> int:
        """Send everything that is due now; return how many were claimed."""
        claimed = 0
        while await self.send_next():
            claimed += 1
        return claimed

    async def send_next(self) -> int:
        """Start the next send that is due, and let `pace` pass; return how many were claimed."""
        self._raise_fault()
        if len(self._under_way) >= AT_ONCE:
            await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
        delivery_id = await self.database.run(self._claim)
        if delivery_id is None:
            return 0
        if delivery_id not in self._under_way:  # else it is only still to be recorded
            await self._start(delivery_id)
        return 1

    async def _start(self, delivery_id: int) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        task = asyncio.create_task(self._deliver(delivery_id), name=f"delivery {delivery_id}")
        self._under_way[delivery_id] = task
        task.add_done_callback(lambda done: self._ended(delivery_id, done))
        await asyncio.wait([task], timeout=PACE.total_seconds())
        await asyncio.sleep(started + self.pace.total_seconds() - loop.time())

    def _ended(self, delivery_id: int, task: asyncio.Task[None]) -> None:
        del self._under_way[delivery_id]
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._faults.append(fault)

    def _raise_fault(self) -> None:
        if self._faults:
            raise self._faults.pop()

    async def drain(self) -> None:
        """Wait for what is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way.values())
        self._raise_fault()

    # claiming: one transaction ----------------------------------------------------------------

    def _claim(self, session: Session) -> int | None:
        lease = Lease(self.owner, self.clock(), LEASE)
        self._renew(session, lease)
        while (delivery := queues.claim_delivery(session, lease, self.channel)) is not None:
            if session.get_one(Chat, delivery.chat_id).state is ChatState.OPEN:
                return delivery.id
            queues.set_aside(session, delivery, "chat_closed", lease.now)
            session.flush()
        return None

    def _renew(self, session: Session, lease: Lease) -> None:
        if self._under_way and (self._renewed is None or lease.now - self._renewed > LEASE / 3):
            queues.renew(session, Delivery, list(self._under_way), lease)
            self._renewed = lease.now

    # sending: no transaction open -------------------------------------------------------------

    async def _deliver(self, delivery_id: int) -> None:
        """Send one message and record what became of it. Our own bugs over a message end here."""
        record: Record
        try:
            message = await self.database.read(lambda session: self._outgoing(session, delivery_id))
            message_id = await sending.send(message, self.door, self.desk.files)
        except SendError as error:
            record = partial(outcomes.failed, error=error)
        except DatabaseError as error:
            log.warning("database_away", delivery=delivery_id, error=type(error).__name__)
            return  # nothing was sent; it is due again when the lease has run out
        except Exception as bug:
            log.exception("delivery_failed", delivery=delivery_id)
            record = partial(outcomes.undigested, fault=type(bug).__name__)
        else:
            record = partial(outcomes.sent, message=message, message_id=message_id)
        await self.database.insist(lambda session: self._record(session, delivery_id, record))

    def _outgoing(self, session: Session, delivery_id: int) -> Outgoing:
        tx = Transaction(session, self.desk, self.clock())
        delivery = session.get_one(Delivery, delivery_id)
        return sending.outgoing(tx, delivery, self.door.capabilities)

    # recording: one transaction ---------------------------------------------------------------

    def _record(self, session: Session, delivery_id: int, record: Record) -> None:
        delivery = queues.held(session, Delivery, delivery_id, self.owner)
        if delivery is None:
            return  # the lease ran out and another process has it: it is repeated, not lost
        outcome = record(Transaction(session, self.desk, self.clock()), delivery)
        self.count(self.channel, delivery.klass, outcome)

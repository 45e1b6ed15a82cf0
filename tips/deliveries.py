"""Sending what is owed: one channel's outbox emptied, in order, within the channel's limits.

    claim one row and a turn (lease, commit) ─▶ render ─▶ send, no transaction open ─▶ record (commit)

Where a platform answers within `ANSWER`, a message is recorded before the next one leaves, so a killed
process repeats at most one. A slow send goes on beside the next ones, which are of other chats; its lease
is renewed while we live.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from storage import pace, queues
from storage.database import Database, Session, is_away
from storage.limits import Limits
from storage.models import Chat, Delivery
from storage.queues import Lease
from storage.states import Channel, DeliveryClass
from tips import outcomes, sending
from tips.desk import Clock, Desk, Transaction
from tips.messages import Door, SendError
from tips.outcomes import Outcome
from tips.sending import Outgoing

ANSWER = timedelta(
    milliseconds=25
)  #: from claim to record: so long the next claim waits for the last
#: Between two sends of a process: less than the platform asks for, so that turns set the pace, but enough
#: that what a second allows is not all gone at once when an alert is filed.
PACE = timedelta(milliseconds=20)
MORE_TRIES = 75  #: each after PACE, to get another turn for a message that is more than one
IDLE = timedelta(seconds=1)  #: after which we look again, whatever we know
LEASE = timedelta(seconds=30)  #: how long after a crash a message under way is sent again
AT_ONCE = 24  #: sends under way; fewer than a door's connections
SUSPECT = 2  #: claims never recorded: after these a message may be what kills the process
MOST_LIVES = 5  #: that may end over one message
ALONE = LEASE / 3  #: so long nothing is sent beside a suspect

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
    limits: Limits | None = None  #: what the platform allows; None: all
    wake: asyncio.Event = field(default_factory=asyncio.Event)  #: set when something has ended
    _has_turns: bool = False
    _next_at: datetime | None = None  #: when the next may be claimed; None: nothing waits
    _turn_at: datetime | None = None  #: when there is a turn; None: perhaps now
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
        """Start the next send that is due, and let `pace` pass; return how many were claimed.

        Nothing was: `resting` says how long to wait, if nobody sets `wake`.
        """
        self._raise_fault()
        if len(self._under_way) >= AT_ONCE:
            await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
        if self.limits and not self._has_turns:
            await self.database.run(self._open_turns)
            self._has_turns = True
        now = self.clock()
        if self._turn_at is not None and now < self._turn_at <= now + pace.FARTHEST:
            return 0
        began = asyncio.get_running_loop().time()
        claimed = await self.database.run(self._claim)
        if claimed is None:
            return 0
        delivery_id, answer_by = claimed
        if delivery_id not in self._under_way:  # else it is only still to be recorded
            await self._start(delivery_id, began, answer_by)
        return 1

    def resting(self) -> timedelta:
        """How long nothing can be claimed, as far as the last claim could see."""
        if self._next_at is None:
            return IDLE
        return max(min(self._next_at - self.clock(), IDLE), timedelta())

    async def _start(self, delivery_id: int, began: float, answer_by: timedelta) -> None:
        """Send what was claimed, and go on when it is recorded or the next may be claimed beside it."""
        task = asyncio.create_task(self._deliver(delivery_id), name=f"delivery {delivery_id}")
        self._under_way[delivery_id] = task
        task.add_done_callback(lambda done: self._ended(delivery_id, done))
        loop = asyncio.get_running_loop()
        left = began + answer_by.total_seconds() - loop.time()
        await asyncio.wait([task], timeout=max(left, 0))
        await asyncio.sleep(began + self.pace.total_seconds() - loop.time())

    def _ended(self, delivery_id: int, task: asyncio.Task[None]) -> None:
        if self._under_way.get(delivery_id) is task:  # cancelled before it began
            del self._under_way[delivery_id]
        self.wake.set()  # the next of its lane may leave
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

    def _open_turns(self, session: Session) -> None:
        assert self.limits is not None
        pace.open_turns(session, self.channel, self.limits, self.clock())

    def _claim(self, session: Session) -> tuple[int, timedelta] | None:
        """Return the next message, and how long after the claim another may be sent beside it."""
        lease = Lease(self.owner, self.clock(), LEASE)
        self._renew(session, lease)
        delivery = queues.claim_delivery(session, lease, self.channel, self.limits)
        if delivery is not None:
            return delivery.id, ALONE if delivery.unrecorded > SUSPECT else ANSWER
        self._next_at = queues.next_delivery_at(session, self.channel, lease.now)
        self._turn_at = pace.next_turn_at(session, self.channel, lease.now) if self.limits else None
        return None

    def _renew(self, session: Session, lease: Lease) -> None:
        if self._under_way and (
            self._renewed is None or abs(lease.now - self._renewed) > LEASE / 3
        ):
            queues.renew(session, Delivery, list(self._under_way), lease)
            pace.hold(session, list(self._under_way), lease.until)
            self._renewed = lease.now

    # sending: no transaction open -------------------------------------------------------------

    async def _deliver(self, delivery_id: int) -> None:
        """Send one message and record what became of it. Our own bugs over a message end here."""
        record: Record
        unpaid = 0  #: messages for which there was no turn
        try:
            message = await self.database.read(lambda session: self._outgoing(session, delivery_id))
            if self.limits and (more := message.weight(self.door) - 1):
                unpaid = await self._take_more(delivery_id, more, self.limits)
            message_id = await sending.send(message, self.door, self.desk.files)
        except SendError as error:
            record = partial(outcomes.failed, error=error)
        except Exception as bug:
            if is_away(bug):  # nothing was sent, and it is not the message's fault
                record = partial(outcomes.failed, error=SendError("database_away"))
            else:
                log.exception("delivery_failed", delivery=delivery_id)
                record = partial(outcomes.undigested, fault=type(bug).__name__)
        else:
            record = partial(outcomes.sent, message=message, message_id=message_id)
        answered = partial(pace.answered, delivery_id=delivery_id, now=self.clock(), unpaid=unpaid)
        try:
            await self.database.insist(
                lambda session: self._record(session, delivery_id, record, answered)
            )
        finally:  # at once: what the record made due again may be claimed before this task has ended
            self._under_way.pop(delivery_id, None)

    async def _take_more(self, delivery_id: int, count: int, limits: Limits) -> int:
        """Take turns for what is more than one message; return for how many there was none.

        We wait for them, but not for ever: all turns might be held by such as wait for another.
        """
        await self.database.run(lambda session: self._charge(session, delivery_id, count, limits))
        take = partial(self._take_turns, delivery_id)
        for _ in range(MORE_TRIES):
            count -= await self.database.run(partial(take, count))
            if not count:
                break
            await asyncio.sleep(PACE.total_seconds())
        return count

    def _charge(self, session: Session, delivery_id: int, count: int, limits: Limits) -> None:
        chat_id = session.get_one(Delivery, delivery_id).chat_id
        chat = session.get_one(Chat, chat_id, with_for_update={"key_share": True})
        pace.charge(chat, limits.of(chat.kind), self.clock(), count)

    def _take_turns(self, delivery_id: int, count: int, session: Session) -> int:
        turns = pace.free_turns(session, self.channel, self.clock(), count)
        pace.take(turns, delivery_id, self.clock() + LEASE)
        return len(turns)

    def _outgoing(self, session: Session, delivery_id: int) -> Outgoing:
        tx = Transaction(session, self.desk, self.clock())
        delivery = session.get_one(Delivery, delivery_id)
        if delivery.unrecorded > MOST_LIVES:
            raise SendError("interrupted", permanent=True)
        return sending.outgoing(tx, delivery, self.door.capabilities)

    # recording: one transaction ---------------------------------------------------------------

    def _record(
        self,
        session: Session,
        delivery_id: int,
        record: Record,
        answered: Callable[[Session], None],
    ) -> None:
        delivery = queues.held(session, Delivery, delivery_id, self.owner)
        answered(
            session
        )  # after the row is locked: so renewing, too, takes row and turn in this order
        if delivery is None:
            return  # the lease ran out and another process has it: it is repeated, not lost
        delivery.unrecorded = 0
        outcome = record(Transaction(session, self.desk, self.clock()), delivery)
        self.count(self.channel, delivery.klass, outcome)

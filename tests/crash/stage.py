"""Where stories are told to a program that is killed at a chosen step, and finished by another."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.crash.life import Orders
from tests.crash.nursery import Nursery
from tests.town import Person, Town
from tips import deliveries

LEASE = deliveries.LEASE + timedelta(seconds=1)  #: after it, what the dead held is anybody's


@dataclass
class Stage:
    """One town, and the lives that serve it."""

    town: Town
    nursery: Nursery
    orders: Callable[[int], Orders]
    officers: Sequence[Person]
    buried: Callable[[], Awaitable[None]]  #: waits until nothing of the dead is at work any more
    over: set[int] = field(default_factory=set)  #: acts that have no step left to be killed at
    kills: int = 0

    async def serve(self, act: int, last: int) -> bool:
        """Let a life with this end do what there is to do, and another finish it."""
        if act in self.over:
            await self.town.pass_time()
            return False
        if not await self.nursery.raise_one(self.orders(last)):
            self.over |= {act} if last else set()
            return False
        self.kills += 1
        await self.buried()
        await self.town.telegram.updates.push()  # what was on its way when it died has ended too
        self.town.clock.advance(LEASE)
        assert not await self.nursery.raise_one(self.orders(0))
        return True


def kinds(
    said: Counter[tuple[int, str]], citizens: Sequence[Person]
) -> Counter[tuple[bool, int, str]]:
    """Messages by how they begin, up to the first number: the same for every citizen."""
    ids = {citizen.user.id for citizen in citizens}
    found: Counter[tuple[bool, int, str]] = Counter()
    for (user, text), count in said.items():
        own = user in ids
        found[own, 0 if own else user, re.split(r"\d", text)[0][:30]] += count
    return found

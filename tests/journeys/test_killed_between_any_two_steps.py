"""A process killed between any two steps, while a tip goes to the officer and back.

Every walk is the same story, told by another citizen. In the n-th walk each act of the story is served by
a process that dies at its n-th step, and finished by another. The walks end when no step is left.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from storage.models import Delivery, Event, Inbox, Tip
from storage.states import EventKind, QueueState
from tests.mortal import Fate, KilledError, MortalTown
from tests.town import Person, Town, rows
from tips import deliveries

LEASE = deliveries.LEASE + timedelta(seconds=1)  #: after it, what the dead held is anybody's
Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Cast:
    """The people of one walk."""

    citizen: Person
    officer: Person

    def acts(self) -> list[Act]:
        an, officer = self.citizen.user, self.officer.user
        return [
            lambda: an.sends("co trom xe o xom 5 hai xuan"),
            lambda: an.presses("Đang xảy ra"),
            lambda: an.presses("Đồng ý và gửi"),
            lambda: officer.presses("Nhận xử lý"),
            lambda: an.presses("Xem kết quả tin đã báo"),
        ]

    @property
    def screens(self) -> Counter[str]:
        """How each message on both screens begins, up to its first number."""
        said = [*self.citizen.texts, *self.officer.texts]
        return Counter(re.split(r"\d", text)[0][:30] for text in said)


@dataclass(frozen=True)
class Walk:
    new: list[Counter[str]]  #: by act
    died: int


async def walk(town: Town, cast: Cast, last: int) -> Walk:
    new, died = [], 0
    for act in cast.acts():
        before = cast.screens
        await act()
        died += await _serve(town, last)
        new.append(cast.screens - before)
    return Walk(new, died)


async def _serve(town: Town, last: int) -> bool:
    """Let a process with this fate do what there is to do, and another finish it; tell if it died."""
    try:
        await MortalTown(town, Fate(last)).settle()
    except KilledError:
        town.clock.advance(LEASE)
        await MortalTown(town, Fate()).settle()
        return True
    return False


async def test_nothing_is_lost_or_done_twice_and_at_most_one_message_is_repeated(
    town: Town,
) -> None:
    officer = await town.officer(900)
    undisturbed = await walk(town, Cast(town.citizen(1000), officer), last=0)
    died, walks = 1, 1
    while died:
        last = walks
        town.clock.advance(timedelta(minutes=15))  # or the tips would be one burst
        cast = Cast(town.citizen(1000 + walks), officer)
        taken = await walk(town, cast, last)
        for expected, new in zip(undisturbed.new, taken.new, strict=True):
            assert not expected - new, f"lost, killed at step {last}"
            assert (new - expected).total() <= 1, f"repeated, killed at step {last}"
            assert not set(new) - set(expected), f"never to be said, killed at step {last}"
        died = taken.died
        walks += 1
    await _everything_is_in_order(town, walks)


async def _everything_is_in_order(town: Town, walks: int) -> None:
    assert len(await rows(town.database, Tip)) == walks
    events = Counter(event.kind for event in await rows(town.database, Event))
    assert events[EventKind.FILED] == events[EventKind.ACKNOWLEDGED] == walks
    updates = await rows(town.database, Inbox)
    assert {update.state for update in updates} == {QueueState.DONE}
    assert {update.body_sealed for update in updates} == {None}
    assert {delivery.state for delivery in await rows(town.database, Delivery)} == {QueueState.DONE}

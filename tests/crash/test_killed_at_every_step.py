"""A process killed by SIGKILL at every step, while tips go to officers and back.

Every walk is the same story, told by another citizen. In the nth walk each act of it is served by a
process that is killed at its nth step, and finished by another. An act that has fewer steps is over with,
and served in peace from then on; the walks end when no act has a step left.
Judged is what the platform's log and the database say.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from storage.models import Event, Tip
from storage.states import EventKind
from tests.crash.stage import Stage, kinds
from tests.fake_telegram import FakeUser
from tests.invariants import AT_REST, breaches, log_of
from tests.town import Person, Town, rows

APART = timedelta(minutes=15)  #: many tips within ten minutes would be one event
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


@dataclass
class Walks:
    """The story, told again and again."""

    stage: Stage
    expected: list[Counter[tuple[bool, int, str]]] = field(default_factory=list)  #: by act

    async def walk(self, number: int) -> int:
        """Tell the story once; return how many of its acts were cut off at step `number`."""
        town = self.stage.town
        cast = Cast(town.citizen(50_000_000 + number), self.stage.officers)
        died = 0
        town.clock.advance(APART)
        for act_number, act in enumerate(cast.acts):
            before = cast.screens
            await act()
            killed = await self.stage.serve(act_number, number)
            died += killed
            where = f"act {act_number}, killed at step {number}"
            self._judge(act_number, cast.screens - before, cast.citizen, where, killed=killed)
        return died

    def _judge(
        self, act: int, new: Counter[tuple[int, str]], citizen: Person, where: str, *, killed: bool
    ) -> None:
        if act == len(self.expected):
            self.expected.append(kinds(new, [citizen]))
        expected, found = self.expected[act], kinds(new, [citizen])
        assert not expected - found, f"lost: {where}"
        assert (found - expected).total() <= killed, f"repeated: {where}"
        assert not set(found) - set(expected), f"never to be said: {where}"
        word_for_word = sum(count - 1 for count in new.values())
        assert word_for_word == (found - expected).total(), f"a repeat that differs: {where}"


async def test_no_update_is_lost_no_tip_doubled_and_a_kill_repeats_one_message_at_most(
    stage: Stage,
) -> None:
    stage.over = {1}  # the second act is no news to any step
    story, walks = Walks(stage), 0
    while await story.walk(walks) or not walks:
        walks += 1
    await everything_is_in_order(stage.town, walks + 1)
    assert stage.kills > 60


async def everything_is_in_order(town: Town, walks: int) -> None:
    assert len(await rows(town.database, Tip)) == walks
    events = Counter(event.kind for event in await rows(town.database, Event))
    for kind in (EventKind.FILED, EventKind.ACKNOWLEDGED, EventKind.ADDED):
        assert events[kind] == walks
    log = log_of(town.telegram)
    found = await town.database.read(lambda session: breaches(session, log, AT_REST))
    assert found == []

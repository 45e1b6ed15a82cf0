"""A process killed by SIGKILL at every step while a burst begins, grows and is shown.

Five citizens report one event within ten minutes. The fourth begins the burst, the fifth adds to it, and a
minute later the officers' cards show that. In the nth walk the process dies at its nth step in each of
these acts. To spare time each database plays every third step, SQLite from the first and PostgreSQL from the
second: but for the way in, both take the same ones.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import make_url

from storage.models import BurstTip, Tip
from tests.crash.stage import Stage, kinds
from tests.fake_telegram import Message
from tests.invariants import AT_REST, CODE, breaches, log_of
from tests.journeys.telling import SEND, THEFT
from tests.town import Person, rows

MANY = 5
APART = timedelta(minutes=15)  #: after it, the next is another event
FIRST, STRIDE = {"sqlite": 1, "postgresql": 2}, 3


@dataclass
class Walks:
    """One event after the other."""

    stage: Stage
    expected: Counter[tuple[bool, int, str]] = field(default_factory=Counter)

    async def walk(self, number: int) -> int:
        """Report one event; return how many acts were cut off at step `number`."""
        town, officers = self.stage.town, self.stage.officers
        town.clock.advance(APART)
        citizens = [town.citizen(50_000_000 + MANY * number + n) for n in range(MANY)]
        people = [*citizens, *officers]
        before = screens(people)
        for citizen in citizens:
            await citizen.says(THEFT)
        for citizen in citizens[:-2]:
            await citizen.presses(SEND)
        killed = 0
        for act, citizen in enumerate(citizens[-2:]):
            await citizen.user.presses(SEND)
            killed += await self.stage.serve(act, number)
        town.clock.advance(minutes=1)
        killed += await self.stage.serve(2, number)
        await town.pass_time(minutes=1)  # for what grew only after a kill
        self._judge(screens(people) - before, citizens, number, killed)
        await officers[0].presses(f"Nhận cả {MANY} tin", newest_card(officers[0]))  # no reminders
        return killed

    def _judge(
        self, new: Counter[tuple[int, str]], citizens: list[Person], step: int, killed: int
    ) -> None:
        found = kinds(new, citizens)
        self.expected = self.expected or found
        assert not self.expected - found, f"lost: killed at step {step}"
        assert (found - self.expected).total() <= killed, f"repeated: killed at step {step}"
        assert not set(found) - set(self.expected), f"never to be said: killed at step {step}"
        for citizen in citizens:
            assert len({code for text in citizen.texts for code in CODE.findall(text)}) == 1
        for officer in self.stage.officers:
            shown = newest_card(officer).text
            assert f"{MANY} tin từ {MANY} tài khoản" in shown, f"not shown: killed at step {step}"


def newest_card(officer: Person) -> Message:
    return next(m for m in reversed(officer.user.from_bot) if "Nhóm tin số" in m.text)


def screens(people: list[Person]) -> Counter[tuple[int, str]]:
    """Every message in sight, with whose phone it is on; what grows is told by its kind alone."""
    texts = ((person.user.id, text) for person in people for text in person.user.texts)
    return Counter(
        (user, re.sub(r"\d+ tin từ .*", "", text, flags=re.DOTALL)) for user, text in texts
    )


async def test_a_burst_that_grows_while_the_process_is_killed_holds_every_tip_and_is_shown_whole(
    stage: Stage, database_url: str
) -> None:
    story, step, walks = Walks(stage), FIRST[make_url(database_url).get_backend_name()], 1
    await story.walk(0)
    while await story.walk(step):
        step, walks = step + STRIDE, walks + 1
    town = stage.town
    assert len(await rows(town.database, Tip)) == MANY * (walks + 1)
    assert len(await rows(town.database, BurstTip)) == MANY * (walks + 1)
    log = log_of(town.telegram)
    assert await town.database.read(lambda session: breaches(session, log, AT_REST)) == []
    assert stage.kills > 12

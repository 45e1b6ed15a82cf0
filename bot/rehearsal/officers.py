"""Officers: prompt, slow, away, mistaken, two at once. They act on the cards on their screen."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from bot.rehearsal.answers import words
from bot.rehearsal.calendar import is_night, is_office_hour
from bot.rehearsal.clockwork import JumpingLoop, until
from bot.rehearsal.phones import Phone, Seen

NUMBER = re.compile(r"[Tt]in số (\d+)")
MORNING = timedelta(hours=1)  #: how often whoever sleeps or is off looks at the hour
STEPS_A_TIP = 12  #: presses on one tip; then it is left alone


class Habit(StrEnum):
    PROMPT = "prompt"
    SLOW = "slow"  #: in office hours, after an hour or three
    AWAY = "away"  #: for days on end
    MISTAKEN = "mistaken"  #: gives back what is theirs, closes by the wrong outcome
    TWIN = "twin"  #: presses in the same second as a colleague


#: Minutes until somebody looks at a new card.
LOOKS: dict[Habit, tuple[float, float]] = {
    Habit.PROMPT: (0.5, 6),
    Habit.SLOW: (40, 200),
    Habit.AWAY: (600, 9000),
    Habit.MISTAKEN: (2, 30),
    Habit.TWIN: (3, 3),
}


@dataclass(slots=True)
class Officer:
    """One officer at one phone, as long as the rehearsal lasts."""

    phone: Phone
    habit: Habit
    chance: Random
    loop: JumpingLoop
    _begun: set[int] = field(default_factory=set)
    _is_called: bool = False

    async def serve(self) -> None:
        """Deal with every tip whose card appears."""
        async with asyncio.TaskGroup() as group:
            while True:
                for number, _ in self._cards():
                    if number not in self._begun:
                        self._begun.add(number)
                        group.create_task(self._handle(number))
                await self.phone.news()

    async def is_called(self) -> None:
        """The unit's group was told of a tip: look in private what it is, at the usual pace."""
        if self._is_called:
            return
        self._is_called = True
        await self._wait_minutes(*LOOKS[self.habit])
        self._is_called = False
        await self.phone.says("/tips")

    def _cards(self) -> Iterator[tuple[int, Seen]]:
        """The tips whose cards stand on the screen with something to press, oldest first."""
        for seen in self.phone.screen():
            found = NUMBER.search(seen.text)
            if found and words("choice.officer.details") in seen.labels:
                yield int(found[1]), seen

    def _card(self, number: int) -> Seen | None:
        return next((seen for n, seen in reversed([*self._cards()]) if n == number), None)

    async def _handle(self, number: int) -> None:
        await self._wait_minutes(*LOOKS[self.habit])
        for _ in range(STEPS_A_TIP):
            card = self._card(number)
            step = self._next(card) if card else None
            if card is None or step is None:
                return
            await self.phone.presses(card, step)
            await self._wait_minutes(1, 10) if self._is_quick(step) else await self._work()
            if step in (words("choice.officer.close"), words("choice.officer.not_ours")):
                await self._answer(number)

    def _next(self, card: Seen) -> str | None:
        """The next thing to press on a card; None where it is somebody else's, or over."""
        for key, how_likely in self._wishes():
            if (label := words(key)) in card.labels and self.chance.random() < how_likely:
                return label
        return None

    def _wishes(self) -> list[tuple[str, float]]:
        mistaken = self.habit is Habit.MISTAKEN
        return [
            ("choice.officer.not_ours", 0.3 if mistaken else 0.02),
            ("choice.officer.take", 1.0),
            ("choice.officer.reopen", 0.05),
            ("choice.officer.details", 0.4),
            ("choice.officer.verify", 0.8),
            ("choice.officer.close", 0.9),
        ]

    def _is_quick(self, step: str) -> bool:
        return step in (words("choice.officer.details"), words("choice.officer.close"))

    async def _answer(self, number: int) -> None:
        """Two questions at most: is it meant, or the outcome, and what the reporter will read."""
        for _ in range(2):
            asked = next((s for s in reversed(self.phone.screen()) if s.labels), None)
            if asked is None or words("choice.officer.details") in asked.labels:
                return
            if f"số {number}" not in asked.text and _ == 0:
                return
            likely = [] if self.habit is Habit.MISTAKEN else [asked.labels[0]] * 3
            labels = [*likely, *(label for label in asked.labels if label != words("choice.back"))]
            await self.phone.presses(asked, self.chance.choice(labels))
            await self._wait_minutes(0.2, 1)

    async def _work(self) -> None:
        """On the spot, or in the files: hours or days."""
        await self._wait_minutes(30, 60 * 50)

    async def _wait_minutes(self, least: float, most: float) -> None:
        wait = timedelta(minutes=self.chance.uniform(least, most))
        await asyncio.sleep(wait.total_seconds())
        while self._is_off(self.loop.now()):
            await until(self.loop, self.loop.now() + MORNING)

    def _is_off(self, moment: datetime) -> bool:
        if self.habit in (Habit.PROMPT, Habit.TWIN):
            return is_night(moment) and self.chance.random() < 0.5
        return not is_office_hour(moment)

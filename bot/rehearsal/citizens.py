"""Citizens of ten temperaments. They know their story and what stands on their screen, nothing else.

To add a temperament: a member of `Temperament`, and a row of `MANNERS`.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from random import Random

from bot.rehearsal.answers import (
    Act,
    Pin,
    Press,
    Say,
    answer,
    is_way_out,
    said,
    settled,
    words,
)
from bot.rehearsal.phones import Phone, Seen
from bot.rehearsal.stories import CHATTER, INSULTS, NONSENSE, Story
from routing import fold

MOST_TURNS = 25
PATIENCE = timedelta(minutes=3)  #: for the bot's answer; then they write again, or go
GLANCE = timedelta(seconds=3)  #: until everything that comes at once has come


class Temperament(StrEnum):
    TERSE = "terse"
    VERBOSE = "verbose"
    NO_ACCENTS = "no_accents"
    WRONG_ORDER = "wrong_order"  #: the place first, then when, then what
    IMPATIENT = "impatient"  #: taps twice, writes again before an answer can come
    FORGETFUL = "forgetful"  #: goes away in the middle, for hours or for good
    ABUSIVE = "abusive"  #: insults, nonsense, old buttons
    BAD_NETWORK = "bad_network"  #: what they send goes out late, and twice
    ELDERLY = "elderly"  #: greets, types what buttons say, is slow
    CHANGING = "changing"  #: goes back, corrects, withdraws


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody writes; shares are chances at every turn."""

    opening: Callable[[Story, Random], Sequence[str]]
    folded: bool = False  #: writes without accents
    types: float = 0.1  #: types a label, or its number, in place of pressing it
    taps: int = 1
    pause: tuple[float, float] = (3, 20)  #: seconds, between reading and answering
    leaves: float = 0.0  #: goes away for hours
    gives_up: float = 0.01
    strays: float = 0.0  #: says or presses what answers nothing
    wavers: float = 0.0  #: goes back, or corrects what was said
    repeats: float = 0.0  #: the message goes out twice
    withdraws: float = 0.02
    erases: float = 0.03  #: what ties them to it, some time later
    wipes: float = 0.03  #: the chat
    asks_later: float = 0.3  #: looks how the tip fares
    blocks: float = 0.01  #: the bot, in the end


def _brief(story: Story, _: Random) -> Sequence[str]:
    return [f"{story.act} {story.at}"]


def _plain(story: Story, _: Random) -> Sequence[str]:
    return [f"{story.act} ở {story.at} {story.when}".strip()]


def _long(story: Story, chance: Random) -> Sequence[str]:
    talk = chance.sample(CHATTER, 3)
    told = (
        f"{talk[0]} Ở {story.at} {story.act}, {story.when}. {'. '.join(story.details)}. {talk[1]}"
    )
    return [told, talk[2]]


def _reversed(story: Story, _: Random) -> Sequence[str]:
    return [story.place, story.when or "hôm nay", story.act]


def _greeting(story: Story, chance: Random) -> Sequence[str]:
    return ["alo", *_long(story, chance)[:1]]


def _rude(story: Story, chance: Random) -> Sequence[str]:
    return [chance.choice(INSULTS), *_plain(story, chance)]


def _in_pieces(story: Story, _: Random) -> Sequence[str]:
    return [story.act, f"ở {story.at}", *([story.when] if story.when else [])]


MANNERS: dict[Temperament, Manner] = {
    Temperament.TERSE: Manner(_brief, types=0.4, pause=(1, 6)),
    Temperament.VERBOSE: Manner(_long, pause=(10, 60), asks_later=0.6),
    Temperament.NO_ACCENTS: Manner(_plain, folded=True, types=0.3),
    Temperament.WRONG_ORDER: Manner(_reversed, wavers=0.1),
    Temperament.IMPATIENT: Manner(_in_pieces, taps=2, pause=(0, 1), asks_later=0.8),
    Temperament.FORGETFUL: Manner(_plain, leaves=0.2, gives_up=0.08, pause=(20, 400)),
    Temperament.ABUSIVE: Manner(_rude, strays=0.5, gives_up=0.1, pause=(0, 4), blocks=0.2),
    Temperament.BAD_NETWORK: Manner(_in_pieces, repeats=0.4, pause=(5, 90)),
    Temperament.ELDERLY: Manner(_greeting, types=0.7, pause=(30, 240), strays=0.1),
    Temperament.CHANGING: Manner(_plain, wavers=0.35, withdraws=0.3),
}


@dataclass(slots=True)
class Citizen:
    """One visit: somebody with a story, until they are done with it."""

    phone: Phone
    story: Story
    temperament: Temperament
    chance: Random
    agreed: list[str] = field(
        default_factory=list
    )  #: the summaries under which they pressed "send"

    @property
    def manner(self) -> Manner:
        return MANNERS[self.temperament]

    async def visit(self) -> None:
        for opening in self.manner.opening(self.story, self.chance):
            await self._say(opening)
            await self._pause()
        if self.story.point and self.chance.random() < 0.4:
            await self.phone.pins(*self.story.point)
        await self._answer_questions()
        if settled(self.phone.screen()):
            await self._look_again()
        if self.chance.random() < self.manner.blocks:
            await self.phone.blocks()

    async def _answer_questions(self) -> None:
        asked: list[str] = []
        for _ in range(MOST_TURNS):
            await self._read()
            question = said(self.phone.screen())
            if question is None or self.chance.random() < self.manner.gives_up:
                return
            act = answer(question, self.story, asked.count(question.text), self.chance)
            if act is None:
                return
            asked.append(question.text)
            await self._wander()
            if self.chance.random() < self.manner.strays:
                await self._stray(question)
            elif self.chance.random() < self.manner.wavers:
                await self._waver(question)
            else:
                await self._do(question, act)

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self.phone.news()
        except TimeoutError:
            return
        await asyncio.sleep(GLANCE.total_seconds())
        await self._pause()

    async def _wander(self) -> None:
        """Go away in the middle: for some hours, or longer than a draft lives."""
        if self.chance.random() < self.manner.leaves:
            await asyncio.sleep(timedelta(hours=self.chance.uniform(0.2, 30)).total_seconds())

    async def _do(self, question: Seen, act: Act) -> None:
        match act:
            case Press(label):
                await self._choose(question, label)
            case Say(text):
                await self._say(text)
            case Pin(latitude, longitude):
                await self.phone.pins(latitude, longitude)

    async def _choose(self, question: Seen, label: str) -> None:
        if self.chance.random() < self.manner.types:
            self._note(question, label)
            await self._say(self._typed(question, label))
            return
        for _ in range(self.manner.taps):
            await self._press(question, label)

    async def _press(self, message: Seen, label: str) -> None:
        self._note(message, label)
        await self.phone.presses(message, label)

    def _note(self, message: Seen, label: str) -> None:
        """Remember what was agreed to; two taps on one summary are one yes."""
        if label == words("choice.send") and message.text not in self.agreed[-1:]:
            self.agreed.append(message.text)

    def _typed(self, question: Seen, label: str) -> str:
        counted = [each for each in question.labels if not is_way_out(each)]
        if label in counted and self.chance.random() < 0.5:
            return str(counted.index(label) + 1)
        return label

    async def _say(self, text: str) -> None:
        text = fold(text) if self.manner.folded else text
        for _ in range(self.manner.taps if self.chance.random() < 0.2 else 1):
            await self.phone.says(text)
        if self.chance.random() < self.manner.repeats:
            await self.phone.repeats()

    async def _stray(self, question: Seen) -> None:
        old = [seen for seen in self.phone.screen() if seen.labels and seen.id != question.id]
        if old and self.chance.random() < 0.4:
            message = self.chance.choice(old)
            await self._press(message, self.chance.choice(message.labels))
        else:
            await self.phone.says(self.chance.choice([*INSULTS, *NONSENSE]))

    async def _waver(self, question: Seen) -> None:
        back = question.label(words("choice.back"))
        if back:
            await self.phone.presses(question, back)
        else:
            await self.phone.corrects(f"{self.story.act} ở {self.story.at}")

    async def _look_again(self) -> None:
        if self.chance.random() < self.manner.withdraws:
            await self._insist("/status", words("choice.withdraw"))
        elif self.chance.random() < self.manner.erases:
            await self._stay_away(200)
            await self._insist("/mydata", words("choice.mydata.erase"))
        elif self.chance.random() < self.manner.wipes:
            await self.phone.says("/wipe")
            await self._read()
        elif self.chance.random() < self.manner.asks_later:
            await self._stay_away(72)
            await self.phone.says("ket qua")
            await self._read()
            await self._add_more()

    async def _stay_away(self, hours: float) -> None:
        """Up to so many."""
        await asyncio.sleep(timedelta(hours=self.chance.uniform(1, hours)).total_seconds())

    async def _add_more(self) -> None:
        if self.story.details and self.chance.random() < 0.3:
            await self.phone.says(f"BS {self.story.details[0]}")
            await self._read()

    async def _insist(self, command: str, choice: str) -> None:
        """Ask for something, press what does it, and again to confirm it."""
        await self.phone.says(command)
        for _ in range(2):
            await self._read()
            shown = said(self.phone.screen())
            label = shown.label(choice) if shown else None
            if shown is None or label is None:
                return
            await self.phone.presses(shown, label)

    async def _pause(self) -> None:
        await asyncio.sleep(self.chance.uniform(*self.manner.pause))

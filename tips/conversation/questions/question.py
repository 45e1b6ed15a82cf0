"""What every question is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tips.conversation.draft import Draft
from tips.conversation.world import World
from tips.messages import Choice, Press, Reply

Rows = Sequence[Sequence[Choice]]


def none(*_: object) -> None:
    return None


def never(_: Draft) -> bool:
    return False


def always(_: Draft) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    `press` answers it by a button, `listen` by words; each returns the draft, with `at` changed where
    the answer leads somewhere in particular, or None if it is no answer to this question.
    `yes` and `no` are what these words press.
    """

    needed: Callable[[Draft], bool]
    ask: Callable[[Draft, World], Reply]
    press: Callable[[Draft, str, World], Draft | None]
    listen: Callable[[Draft, str, World], Draft | None] = none
    makes_sense: Callable[[Draft], bool] = always  #: going back to it
    skippable: bool = False
    yes: str = ""
    no: str = ""
    private: bool = False  #: what is typed here is never taken for a part of the story


def answer(draft: Draft, world: World, key: str, value: str) -> Choice:
    """A choice that answers the question about to be asked."""
    return Choice(world.voice(key), data(draft, value))


def data(draft: Draft, value: str) -> str:
    return str(Press("answer", draft.number, draft.revision, value))


def pairs(choices: Sequence[Choice]) -> Rows:
    return [choices[i : i + 2] for i in range(0, len(choices), 2)]

"""What a citizen answers to what stands on the screen: their story, read against the buttons. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from bot.rehearsal.phones import Seen
from bot.rehearsal.stories import Story
from words.texts import Language, sentence

ENOUGH = 2  #: times a question is answered the same way; then it is passed over
MOST_ASKED = 6  #: times the same question is answered at all


@dataclass(frozen=True, slots=True)
class Press:
    label: str


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Pin:
    latitude: float
    longitude: float


Act = Press | Say | Pin
Answer = Callable[[Seen, Story, int, Random], Act]  #: how often it was asked comes third


@cache
def words(key: str) -> str:
    """Return how a text of `words/vi.po` begins, up to its first field."""
    return sentence(key, Language.VI).partition("{")[0].strip()


def said(screen: Sequence[Seen]) -> Seen | None:
    """Return the newest message, but for the one that only brings the key for a pin."""
    return next((seen for seen in reversed(screen) if len(seen.text) > 1), None)


def settled(screen: Sequence[Seen]) -> bool:
    """Tell whether a receipt came, and stands near the end."""
    return any(seen.text.startswith(words("receipt.filed")) for seen in screen[-4:])


def is_way_out(label: str) -> bool:
    """Whether a label goes back, skips or drops: those have no number."""
    return label in [words(f"choice.{key}") for key in ("back", "skip", "cancel")]


def answer(question: Seen, story: Story, asked: int, chance: Random) -> Act | None:
    """Return what to do about a question; None where nothing is left to answer.

    Args:
        asked: how often this very question was answered before.
    """
    if asked >= MOST_ASKED:
        return _passing(question)
    for key, reply in _BY_BUTTON.items():
        if words(key) in question.labels:
            return reply(question, story, asked, chance)
    if words("choice.cancel") in question.labels:  # a question without answers to press
        return _passing(question) if asked > ENOUGH else Say(_in_words(question, story))
    return None


def _passing(question: Seen) -> Act:
    for key in ("choice.skip", "choice.where.unknown", "choice.when.unknown", "choice.cancel"):
        if words(key) in question.labels:
            return Press(words(key))
    return Say("huy")


def _in_words(question: Seen, story: Story) -> str:
    if question.text.endswith(words("ask.when.type")):
        return story.when or "hôm nay"
    return f"{story.act} ở {story.at}"


def _send(question: Seen, story: Story, *_: object) -> Act:
    """Send what is right; a wrong place in the summary is corrected by whoever sees it."""
    place = next((line for line in question.text.split("\n") if story.commune.name in line), "")
    careless = sum(map(ord, story.at)) % 3 == 0
    return Press(words("choice.send" if place or careless else "choice.edit"))


def _edit(*_: object) -> Act:
    return Press(words("choice.edit.where"))


def _category(_: Seen, story: Story, *__: object) -> Act:
    return Press(words(f"choice.category.{story.kind.choice}"))


def _urgency(_: Seen, story: Story, *__: object) -> Act:
    return Press(words(f"choice.urgency.{story.kind.urgency}"))


_WHEN = {"now": "now", "just": "today", "earlier": "yesterday", "repeated": "repeated"}


def _when(_: Seen, story: Story, asked: int, chance: Random) -> Act:
    if story.when and not asked and chance.random() < 0.5:
        return Say(story.when)
    return Press(words(f"choice.when.{_WHEN[story.kind.urgency]}"))


def _confirm(question: Seen, story: Story, *_: object) -> Act:
    is_right = story.commune.full_name in question.text
    return Press(words("choice.yes" if is_right else "choice.where.elsewhere"))


def _where(question: Seen, story: Story, asked: int, _: Random) -> Act:
    commune = story.commune
    if story.point and not asked:
        return Pin(*story.point)
    for name in (commune.full_name, *commune.old_districts):
        if label := question.label(name):
            return Press(label)
    if words("choice.where.elsewhere") in question.labels:
        return Press(words("choice.where.elsewhere"))
    if asked > ENOUGH:
        return Press(words("choice.where.unknown"))
    district = next(iter(commune.old_districts), "")
    return Say(f"{commune.full_name} {district}".strip() if asked else story.at)


def _pinned(_: Seen, __: Story, ___: int, chance: Random) -> Act:
    """The pin shows where it happened; or else where they stand, not far from it."""
    return Press(words(f"choice.where.{chance.choice(('here', 'here', 'standing'))}"))


def _official(_: Seen, story: Story, *__: object) -> Act:
    return Press(words(f"choice.official.{'yes' if story.about_official else 'no'}"))


def _always(key: str) -> Answer:
    return lambda *_: Press(words(key))


_BY_BUTTON: dict[str, Answer] = {
    "choice.send": _send,
    "choice.edit.where": _edit,
    "choice.category.property": _category,
    "choice.urgency.now": _urgency,
    "choice.when.today": _when,
    "choice.official.no": _official,
    "choice.where.here": _pinned,
    "choice.yes": _confirm,
    "choice.where.unknown": _where,
    "choice.contact.anonymous": _always("choice.contact.anonymous"),
    "choice.voice.province": _always("choice.voice.province"),
    "choice.safe.yes": _always("choice.safe.yes"),
    "choice.skip": _always("choice.skip"),
}

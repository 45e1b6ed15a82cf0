"""What kind of incident do these words tell of, and how recent? Guesses, shown back to the citizen.

There is no category, tag or list for what people think, say, believe or complain of: where no cue
of an incident is heard the guess is None and the citizen is asked.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tips.understanding.hearing import Heard, Word, hear, read_words
from words.categories import CATEGORIES, PlainChoice

_KEYS = tuple(category.key for category in CATEGORIES)
_AGE = re.compile(r"\b(\d{1,2}) ?(?:tuoi|t|years? old)\b")
_ADULT = 16
_ENOUGH = 1.01  # more than one cue of weight 1, which only helps others
_SETTLED = 3.0  # the strength of one cue that settles the matter


class Urgency(StrEnum):
    NOW = "now"  # happening now
    JUST = "just"  # just happened
    EARLIER = "earlier"  # over for some hours or more
    REPEATED = "repeated"  # happens again and again


@dataclass(frozen=True, slots=True)
class CategoryGuess:
    """`key` is None where the words tell of no incident we know.

    `confidence` runs from 0 to 1; `others` are further candidates, best first.
    """

    key: str | None
    confidence: float = 0.0
    others: tuple[str, ...] = ()


def guess_category(text: str) -> CategoryGuess:
    """The category whose cues are heard most clearly."""
    scores = _scores(read_words(text))
    ranked = sorted(scores, key=lambda key: -scores[key])
    if not ranked or scores[ranked[0]] < _ENOUGH:
        return CategoryGuess(None, others=tuple(ranked))
    best = scores[ranked[0]]
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    confidence = min(1.0, best / _SETTLED) * best / (best + second)
    return CategoryGuess(ranked[0], round(confidence, 2), tuple(ranked[1:]))


def guess_within(choice: PlainChoice, text: str) -> str:
    """The category behind a citizen's plain choice: what the words say, else its default."""
    guess = guess_category(text)
    candidates = (guess.key, *guess.others)
    return next((key for key in candidates if key in choice.covers), choice.default)


def guess_urgency(text: str) -> Urgency | None:
    """How recent the incident is, if the words say so."""
    words = read_words(text)
    now = max((heard.strength for heard in _heard(words, Urgency.NOW)), default=0.0)
    if now > 2:  # a cry for help outranks any other word of time
        return Urgency.NOW
    for urgency in (Urgency.REPEATED, Urgency.JUST, Urgency.EARLIER):
        if _has(words, urgency):
            return urgency
    # "đang" alone tells nothing: people are always doing something
    return Urgency.NOW if now >= _ENOUGH and guess_category(text).key else None


def mentions_injury_or_weapon(text: str) -> bool:
    """Whether someone is hurt or armed, as far as the words tell."""
    return _mentions(text, "harm")


def mentions_accident(text: str) -> bool:
    """Whether there was a crash: somebody may be hurt, though nobody says so."""
    return _mentions(text, "accident")


def mentions_local_official(text: str) -> bool:
    """Whether a commune's police, chairman or hamlet head is part of the matter, not addressed."""
    return _mentions(text, "local_official")


def mentions_child(text: str) -> bool:
    """Whether someone under 16, a child in Vietnamese law, is in it."""
    return _mentions_child(read_words(text))


def looks_empty(text: str) -> bool:
    """Whether nothing can be read: only emoji, punctuation, spaces or invisible characters."""
    return not any(unicodedata.category(c)[0] in "LN" for c in text)


def _scores(words: Sequence[Word]) -> dict[str, float]:
    """Category -> the strength of its clearest cue, and a share of its others."""
    strengths: dict[str, list[float]] = {}
    for heard in hear(words, "nothing", *_KEYS):
        strengths.setdefault(heard.section, []).append(heard.strength)
    strengths.pop("nothing", None)
    cruelty = [heard.strength for heard in hear(words, "cruelty")]
    if cruelty and _mentions_child(words):
        strengths.setdefault("child_harm", []).extend(cruelty)
        strengths.pop("violence", None)  # the graver reading, and the one that is kept from groups
    return {key: max(all_) + 0.4 * (sum(all_) - max(all_)) for key, all_ in strengths.items()}


def _heard(words: Sequence[Word], section: str) -> list[Heard]:
    """The cues of a section, without those its `not_` section explains away."""
    return [heard for heard in hear(words, f"not_{section}", section) if heard.section == section]


def _mentions_child(words: Sequence[Word]) -> bool:
    ages = (int(age) for age in _AGE.findall(" ".join(word.bare for word in words)))
    return any(age < _ADULT for age in ages) or _has(words, "child")


def _mentions(text: str, section: str) -> bool:
    return _has(read_words(text), section)


def _has(words: Sequence[Word], section: str) -> bool:
    return any(heard.strength >= _ENOUGH for heard in _heard(words, section))

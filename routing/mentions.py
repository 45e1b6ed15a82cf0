"""Finding the known names in a text, with the words beside them that say what they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.cues import CUES, FORMERLY, HAMLETS, KINDS, LEVELS, Cue
from routing.names import Level, Name
from routing.text import HARD, SOFT, Words

LONGEST_NAME = 6  # words
MOST_MENTIONS = 24  # looked at in one text: a tip names a few places, a flood of names is noise


@dataclass(slots=True)
class Mention:
    """A name at its place in the text. `start` counts from the name, `left` from its type word."""

    start: int
    end: int
    left: int
    name: Name
    exact: str  # the letters as typed, spelled
    plain: str
    kinds: frozenset[str]
    levels: Level
    cue: Cue | None = None
    formerly: bool = False


NO_KINDS: frozenset[str] = frozenset()


def find_mentions(words: Words, names: Mapping[str, Name]) -> list[Mention]:
    """All mentions that do not overlap, the reading that covers most words."""
    found = _all_matches(words, names)
    if _overlapping(found):
        found = _best_cover(found)
    return found[:MOST_MENTIONS]


def _all_matches(words: Words, names: Mapping[str, Name]) -> list[Mention]:
    plain, gap = words.plain, words.gap
    count, found = len(plain), []
    for start in range(count):
        joined = ""
        for end in range(start, min(start + LONGEST_NAME, count)):
            if end > start and gap[end] == HARD:
                break
            joined += plain[end]
            name = names.get(joined)
            if name is not None:
                mention = _mention(words, start, end + 1, name, joined)
                if mention is not None:
                    found.append(mention)
    return found


def _mention(words: Words, start: int, end: int, name: Name, plain: str) -> Mention | None:
    kinds, left = _kinds_before(words, start)
    if plain.isdigit() and not kinds:
        return None  # a bare number is never a ward
    exact = "".join(words.exact[start:end])
    mention = Mention(start, end, left, name, exact, plain, kinds, _levels(kinds))
    if not kinds:
        mention.cue = _cue_before(words, start)
    mention.formerly = _formerly_after(words, end)
    return mention


def _levels(kinds: frozenset[str]) -> Level:
    levels = Level(0)
    for kind in kinds:
        levels |= LEVELS[kind]
    return levels or Level.ANY


def _kinds_before(words: Words, start: int) -> tuple[frozenset[str], int]:
    if start and words.gap[start] < HARD:
        plain = words.plain
        if start > 1 and words.gap[start - 1] < HARD:
            kinds = KINDS.get(plain[start - 2] + plain[start - 1])
            if kinds:
                return kinds, start - 2
        kinds = KINDS.get(plain[start - 1])
        if kinds:
            return kinds, start - 1
    return NO_KINDS, start


def _cue_before(words: Words, start: int) -> Cue | None:
    """The cue that ends right before the name, or a long road that the name is an end of."""
    plain, gap = words.plain, words.gap
    joined = ""
    for back in range(start - 1, max(start - 5, -1), -1):
        if gap[back + 1] == HARD:
            return None
        joined = plain[back] + joined
        cue = CUES.get(joined)
        if cue:
            return cue
        if CUES.get(plain[back]) is Cue.LONG_DECOY:
            return Cue.LONG_DECOY
        if plain[back].isdigit() and back and plain[back - 1] in HAMLETS:
            return Cue.HAMLET
    return None


def _formerly_after(words: Words, end: int) -> bool:
    plain = words.plain
    if end >= len(plain):
        return False
    return plain[end] in FORMERLY or (
        end + 1 < len(plain) and plain[end] + plain[end + 1] in FORMERLY
    )


def _overlapping(found: list[Mention]) -> bool:
    return any(a.end > b.start for a, b in zip(found, found[1:], strict=False))


def _best_cover(found: list[Mention]) -> list[Mention]:
    """Weighted intervals: a type word anchors a name, long names beat short ones, later beats earlier."""
    found = sorted(found, key=lambda m: (m.end, m.start))
    best: list[tuple[float, list[Mention]]] = [(0.0, [])]
    ends = [0]
    for mention in found:
        before = max(i for i, end in enumerate(ends) if end <= mention.left or end <= mention.start)
        value = best[before][0] + _value(mention)
        if value >= best[-1][0]:
            best.append((value, [*best[before][1], mention]))
        else:
            best.append(best[-1])
        ends.append(mention.end)
    return best[-1][1]


def _value(mention: Mention) -> float:
    length = mention.end - mention.start
    return length * length + (3 if mention.kinds else 0) - SOFT * 0.1

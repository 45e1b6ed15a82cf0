"""Finding the known names in a text, with the words beside them that say what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.cues import CUES, FORMERLY, FORMERLY_BEGINS, HAMLETS, JOINING, Cue, Kinds
from routing.names import Name, Node, View
from routing.text import HARD, Reader, Word, Words, stretches

MOST_MENTIONS = 16  # looked at in one text: a tip names a few places, a flood of names is noise


@dataclass(slots=True, eq=False)
class Mention:
    """A name at its place in the text: words `start` to `end`, its type word from `left`."""

    start: int
    end: int
    left: int
    view: View
    plain: str
    kinds: Kinds | None  # what its type word lets it be
    cue: Cue | None
    formerly: bool
    trust: float = 1.0  # less where the words had to be mended

    def moved(self, by: int) -> "Mention":
        """The same, so many words further on."""
        return Mention(
            self.start + by,
            self.end + by,
            self.left + by,
            self.view,
            self.plain,
            self.kinds,
            self.cue,
            self.formerly,
        )


Found = tuple[Words, list[Mention]]


class Finder:
    """Finds mentions. Remembers stretches that name areas: ", tỉnh Nam Định," comes again."""

    _REMEMBERED = 5_000
    _LONGEST = 40  # letters; a longer stretch is a sentence, which nobody writes twice

    def __init__(self, tree: Mapping[str, Node], reader: Reader) -> None:
        self._tree = tree
        self._reader = reader
        self._memory: dict[str, Found] = {}

    def find(self, text: str) -> Found:
        """The words, and the mentions of the reading that covers them best; none overlap."""
        words: list[Word] = []
        gaps: list[int] = []
        found: list[Mention] = []
        for stretch in stretches(text):
            here, mentions = self._memory.get(stretch) or self._in_stretch(stretch)
            start = len(words)
            if found and found[-1].end == start and here.words and _formerly(here, 0):
                found[-1] = replace(found[-1], formerly=True)  # "Giao An (cũ)"
            words += here.words
            gaps += here.gaps
            found += [mention.moved(start) for mention in mentions] if start else mentions
        return Words(words, gaps), found[:MOST_MENTIONS]

    def find_anew(self, text: Words) -> list[Mention]:
        """The mentions of words that were changed, which the memory does not know apart."""
        return _without_overlap(text, self._tree)[:MOST_MENTIONS]

    def _in_stretch(self, stretch: str) -> Found:
        """Neither names nor type words nor cues reach over a break."""
        words = self._reader.read(stretch)
        found = words, _without_overlap(words, self._tree)
        again = len(stretch) <= self._LONGEST and all(m.view.areas for m in found[1])
        if again and len(self._memory) < self._REMEMBERED:
            self._memory[stretch] = found
        return found


def _without_overlap(text: Words, tree: Mapping[str, Node]) -> list[Mention]:
    found = _matches(text, tree)
    overlap = False
    for one, other in pairwise(found):
        _share_type(text, one, other)
        overlap = overlap or one.end > other.left
    return best_cover(found) if overlap else found


def _share_type(text: Words, one: Mention, other: Mention) -> None:
    """ "xã Giao Long và Bạch Long": what is joined by a word like "và" is of the same type."""
    beside = other.start == one.end + 1 and text.words[one.end].plain in JOINING
    if beside and one.kinds is not None and other.kinds is None:
        other.kinds = one.kinds


def _matches(text: Words, tree: Mapping[str, Node]) -> list[Mention]:
    """At each word the longest name that begins there, unless it lies within the one before."""
    found: list[Mention] = []
    covered = 0
    types, last = type_words(text), len(text.words)
    for start, word in enumerate(text.words):
        node = tree.get(word.plain)
        if node is None:
            continue
        name, end = node.name, start + 1
        if node.following is not None and end < last:
            name, end = _longest(text, node, end)
        if name is not None and (end > covered or types[start] is not None):
            mention = mention_of(text, start, end, name, types[start])
            if mention is not None:
                found.append(mention)
                covered = max(covered, end)
    return found


def _longest(text: Words, node: Node, end: int) -> tuple[Name | None, int]:
    """The longest name from a node on, and where it ends."""
    words, gaps = text
    name, name_end = node.name, end
    while node.following is not None and end < len(words) and gaps[end] != HARD:
        following = node.following.get(words[end].plain)
        if following is None:
            break
        node, end = following, end + 1
        if node.name is not None:
            name, name_end = node.name, end
    return name, name_end


TypeWord = tuple[Kinds, int]  # what it stands for, and where it begins


def type_words(text: Words) -> list[TypeWord | None]:
    """For each word the type word that ends right before it."""
    found: list[TypeWord | None] = []
    here: TypeWord | None = None  # the type word that ends with the word looked at last
    pairs: dict[str, Kinds] | None = None
    gaps = text.gaps
    for i, word in enumerate(text.words):
        if gaps[i] == HARD:
            here = pairs = None
        found.append(here)
        pair = pairs.get(word.exact) if pairs is not None else None
        here = None
        if pair is not None:
            here = (pair, i - 1)
        elif word.kinds is not None:
            here = (word.kinds, i)
        pairs = word.pairs
    return found


def mention_of(
    text: Words, start: int, end: int, name: Name, type_word: TypeWord | None
) -> Mention | None:
    """The name with what stands around it; None for a bare number, which is never a ward."""
    words = text.words
    plain = exact = ""
    for word in words[start:end]:
        plain += word.plain
        exact += word.exact
    kinds, left = type_word or (None, start)
    view = name.view(exact, plain, kinds)
    if not (view.areas or view.communes) or (kinds is None and plain.isdigit()):
        if plain.isdigit():
            return None
        view = name.view(exact, plain, None)  # "huyện" before a commune: the wrong word
    cue = None if kinds is not None else _cue_before(text, start)
    formerly = end < len(words) and _formerly(text, end)
    return Mention(start, end, left, view, plain, kinds, cue, formerly)


def _cue_before(text: Words, start: int) -> Cue | None:
    """The cue that ends right before a name, or the long road that the name is an end of."""
    words, gaps = text
    joined = ""
    for back in range(start - 1, max(start - 5, -1), -1):
        if gaps[back + 1] == HARD:
            return None
        plain = words[back].plain
        joined = plain + joined
        cue = CUES.get(joined)
        if cue is not None:
            return cue
        if plain.isdigit() and back and words[back - 1].plain in HAMLETS:
            return Cue.HAMLET
        if CUES.get(plain) is Cue.LONG_ROAD:
            return Cue.LONG_ROAD
    return None


def _formerly(text: Words, end: int) -> bool:
    words = text.words
    plain = words[end].plain
    if plain not in FORMERLY_BEGINS:
        return False
    return plain in FORMERLY or (end + 1 < len(words) and plain + words[end + 1].plain in FORMERLY)


def best_cover(found: list[Mention]) -> list[Mention]:
    """Of overlapping mentions those that together explain most; later ones win a draw."""
    found = sorted(found, key=lambda mention: mention.end)
    best: list[tuple[float, int, list[Mention]]] = [(0.0, 0, [])]  # value, end, chosen
    for mention in found:
        before = next(b for b in reversed(best) if b[1] <= mention.left)
        value = before[0] + _value(mention)
        if value >= best[-1][0]:
            best.append((value, mention.end, [*before[2], mention]))
    return best[-1][2]


def _value(mention: Mention) -> float:
    """Long names explain more than short ones, their type words too; other accents are suspect."""
    value = float((mention.end - mention.left) ** 2)
    if mention.view.accents_differ:
        value *= 0.3
    return value if mention.trust == 1.0 else value * 0.7


def unread_type(text: Words, mentions: Sequence[Mention]) -> bool:
    """Whether a commune's type word, written out, stands before no known name."""
    words = text.words
    read = [mention.left for mention in mentions if mention.kinds is not None]
    if len(read) == len(mentions):
        return False  # no name is left that could be meant less
    opening = sum([word.opens for word in words])
    return opening > sum([words[left].opens for left in read])

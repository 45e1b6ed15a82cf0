"""Finding the known names in a text, with the words beside them that say what they are."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from routing.cues import CUES, FORMERLY, FORMERLY_BEGINS, HAMLETS, JOINING, Cue, Kinds
from routing.text import Word, Words
from routing.units import Name, View

MOST_MENTIONS = 16  # looked at in one text: a tip names a few places, a flood of names is noise
MOST_MATCHES = 4 * MOST_MENTIONS  # the same before those that overlap are sorted out


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


def mentions_in(text: Words) -> list[Mention]:
    """The mentions of the reading that covers the text best; none overlap."""
    found = _matches(text)
    overlap = False
    before = None
    for mention in found:
        if before is not None:
            overlap = overlap or before.end > mention.left
            if before.kinds is not None and mention.kinds is None:
                _share_type(text, before, mention)
        before = mention
    return (best_cover(found) if overlap else found)[:MOST_MENTIONS]


def _share_type(text: Words, one: Mention, other: Mention) -> None:
    """ "xã Giao Long và Bạch Long": what is joined by a word like "và" is of the same type."""
    if other.start == one.end + 1 and text.words[one.end].plain in JOINING:
        other.kinds = one.kinds


def _matches(text: Words) -> list[Mention]:
    """At each word the longest name that begins there, unless it lies within the one before."""
    found: list[Mention] = []
    covered, words = 0, text.words
    last = len(words)
    for start, word in enumerate(words):
        name, following, end = word.name, word.following, start + 1
        if following is not None and end < last and words[end].plain in following:
            name, end = _longest(word, end, words, text.breaks)
        if name is None or (end <= covered and not words[start - 1].ends_type):
            continue
        type_word = type_word_before(text, start)
        halved = word.pairs is not None and _halves(words, start)
        if not halved and (end > covered or type_word is not None):
            mention = mention_of(text, start, end, name, type_word)
            if mention is not None:
                found.append(mention)
                covered = max(covered, end)
                if len(found) == MOST_MATCHES:
                    break
    return found


def _halves(words: Sequence[Word], start: int) -> bool:
    """Whether this word and the next are one type word: "thành phố" does not name "Thành"."""
    pairs = words[start].pairs
    return pairs is not None and start + 1 < len(words) and words[start + 1].exact in pairs


def _longest(
    first: Word, end: int, words: Sequence[Word], breaks: Set[int]
) -> tuple[Name | None, int]:
    """The longest name that begins with a word, and where it ends."""
    name, name_end, last = first.name, end, len(words)
    following = first.following
    while following is not None and end < last and end not in breaks:
        step = following.get(words[end].plain)
        if step is None:
            break
        end += 1
        if step.name is not None:
            name, name_end = step.name, end
        following = step.following
    return name, name_end


TypeWord = tuple[Kinds, int]  # what it stands for, and where it begins


def type_word_before(text: Words, start: int) -> TypeWord | None:
    """The type word that ends right before a word, of one part or of two ("thị trấn")."""
    if start in text.breaks:
        return None
    words = text.words
    before = words[start - 1]
    if not before.ends_type:
        return None
    if start - 1 not in text.breaks:
        pairs = words[start - 2].pairs
        pair = pairs.get(before.exact) if pairs is not None else None
        if pair is not None:
            return pair, start - 2
    return (before.kinds, start - 1) if before.kinds is not None else None


def mention_of(
    text: Words, start: int, end: int, name: Name, type_word: TypeWord | None
) -> Mention | None:
    """The name with what stands around it; None for a bare number, which is never a ward."""
    words, letters = text.words, name.letters
    exact = words[start].exact
    for word in words[start + 1 : end]:
        exact += word.exact
    kinds, left, cue = None, start, None
    if type_word is not None:
        kinds, left = type_word
    view = name.view(exact, letters, kinds)
    if kinds is None:
        if letters.isdigit():
            return None
        cue = _cue_before(text, start)
    elif not (view.communes or view.areas):
        if letters.isdigit():
            return None
        view = name.view(exact, letters, None)  # "huyện" before a commune: the wrong word
    if view.accents_differ and words[start].is_type:
        return None  # "tỉnh Gia Lai" is no "Tĩnh Gia"
    after = words[end].plain if end < len(words) else ""
    formerly = after in FORMERLY_BEGINS and _formerly(words, end)
    return Mention(start, end, left, view, letters, kinds, cue, formerly)


def _cue_before(text: Words, start: int) -> Cue | None:
    """The cue that ends right before a name, or the long road that the name is an end of."""
    words = text.words
    joined = ""
    for back in range(start - 1, max(start - 5, -1), -1):
        if back + 1 in text.breaks:
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


def _formerly(words: Sequence[Word], end: int) -> bool:
    plain = words[end].plain
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

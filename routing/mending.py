"""Reading names that were typed with a slip, or with the raw keys of an input method."""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import islice

from rapidfuzz.distance import OSA

from routing.cues import CUES, Cue, Kinds, Level, kinds_of
from routing.mentions import Mention, TypeWord, best_cover, mention_of, type_word_before
from routing.text import Word, Words
from routing.units import Name, view_of

SLIP = 0.1  # odds of a name with a slip against the same name typed well
SHORTEST = 4  # letters; a shorter name with a slip is any word
LONGEST = 5  # words looked at together
MOST_SPANS = 40  # tried in one text, which bounds the work
DRAWER = 51  # the lower bits of a hash, by which a drawer's are told apart
DRAWERS = 1 << (63 - DRAWER)  # as many for negative hashes

_LONG_TYPES = ("phuong", "huyen", "quan", "tinh")
_KEYS = re.compile(r"\w+")
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_MARKS = [  # long ones first
    *(("uwow", "ươ"), ("uow", "ươ"), ("dd", "đ"), ("aw", "ă"), ("ow", "ơ"), ("uw", "ư")),
    *(("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("w", "ư")),
]
_VNI_MARKS = [
    *(("u7o7", "ươ"), ("uo7", "ươ"), ("d9", "đ"), ("o7", "ơ"), ("u7", "ư"), ("a8", "ă")),
    *(("a6", "â"), ("e6", "ê"), ("o6", "ô")),
]
_VOWEL = re.compile("[aeiouyâăêôơư]")
_TELEX_TONE = re.compile(r"(?<=[aeiouyâăêôơư])([a-zâăêôơưđ]*?)([sfrxj])([a-zâăêôơư]*)$")
_VNI_TONE = re.compile(r"([1-5])([a-zâăêôơư0-9]*)$")


def decode_keys(text: str, keep: Container[str]) -> str:
    """Raw Telex or VNI keys as the letters they stand for: ``"hair haauj"`` -> ``"hải hậu"``.

    `keep`: words to leave as they are, such as "Noong", which is no Telex.
    """
    return _KEYS.sub(lambda token: _decode(token.group(), keep), text)


def _decode(token: str, keep: Container[str]) -> str:
    if not token.isascii() or token.lower() in keep:
        return token
    word = token.lower()
    if any(c.isdigit() for c in word):
        return _vni(word) if any(vowel in word for vowel in "aeiouy") else token
    return _telex(word)


@lru_cache(maxsize=4096)
def _telex(word: str) -> str:
    for keys, mark in _TELEX_MARKS:
        word = word.replace(keys, mark)
    return _with_tone(word, _TELEX_TONE.search(word), 2, _TELEX_TONES)


@lru_cache(maxsize=4096)
def _vni(word: str) -> str:
    tone = _VNI_TONE.search(word)
    if tone:
        word = word[: tone.start(1)] + word[tone.end(1) :] + tone.group(1)
    for keys, mark in _VNI_MARKS:
        word = word.replace(keys, mark)
    return _with_tone(word, _VNI_TONE.search(word), 1, _VNI_TONES)


def _with_tone(word: str, tone: re.Match[str] | None, group: int, tones: Mapping[str, str]) -> str:
    if tone is None:
        return word
    bare = word[: tone.start(group)] + word[tone.end(group) :]
    mark = tones[tone.group(group)]
    return _VOWEL.sub(lambda vowel: vowel.group() + mark, bare, count=1)


class Mender:
    """Finds the names that are one slip away from what was typed."""

    def __init__(self, names: Mapping[str, Name]) -> None:
        self._names: dict[str, list[Name]] = {}
        for letters, name in names.items():
            self._names.setdefault(_squash(letters), []).append(name)
        self._letters = list(self._names)

    @cached_property
    def _by_deletion(self) -> tuple["array[int]", "array[int]", "array[int]"]:
        """Hashes, sorted, of every name whole and with one letter left out; the name of each; where
        each drawer of hashes begins.

        Arrays take a tenth of what a dictionary would. Built when first needed.
        """
        import numpy as np  # 10 MB that an idle process need not have

        hashes, owners = array("q"), array("i")
        for i, name in enumerate(self._letters):
            if len(name) >= SHORTEST:
                for form in (name, *_deletions(name)):
                    hashes.append(hash(form))
                    owners.append(i)
        order = np.argsort(np.asarray(hashes))
        ranked = np.asarray(hashes)[order]
        drawers = np.searchsorted(ranked, np.arange(-DRAWERS, DRAWERS) << DRAWER)
        return (
            array("q", ranked.tobytes()),
            array("i", np.asarray(owners)[order].tobytes()),
            array("i", np.append(drawers, len(ranked)).astype(np.int32).tobytes()),
        )

    def near(self, letters: str) -> list[str]:
        """Names one missing, added, changed or swapped letter away, and itself; in a fixed order."""
        hashes, owners, drawers = self._by_deletion
        found = set()
        for form in (letters, *_deletions(letters)):
            sought = hash(form)
            drawer = (sought >> DRAWER) + DRAWERS
            at = bisect_left(hashes, sought, drawers[drawer], drawers[drawer + 1])
            while at < len(hashes) and hashes[at] == sought:
                found.add(self._letters[owners[at]])
                at += 1
        return sorted(name for name in found if OSA.distance(letters, name, score_cutoff=1) <= 1)

    def mend_types(self, text: Words) -> Words:
        """The text with its mistyped type words put right: "phườnng 3"."""
        words = list(text.words)
        for i, word in enumerate(words[:-1]):
            named = i > 0 and words[i - 1].kinds is not None and i not in text.breaks
            odd = not word.known or words[i + 1].plain.isdigit()
            if word.kinds is None and odd and not named:
                kinds = _slipped_type(word.plain)
                words[i] = replace(word, kinds=kinds, ends_type=word.ends_type or bool(kinds))
        return text if words == text.words else replace(text, words=words)

    def mend(
        self, text: Words, mentions: Sequence[Mention], supported: Sequence[Mention]
    ) -> Sequence[Mention]:
        """The mentions with those that a slip hid, where they stand beside something known."""
        plain = _explained(mentions, supported)
        mended: list[Mention] = []
        for start, end in islice(_spans(text, plain), MOST_SPANS):
            if any(_takes_cue(start, end, mention) for mention in mentions):
                continue
            mended += self._mended(text, start, end, type_word_before(text, start))
        if not mended:
            return mentions
        doubtful = [mention for mention in mentions if mention not in plain]
        plain += [one for one in doubtful if not any(_overlap(one, other) for other in mended)]
        return best_cover(plain + mended)

    def longer(self, text: Words, short: Mention, mentions: Sequence[Mention]) -> Mention | None:
        """The name that a slip hid, of which this mention is but the beginning."""
        end = short.end
        if end == len(text.words) or end in text.breaks | text.joints or text.words[end].kinds:
            return None
        if short.trust < 1 or any(mention.left <= end < mention.end for mention in mentions):
            return None
        type_word = (short.kinds, short.left) if short.kinds else None
        return next(self._mended(text, short.start, end + 1, type_word), None)

    def _mended(
        self, text: Words, start: int, end: int, type_word: TypeWord | None
    ) -> Iterator[Mention]:
        letters = _squash("".join([word.plain for word in text.words[start:end]]))
        if not SHORTEST - 1 <= len(letters) <= 24:
            return
        typed = "".join([word.exact for word in text.words[start:end]])
        names = (name for near in self.near(letters) for name in self._names[near])
        close = Name("".join([word.plain for word in text.words[start:end]]))
        for unit in (unit for name in names for unit in (*name.communes, *name.areas)):
            if unit.exact is None or typed.isascii() or _close(typed, unit.exact):
                close.add(unit)
        found = close.communes or close.areas
        mention = mention_of(text, start, end, close, type_word) if found else None
        if mention is not None:
            mention.view = view_of(close.communes, close.areas, mention.kinds)  # compared above
            mention.trust = SLIP
            yield mention


def _slipped_type(plain: str) -> Kinds | None:
    """The type word that this is one slip away from."""
    near = (kind for kind in _LONG_TYPES if OSA.distance(plain, kind, score_cutoff=1) <= 1)
    kind = next(near, "")
    return kinds_of(kind, kind)


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _takes_cue(start: int, end: int, mention: Mention) -> bool:
    """ "chợ Hải" of "chợ Hải Xuân": the name after "chợ" was typed well, and would be cut."""
    return mention.cue is not None and start < mention.start < end < mention.end


def _squash(letters: str) -> str:
    """A slip may move a y to where it would not be read as i."""
    return letters.replace("y", "i")


def _close(typed: str, exact: str) -> bool:
    """Whether no accent was typed that the name lacks. Some left out, or one doubled, may be."""
    marks, others = Counter(_accents(typed)), Counter(_accents(exact))
    return all(mark in others for mark in marks - others)


def _accents(word: str) -> list[str]:
    return [c for c in unicodedata.normalize("NFD", word) if not c.isascii()]


def _deletions(letters: str) -> Iterator[str]:
    return (letters[:i] + letters[i + 1 :] for i in range(len(letters)))


def _spans(text: Words, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """Runs of words that no name explains and that touch something known, longest first."""
    words = text.words
    known, anchors = _marks(text, mentions)
    for start in range(len(words)):
        if words[start].is_type:
            continue
        longest = start + 1
        while longest < len(words) and longest - start < LONGEST and longest not in text.breaks:
            longest += 1
        for end in range(longest, start, -1):
            if all(known[start:end]):
                continue
            if type_word_before(text, start) or _touches(text, anchors, start, end):
                yield start, end


def _explained(mentions: Sequence[Mention], supported: Sequence[Mention]) -> list[Mention]:
    """The mentions that need no mending: an area's, or a commune's whose parent is named too."""
    alone = len(mentions) == 1
    return [
        mention
        for mention in mentions
        if (mention.view.areas and not (mention.kinds and mention.kinds.levels == Level.COMMUNE))
        or (alone and not mention.view.accents_differ)
        or any(mention is other for other in supported)
    ]


def _marks(text: Words, mentions: Sequence[Mention]) -> tuple[list[bool], list[bool]]:
    """Which words a name or type word explains, and beside which of them a name may stand."""
    anchors = [_is_anchor(word) for word in text.words]
    known = list(anchors)
    for mention in mentions:
        length = mention.end - mention.left
        known[mention.left : mention.end] = [True] * length
        if mention.kinds or mention.view.areas:
            anchors[mention.left : mention.end] = [True] * length
    return known, anchors


def _is_anchor(word: Word) -> bool:
    return word.kinds is not None or CUES.get(word.plain) is Cue.AT


def _touches(text: Words, anchors: list[bool], start: int, end: int) -> bool:
    """Beside a type word or a name, or alone between two breaks."""
    before = start in text.breaks
    after = end == len(text.words) or end in text.breaks
    if before and after:
        return True
    if not after and anchors[end]:
        return True
    return not before and anchors[start - 1]

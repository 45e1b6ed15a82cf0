"""Finding the cues of `words.cues` in what a person typed: accents or not, short forms, negation."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from itertools import takewhile
from typing import NamedTuple

from words.cues import GAP, Cue, cues, spellings, word_set
from words.places import UNITS

_LONGEST = 400  # words read; whoever writes more has said what it is about by then
_WIDEST_GAP = 3
_BOUNDARY = "|"  # stands for punctuation: nothing is heard across it
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in comparable form: "hòa" and "hoà" are one, "đánh" is (letters "đanh", a tone)."""

    letters: str
    tone: str
    bare: str
    strict: bool = False
    capital: bool = False  # typed with a capital, where not everything is
    naming: "Naming | None" = None  # whether it is a part of a place's name


class Naming(StrEnum):
    SURE = "sure"  # spelled as the name is, or with a capital after "xã"
    PERHAPS = "perhaps"  # after "xã", but without its accents


@dataclass(frozen=True, slots=True)
class Heard:
    """A cue found at these word positions. `strength` is its weight, less where accents lack."""

    section: str
    positions: tuple[int, ...]
    strength: float


class _Sought(NamedTuple):
    """A cue as it is looked for."""

    section: str
    words: tuple[Word | None, ...]  # None for a gap
    weight: int
    bare: frozenset[str]  # all its words without accents


def visible(text: str) -> str:
    """The text composed, without characters that only direct or join others."""
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable():  # as most of what people write
        return composed
    return "".join(c for c in composed if unicodedata.category(c) != "Cf")


@lru_cache(maxsize=1)  # several questions are asked of one message
def read_words(text: str) -> tuple[Word, ...]:
    """The words of a message, short forms written out, punctuation as boundaries."""
    plain = visible(text)
    shouted = plain.isupper()
    pieces = re.findall(r"\w+|[.,;:!?\n]+", plain)[:_LONGEST]
    words = [
        _word(word, piece[0].isupper() and not shouted)
        for piece in pieces
        for word in _whole(piece.lower()).split()
    ]
    for position, naming in _names(words).items():
        words[position] = replace(words[position], naming=naming)
    return tuple(words)


def hear(words: Sequence[Word], *sections: str) -> list[Heard]:
    """Every cue of the sections in the words; where two overlap, the one of more words.

    What is denied ("không có đánh nhau") is left out, and what is a place's name ("Hoàn Kiếm" is no
    sword). The first section wins a tie of length: it may hold what the others mistake. Else the
    stronger cue wins.
    """
    found = sorted(
        (heard for heard in _matches(words, sections) if not _is_name(heard, words)),
        key=lambda heard: (-len(heard.positions), heard.section != sections[0], -heard.strength),
    )
    taken: set[int] = set()
    kept = []
    for heard in found:
        if taken.isdisjoint(heard.positions):
            taken.update(heard.positions)
            kept.append(heard)
    return [heard for heard in kept if not _denied(words, heard.positions[0])]


def _is_name(heard: Heard, words: Sequence[Word]) -> bool:
    """Whether all of a cue is a place's name; without accents a phrase is more than a name."""
    naming = {words[position].naming for position in heard.positions}
    return naming == {Naming.SURE} or (naming == {Naming.PERHAPS} and len(heard.positions) == 1)


def _names(words: Sequence[Word]) -> dict[int, Naming]:
    """Which words are names of places: those of [place], and capitals after a word like "xã"."""
    names: dict[int, Naming] = {}
    for heard in _matches(words, ("place",)):
        exact, after_unit = heard.strength == 1.0, _after_unit(words, heard.positions[0])
        if exact and (after_unit or len(heard.positions) > 1):
            names |= dict.fromkeys(heard.positions, Naming.SURE)
        elif after_unit:
            names = dict.fromkeys(heard.positions, Naming.PERHAPS) | names
    for start, word in enumerate(words):
        if word.capital and not words[start - 1].capital and _after_unit(words, start):
            capitals = takewhile(lambda at: words[at].capital, range(start, len(words)))
            names |= dict.fromkeys(capitals, Naming.SURE)
    return names


def _after_unit(words: Sequence[Word], start: int) -> bool:
    """Whether a word like "xã" or "thị trấn" stands right before."""
    return any(
        len(unit) <= start and all(map(_fits, words[start - len(unit) : start], unit))
        for unit in _units().get(words[start - 1].bare, ())
    )


def _matches(words: Sequence[Word], sections: tuple[str, ...]) -> Iterator[Heard]:
    index = _index(sections)
    said = {word.bare for word in words}
    for start, word in enumerate(words):
        for cue in index.get(word.bare, ()):
            if not cue.bare <= said:
                continue  # most cues share only their first word with what was said
            fit = _fit_all(words, start, cue.words)
            if fit:
                positions, exact = fit
                yield Heard(cue.section, positions, cue.weight * _trust(exact, len(positions)))


def _trust(exact: bool, size: int) -> float:
    # Without accents a single word may be another one ("chay": run, fire), a phrase hardly.
    if exact:
        return 1.0
    return 0.85 if size > 1 else 0.55


def _fit_all(
    words: Sequence[Word], start: int, cue: tuple[Word | None, ...]
) -> tuple[tuple[int, ...], bool] | None:
    """Where the words of a cue stand from `start` on, and whether all of them have their accents."""
    positions: list[int] = []
    exact, reach, at = True, 0, start
    for wanted in cue:
        if wanted is None:
            reach = _WIDEST_GAP
            continue
        found = _find(words, at, reach, wanted)
        if found is None:
            return None
        positions.append(found)
        exact = exact and _same(words[found], wanted)
        at, reach = found + 1, 0
    return tuple(positions), exact


def _find(words: Sequence[Word], at: int, reach: int, wanted: Word) -> int | None:
    for position in range(at, min(at + reach + 1, len(words))):
        if words[position].bare == _BOUNDARY:
            return None
        if _fits(words[position], wanted):
            return position
    return None


def _same(word: Word, wanted: Word) -> bool:
    return (word.letters, word.tone) == (wanted.letters, wanted.tone)


def _fits(word: Word, wanted: Word) -> bool:
    """The same word, or one typed with fewer accents; never one with others."""
    if word.bare != wanted.bare:
        return False
    if wanted.strict:
        return _same(word, wanted)
    return word.letters in (wanted.letters, word.bare) and word.tone in (wanted.tone, "")


def _denied(words: Sequence[Word], start: int) -> bool:
    for word in reversed(words[max(0, start - 4) : start]):
        if _is_one_of(word, "negation"):
            return True
        if not _is_one_of(word, "negation_filler"):
            return False
    return False


def _is_one_of(word: Word, section: str) -> bool:
    return any(_fits(word, wanted) for wanted in _word_list(section).get(word.bare, ()))


@cache
def _units() -> Mapping[str, Sequence[Sequence[Word]]]:
    """The last word of a unit, without accents -> the units that end with it."""
    units: dict[str, list[list[Word]]] = {}
    for unit in UNITS:
        words = [_word(word) for word in unit.split()]
        units.setdefault(words[-1].bare, []).append(words)
    return units


@cache
def _word_list(section: str) -> Mapping[str, Sequence[Word]]:
    """A word without accents -> the words of the section that are spelled so."""
    listed: dict[str, list[Word]] = {}
    for word in map(_word, word_set(section)):
        listed.setdefault(word.bare, []).append(word)
    return listed


@cache
def _index(sections: tuple[str, ...]) -> Mapping[str, Sequence[_Sought]]:
    """First word of a cue, without accents -> the cues that begin with it."""
    index: dict[str, list[_Sought]] = {}
    for section in sections:
        for cue in cues(section):
            compiled = _compiled(cue)
            first = compiled[0]
            assert first is not None, f"a cue begins with a gap: {cue}"
            assert compiled[-1] is not None, f"a cue ends with a gap: {cue}"
            bare = frozenset(word.bare for word in compiled if word is not None)
            index.setdefault(first.bare, []).append(_Sought(section, compiled, cue.weight, bare))
    return index


def _compiled(cue: Cue) -> tuple[Word | None, ...]:
    whole = " ".join(part if part == GAP else _whole(part) for part in cue.words)
    return tuple(None if part == GAP else _word(part) for part in whole.split())


def _whole(piece: str) -> str:
    if not piece[0].isalnum():
        return _BOUNDARY
    return spellings().get(piece, piece)


@lru_cache(maxsize=4096)  # of what people write there is no end
def _word(piece: str, capital: bool = False) -> Word:
    strict = piece.endswith("!")
    marks = unicodedata.normalize("NFD", piece.rstrip("!"))
    letters = unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONES))
    tone = "".join(c for c in marks if c in _TONES)
    bare = "".join(c for c in marks if not unicodedata.combining(c)).replace("đ", "d")
    return Word(letters, tone, bare, strict, capital)

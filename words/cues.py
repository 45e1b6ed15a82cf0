"""The words by which people name an incident, read from cues.txt: data, without any judgement."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

GAP = "..."  # in a cue: up to three words may stand between


@dataclass(frozen=True, slots=True)
class Cue:
    """Words in a row, as spelled with accents; a trailing "!" means only with its accents."""

    words: tuple[str, ...]
    weight: int


def cues(section: str) -> tuple[Cue, ...]:
    """The cues of a section of cues.txt, alternatives written out. KeyError if there is none."""
    return _weighed(section)


def section_names() -> frozenset[str]:
    """Every section of cues.txt."""
    return frozenset(_sections())


def word_set(section: str) -> frozenset[str]:
    """The single words of a section, with their accents."""
    return frozenset(word for cue in cues(section) for word in cue.words)


@cache
def spellings() -> Mapping[str, str]:
    """Short form -> whole word or words: "ko" -> "không"."""
    lines = _sections()["spellings"]
    return {short: whole for whole, shorts in lines for short in shorts.split(", ")}


@cache
def _weighed(section: str) -> tuple[Cue, ...]:
    return tuple(
        Cue(words, int(weight))
        for weight, line in _sections()[section]
        for cue in line.split(", ")
        for words in _written_out(cue)
    )


def _written_out(cue: str) -> Iterator[tuple[str, ...]]:
    """ "(a|b) ... c d" -> (a, ..., c, d) and (b, ..., c, d)."""
    slots = [part.strip("()").split("|") for part in re.findall(r"\([^)]*\)|\S+", cue)]
    for choice in product(*slots):
        yield tuple(" ".join(choice).split())


@cache
def _sections() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Section -> its lines as (what stands before the colon, the rest)."""
    text = Path(__file__).with_name("cues.txt").read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, str]]] = {}
    for line in filter(None, (line.split("#")[0].strip() for line in text.split("\n"))):
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        else:
            head, _, rest = line.partition(": ")
            section.append((head, rest))
    return {name: tuple(lines) for name, lines in found.items()}

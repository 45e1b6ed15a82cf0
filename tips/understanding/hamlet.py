"""Hearing the hamlet beside the commune's name: "xóm 5" in "mất xe ở xóm 5 xã Hải Xuân". Pure."""

import re
from collections.abc import Sequence
from functools import cache

from routing import fold
from words.hamlets import LARGER, LINKS, NUMBER, SURE, UNSURE

LONGEST = 60  #: characters


def hamlet_in(text: str, commune: str = "") -> str:
    """Return what `text` says of the place within the commune; "" if it says nothing.

    Args:
        commune: the words that named the commune: a hamlet's name does not reach into them.
    """
    before, after = _around(text, commune)
    quiet = not text.isupper()  # where all is shouted, capitals tell nothing
    kinds = (_NUMBERED, _NAMED) if quiet else (_NUMBERED,)
    found = _first(before, (*kinds, _LAST) if after is not None else kinds) or _first(
        after or "", kinds
    )
    return found[:LONGEST]


def _around(text: str, commune: str) -> tuple[str, str | None]:
    """What stands before and after the commune's name; None after it if there is no such name."""
    name = r"\W*".join(map(re.escape, commune.split()))
    found = re.search(name, text, re.IGNORECASE) if name else None
    return (text[: found.start()], text[found.end() :]) if found else (text, None)


def _first(text: str, kinds: tuple[str, ...]) -> str:
    """The first hamlet, and what directly follows it: "tổ 3, khu phố 2"."""
    found = _in_a_row(kinds).search(text)
    return found[0].rstrip() if found else ""


@cache
def _in_a_row(kinds: tuple[str, ...]) -> re.Pattern[str]:
    """One of these kinds, and those that directly follow it."""
    one = "|".join(f"(?:{kind})" for kind in kinds)
    return re.compile(rf"(?:{one})(?:[ ,]+(?:{one}))*")


def _either(words: Sequence[str]) -> str:
    """Any of these words, with accents or without, small or capital."""
    spelled = [spelling for word in words for spelling in dict.fromkeys((word, fold(word)))]
    return rf"(?i:(?<!\w)(?:{'|'.join(spelled)}))"


_CAPITALS = "".join(filter(str.isupper, map(chr, range(0x41, 0x1EFA))))  # to the last of Vietnamese
_LARGER = "".join(rf"(?<!{first} )" for word in LARGER for first in (word, fold(word)))
_ANY = _LARGER + _either((*SURE, *UNSURE))
_LINK = rf"(?:\s+{_either(LINKS)}(?!\w))?"

_NUMBERED = rf"{_ANY}\s*(?:{_either(NUMBER)}\s+)?\d+\w?(?!\w)"
_NAMED = rf"{_ANY}(?:\s+[{_CAPITALS}]\w*){{1,3}}"
_LAST = rf"{_either(SURE)}(?:\s+(?!{_either(LINKS)}(?!\w))\w+){{1,2}}(?={_LINK}\W*$)"  # next to the commune

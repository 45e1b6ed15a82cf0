"""Making two spellings of one name equal, and cutting a text into comparable words."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field

LONGEST_TEXT = 4096  # characters looked at; what platforms allow in one message

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}  # huyền, sắc, ngã, hỏi, nặng
_LOOKALIKES = str.maketrans({"ð": "đ", "Ð": "Đ", "ɖ": "đ", "’": "'", "‘": "'", "`": "'", "´": "'"})
_NOISE = re.compile(
    "[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_TOKENS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\s\w]|\n")
_FINAL_Y = re.compile(r"(?<=[bcdđghklmnprstvx])y$|(?<=qu)y$")

SPACE, SOFT, HARD = 0, 1, 2  # what stands before a word: nothing, a dash or dot, or a real break


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: ``"Phường  Bến Thành"`` -> ``"phuong ben thanh"``."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LOOKALIKES).replace("đ", "d"))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


def spell(word: str) -> str:
    """One spelling for one syllable: lower case, tone last, y as i where both are usual.

    ``"hoà"`` and ``"hòa"`` become equal, ``"Mỹ"`` and ``"Mĩ"`` too; ``"tan"`` and ``"tân"`` do not.
    """
    marks = unicodedata.normalize("NFD", word.lower().translate(_LOOKALIKES))
    tone = "".join(c for c in marks if c in _TONES)
    letters = unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONES))
    letters = "".join(c for c in letters if c.isalnum())
    if letters.isdigit() and letters.isascii():
        return letters.lstrip("0") or "0"
    return _FINAL_Y.sub("i", letters) + tone[:1]


def strip_accents(spelled: str) -> str:
    """A spelled word without any mark: ``"hai\\u0309"`` -> ``"hai"``, ``"đong"`` -> ``"dong"``."""
    if spelled.isascii():
        return spelled
    marks = unicodedata.normalize("NFD", spelled.replace("đ", "d"))
    return "".join(c for c in marks if not unicodedata.combining(c))


@dataclass(slots=True)
class Words:
    """A text cut into words; four lists of one length."""

    plain: list[str] = field(default_factory=list)  # without accents: what names are found by
    exact: list[str] = field(
        default_factory=list
    )  # spelled with accents: what names are told apart by
    gap: list[int] = field(default_factory=list)  # what stands before each word
    raw: list[str] = field(default_factory=list)  # as typed

    def typed(self, start: int, end: int) -> str:
        """The words as typed, for showing back."""
        return " ".join(self.raw[start:end])


Piece = tuple[str, str, str]  # plain, exact, raw


class Reader:
    """Cuts texts into words. Remembers tokens it has met, since people use few different ones."""

    _REMEMBERED = 50_000

    def __init__(self, known: Container[str], glued: tuple[str, ...]) -> None:
        """`known` holds compact plain names; `glued` are type words that people glue to them."""
        self._known = known
        self._glued = glued
        self._memory: dict[str, tuple[Piece, ...]] = {}

    def read(self, text: str) -> Words:
        """Cut a text of any length; what lies past `LONGEST_TEXT` is not looked at."""
        words, gap = Words(), HARD
        memory = self._memory
        for token in _TOKENS.findall(clean(text)):
            pieces = memory.get(token)
            if pieces is None:
                pieces = self._remember(token)
            if not pieces:
                gap = max(gap, SOFT if token in ".-–" else HARD)
                continue
            for plain, exact, raw in pieces:
                words.plain.append(plain)
                words.exact.append(exact)
                words.raw.append(raw)
                words.gap.append(gap)
                gap = SPACE
        return words

    def _remember(self, token: str) -> tuple[Piece, ...]:
        pieces = tuple(self._cut(token)) if token[0].isalnum() else ()
        if len(self._memory) < self._REMEMBERED and len(token) < 40:
            self._memory[token] = pieces
        return pieces

    def _cut(self, token: str) -> list[Piece]:
        """One word, or several where they are glued: ``"XãNânChính"``, ``"P1"``, ``"xahaixuan"``."""
        return [piece for part in _split_on_case(token) for piece in self._unglued(part)]

    def _unglued(self, part: str) -> list[Piece]:
        whole = _piece(part)
        if whole[0] in self._known:
            return [whole]
        for start in self._glued:
            rest = whole[0].removeprefix(start)
            if (
                rest != whole[0]
                and rest
                and (rest.isdigit() or (len(rest) > 3 and rest in self._known))
            ):
                return [_piece(part[: len(start)]), _piece(part[len(start) :])]
        return [whole]


def clean(text: str) -> str:
    """Composed, without invisible characters, bounded."""
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _NOISE.sub("", text)


def _piece(part: str) -> Piece:
    exact = spell(part)
    return strip_accents(exact), exact, part


def _split_on_case(token: str) -> list[str]:
    """``"TP.HồChíMinh"`` comes as ``"HồChíMinh"``: cut before each capital that follows a small letter."""
    cuts = [i for i in range(1, len(token)) if token[i].isupper() and token[i - 1].islower()]
    return [token[a:b] for a, b in zip([0, *cuts], [*cuts, len(token)], strict=True)]

"""Making two spellings of one name equal, and cutting a text into comparable words."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from routing.cues import GLUED, SECOND_HALVES, Kinds, Level, kinds_of, pairs_of
from routing.units import NO_NAME, Name, Node

LONGEST_TEXT = 4096  # characters looked at; what platforms allow in one message
REMEMBERED = 8192  # words kept spelled: names are made of few different ones
MET = 16_384  # words of texts kept as they were typed
LONGEST_TOKEN = 40  # a longer one is no place name, and is not remembered

TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}  # huyền, sắc, ngã, hỏi, nặng
_LOOKALIKES = str.maketrans({"ð": "đ", "Ð": "Đ", "ɖ": "đ", "Ɖ": "Đ"})
_NOISE = re.compile(
    "[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_TOKENS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\s\w]|\n")
_NO_LETTERS = re.compile(r"[\W_]+")
_KEYED = re.compile(  # ends or marks of Telex and VNI that no Vietnamese syllable has
    r"(?i)^[a-z]*(?:[aeiouy][a-z]*[sfrxjw]|aa|ee|oo|dd|w|[a-z]{2}[1-9])[a-z1-9]*$"
)
_FINAL_Y = re.compile(r"(?<=[bcdđghklmnprstvx])y$|(?<=^qu)y$")

JOINTS = ".-–—'’"


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: ``"Phường  Bến Thành"`` -> ``"phuong ben thanh"``."""
    small = text.casefold().replace("đ", "d").replace("ð", "d").replace("ɖ", "d")
    marked = unicodedata.normalize("NFKD", small)
    plain = "".join([c for c in marked if not unicodedata.combining(c)])
    return _NO_LETTERS.sub(" ", plain).strip()


@lru_cache(maxsize=REMEMBERED)
def spell(word: str) -> str:
    """One spelling for one syllable: lower case, tone last, y as i where both are usual.

    ``"hoà"`` and ``"hòa"`` become equal, ``"Mỹ"`` and ``"Mĩ"`` too; ``"tan"`` and ``"tân"`` do not.
    """
    letters, tone = word.lower(), ""
    if not word.isascii():
        letters, tone = _without_tone(letters)
    if not letters.isalnum():
        letters = "".join([c for c in letters if c.isalnum()])
    if letters.isdigit() and letters.isascii():
        return letters.lstrip("0") or "0"
    return (_FINAL_Y.sub("i", letters) if letters.endswith("y") else letters) + tone


def _without_tone(word: str) -> tuple[str, str]:
    """The word composed, without its tones, and the first of them."""
    marks = unicodedata.normalize("NFD", word.translate(_LOOKALIKES))
    tones = [c for c in marks if c in TONES]
    for tone in tones:
        marks = marks.replace(tone, "")
    return unicodedata.normalize("NFC", marks), tones[0] if tones else ""


@lru_cache(maxsize=REMEMBERED)
def strip_accents(spelled: str) -> str:
    """A spelled word without any mark: ``"hai\u0309"`` -> ``"hai"``, ``"đong"`` -> ``"dong"``."""
    if spelled.isascii():
        return spelled
    marks = unicodedata.normalize("NFD", spelled.replace("đ", "d"))
    return "".join([c for c in marks if not unicodedata.combining(c)])


def syllables(name: str) -> tuple[str, ...]:
    """The spelled words of a name in a table."""
    words = name.replace("-", " ").split() if "-" in name else name.split()
    return tuple([spelled for word in words if (spelled := spell(word))])


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text. What every text is asked for comes first: it shares a line of the cache."""

    name: Name | None  # what it names alone
    following: dict[str, Node] | None  # words with which it begins longer names
    plain: str  # without accents: what names are found by
    exact: str  # spelled with accents: what names are told apart by
    kinds: Kinds | None  # what it stands for if it is a type word: "xã", "P", "huyen"
    pairs: dict[str, Kinds] | None  # words that complete it to a type word: "thị" "trấn"
    ends_type: bool  # whether a type word may end with it: "xã", "trấn"
    keyed: bool  # whether it may be raw keys of an input method
    raw: str  # as typed
    known: bool  # whether any name has this word
    is_type: bool  # whether it is a type word, written out
    opens: bool  # whether it is a commune's


@dataclass(slots=True)
class Words:
    """A text cut into words, with the places where more than a space stands before one."""

    words: Sequence[Word]
    breaks: Set[int]  # words before which the text begins anew: nothing reaches over that
    joints: Set[int]  # words before which there is but a dash or a dot

    def typed(self, start: int, end: int) -> str:
        """The words as typed, for showing back."""
        return " ".join([word.raw for word in self.words[start:end]])


Run = tuple[tuple[Word, ...], tuple[int, ...], tuple[int, ...]]  # its words, breaks and joints


class Reader:
    """Cuts texts into words. Remembers what it has met, since people use few different words."""

    def __init__(self, known: Container[str], tree: Mapping[str, Node]) -> None:
        """`known` holds the words of names, plain and exact, and plain names without spaces."""
        self._known = known
        self._tree = tree
        self._runs: dict[str, Run] = {}

    def read(self, text: str) -> Words:
        """Cut a text; what lies past `LONGEST_TEXT` is not looked at."""
        words: list[Word] = []
        breaks, joints = {0}, set[int]()
        text = text[:LONGEST_TEXT].replace(",", " , ")
        if "\n" in text:
            text = text.replace("\n", " \n ")
        remembered = self._runs.get
        for typed in text.split(" "):
            more, parted, joined = remembered(typed) or self._run(typed)
            if parted:
                breaks.update([len(words) + at for at in parted])
            if joined:
                joints.update([len(words) + at for at in joined])
            words += more
        return Words(words, breaks, joints)

    def _run(self, typed: str) -> Run:
        """What was typed without a space or comma: mostly one word, or none."""
        words: list[Word] = []
        breaks, joints = list[int](), list[int]()
        for token in _TOKENS.findall(clean(typed)):
            more = self._token(token)
            if not more:
                (joints if token in JOINTS else breaks).append(len(words))
            words += more
        run = tuple(words), tuple(breaks), tuple(joints)
        if len(typed) < LONGEST_TOKEN:
            if len(self._runs) >= MET:
                self._runs.clear()  # what is usual is soon there again
            self._runs[typed] = run
        return run

    def _token(self, token: str) -> tuple[Word, ...]:
        if not token[0].isalnum():
            return ()
        if len(token) >= LONGEST_TOKEN:
            return (self._word(token[:LONGEST_TOKEN], known=False, keyed=False),)
        keyed = token.isascii() and bool(_KEYED.search(token)) and token not in self._known
        return tuple([self._word(part, keyed=keyed) for part in self._cut(token)])

    def _word(self, part: str, *, keyed: bool, known: bool = True) -> Word:
        exact = spell(part)
        plain = strip_accents(exact)
        kinds, pairs = kinds_of(plain, exact), pairs_of(plain, exact)
        is_type = kinds is not None and len(plain) > 1
        opens = is_type and kinds is not None and kinds.levels == Level.COMMUNE
        known = known and plain in self._known
        node = self._tree.get(plain) or NO_NAME
        ends_type = kinds is not None or exact in SECOND_HALVES
        return Word(
            node.name,
            node.following,
            plain,
            exact,
            kinds,
            pairs,
            ends_type,
            keyed,
            part,
            known,
            is_type,
            opens,
        )

    def _cut(self, token: str) -> list[str]:
        """What was glued together, cut: ``"P1"``, ``"XãNânChính"``, ``"XTân"``, ``"xahaixuan"``."""
        exact = spell(token)
        plain = strip_accents(exact)
        if exact in self._known or kinds_of(plain, exact) is not None:
            return [token]
        for kind in GLUED:
            if plain.startswith(kind) and self._may_follow(kind, token[len(kind) :]):
                return [token[: len(kind)], *self._cut(token[len(kind) :])]
        parts = _split_on_case(token)
        if len(parts) > 1 and not token.isupper():
            return [word for part in parts for word in self._cut(part)]
        return [token]

    def _may_follow(self, kind: str, rest: str) -> bool:
        """A capital or a number after a type word begins a name; small letters must be one."""
        if rest.isdigit() or (rest[:1].isupper() and not rest.isupper()):
            return True
        if rest.isupper() and spell(rest) in self._known:
            return True
        plain = strip_accents(spell(rest))
        return len(kind) > 1 and len(plain) > 4 and plain in self._known


def clean(text: str) -> str:
    """Composed, without invisible characters, bounded."""
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _NOISE.sub("", text)


def _split_on_case(token: str) -> list[str]:
    """Cut where a capital begins a word, or a number follows: ``"HồChíMinh"``, ``"XTân1"``."""
    cuts = [i for i in range(1, len(token)) if _begins_word(token, i)]
    return [token[a:b] for a, b in zip([0, *cuts], [*cuts, len(token)], strict=True)]


def _begins_word(token: str, i: int) -> bool:
    before, here, after = token[i - 1], token[i], token[i + 1 : i + 2]
    if here.isupper():
        return before.islower() or (before.isupper() and after.islower())
    return here.isdigit() and before.islower() and i > 1

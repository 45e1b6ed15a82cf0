"""The small words that say what the name beside them is: type words, decoys, relations."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """What a name can be. Masks of these are plain whole numbers."""

    COMMUNE = 1
    DISTRICT = 2
    PROVINCE = 4


ANY_LEVEL = 7


class Cue(StrEnum):
    """What the words before a name make of it."""

    DECOY = "decoy"  # a road, hamlet, building or person that borrows the name
    LONG_ROAD = "long_road"  # the names joined by dashes after it are its ends
    NEAR = "near"  # a point of reference, not the place itself
    AT = "at"  # the place itself
    HAMLET = "hamlet"  # a numbered hamlet: what follows it is its commune


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """What a type word may stand for. One object for each type word."""

    names: frozenset[str]
    levels: int
    sign: str  # no letter: what tells these apart beside a name


_LEVELS = {
    "xã": Level.COMMUNE,
    "phường": Level.COMMUNE,
    "thị trấn": Level.COMMUNE,
    "đặc khu": Level.COMMUNE,
    "huyện": Level.DISTRICT,
    "quận": Level.DISTRICT,
    "thị xã": Level.DISTRICT,
    "thành phố": Level.DISTRICT | Level.PROVINCE,
    "tỉnh": Level.PROVINCE,
}
# As spelled by `text.spell` (tone last), and every short form people use.
_TYPE_WORDS = {
    "xã": "xa\u0303 x",
    "phường": "phương\u0300 p f",
    "thị trấn": "thi\u0323trân\u0301 tt",
    "đặc khu": "đăc\u0323khu đk",
    "huyện": "huyên\u0323 h",
    "quận": "quân\u0323 q",
    "thị xã": "thi\u0323xa\u0303 tx",
    "thành phố": "thanh\u0300phô\u0301 tp",
    "tỉnh": "tinh\u0309",
    "tỉnh|thành phố|thị trấn|thị xã": "t",
}


def _plain(spelled: str) -> str:
    return spelled.translate(
        str.maketrans("ãâăêôơưđ", "aaaeooud", "\u0300\u0301\u0303\u0309\u0323")
    )


def _kinds(names: str) -> Kinds:
    levels = 0
    for name in names.split("|"):
        levels |= _LEVELS[name]
    return Kinds(frozenset(names.split("|")), levels, f"|{names}")


_BY_PLAIN = {
    _plain(word): (word, _kinds(names))
    for names, words in _TYPE_WORDS.items()
    for word in words.split()
}
GLUED = tuple(sorted(_BY_PLAIN, key=len, reverse=True))  # what is glued to names, longest first


_BY_SPELLING = {
    spelled: kinds for plain, (word, kinds) in _BY_PLAIN.items() for spelled in (plain, word)
}
_FIRST_HALVES = frozenset({"thi", "thi\u0323", "dac", "đăc\u0323", "thanh", "thanh\u0300", "t"})


def kinds_of(plain: str, exact: str) -> Kinds | None:
    """What a word stands for as a type word: accents, where typed, must be its own."""
    word, kinds = _BY_PLAIN.get(plain, ("", None))
    return kinds if exact in (plain, word) else None


def pairs_of(plain: str, exact: str) -> dict[str, Kinds] | None:
    """The second halves with which a word makes a type word: "thị" and "trấn"."""
    if plain not in _PAIRS:
        return None
    return _PAIRS[plain] if exact == plain else {**_PAIRS[plain], **_PAIRS.get(exact, {})}


def _pairs() -> dict[str, dict[str, Kinds]]:
    """First half -> second half -> what they stand for, both plain or both exact."""
    return {
        first: {
            word[len(first) :]: kinds
            for word, kinds in _BY_SPELLING.items()
            if word.startswith(first) and len(word) > len(first)
        }
        for first in _FIRST_HALVES
    }


_PAIRS = _pairs()
SECOND_HALVES = frozenset().union(*_PAIRS.values())


_CUES = {
    Cue.DECOY: """duong pho ngo ngach hem thon xom lang ban ap buon soc khu khupho kp todanpho tdp khoi khom
        tieukhu doi cho congvien nganhang truong giaoxu giaoho chua den dinh nhatho cau song nui ho ben ga
        benxe sieuthi chungcu khachsan congty benhvien kcn khucongnghiep cumcongnghiep caulacbo nhahang
        trangtrai cang bobien bien vongxuyen ngatu ngaba daily cuahang khudothi kdt toanha nghiatrang
        ong ba anh chi em chu bac chau ten""",
    Cue.LONG_ROAD: "caotoc quoclo tinhlo duongtinh ql tl dt duongsat",
    Cue.NEAR: "gan cach giap giapranh doidien canh phiabac phianam phiadong phiatay huong",
    Cue.AT: "o tai thuoc thuocdiaban diaban diaphan thuocdiaphan trendiaban ubnd",
}
CUES = {word: cue for cue, words in _CUES.items() for word in words.split()}
_HAMLETS = "thon xom doi to ap khu khupho kp tdp todanpho khoi khom ban buon tieukhu pho"
HAMLETS = frozenset(_HAMLETS.split())
JOINING = frozenset({"va", "voi", "hoac", "hay", "lan", "cung"})  # between two of a kind
FORMERLY = frozenset({"cu", "truocday", "truockia"})  # after a name: the old one is meant
FORMERLY_BEGINS = FORMERLY | {"truoc"}

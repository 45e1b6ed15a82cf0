"""Places as people write them, drawn from the gazetteer with a fixed seed, each with its right answer."""

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from routing.gazetteer import Gazetteer
from routing.text import fold


@dataclass(frozen=True, slots=True)
class Address:
    """A full official address, smallest unit first, as (type word, name)."""

    parts: tuple[tuple[str, str], ...]
    right: frozenset[str]
    layer: str
    names_one: bool = True


Style = Callable[[Address, random.Random], str]

_SHORT = {
    "xã": ("X.", "X"),
    "phường": ("P.", "P", "F"),
    "thị trấn": ("TT.", "TT"),
    "đặc khu": ("ĐK",),
    "huyện": ("H.", "H"),
    "quận": ("Q.", "Q"),
    "thị xã": ("TX.", "TX"),
    "thành phố": ("TP.", "TP"),
    "tỉnh": ("T.", "Tỉnh"),
}
_BEFORE = ("co trom o", "Tối qua có đánh nhau ở", "Tôi bị mất xe máy tại", "Báo cháy:", "xóm 5,")
_AFTER = ("mong công an xuống ngay", "đêm qua lúc 9 giờ", "nhiều lần rồi", "cạnh nhà văn hóa")
_STREETS = ("12 Trần Phú", "Số 7 ngõ 3 đường Lê Lợi", "357/28 Nguyễn Trãi", "đường Hùng Vương")


def addresses(gazetteer: Gazetteer) -> list[Address]:
    """Every commune in force and every former one, written in full."""
    return [*_current(gazetteer), *_former(gazetteer), *_former_in_new_province(gazetteer)]


def _current(gazetteer: Gazetteer) -> Iterator[Address]:
    twice = names_of_two(gazetteer)
    for state in gazetteer.current.values():
        province = gazetteer.new_provinces[state.province]
        parts = ((state.kind, state.name), (province.kind, province.name))
        alone = (state.kind, state.name, state.province) not in twice
        yield Address(parts, frozenset({state.code}), "current", alone)


def _former(gazetteer: Gazetteer) -> Iterator[Address]:
    for former in gazetteer.former.values():
        district = gazetteer.districts[former.district]
        province = gazetteer.old_provinces[district.province]
        parts = (
            (former.kind, former.name),
            (district.kind, district.name),
            (province.kind, province.name),
        )
        if parts[0] != parts[1]:
            yield Address(parts, frozenset(former.successors), "former")


def _former_in_new_province(gazetteer: Gazetteer) -> Iterator[Address]:
    for former in gazetteer.former.values():
        district = gazetteer.districts[former.district]
        province = gazetteer.new_provinces[gazetteer.old_provinces[district.province].successor]
        parts = (
            (former.kind, former.name),
            (district.kind, district.name),
            (province.kind, province.name),
        )
        if parts[0] != parts[1]:
            yield Address(parts, frozenset(former.successors), "former, new province")


def names_of_two(gazetteer: Gazetteer) -> set[tuple[str, str, str]]:
    """(kind, name, province) that a current unit shares with a former one that lies elsewhere."""
    lies_in: dict[tuple[str, str, str], set[str]] = {}
    for former in gazetteer.former.values():
        old = gazetteer.old_provinces[gazetteer.districts[former.district].province]
        lies_in.setdefault((former.kind, former.name, old.successor), set()).update(
            former.successors
        )
    keys = {(s.kind, s.name, s.province): s.code for s in gazetteer.current.values()}
    return {key for key, code in keys.items() if lies_in.get(key, set()) - {code}}


def official(address: Address, _chance: random.Random) -> str:
    """`"Xã Hải Xuân, huyện Hải Hậu, tỉnh Nam Định"`."""
    return ", ".join(f"{kind} {name}" for kind, name in address.parts)


def abbreviated(address: Address, chance: random.Random) -> str:
    """`"X. Hải Xuân, H.Hải Hậu, T. Nam Định"`."""
    words = []
    for kind, name in address.parts:
        short = chance.choice(_SHORT[kind])
        words.append(f"{short}{chance.choice(('', ' '))}{name}")
    return ", ".join(words)


def glued(address: Address, chance: random.Random) -> str:
    """`"XãHải Xuân,huyệnHảiHậu,TỉnhNam Định"`."""
    return ",".join(
        f"{kind.capitalize()}{name if chance.random() < 0.5 else name.replace(' ', '')}"
        for kind, name in address.parts
    )


def plain(address: Address, chance: random.Random) -> str:
    """Without accents, lower or upper case."""
    text = ", ".join(fold(f"{kind} {name}") for kind, name in address.parts)
    return text.upper() if chance.random() < 0.2 else text


def without_commas(address: Address, chance: random.Random) -> str:
    """Type words but no separators."""
    return official(address, chance).replace(",", "")


def without_types(address: Address, _chance: random.Random) -> str:
    """Names and commas only. A numbered ward keeps its type word."""
    return ", ".join(f"{kind} {name}" if name.isdigit() else name for kind, name in address.parts)


def reversed_order(address: Address, _chance: random.Random) -> str:
    """Largest unit first."""
    return ", ".join(f"{kind} {name}" for kind, name in reversed(address.parts))


def decomposed(address: Address, chance: random.Random) -> str:
    """Unicode NFD."""
    return unicodedata.normalize("NFD", official(address, chance))


def in_a_sentence(address: Address, chance: random.Random) -> str:
    """Words before and after."""
    return f"{chance.choice(_BEFORE)} {official(address, chance)} {chance.choice(_AFTER)}"


def after_a_street(address: Address, chance: random.Random) -> str:
    """A house and a street before it."""
    return f"{chance.choice(_STREETS)}, {official(address, chance)}"


STYLES: dict[str, Style] = {
    "official": official,
    "abbreviated": abbreviated,
    "glued": glued,
    "no accents": plain,
    "no commas": without_commas,
    "no type words": without_types,
    "reversed": reversed_order,
    "decomposed": decomposed,
    "in a sentence": in_a_sentence,
    "after a street": after_a_street,
}


def slipped(text: str, chance: random.Random, within: int) -> str:
    """One letter missing, doubled, or swapped with the next, among the first `within` characters."""
    last = min(within, len(text) - 1)
    spots = [i for i in range(last) if text[i].isalpha() and text[i + 1].isalpha()]
    spot = chance.choice(spots)
    kind = chance.choice(("missing", "doubled", "swapped"))
    if kind == "missing":
        return text[:spot] + text[spot + 1 :]
    if kind == "doubled":
        return text[:spot] + text[spot] + text[spot:]
    return text[:spot] + text[spot + 1] + text[spot] + text[spot + 2 :]


_TELEX_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_TELEX_MARKS = {"â": "aa", "ă": "aw", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_VNI_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_VNI_MARKS = {"â": "a6", "ă": "a8", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "đ": "d9"}


def telex(text: str) -> str:
    """The keys of the Telex method, tone at the end of the syllable: `"hair xuaan"`."""
    return " ".join(_typed(word, _TELEX_TONES, _TELEX_MARKS) for word in text.split(" "))


def vni(text: str) -> str:
    """The keys of the VNI method: `"ha3i xua6n"`, tone at the end too."""
    return " ".join(_typed(word, _VNI_TONES, _VNI_MARKS) for word in text.split(" "))


def _typed(word: str, tones: dict[str, str], marks: dict[str, str]) -> str:
    body, comma = (word[:-1], ",") if word.endswith(",") else (word, "")
    split = unicodedata.normalize("NFD", body.lower())
    tone = "".join(tones[c] for c in split if c in tones)
    letters = unicodedata.normalize("NFC", "".join(c for c in split if c not in tones))
    return "".join(marks.get(c, c) for c in letters) + tone + comma


NO_PLACE = (
    "tôi muốn báo một vụ trộm",
    "có người đánh nhau",
    "co nguoi danh nhau o gan nha toi",
    "mất xe máy lúc 9 giờ tối qua",
    "bị lừa đảo qua điện thoại 20 triệu",
    "alo công an ơi",
    "hôm qua tôi đi chợ bị móc túi",
    "nhà hàng xóm hát karaoke ồn quá",
    "xe ba gác chở quá tải chạy ẩu",
    "con tôi chưa về nhà",
    "an ninh khu tôi dạo này kém",
    "đất đai tranh chấp với ông Hải",
    "chị Xuân bị chồng đánh",
    "cho tôi hỏi thủ tục",
    "cảm ơn các anh chị",
    "ok",
    "😀😀😀",
    "0912345678",
    "....",
    "đường Lê Lợi",
    "ngân hàng Nam Á",
    "công viên Thống Nhất",
)

OUTSIDE = (  # for an operator of Ninh Bình
    "phường Bến Thành, thành phố Hồ Chí Minh",
    "xã Tân Lập, tỉnh Hưng Yên",
    "phường Hải Châu 1, quận Hải Châu, Đà Nẵng",
    "xã Hải Xuân, thành phố Móng Cái, tỉnh Quảng Ninh",
    "quận Ba Đình, Hà Nội",
    "thành phố Đà Lạt",
    "xã Yên Khánh, tỉnh Lào Cai",
    "phường Minh Khai, quận Hai Bà Trưng, Hà Nội",
)

"""The small words that say what the name beside them is: type words, decoys, relations."""

from enum import StrEnum

from routing.names import Level


class Cue(StrEnum):
    """What a word before a name makes of it."""

    DECOY = "decoy"  # a road, hamlet or building that borrows the name
    LONG_DECOY = "long_decoy"  # a long road: the names joined by dashes after it are its ends
    NEAR = "near"  # a point of reference, not the place itself
    AT = "at"  # the place itself
    HAMLET = "hamlet"  # a numbered hamlet: what follows it is its commune


KINDS: dict[str, frozenset[str]] = {
    plain: frozenset(kinds.split("|"))
    for plain, kinds in {
        "xa": "xã",
        "x": "xã",
        "phuong": "phường",
        "p": "phường",
        "f": "phường",
        "thitran": "thị trấn",
        "tt": "thị trấn",
        "dackhu": "đặc khu",
        "dk": "đặc khu",
        "huyen": "huyện",
        "h": "huyện",
        "quan": "quận",
        "q": "quận",
        "thixa": "thị xã",
        "tx": "thị xã",
        "thanhpho": "thành phố",
        "tp": "thành phố",
        "tinh": "tỉnh",
        "t": "tỉnh|thành phố|thị trấn|thị xã",
    }.items()
}
LEVELS = {
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
GLUED = tuple(sorted(KINDS, key=len, reverse=True))  # what may stand glued to a name, longest first

_CUES = {
    Cue.DECOY: """duong pho ngo ngach hem thon xom lang ban ap buon soc khu khupho kp todanpho tdp khoi khom
        tieukhu doi cho congvien nganhang truong giaoxu giaoho chua den dinh nhatho cau song nui ho ben ga
        benxe sieuthi chungcu khachsan congty benhvien kcn khucongnghiep cumcongnghiep caulacbo nhahang
        trangtrai cang bobien bienden vongxuyen ngatu ngaba daily cuahang khudothi kdt toanha nghiatrang""",
    Cue.LONG_DECOY: "caotoc quoclo tinhlo duongtinh ql tl dt duongsat",
    Cue.NEAR: "gan cach giap giapranh doidien canh phiabac phianam phiadong phiatay huong",
    Cue.AT: "o tai thuoc thuocdiaban diaban diaphan thuocdiaphan trendiaban ubnd",
}
CUES = {word: cue for cue, words in _CUES.items() for word in words.split()}
HAMLETS = frozenset(
    "thon xom doi to ap khu khupho kp tdp todanpho khoi khom ban buon tieukhu".split()
)
FORMERLY = frozenset({"cu", "truocday", "truockia", "truoc"})  # after a name: the old one is meant

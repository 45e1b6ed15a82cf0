"""Slips and raw keys."""

import unicodedata

import pytest

from routing import ReasonCode, Router
from routing.mending import Mender, decode_keys
from routing.units import Name


@pytest.mark.parametrize(
    ("keys", "letters"),
    [
        ("hair haauj", "hải hậu"),
        ("nam ddinhj", "nam định"),
        ("ha3i ha6u5", "hải hậu"),
        ("xax Hair Xuaan", "xã hải xuân"),
        ("phuwowngf", "phừơng"),
        ("phu7o7ng2", "phừơng"),
        ("mất 3 xe", "mất 3 xe"),
    ],
)
def test_raw_keys_are_read_as_letters(keys: str, letters: str) -> None:
    assert unicodedata.normalize("NFC", decode_keys(keys, ())) == unicodedata.normalize(
        "NFC", letters
    )


@pytest.mark.parametrize(
    "text",
    [
        "xã Hải Xun, huyện Hải Hậu, tỉnh Nam Định",
        "xã Hải Xuâân, huyện Hải Hậu, tỉnh Nam Định",
        "xã Hải Xaun, huyện Hải Hậu, tỉnh Nam Định",
        "xã Hả iXuân, huyện Hải Hậu, tỉnh Nam Định",
        "xã Hải Xuân, huyện Hải Hạu, tỉnh Nm Định",
        "xax hair xuaan, huyeenj hair haauj, tinhr nam ddinhj",
        "xa4 ha3i xua6n, huye6n5 ha3i ha6u5, tinh3 nam d9inh5",
        "xã Hải Xu8ân, huyện Hải Hậu",
    ],
)
def test_a_slip_or_raw_keys_do_not_hide_the_place(country: Router, text: str) -> None:
    assert country.route(text).candidates[0].name == "xã Hải Xuân"


def test_a_mended_name_says_so(local: Router) -> None:
    route = local.route("xã Hải Xun, huyện Hải Hậu")
    assert route.reason.code is ReasonCode.REPAIRED_NAME


def test_a_mistyped_type_word_before_a_number_is_mended(country: Router) -> None:
    route = country.route("phườnng 1, quận 3, thành phố Hồ Chí Minh")
    assert route.candidates[0].name == "phường Bàn Cờ"


def test_one_slip_away_means_one() -> None:
    mender = Mender({"haixuan": Name("haixuan"), "haihau": Name("haihau")})
    assert mender.near("haixun") == ["haixuan"]
    assert mender.near("haixuna") == ["haixuan"]
    assert mender.near("haixuaan") == ["haixuan"]
    assert mender.near("haixn") == []

"""Spellings that are equal, and words that were glued."""

import unicodedata

import pytest

from routing.text import LONGEST_TEXT, Reader, clean, fold, spell, strip_accents


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Phường  Bến Thành", "phuong ben thanh"),
        ("Đặc khu Phú Quốc", "dac khu phu quoc"),
        ("Ðông Hà", "dong ha"),
        (unicodedata.normalize("NFD", "Nam Định"), "nam dinh"),
        ("H'Leo!", "h leo"),
        ("", ""),
    ],
)
def test_folding_leaves_letters_and_single_spaces(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("Thuỷ", "thủy"),
        ("Mỹ", "mĩ"),
        ("Quý", "quí"),
        (unicodedata.normalize("NFD", "Định"), "định"),
        ("01", "1"),
        ("Ðông", "Đông"),
    ],
)
def test_two_usual_spellings_of_a_syllable_are_one(one: str, other: str) -> None:
    assert spell(one) == spell(other)


@pytest.mark.parametrize(("one", "other"), [("hưng", "hùng"), ("thanh", "thành"), ("ma", "mã")])
def test_different_syllables_stay_different(one: str, other: str) -> None:
    assert spell(one) != spell(other)
    assert strip_accents(spell(one)) == strip_accents(spell(other))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("XãNânChính", ["Xã", "Nân", "Chính"]),
        ("P1,Q3", ["P", "1", "Q", "3"]),
        ("XTân Thạnh", ["X", "Tân", "Thạnh"]),
        ("TP.HồChíMinh", ["TP", "Hồ", "Chí", "Minh"]),
        ("xahaixuan", ["xa", "haixuan"]),
        ("Ea H'Leo", ["Ea", "H'Leo"]),
        ("HÀ NỘI", ["HÀ", "NỘI"]),
    ],
)
def test_what_was_glued_is_cut(typed: str, words: list[str]) -> None:
    known = {"haixuan", "ea", "hleo"}
    assert [word.raw for word in Reader(known, {}).read(typed).words] == words


def test_invisible_characters_do_not_part_a_word() -> None:
    assert clean("H\u200bải \u202eXuân\ufeff") == "Hải Xuân"


def test_a_long_text_is_read_to_its_bound() -> None:
    assert len(clean("á" * 10_000)) == LONGEST_TEXT

"""The receipt code: hard to guess, hard to mistype, never a word."""

import math
import re
import unicodedata

import pytest

from tips.receipts import (
    LENGTH,
    RANDOM,
    SYMBOLS,
    code_in,
    fresh_code,
    looks_like_code,
    read_code,
    written,
)


def some_codes(count: int = 50) -> list[str]:
    return [fresh_code() for _ in range(count)]


def bare(code: str) -> str:
    return code.replace("-", "")


def test_a_code_has_at_least_forty_random_bits() -> None:
    assert RANDOM * math.log2(len(SYMBOLS)) >= 40


def test_codes_do_not_repeat() -> None:
    assert len(set(some_codes(2000))) == 2000


def test_a_code_is_written_in_three_groups() -> None:
    assert all(re.fullmatch(r"\w{4}-\w{4}-\w{3}", code) for code in some_codes())


def test_a_fresh_code_is_read_back() -> None:
    for code in some_codes():
        assert read_code(code) == bare(code)
        assert written(bare(code)) == code


@pytest.mark.parametrize(
    "typed", [str.lower, bare, lambda c: c.replace("-", " "), lambda c: f"  {c}\n"]
)
def test_a_code_is_read_however_it_is_typed(typed: object) -> None:
    assert callable(typed)
    for code in some_codes():
        assert looks_like_code(typed(code))
        assert read_code(typed(code)) == bare(code)


def test_every_single_wrong_symbol_is_found() -> None:
    for code in map(bare, some_codes(20)):
        for at in range(LENGTH):
            for symbol in SYMBOLS.replace(code[at], ""):
                assert read_code(code[:at] + symbol + code[at + 1 :]) is None


def test_every_swap_of_two_neighbours_is_found() -> None:
    for code in map(bare, some_codes(200)):
        for at in range(LENGTH - 1):
            swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
            assert swapped == code or read_code(swapped) is None


def test_no_two_symbols_look_alike() -> None:
    alike = ("0ODQ", "1IL", "2Z", "5S", "8B", "6G", "UV", "VY")
    for look in alike:
        assert sum(symbol in SYMBOLS for symbol in look) <= 1, look


@pytest.mark.parametrize(("shown", "typed"), [("8", "B"), ("5", "S"), ("2", "Z"), ("6", "G")])
def test_a_letter_typed_for_the_digit_it_looks_like_is_that_digit(shown: str, typed: str) -> None:
    code = next(code for code in map(bare, some_codes(2000)) if shown in code)
    assert read_code(code.replace(shown, typed)) == code
    assert read_code(code.replace(shown, typed.lower())) == code


def test_no_code_can_spell_a_word_or_be_spoilt_by_a_vietnamese_keyboard() -> None:
    assert not set("AEIOUY") & set(SYMBOLS)
    assert all(unicodedata.category(symbol) in ("Lu", "Nd") for symbol in SYMBOLS)


def test_every_code_holds_a_digit_and_a_letter() -> None:
    for code in map(bare, some_codes(3000)):
        assert any(symbol.isdigit() for symbol in code)
        assert any(symbol.isalpha() for symbol in code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "co trom xe",
        "xom5haixuan",
        "trom xe may",
        "dulieu",
        "09123456789",
        "0912 345 678",
        "18B1-12345",
        "29-T1 123.45",
        "quoc lo 21b",
        "haixuan2026",
        "20/11/2026",
        "Nguyễn Văn A",
        "K7M4-P2X9-R3T cho tôi hỏi",
    ],
)
def test_other_words_are_not_taken_for_a_code(text: str) -> None:
    assert not looks_like_code(text)
    assert read_code(text) is None


def test_a_code_with_a_symbol_too_few_or_too_many_is_seen_as_a_wrong_one() -> None:
    for code in map(bare, some_codes()):
        for slip in (code[:-1], code + "7"):
            assert looks_like_code(slip) or slip.isalpha() or slip.isdigit()
            assert read_code(slip) is None


def test_a_code_typed_quite_wrong_is_still_seen_as_one() -> None:
    assert looks_like_code("AEIO-UY12-QWE"), "parted as nothing else is"
    assert looks_like_code("86HP8NXKM"), "two symbols lost"
    assert not looks_like_code("anh-chi-em")
    assert not looks_like_code("2026-11-20")


def test_a_code_is_found_within_a_sentence() -> None:
    code = fresh_code()
    assert code_in(f"mã của tôi là {code}, có kết quả chưa?") == code
    assert code_in("xe 18B1-12345 mất tối qua") is None

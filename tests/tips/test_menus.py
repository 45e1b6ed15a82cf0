"""The same choices with buttons and without: numbered lines, answered by digits, words and labels."""

import pytest

from routing import Point
from tips.messages import Capabilities, Choice, Press, Reply
from tips.outbox import chosen, flat, render

PLAIN = Capabilities(buttons=False, location=False, edit=False, delete=False, longest_text=2000)
QUESTION = Reply(
    "Cán bộ có cần gọi lại không?",
    [
        [Choice("Không, giấu tên", str(Press("answer", 1, 2, "anonymous")))],
        [Choice("Có", str(Press("answer", 1, 2, "phone")))],
        [
            Choice("Bỏ qua", str(Press("skip", 1, 2))),
            Choice("Quay lại", str(Press("back", 1, 2))),
            Choice("Bỏ tin này", str(Press("drop", 1, 2))),
        ],
    ],
    ask_location=True,
)
MENU = [(choice.label, choice.data) for choice in flat(QUESTION)]


def test_without_buttons_answers_are_numbered_going_back_is_zero_and_dropping_has_no_number() -> (
    None
):
    assert render(QUESTION, PLAIN).text.split("\n")[1:] == [
        "1. Không, giấu tên",
        "2. Có",
        "• Bỏ qua",
        "0. Quay lại",
        "• Bỏ tin này",
    ]
    assert render(QUESTION, PLAIN).choices == ()
    assert not render(QUESTION, PLAIN).ask_location


@pytest.mark.parametrize(
    ("typed", "verb", "detail"),
    [
        ("1", "answer", "anonymous"),
        ("2.", "answer", "phone"),
        ("số 2", "answer", "phone"),
        ("hai", "answer", "phone"),
        ("HAI", "answer", "phone"),
        ("co", "answer", "phone"),
        ("khong, giau ten", "answer", "anonymous"),
        ("0", "back", ""),
        ("bo qua", "skip", ""),
        ("Bỏ tin này", "drop", ""),
    ],
)
def test_a_choice_is_named_by_digit_word_or_label(typed: str, verb: str, detail: str) -> None:
    press = Press.read(chosen(MENU, typed))
    assert press
    assert (press.verb, press.detail) == (verb, detail)


@pytest.mark.parametrize("typed", ["", "3", "10", "1 2", "một hai", "không"])
def test_anything_else_names_none(typed: str) -> None:
    assert chosen(MENU, typed) == ""


def test_a_pin_without_maps_becomes_its_coordinates() -> None:
    assert render(Reply("", point=Point(20.1, 106.2)), PLAIN).text == "20.10000, 106.20000"


def test_what_is_to_be_deleted_survives_rendering() -> None:
    assert render(Reply("", delete=["1", "2"]), PLAIN).delete == ["1", "2"]

"""Telegram counts UTF-16 units, so Vietnamese and emoji must come out whole and marked right."""

import pytest
from telegram import MessageEntity

from handlers.telegram.wording import cut, fits, units, worded
from tips.messages import Reply


@pytest.mark.parametrize(("text", "length"), [("xã", 2), ("🚨", 2), ("👮‍♀️", 5), ("", 0)])
def test_length_is_counted_in_utf16_units(text: str, length: int) -> None:
    assert units(text) == length


def test_a_text_that_fits_is_not_cut() -> None:
    assert cut("🚨" * 5, 10) == "🚨" * 5


def test_no_character_is_halved_by_a_cut() -> None:
    assert cut("🚨" * 6, 10) == "🚨" * 4 + "…"


def test_half_a_surrogate_pair_never_travels() -> None:
    assert cut("a\ud83d", 10) == "a�"


def test_the_quote_is_marked_where_it_stands() -> None:
    said = worded(Reply("🚨 Lời người báo:", quote=" có trộm 🏍 "))
    assert said.text == "🚨 Lời người báo:\ncó trộm 🏍"
    assert said.entities == (MessageEntity(MessageEntity.BLOCKQUOTE, offset=18, length=10),)


def test_a_quote_alone_starts_the_message() -> None:
    said = worded(Reply("", quote="có trộm"))
    assert (said.text, said.entities[0].offset) == ("có trộm", 0)


def test_a_quote_gets_the_room_that_is_left() -> None:
    said = worded(Reply("Lời người báo:", quote="🏍" * 4096))
    assert units(said.text) == 4096
    assert said.text.endswith("🏍…")
    assert said.entities[0].offset + said.entities[0].length == 4096


def test_a_text_as_long_as_a_message_leaves_no_room_for_a_quote() -> None:
    said = worded(Reply("a" * 5000, quote="có trộm"))
    assert said.text == "a" * 4095 + "…"
    assert said.entities == ()


def test_a_caption_is_measured_with_its_quote() -> None:
    assert fits(Reply("a" * 1000, quote="b" * 23), 1024)
    assert not fits(Reply("a" * 1000, quote="b" * 24), 1024)

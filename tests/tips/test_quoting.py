"""A person's own words, shown so that nothing in them acts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_telegram.entities import utf16_length, with_found
from tips.conversation.quoting import PAGE, harmless, pages


@pytest.mark.parametrize(
    "words",
    [
        "xem https://lua-dao.vn/a?b=c ngay",
        "HTTP://LUA-DAO.VN",
        "lua-dao.com",
        "www.lua-dao.com.vn.",
        "ftp://1.evil.org",
        "t.me/ke_gian",
        "hỏi @ke_gian_123",
        "thư a.b@lua-dao.vn",
        "/start /help@bot",
        "#nong #lừa_đảo",
        "tg://resolve?domain=x",
    ],
)
def test_no_client_finds_anything_to_tap(words: str) -> None:
    assert with_found(harmless(words), []) == []


@pytest.mark.parametrize(
    "hidden",
    ["\u202e", "\u202c", "\u2066", "\u2069", "\u200b", "\u200d", "\ufeff", "\u00ad", "\x00", "\x1b",
     "\r", "\ue000", "\U000e0041"],
)  # fmt: skip
def test_what_hides_or_turns_the_text_is_dropped(hidden: str) -> None:
    assert harmless(f"mất{hidden} xe") == "mất xe"


@pytest.mark.parametrize(
    "words",
    [
        "3.5 triệu, lúc 21.30",
        "xe 18B1-123.45, gọi 0912/345/678",
        "xóm 5, xã Hải Xuân; gần chợ (cũ)",
        "dòng một\ndòng hai",
        "<b>đậm</b> *đậm* _nghiêng_ `mã`",
        "🏍️ chạy về hướng Bắc",
    ],
)
def test_plain_words_stay_what_they_were_said(words: str) -> None:
    shown = harmless(words).replace("\u2060", "")
    assert shown == words


def test_decomposed_letters_are_composed() -> None:
    assert harmless("mâ\u0301t xe") == "mất xe"


@given(st.text(max_size=9000))
def test_pages_lose_nothing_and_fit(words: str) -> None:
    cut = pages(words)
    assert "".join(cut) == words
    assert cut
    assert all(utf16_length(page) <= PAGE for page in cut)

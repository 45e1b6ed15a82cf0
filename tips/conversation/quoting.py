"""Showing a person's own words safely: nothing in them acts, links, calls anybody or hides."""

import re
import unicodedata

_JOINER = "\u2060"  #: word joiner: invisible, and no client links across it
_LINKS = (
    (re.compile(r"://"), f":{_JOINER}//"),
    (re.compile(r"(?<=\w)\.(?=[^\W\d])"), f".{_JOINER}"),  # example.com, but not 3.5
    (re.compile(r"@(?=\w)"), f"@{_JOINER}"),
    (re.compile(r"(?<!\w)/(?=[a-zA-Z])"), f"/{_JOINER}"),  # /command
    (re.compile(r"#(?=\w)"), f"#{_JOINER}"),
)
PAGE = 3000  #: UTF-16 units of words shown at once; a Telegram message holds 4,096


def readable(text: str) -> str:
    """Return `text` composed, without control, direction and invisible characters."""
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():  # most of what people write is
        composed = "".join(filter(_shows, composed))
    return composed.strip()


def harmless(text: str) -> str:
    """Return `text` readable, its links and names made plain."""
    kept = readable(text)
    for pattern, plain in _LINKS:
        kept = pattern.sub(plain, kept)
    return kept


def _shows(character: str) -> bool:
    """Keep letters, signs, marks, spaces and line ends; drop what is invisible or turns the text."""
    return character == "\n" or unicodedata.category(character) not in (
        "Cc",
        "Cf",
        "Co",
        "Cs",
        "Cn",
    )


def pages(text: str, length: int = PAGE) -> list[str]:
    """Cut `text` into pages of at most `length` UTF-16 units; at least one page."""
    cut, page, used = [], "", 0
    for character in text:
        size = 2 if ord(character) > 0xFFFF else 1
        if used + size > length:
            cut.append(page)
            page, used = "", 0
        page, used = page + character, used + size
    return [*cut, page]

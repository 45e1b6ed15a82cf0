"""The page itself: one HTML file filled with words, its styles and scripts as files beside it."""

import html
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from handlers.web.uploads import LARGEST
from words.texts import Language, Texts

STATIC = Path(__file__).with_name("static")
#: What is served as it is, and as what.
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
MEBIBYTE = 1024 * 1024

_PLACEHOLDER = re.compile(r"\{\{([a-z_.]+)\}\}")


def render(texts: Texts, language: Language) -> str:
    """Return the page in a language. Every word of it is escaped, in text and in attributes."""
    other = Language.EN if language is Language.VI else Language.VI
    facts = {"language": language.value, "other": other.value, "largest": str(LARGEST)}

    def fill(found: re.Match[str]) -> str:
        key = found[1]
        said = facts.get(key) or texts(key, language, megabytes=LARGEST // MEBIBYTE)
        return html.escape(said)

    return _PLACEHOLDER.sub(fill, source())


def keys() -> frozenset[str]:
    """The texts the page is filled with."""
    return frozenset(key for key in _PLACEHOLDER.findall(source()) if "." in key)


def source() -> str:
    return (STATIC / "page.html").read_text("utf-8")


@cache
def static_files() -> Mapping[str, tuple[str, bytes]]:
    """Name → media type and content of everything the page loads."""
    return {
        path.name: (TYPES[path.suffix], path.read_bytes())
        for path in sorted(STATIC.iterdir())
        if path.suffix in TYPES
    }

"""Text as Telegram sees it: UTF-16 lengths, HTML markup, and the links it finds by itself."""

import html
import re
from typing import Any

from tests.fake_telegram.rules import Json, bad_request

TAGS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("span", "tg-spoiler"), "spoiler"),
    **{"a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote"},
    "tg-emoji": "custom_emoji",
}
TOKEN = re.compile(
    r"""<(?:[^>"']|"[^"]*"|'[^']*')*>?"""
    r"|&(?:lt|gt|amp|quot|\#\d+|\#x[0-9a-fA-F]+);|[^<&]+|[<&]"
)
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
#: Telegram knows every top-level domain; these are enough for what people here paste.
DOMAINS = "com|vn|net|org|me|ly|gg|io|info|xyz|top|app|link|site|online|shop"
#: The rest of an address: up to white space, without the punctuation of the sentence around it.
TAIL = r"""[^\s<>"]*[^\s<>".,;:!?)…]"""
FOUND_BY_ITSELF = {
    "email": re.compile(r"[\w.+-]+@[\w-]+\.\w[\w.]*"),
    "url": re.compile(
        rf"(?:(?:https?|ftp|tg)://|\b(?:[\w-]+\.)+(?:{DOMAINS})\b[/?#:]){TAIL}"
        rf"|\b(?:[\w-]+\.)+(?:{DOMAINS})\b",
        re.IGNORECASE,
    ),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z]\w{3,31}"),
    "bot_command": re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?"),
    "hashtag": re.compile(r"(?<![\w#])#\w*[^\W\d_]\w*"),
}


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """The bare text and its entities; raises 400 as the server does, offsets in bytes."""
    reader = _HtmlReader()
    for token in TOKEN.finditer(source):
        reader.take(token.group(), len(source[: token.start()].encode()))
    return reader.finish()


class _HtmlReader:
    def __init__(self) -> None:
        self.text = ""
        self.entities: list[Json] = []
        self.open: list[tuple[str, int, Json]] = []

    def take(self, token: str, at: int) -> None:
        if not token.startswith("<"):
            self.text += html.unescape(token) if len(token) > 1 else token
        elif token.startswith("</"):
            self._close(token, at)
        else:
            self._open(token, at)

    def _open(self, token: str, at: int) -> None:
        name = re.split(r"[\s>/]", token[1:])[0].lower()
        if name not in TAGS:
            raise _unparsable(f'Unsupported start tag "{name}" at byte offset {at}')
        if not token.endswith(">"):
            raise _unparsable(f"Unclosed start tag at byte offset {at}")
        attributes = {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "")
                      for m in ATTRIBUTE.finditer(token)}  # fmt: skip
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self.open.append((name, utf16_length(self.text), attributes))

    def _close(self, token: str, at: int) -> None:
        if not self.open:
            raise _unparsable(f"Unexpected end tag at byte offset {at}")
        if not token.endswith(">"):
            raise _unparsable(f"Unclosed end tag at byte offset {at}")
        name, (opened, offset, attributes) = token[2:-1].strip().lower(), self.open.pop()
        if name not in ("", opened):
            expected = f'expected "</{opened}>", found "</{name}>"'
            raise _unparsable(f"Unmatched end tag at byte offset {at}, {expected}")
        if length := utf16_length(self.text) - offset:
            entity = {"type": TAGS[opened], "offset": offset, "length": length}
            self._keep(entity, attributes)

    def _keep(self, entity: Json, attributes: Json) -> None:
        if entity["type"] == "text_link":
            address = attributes.get("href", "")
            if not re.match(r"(https?|tg)://", address):
                return  # the server drops a link it cannot read, and keeps its text
            entity["url"] = address
        self.entities.append(entity)

    def finish(self) -> tuple[str, list[Json]]:
        if self.open:
            raise _unparsable(
                f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"'
            )
        return self.text, sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))


def _unparsable(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")


def check_entities(text: str, entities: Any) -> list[Json]:
    """Entities a bot gave itself. Stricter than the server, which silently drops ill-placed ones."""
    end = utf16_length(text)
    for entity in entities:
        if not isinstance(entity, dict) or not {"type", "offset", "length"} <= entity.keys():
            raise bad_request("can't parse MessageEntity: Can't find field")
        if not 0 <= entity["offset"] < entity["offset"] + entity["length"] <= end:
            raise bad_request("ENTITY_BOUNDS_INVALID")
    return list(entities)


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without white space at the ends, entities moved along, as the server stores it."""
    lead = utf16_length(text) - utf16_length(text.lstrip())
    text = text.strip()
    end, kept = utf16_length(text), []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        stop = min(end, entity["offset"] - lead + entity["length"])
        if start < stop:
            kept.append(entity | {"offset": start, "length": stop - start})
    return text, kept


def with_found(text: str, entities: list[Json]) -> list[Json]:
    """The given entities and those every client sees in the text: links, names, commands."""
    taken = [
        (e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] != "blockquote"
    ]
    found = list(entities)
    for kind, pattern in FOUND_BY_ITSELF.items():
        for match in pattern.finditer(text):
            start = utf16_length(text[: match.start()])
            stop = start + utf16_length(match.group())
            if all(stop <= a or b <= start for a, b in taken):
                taken.append((start, stop))
                found.append({"type": kind, "offset": start, "length": stop - start})
    return sorted(found, key=lambda e: e["offset"])

"""Text as Telegram measures it, in UTF-16 units, and a person's own words quoted under it."""

from dataclasses import dataclass

from telegram import MessageEntity
from telegram.constants import MessageLimit

from tips.messages import Reply

LONGEST_TEXT = int(MessageLimit.MAX_TEXT_LENGTH)
LONGEST_CAPTION = int(MessageLimit.CAPTION_LENGTH)
CUT = "…"


@dataclass(frozen=True, slots=True)
class Worded:
    """A text and what marks the quote in it. Never a parse mode: words are never markup."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int) -> str:
    """At most `most` UTF-16 units of `text`, no character halved, the loss marked by "…"."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    if len(encoded) <= 2 * most:
        return encoded.decode("utf-16-le", "replace")  # half a pair cannot travel
    kept = encoded[: 2 * max(0, most - units(CUT))]
    return kept.decode("utf-16-le", "ignore").rstrip() + CUT


def worded(reply: Reply, most: int = LONGEST_TEXT) -> Worded:
    """The text, with the quote as a blockquote in the room that is left under it."""
    text, quote = cut(reply.text.strip(), most), reply.quote.strip()
    head = f"{text}\n" if text else ""
    room = most - units(head)
    if not quote or room <= units(CUT):
        return Worded(text)
    quote = cut(quote, room)
    mark = MessageEntity(MessageEntity.BLOCKQUOTE, units(head), units(quote))
    return Worded(head + quote, (mark,))


def fits(reply: Reply, most: int) -> bool:
    return units(reply.text) + units(reply.quote) + 1 <= most

"""A message as the page gets it: JSON without any address of a citizen, whole events ready to stream."""

import json
from collections.abc import Callable
from typing import Any

from handlers.web.mailboxes import Bubble
from handlers.web.receive import CITIZEN, citizen_address
from tips.messages import Attachment, Reply

#: Served as what they are; anything else only as bytes to save.
SHOWN_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/webm",
     "audio/ogg", "audio/mpeg", "audio/mp4", "audio/webm", "audio/wav", "audio/aac"}
)  # fmt: skip
BYTES = "application/octet-stream"


def is_for(bubble: Bubble, visitor: str) -> bool:
    """A visitor sees their own citizen phone, and every officer's."""
    own = citizen_address(visitor)
    return bubble.chat == own or not bubble.chat.startswith(citizen_address(""))


def event_of(bubble: Bubble, name_of: Callable[[str], str]) -> str:
    """Return the server-sent event that brings a page up to date with one message."""
    words = json.dumps(shown(bubble, name_of), ensure_ascii=False, separators=(",", ":"))
    return f"id: {bubble.changed}\ndata: {words}\n\n"


def shown(bubble: Bubble, name_of: Callable[[str], str]) -> dict[str, Any]:
    is_citizens = bubble.chat.startswith(citizen_address(""))
    where = {
        "id": bubble.id,
        "phone": "citizen" if is_citizens else "officer",
        "chat": CITIZEN if is_citizens else bubble.chat,
        "unit": "" if is_citizens else name_of(bubble.chat),
    }
    if bubble.gone:
        return {**where, "gone": True}
    return {
        **where,
        "place": bubble.place,
        "at": bubble.at.isoformat(),
        "mine": bubble.mine,
        "edited": bubble.edited,
        **_content(bubble.reply),
        "media": bubble.reply.attachment and _media(bubble.id, bubble.reply.attachment),
    }


def _content(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "quote": reply.quote,
        "protect": reply.protect,
        "ask_location": reply.ask_location,
        "point": reply.point and [reply.point.latitude, reply.point.longitude],
        "choices": [[[choice.label, choice.data] for choice in row] for row in reply.choices],
    }


def _media(bubble_id: str, attachment: Attachment) -> dict[str, str]:
    kind = attachment.kind if attachment.media_type in SHOWN_TYPES else "document"
    return {"kind": kind, "url": f"/web/files/{bubble_id}"}

"""In through the web door: what the page posts, as the inbox keeps it, as the desk reads it."""

import re
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from routing import Point
from storage.inbox import RawUpdate
from storage.states import Channel, EvidenceKind
from tips.messages import Incoming, Media

CITIZEN = "citizen"  #: what the page calls the left phone's chat; its address is the visitor's own
DESK = "desk"  #: the address of the province desk
OFFICER_ADDRESS = re.compile(r"desk|officer:[0-9]{1,6}")

Id = Annotated[str, Field(pattern=r"^[0-9a-f-]{8,36}$")]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file uploaded before its message."""

    reference: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    media_type: Annotated[str, Field(max_length=100)]  #: as the browser says; judged again later
    size: Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message or press of the page. Stored as the same JSON, with the chat's address put in."""

    id: Id  #: made by the page, so that a message posted twice is one
    chat: Annotated[str, Field(max_length=64)] = CITIZEN
    text: Annotated[str, Field(max_length=4096)] = field(default="", repr=False)
    choice: Annotated[str, Field(max_length=64)] = ""
    on_message: Id | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    accuracy: Annotated[float, Field(ge=0)] | None = None
    media: SentFile | None = None
    album: Id | None = None

    @property
    def point(self) -> Point | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.choice or self.point or self.media)


_SENT = TypeAdapter(Sent)


def read(posted: bytes) -> Sent | None:
    """Return what the page posted, None if it is not a message."""
    try:
        sent = _SENT.validate_json(posted)
    except ValidationError:
        return None
    return None if sent.is_empty else sent


def address_of(sent: Sent, visitor: str) -> str | None:
    """Return the address of the chat a visitor writes in, None if there is no such chat."""
    if sent.chat == CITIZEN:
        return citizen_address(visitor)
    return sent.chat if OFFICER_ADDRESS.fullmatch(sent.chat) else None


def citizen_address(visitor: str) -> str:
    return f"citizen:{visitor}"


def to_raw(sent: Sent, address: str, sequence: int) -> RawUpdate:
    """Return the row of a message; `sequence` orders it within its chat."""
    body = _SENT.dump_json(replace(sent, chat=address))
    return RawUpdate(Channel.WEB, sent.id, address, sequence, body, message_id=sent.id)


def decode(body: bytes) -> Incoming | None:
    """Read a stored row. Each chat of this door is one person's, so the chat is the person."""
    sent = read(body)
    if sent is None:
        return None
    return Incoming(
        channel=Channel.WEB,
        chat=sent.chat,
        person=sent.chat,
        message_id=sent.id,
        text=sent.text,
        choice=sent.choice,
        on_message=sent.on_message,
        point=sent.point,
        accuracy=sent.accuracy,
        media=media_of(sent.media) if sent.media else None,
        album=sent.album,
    )


def media_of(file: SentFile) -> Media:
    return Media(kind_of(file.media_type), file.reference, file.size)


def kind_of(media_type: str) -> EvidenceKind:
    """Return the kind a declared media type claims; the content is judged later."""
    match media_type.partition("/")[0]:
        case "image":
            return EvidenceKind.PHOTO
        case "video":
            return EvidenceKind.VIDEO
        case "audio":
            return EvidenceKind.VOICE
    return EvidenceKind.DOCUMENT

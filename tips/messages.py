"""What passes through every door, in the same words for every channel."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from routing import Point
from storage.limits import Limits
from storage.states import Channel, ChatKind, EvidenceKind


class Notice(StrEnum):
    """What a platform tells about the chat itself."""

    JOINED = "joined"  #: we were added to a group
    LEFT = "left"  #: we were removed from a group, or blocked by a person
    MIGRATED = "migrated"  #: the group lives on under `Incoming.moved_to`


@dataclass(frozen=True, slots=True)
class Media:
    """A photo, video, voice or document, still with the platform."""

    kind: EvidenceKind
    reference: str  #: how the channel's `fetch` finds it
    size: int | None = None  #: bytes, as the platform says


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message, press or notice, from one person in one chat."""

    channel: Channel
    chat: str  #: address: where to answer, and the lane
    person: str  #: address: who acts; "" for anonymous admins and channels, who may not
    kind: ChatKind = ChatKind.PRIVATE
    message_id: str | None = None
    text: str = ""  #: or the caption of `media`
    choice: str = ""  #: data of the button pressed: see `Press`
    on_message: str | None = None  #: the message whose button was pressed
    point: Point | None = None
    accuracy: float | None = None  #: metres
    media: Media | None = None
    album: str | None = None  #: the same for every part of one album
    edited: bool = False
    early: bool = (
        False  #: a short answer, sent before the question it would answer was on the screen
    )
    unsupported: str = ""  #: a sticker, a poll, …: what we cannot take
    notice: Notice | None = None
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """What a button says: `verb:number:revision`. Every field is checked again when it is pressed.

    For a question, number is the draft's and revision counts its questions; for a card, they are the
    tip's. `detail` narrows the verb ("close.resolved").
    """

    verb: str
    number: int = 0
    revision: int = 0
    detail: str = ""

    def __str__(self) -> str:
        verb = f"{self.verb}.{self.detail}" if self.detail else self.verb
        return f"{verb}:{self.number}:{self.revision}"

    @classmethod
    def read(cls, data: str) -> "Press | None":
        """Return what `data` says, None if it is not one of ours."""
        match data.split(":"):
            case [verb, number, revision] if _is_count(number) and _is_count(revision):
                name, _, detail = verb.partition(".")
                return cls(name, int(number), int(revision), detail)
        return None


def _is_count(digits: str) -> bool:
    """No sign, no other script's digits, and small enough for a database's integer."""
    return digits.isascii() and digits.isdecimal() and len(digits) <= 18


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer offered: a button where the channel has them, a numbered line where not."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to show. `content` is filled in when it is sent; rows keep only `file`."""

    kind: EvidenceKind
    media_type: str
    file: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to one chat."""

    text: str
    choices: Sequence[Sequence[Choice]] = ()  #: rows
    quote: str = field(
        default="", repr=False
    )  #: a person's own words, shown apart, never as markup
    ask_location: bool = False
    protect: bool = False  #: must not be forwarded or saved, where the channel can forbid it
    point: Point | None = None  #: a pin on a map, sent instead of the text
    attachment: Attachment | None = None  #: `text` is its caption
    delete: Sequence[str] = ()  #: message ids of this chat to delete; nothing is sent


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do; `render` turns a Reply into what is left."""

    buttons: bool
    location: bool
    edit: bool
    delete: bool
    longest_text: int  #: UTF-16 units
    reply_window: timedelta | None = None  #: how long after a person's last message we may write
    limits: Limits | None = None  #: how much the platform takes; None: it does not say


class SendError(Exception):
    """A message was not delivered.

    Args:
        fault: a short name for the log and the row, never words of the message.
        permanent: no retry can help.
        closed: the chat is closed to us (blocked, deleted, removed).
        retry_after: the channel asked the whole bot to wait this long.
        moved_to: the chat lives on under this address.
    """

    def __init__(
        self,
        fault: str,
        *,
        permanent: bool = False,
        closed: bool = False,
        retry_after: timedelta | None = None,
        moved_to: str | None = None,
    ) -> None:
        super().__init__(fault)
        self.fault = fault
        self.permanent = permanent or closed
        self.closed = closed
        self.retry_after = retry_after
        self.moved_to = moved_to


class Door(Protocol):
    """One channel, as the desk sees it. Every method but `decode` may raise SendError."""

    @property
    def capabilities(self) -> Capabilities: ...

    def decode(self, body: bytes) -> Incoming | None:
        """Read a stored update; None for one that nobody expects an answer to."""

    def weight(self, address: str, reply: Reply) -> int:
        """Return how many messages `send` makes of it, as the platform counts them."""

    async def send(self, address: str, reply: Reply) -> str:
        """Deliver; return the channel's id of the message."""

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        """Make a sent message show `reply`. "Not modified" is success.

        Raises SendError(fault="not_found") if the message is gone: then it is sent anew.
        """

    async def delete(self, address: str, message_ids: Sequence[str]) -> None:
        """Delete what the platform lets us; the rest stays without an error."""

    async def hide(self, address: str, message_id: str, kind: EvidenceKind) -> None:
        """Take a picture, video or voice out of sight: delete it, or replace it where too old."""

    async def fetch(self, reference: str, limit: int) -> bytes:
        """Return a file of at most `limit` bytes.

        Raises SendError(fault="too_large", permanent=True) beyond it.
        """

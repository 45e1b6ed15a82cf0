"""Files on Telegram: which message carries one, how one is fetched, and how one goes out."""

import mimetypes
import secrets

from telegram import Message

from storage.states import EvidenceKind
from tips.messages import Media

#: Message field → kind. An animation also fills `document`, so it stands before it.
KINDS = {
    "photo": EvidenceKind.PHOTO,
    "video": EvidenceKind.VIDEO,
    "animation": EvidenceKind.VIDEO,
    "video_note": EvidenceKind.VIDEO,
    "voice": EvidenceKind.VOICE,
    "audio": EvidenceKind.VOICE,
    "document": EvidenceKind.DOCUMENT,
}


def media_of(message: Message) -> Media | None:
    """The file as its sender declared it; what it is really, the desk judges by its content."""
    for field, kind in KINDS.items():
        if carried := getattr(message, field):
            file = carried[-1] if field == "photo" else carried  # sizes come smallest first
            return Media(kind, file.file_id, file.file_size)
    return None


def neutral_name(media_type: str) -> str:
    """A file name that says nothing but the type."""
    known = {"audio/ogg": ".ogg"}.get(media_type) or mimetypes.guess_extension(media_type)
    return secrets.token_hex(8) + (known or "")

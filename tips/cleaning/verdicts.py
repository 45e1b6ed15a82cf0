"""What cleaning can say about a piece of evidence, and the limits it works within."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class MediaKind(StrEnum):
    """Told by the content, never by a name or a declared type."""

    PHOTO = "photo"
    VIDEO = "video"  # with or without sound
    VOICE = "voice"  # any recording of sound alone


class RefusalReason(StrEnum):
    """Why nothing of a file is kept."""

    TOO_LARGE = "too_large"  # in bytes
    TOO_MANY_PIXELS = "too_many_pixels"  # or a decompression bomb
    TOO_LONG = "too_long"  # in playing time
    ARCHIVE_OR_DOCUMENT = "archive_or_document"  # a screenshot would be welcome instead
    BROKEN = "broken"  # empty, cut off or unreadable
    UNKNOWN_TYPE = "unknown_type"  # no picture, video or sound that we know
    TIMEOUT = "timeout"  # too much work
    OUT_OF_MEMORY = "out_of_memory"
    DECODER_DIED = "decoder_died"  # or spoke nonsense: never trust this file


class UncleanableReason(StrEnum):
    """Why a real picture, video or recording stays sealed at the province desk."""

    FORMAT = "format"  # HEIC, TIFF, AVI, ...
    CODEC = "codec"  # a common container around an uncommon coding
    STRUCTURE = "structure"  # it opens, but cannot be taken apart and put together again
    ONLY_SOUND = "only_sound"  # nothing would be left without its sound


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. The defaults suit what phones make and a machine with 2 GB."""

    size: int = 50 * 2**20  # bytes
    picture_pixels: int = 120_000_000  # phones go to 108 megapixels
    frame_pixels: int = 8192 * 4320
    longest: timedelta = timedelta(minutes=30)
    memory: int = 2**30  # bytes of address space, of which the libraries alone take 150 MB
    cpu: timedelta = timedelta(seconds=20)
    patience: timedelta = timedelta(seconds=60)  # on the clock, after the child is ready


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A copy without metadata, and what the original said of itself.

    `taken_at` (aware, UTC) and `point` (latitude, longitude; WGS 84 degrees) come from the
    original's metadata: hints for the form, to be confirmed or dropped, never facts. They are the
    camera's clock and the camera's place.
    """

    kind: MediaKind
    content: bytes = field(repr=False)
    media_type: str
    extension: str  # without a dot
    width: int | None = None  # pixels as stored; a video may ask to be shown turned
    height: int | None = None
    duration: timedelta | None = None
    taken_at: datetime | None = field(default=None, repr=False)
    point: tuple[float, float] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing of it is kept; the citizen is told why."""

    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class Uncleanable:
    """Evidence, as far as can be told, but only for the province desk, sealed as it came."""

    kind: MediaKind
    reason: UncleanableReason


Verdict = Cleaned | Refused | Uncleanable

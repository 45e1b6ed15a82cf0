"""The shapes a cleaned copy can have, what they are called, and what each may hold."""

from dataclasses import dataclass
from enum import StrEnum

from tips.cleaning.judge import Form
from tips.cleaning.verdicts import MediaKind


class Shape(StrEnum):
    """The value is the extension of a file of that shape."""

    JPEG = "jpg"
    MP4 = "mp4"
    WEBM = "webm"
    THREEGP = "3gp"
    OGG = "ogg"  # Opus
    MP3 = "mp3"
    M4A = "m4a"
    WAV = "wav"


@dataclass(frozen=True, slots=True)
class Label:
    """How the parent presents a shape, and the form its bytes must have."""

    kind: MediaKind
    media_type: str
    form: Form


LABELS = {
    Shape.JPEG: Label(MediaKind.PHOTO, "image/jpeg", Form.JPEG),
    Shape.MP4: Label(MediaKind.VIDEO, "video/mp4", Form.ISO),
    Shape.WEBM: Label(MediaKind.VIDEO, "video/webm", Form.MATROSKA),
    Shape.THREEGP: Label(MediaKind.VIDEO, "video/3gpp", Form.ISO),
    Shape.OGG: Label(MediaKind.VOICE, "audio/ogg", Form.OGG),
    Shape.MP3: Label(MediaKind.VOICE, "audio/mpeg", Form.MP3),
    Shape.M4A: Label(MediaKind.VOICE, "audio/mp4", Form.ISO),
    Shape.WAV: Label(MediaKind.VOICE, "audio/wav", Form.WAV),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A shape, its writer in FFmpeg, and the codecs that may go into it."""

    shape: Shape
    muxer: str
    pictures: frozenset[str | None]
    sounds: frozenset[str | None]

    def holds(self, picture: str | None, sound: str | None) -> bool:
        return picture in self.pictures and sound in self.sounds


def _film(shape: Shape, muxer: str, pictures: str, sounds: str) -> Case:
    return Case(shape, muxer, frozenset(pictures.split()), frozenset((*sounds.split(), None)))


def _sound(shape: Shape, muxer: str, sounds: str) -> Case:
    return Case(shape, muxer, frozenset((None,)), frozenset(sounds.split()))


# Only codecs whose frames have no room for words, or whose rooms are emptied on the way. MPEG-4
# part 2 has user data, Vorbis a comment header among its parameters, Motion JPEG whole EXIF blocks:
# they stay with the desk. The first case that holds both tracks is taken.
VIDEO_CASES = (
    _film(Shape.MP4, "mp4", "h264 hevc av1", "aac mp3 opus"),
    _film(Shape.WEBM, "webm", "vp8 vp9", "opus"),
    _film(Shape.THREEGP, "3gp", "h263 h264", "amr_nb amr_wb aac"),
)
SOUND_CASES = (
    _sound(Shape.OGG, "ogg", "opus"),
    _sound(Shape.MP3, "mp3", "mp3"),
    _sound(Shape.M4A, "ipod", "aac"),
    _sound(Shape.WAV, "wav", "pcm_u8 pcm_s16le pcm_s24le pcm_s32le pcm_f32le"),
)

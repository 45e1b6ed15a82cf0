"""Video and sound: which tracks are worth a copy, and are they what they say? In the child only."""

import importlib
import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from fractions import Fraction
from typing import NoReturn

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from tips.cleaning.hints import recording_point, recording_time
from tips.cleaning.judge import Form
from tips.cleaning.repacking import Tracks, kind_of, pack
from tips.cleaning.shapes import SOUND_CASES, VIDEO_CASES
from tips.cleaning.verdicts import (
    Limits,
    MediaKind,
    RefusalReason,
    Refused,
    Uncleanable,
    UncleanableReason,
)
from tips.cleaning.wire import Copy, Job, NoCopyError

_DEMUXERS = {
    Form.ISO: "mov",
    Form.MATROSKA: "matroska",
    Form.OGG: "ogg",
    Form.MP3: "mp3",
    Form.ADTS: "aac",
    Form.WAV: "wav",
}

_MEDIA = ("audio", "subtitles", "video")
_LATE_MODULES = (
    *(f"av.{media}.{part}" for media in _MEDIA for part in ("codeccontext", "stream")),
    "logging",
)

_NOT_THE_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


def prepare() -> None:
    """Loads what PyAV would load late: once locked down, the child opens no file."""
    for module in _LATE_MODULES:
        importlib.import_module(module)


def copy(content: bytes, job: Job) -> Copy:
    """Raises:
    NoCopyError: too long, too many pixels, broken, or not to be taken apart.
    """
    with _opened(content, job.form) as source:
        _look(_choose(source, job), source, job.limits)
    with _opened(content, job.form) as source:
        tracks = _choose(source, job)
        clock = _Clock(job.limits.longest)
        packets = _packets(source, tracks, clock)
        packed = pack(packets, tracks, is_bare=job.form is Form.ADTS)
        return Copy(
            tracks.case.shape,
            packed,
            width=tracks.picture.width if tracks.picture else None,
            height=tracks.picture.height if tracks.picture else None,
            duration=clock.span(),
            taken_at=recording_time(source.metadata),
            point=recording_point(source.metadata),
        )


def _opened(content: bytes, form: Form) -> InputContainer:
    try:
        return av.open(
            io.BytesIO(content),
            "r",
            format=_DEMUXERS[form],
            metadata_errors="replace",
            io_open=_open_nothing,
        )
    except (av.FFmpegError, ValueError) as error:
        raise NoCopyError(Refused(RefusalReason.BROKEN)) from error


def _open_nothing(*_: object) -> NoReturn:
    """A file may name other files and addresses; none is ever opened."""
    raise PermissionError("only the file itself is read")


def _choose(source: InputContainer, job: Job) -> Tracks:
    picture = next(filter(_is_film, source.streams.video), None)
    sounds = () if job.without_sound else source.streams.audio
    if picture is None and not source.streams.audio:
        raise NoCopyError(Refused(RefusalReason.BROKEN))
    if picture is None and job.without_sound:
        raise NoCopyError(Uncleanable(MediaKind.VOICE, UncleanableReason.ONLY_SOUND))
    for case in VIDEO_CASES if picture else SOUND_CASES:
        for sound in sounds or (None,):
            if case.holds(_codec(picture), _codec(sound)):
                return Tracks(case, picture, sound)
    if not any(packet.size for packet in _demuxed(source)):
        raise NoCopyError(Refused(RefusalReason.BROKEN))
    raise NoCopyError(Uncleanable(kind_of(picture), UncleanableReason.CODEC))


def _is_film(stream: VideoStream) -> bool:
    return not stream.disposition & _NOT_THE_FILM


def _codec(track: Stream | None) -> str | None:
    """None without a track, "" for a codec that nobody here can decode."""
    if track is None:
        return None
    return track.codec_context.codec.canonical_name if track.codec_context else ""


def _look(tracks: Tracks, source: InputContainer, limits: Limits) -> None:
    """One frame is decoded: is it what it says, and as large as it says?

    Raises:
        NoCopyError: nothing to be seen or heard, or too many pixels.
    """
    track = tracks.picture or tracks.sound
    assert track
    if tracks.picture:
        _check_pixels(tracks.picture.width, tracks.picture.height, limits)
    track.codec_context.thread_count = 1
    frame = _first_frame(source, track)
    if isinstance(frame, av.VideoFrame):
        _check_pixels(frame.width, frame.height, limits)


def _first_frame(source: InputContainer, track: VideoStream | AudioStream) -> object:
    """Cameras are sometimes cut in late: what cannot be decoded before it is passed over."""
    for packet in _demuxed(source, track):
        with suppress(av.FFmpegError):
            for frame in packet.decode():
                return frame
    raise NoCopyError(Refused(RefusalReason.BROKEN))


def _check_pixels(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.frame_pixels:
        raise NoCopyError(Refused(RefusalReason.TOO_MANY_PIXELS))


class _Clock:
    """Watches how long a recording really is; what its header claims counts for nothing."""

    def __init__(self, longest: timedelta) -> None:
        self._longest = Fraction(longest // timedelta(microseconds=1), 1_000_000)
        self._first: Fraction | None = None
        self._last = Fraction(0)

    def see(self, packet: "Packet[Stream]") -> None:
        """Raises:
        NoCopyError: too long.
        """
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is None:
            return
        start = stamp * packet.time_base
        self._first = start if self._first is None else min(self._first, start)
        self._last = max(self._last, start + (packet.duration or 0) * packet.time_base)
        if self._last - self._first > self._longest:
            raise NoCopyError(Refused(RefusalReason.TOO_LONG))

    def span(self) -> timedelta:
        return timedelta(seconds=float(self._last - (self._first or 0)))


def _packets(source: InputContainer, tracks: Tracks, clock: _Clock) -> "Iterator[Packet[Stream]]":
    """What can be read: a recording that was cut off ends where it was cut."""
    for packet in _demuxed(source, *tracks.chosen()):
        if packet.size and not packet.is_corrupt:
            clock.see(packet)
            yield packet


def _demuxed(source: InputContainer, *tracks: Stream) -> "Iterator[Packet[Stream]]":
    try:
        yield from source.demux(tracks or None)
    except av.FFmpegError as error:
        raise NoCopyError(Refused(RefusalReason.BROKEN)) from error

"""Packing anew: coded frames and their times go over, nothing else does. In the child only.

What is not looked at: the inside of frames whose codec has no rooms to empty, and of coded sound,
where an encoder may have left its own name.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import av
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from tips.cleaning.framing import adts_frame, mp3_frame
from tips.cleaning.shapes import Case
from tips.cleaning.verdicts import (
    MediaKind,
    RefusalReason,
    Refused,
    Uncleanable,
    UncleanableReason,
)
from tips.cleaning.wire import NoCopyError

# Reproducible: no name and version of the writer, no random identity, times from zero.
_WRITING = {"fflags": "+bitexact", "avoid_negative_ts": "make_zero"}

# Units that carry picture or what is needed to decode it; supplemental information (SEI, metadata
# OBUs), fillers and unspecified types stay behind. Numbers: tables 7-1 of ITU-T H.264 and H.265,
# section 6.2.2 of the AV1 specification.
_FILTERS = {
    "h264": "filter_units=pass_types=1-5|7-11",
    "hevc": "filter_units=pass_types=0-9|16-21|32-37",
    "av1": "filter_units=pass_types=1-4|6-7",
}


@dataclass(frozen=True, slots=True)
class Tracks:
    """What of a recording goes over, and into which shape."""

    case: Case
    picture: VideoStream | None
    sound: AudioStream | None

    def chosen(self) -> tuple[Stream, ...]:
        return tuple(track for track in (self.picture, self.sound) if track)


def kind_of(picture: VideoStream | None) -> MediaKind:
    return MediaKind.VIDEO if picture else MediaKind.VOICE


def pack(packets: "Iterator[Packet[Stream]]", tracks: Tracks, *, is_bare: bool) -> bytes:
    """A new file with the frames of these packets.

    Args:
        packets: of the chosen tracks, in the order of the original.
        tracks: where they come from, and the case they go into.
        is_bare: whether AAC frames still have the headers of a stream without container.

    Raises:
        NoCopyError: no whole frame among them, or they do not fit together.
    """
    paper = io.BytesIO()
    try:
        with av.open(paper, "w", format=tracks.case.muxer, container_options=_WRITING) as target:
            lanes = {track.index: _Lane(track, target, is_bare) for track in tracks.chosen()}
            for packet in packets:
                lanes[packet.stream_index].take(packet)
            if not any(lane.is_used for lane in lanes.values()):
                raise NoCopyError(Refused(RefusalReason.BROKEN))
    except (av.FFmpegError, ValueError) as error:
        raise NoCopyError(
            Uncleanable(kind_of(tracks.picture), UncleanableReason.STRUCTURE)
        ) from error
    return paper.getvalue()


class _Lane:
    """One track on its way over."""

    def __init__(self, track: Stream, target: OutputContainer, is_bare: bool) -> None:
        codec = track.codec_context.codec.canonical_name
        self._target = target
        self._track = target.add_mux_stream(codec)
        self._track.time_base = track.time_base
        self._filter = BitStreamFilterContext(_FILTERS.get(codec, "null"), track, self._track)
        self._cut = _cutter(codec, is_bare)
        self.is_used = False

    def take(self, packet: "Packet[Stream]") -> None:
        if frame := self._cut(bytes(packet)):
            for clean in self._filter.filter(_fresh(packet, frame)):
                clean.time_base = packet.time_base
                clean.stream = self._track
                self._target.mux(clean)
                self.is_used = True


def _cutter(codec: str, is_bare: bool) -> Callable[[bytes], bytes | None]:
    if codec == "mp3":
        return mp3_frame
    return adts_frame if is_bare else bytes


def _fresh(packet: "Packet[Stream]", frame: bytes) -> "Packet[Stream]":
    """The same frame at the same time, without the side data of the old packet."""
    fresh = Packet(frame)
    fresh.pts, fresh.dts, fresh.duration = packet.pts, packet.dts, packet.duration
    fresh.time_base, fresh.is_keyframe = packet.time_base, packet.is_keyframe
    return fresh

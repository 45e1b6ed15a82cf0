"""Pictures and recordings made on the spot, with words planted wherever a file has room for them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream
from PIL import ExifTags, Image, PngImagePlugin

MARK = "TINBAO-PLANTED-WORDS"
MARK_BYTES = MARK.encode()
HANOI = (21.0285, 105.8542)

_SIZE = (176, 144)  # the smallest that every codec here takes, H.263 among them
_RATE = 15


def an_archive() -> bytes:
    paper = io.BytesIO()
    with zipfile.ZipFile(paper, "w") as archive:
        archive.writestr("words.txt", MARK)
    return paper.getvalue()


def exif(
    *,
    time: str = "2026:11:20 21:34:05",
    offset: str = "+07:00",
    point: tuple[float, float] = HANOI,
    orientation: int = 1,
) -> Image.Exif:
    """A phone's EXIF: maker, owner, serial number, time and place, words in every text field."""
    facts = Image.Exif()
    facts[ExifTags.Base.Orientation] = orientation
    for tag in ("Make", "Model", "Software", "Artist", "ImageDescription", "Copyright"):
        facts[ExifTags.Base[tag]] = MARK
    details = facts.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.BodySerialNumber] = MARK
    details[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + MARK_BYTES
    details[ExifTags.Base.MakerNote] = MARK_BYTES
    details[ExifTags.Base.DateTimeOriginal] = time
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    facts.get_ifd(ExifTags.IFD.GPSInfo).update(_gps(*point))
    return facts


def _gps(latitude: float, longitude: float) -> Mapping[int, object]:
    return {
        ExifTags.GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
        ExifTags.GPS.GPSLatitude: (abs(latitude), 0.0, 0.0),
        ExifTags.GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
        ExifTags.GPS.GPSLongitude: (abs(longitude), 0.0, 0.0),
        ExifTags.GPS.GPSProcessingMethod: MARK_BYTES,
    }


def a_picture(
    form: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **more: object
) -> bytes:
    """Left half dark, right half light, so that turning shows."""
    picture = Image.new("L", size, 30)
    picture.paste(220, (size[0] // 2, 0, *size))
    paper = io.BytesIO()
    picture.convert(mode).save(paper, form, **more)
    return paper.getvalue()


def a_chatty_jpeg() -> bytes:
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{MARK}</x:xmpmeta>".encode()
    picture = a_picture("JPEG", exif=exif(), comment=MARK_BYTES, xmp=xmp, icc_profile=MARK_BYTES)
    iptc = b"Photoshop 3.0\0" + MARK_BYTES
    segment = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    return picture[:2] + segment + picture[2:]


def a_chatty_png() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", MARK)
    words.add_text("Author", MARK, zip=True)
    words.add_itxt("Description", MARK, lang="vi")
    return a_picture("PNG", pnginfo=words, exif=exif(), icc_profile=MARK_BYTES)


def a_chatty_webp() -> bytes:
    return a_picture("WEBP", exif=exif(), xmp=MARK_BYTES, icc_profile=MARK_BYTES)


def a_chatty_gif() -> bytes:
    return a_picture("GIF", comment=MARK_BYTES)


def a_bomb(side: int = 30_000) -> bytes:
    """A valid PNG of 900 million pixels in some hundred kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def a_recording(
    form: str,
    picture: str | None = "libx264",
    sound: str | None = "aac",
    *,
    seconds: int = 1,
    chatty: bool = True,
    furnish: Callable[[OutputContainer], None] = lambda _: None,
    **options: str,
) -> bytes:
    """Grey pictures growing lighter, and silence.

    Args:
        form: FFmpeg's name of the container.
        picture: FFmpeg's name of an encoder, or None.
        sound: likewise.
        seconds: how long.
        chatty: whether words are planted in every place that the container offers.
        furnish: adds more to the container before anything is written.
        options: for the container.
    """
    paper = io.BytesIO()
    with av.open(paper, "w", format=form, container_options=options) as target:
        film = _film_track(target, picture) if picture else None
        voice = _voice_track(target, sound) if sound else None
        furnish(target)
        if chatty:
            _plant(target)
        if film:
            _shoot(target, film, seconds)
        if voice:
            _hush(target, voice, seconds)
    return paper.getvalue()


def an_av1_film(seconds: int = 1) -> bytes:
    """Grey pictures growing lighter as AV1 in an MP4, and silence, with words planted.

    They come from an AVIF animation: the AV1 encoder that FFmpeg brings makes its threads realtime ones
    where it may, and those leave a machine of two cores to nobody else.
    """
    still = [Image.new("L", _SIZE, number * 5 % 255) for number in range(seconds * _RATE)]
    avif, paper = io.BytesIO(), io.BytesIO()
    still[0].save(avif, "AVIF", save_all=True, append_images=still[1:], duration=1000 // _RATE)
    avif.seek(0)
    with av.open(avif, "r") as source, av.open(paper, "w", format="mp4") as target:
        film = source.streams.video[1]  # the first is the still picture that stands for it
        track = target.add_stream_from_template(film, opaque=True)
        voice = _voice_track(target, "libopus")
        _plant(target)
        for packet in source.demux(film):
            if packet.dts is not None:
                packet.stream = track
                target.mux(packet)
        _hush(target, voice, seconds)
    return paper.getvalue()


def _plant(target: OutputContainer) -> None:
    for key in ("title", "artist", "comment", "description", "copyright", "make"):
        target.metadata[key] = MARK
    target.metadata["location"] = "+21.0285+105.8542/"
    target.metadata["creation_time"] = "2026-11-20T14:34:05Z"
    for stream in target.streams:
        stream.metadata["title"] = stream.metadata["handler_name"] = MARK
    if target.format.name in ("mp4", "mov", "matroska", "webm"):
        whole = Fraction(1, 1)
        chapter = {"id": 1, "start": 0, "end": 1, "time_base": whole, "metadata": {"title": MARK}}
        target.set_chapters([chapter])  # type: ignore[list-item]


def _film_track(target: OutputContainer, encoder: str) -> VideoStream:
    track = target.add_stream(encoder, rate=_RATE)
    assert isinstance(track, VideoStream)
    track.width, track.height = _SIZE
    track.pix_fmt = "yuvj420p" if encoder == "mjpeg" else "yuv420p"
    return track


def _voice_track(target: OutputContainer, encoder: str) -> AudioStream:
    is_telephone = encoder.startswith("amr") or "amrnb" in encoder
    track = target.add_stream(encoder, rate=8_000 if is_telephone else 48_000)
    assert isinstance(track, AudioStream)
    track.codec_context.layout = "mono"
    return track


def _shoot(target: OutputContainer, track: VideoStream, seconds: int) -> None:
    for number in range(seconds * _RATE):
        frame = av.VideoFrame(*_SIZE, track.pix_fmt or "")
        for plane, level in zip(frame.planes, (number * 5 % 255, 128, 128), strict=True):
            plane.update(bytes([level]) * plane.buffer_size)
        frame.pts, frame.time_base = number, Fraction(1, _RATE)
        target.mux(track.encode(frame))
    target.mux(track.encode(None))


def _hush(target: OutputContainer, track: AudioStream, seconds: int) -> None:
    context = track.codec_context
    samples = context.frame_size or 960
    for number in range(seconds * context.sample_rate // samples):
        frame = av.AudioFrame(context.format.name, "mono", samples)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = context.sample_rate
        frame.pts, frame.time_base = number * samples, Fraction(1, context.sample_rate)
        target.mux(track.encode(frame))
    target.mux(track.encode(None))


def with_words_between_frames(recording: bytes) -> bytes:
    """H.264 in MP4 with supplemental information added before the frames."""
    source_paper, paper = io.BytesIO(recording), io.BytesIO()
    words = f"h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+{MARK}"
    with av.open(source_paper, "r") as source, av.open(paper, "w", format="mp4") as target:
        track = source.streams.video[0]
        copy, tick = target.add_mux_stream("h264"), track.time_base or Fraction(1)
        planting = BitStreamFilterContext(words, track, copy)
        for packet in source.demux(track):
            for planted in planting.filter(packet) if packet.size else ():
                planted.stream, planted.time_base = copy, tick
                target.mux(planted)
    return paper.getvalue()


def a_box(name: bytes, body: bytes) -> bytes:
    """Any box an ISO file may carry."""
    return struct.pack(">I", len(body) + 8) + name + body


def an_id3_tag(picture: bytes = b"") -> bytes:
    title = b"\x03" + MARK_BYTES
    cover = b"\x00image/jpeg\0\x03\0" + picture
    body = b"".join(
        name + struct.pack(">IH", len(data), 0) + data
        for name, data in ((b"TIT2", title), (b"APIC", cover))
    )
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body


def frames(recording: bytes) -> list[bytes]:
    """The pictures of a video as they are seen."""
    with av.open(io.BytesIO(recording), "r") as source:
        return [_grey(frame) for frame in source.decode(video=0)]


def _grey(frame: av.VideoFrame) -> bytes:
    plane = frame.planes[0]
    lines = range(0, frame.height * plane.line_size, plane.line_size)
    return b"".join(bytes(plane)[start : start + frame.width] for start in lines)


def samples(recording: bytes) -> int:
    """How many samples of sound can be heard."""
    with av.open(io.BytesIO(recording), "r") as source:
        return sum(frame.samples for frame in source.decode(audio=0))


def told_by(recording: bytes) -> set[str]:
    """Every key and value a player would find beside pictures and sound."""
    with av.open(io.BytesIO(recording), "r") as source:
        told = [source.metadata, *(stream.metadata for stream in source.streams)]
        told += [chapter["metadata"] for chapter in source.chapters()]
    return {word for facts in told for pair in facts.items() for word in pair}


def raw_packet(track: Stream, body: bytes) -> "Packet[Stream]":
    packet = Packet(body)
    packet.stream = track
    packet.pts = packet.dts = 0
    packet.duration, packet.time_base = 1, Fraction(1, 1)
    return packet

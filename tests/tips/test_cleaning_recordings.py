"""Officers see and hear the recording, and learn nothing else from it."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import av
import pytest
from av.container import OutputContainer
from av.video.stream import VideoStream

from tests.tips.cleaning_samples import (
    MARK,
    MARK_BYTES,
    a_box,
    a_picture,
    a_recording,
    an_archive,
    an_av1_film,
    an_id3_tag,
    frames,
    raw_packet,
    samples,
    told_by,
    with_words_between_frames,
)
from tips.cleaning.cleaner import Cleaner
from tips.cleaning.verdicts import (
    Cleaned,
    Limits,
    MediaKind,
    RefusalReason,
    Refused,
    Uncleanable,
    UncleanableReason,
)


async def cleaned(content: bytes, *, without_sound: bool = False) -> Cleaned:
    verdict = await Cleaner(Limits()).clean(content, without_sound=without_sound)
    assert isinstance(verdict, Cleaned), verdict
    return verdict


def tracks(recording: bytes) -> list[str]:
    with av.open(io.BytesIO(recording)) as source:
        return [stream.type for stream in source.streams]


VIDEOS = {
    "mp4": (a_recording("mp4"), "video/mp4", "mp4"),
    "mp4, streamed": (a_recording("mp4", movflags="frag_keyframe+empty_moov"), "video/mp4", "mp4"),
    "mov": (a_recording("mov", movflags="use_metadata_tags"), "video/mp4", "mp4"),
    "mov, H.265": (a_recording("mov", "libx265"), "video/mp4", "mp4"),
    "mp4, AV1": (an_av1_film(), "video/mp4", "mp4"),
    "mkv": (a_recording("matroska"), "video/mp4", "mp4"),
    "webm, VP8": (a_recording("webm", "libvpx", "libopus"), "video/webm", "webm"),
    "webm, VP9": (a_recording("webm", "libvpx-vp9", "libopus"), "video/webm", "webm"),
    "3gp, H.263": (a_recording("3gp", "h263", "libopencore_amrnb"), "video/3gpp", "3gp"),
}

VOICES = {
    "ogg": (a_recording("ogg", None, "libopus"), "audio/ogg", "ogg"),
    "mp3": (a_recording("mp3", None, "libmp3lame", write_id3v1="1"), "audio/mpeg", "mp3"),
    "m4a": (a_recording("ipod", None), "audio/mp4", "m4a"),
    "aac": (a_recording("adts", None) + MARK_BYTES, "audio/mp4", "m4a"),
    "wav": (a_recording("wav", None, "pcm_s16le"), "audio/wav", "wav"),
}


RECORDINGS = VIDEOS | VOICES
_COPIES: dict[str, Cleaned] = {}


# Keys that every container of its kind has; none holds anything of the original.
THE_WRITERS_OWN = {
    "DURATION",
    "compatible_brands",
    "encoder",
    "handler_name",
    "language",
    "major_brand",
    "minor_version",
    "vendor_id",
}


async def copy_of(name: str) -> Cleaned:
    """Cleaned once for all tests, with an archive and more words hidden behind the end."""
    if name not in _COPIES:
        _COPIES[name] = await cleaned(RECORDINGS[name][0] + an_archive() + MARK_BYTES * 99)
    return _COPIES[name]


@pytest.mark.parametrize("name", RECORDINGS)
async def test_a_recording_is_repacked_without_a_planted_word(name: str) -> None:
    assert RECORDINGS[name][0].count(MARK_BYTES) >= 1
    copy = await copy_of(name)
    assert MARK_BYTES not in copy.content
    assert not zipfile.is_zipfile(io.BytesIO(copy.content))


@pytest.mark.parametrize("name", RECORDINGS)
async def test_a_copy_has_the_form_that_officers_can_open(name: str) -> None:
    copy = await copy_of(name)
    assert (copy.media_type, copy.extension) == RECORDINGS[name][1:]
    assert copy.kind is (MediaKind.VIDEO if name in VIDEOS else MediaKind.VOICE)
    assert tracks(copy.content) == (["video", "audio"] if name in VIDEOS else ["audio"])
    assert (copy.width, copy.height) == ((176, 144) if name in VIDEOS else (None, None))


@pytest.mark.parametrize("name", VIDEOS)
async def test_every_picture_of_a_video_is_the_same_afterwards(name: str) -> None:
    assert frames((await copy_of(name)).content) == frames(RECORDINGS[name][0])


@pytest.mark.parametrize("name", RECORDINGS)
async def test_the_sound_is_as_long_as_before(name: str) -> None:
    before, after = samples(RECORDINGS[name][0]), samples((await copy_of(name)).content)
    assert after == pytest.approx(before, abs=2048)


@pytest.mark.parametrize("name", RECORDINGS)
async def test_a_copy_tells_a_player_nothing(name: str) -> None:
    copy = await copy_of(name)
    with av.open(io.BytesIO(copy.content), "r") as source:
        told = [source.metadata, *(stream.metadata for stream in source.streams)]
        assert not source.chapters()
    assert set().union(*told) <= THE_WRITERS_OWN
    assert not told_by(copy.content) & {MARK, "+21.0285+105.8542/"}


@pytest.mark.parametrize("box", [b"udta", b"uuid", b"free", b"skip", b"meta", b"wide"])
async def test_foreign_boxes_are_left_behind(box: bytes) -> None:
    copy = await cleaned(a_recording("mp4") + a_box(box, b"\0" * 16 + MARK_BYTES))
    assert MARK_BYTES not in copy.content


async def test_words_between_the_frames_are_left_behind() -> None:
    original = with_words_between_frames(a_recording("mp4", sound=None, chatty=False))
    assert MARK_BYTES in original
    assert b"x264" in original
    copy = await cleaned(original)
    assert MARK_BYTES not in copy.content
    assert b"x264" not in copy.content
    assert frames(copy.content) == frames(original)


async def test_subtitles_are_left_behind() -> None:
    paper = io.BytesIO(a_recording("mp4", chatty=False))
    out = io.BytesIO()
    with av.open(paper, "r") as source, av.open(out, "w", format="mp4") as target:
        copies = {s.index: target.add_stream_from_template(s) for s in source.streams}
        words = target.add_mux_stream("mov_text")
        target.mux(raw_packet(words, len(MARK).to_bytes(2) + MARK_BYTES))
        for packet in source.demux():
            if packet.size:
                packet.stream = copies[packet.stream_index]
                target.mux(packet)
    assert tracks(out.getvalue()) == ["video", "audio", "subtitle"]
    copy = await cleaned(out.getvalue())
    assert tracks(copy.content) == ["video", "audio"]
    assert MARK_BYTES not in copy.content


async def test_attached_files_are_left_behind() -> None:
    def furnish(target: OutputContainer) -> None:
        target.add_attachment(MARK, "text/plain", MARK_BYTES)

    original = a_recording("matroska", furnish=furnish)
    assert tracks(original) == ["video", "audio", "attachment"]
    copy = await cleaned(original)
    assert tracks(copy.content) == ["video", "audio"]
    assert MARK_BYTES not in copy.content


async def test_the_cover_of_a_voice_is_no_video_and_is_left_behind() -> None:
    cover = a_picture("JPEG", comment=MARK_BYTES)
    original = an_id3_tag(cover) + a_recording("mp3", None, "libmp3lame", id3v2_version="0")
    assert tracks(original) == ["audio", "video"]
    copy = await cleaned(original)
    assert copy.kind is MediaKind.VOICE
    assert tracks(copy.content) == ["audio"]
    assert MARK_BYTES not in copy.content


@pytest.mark.parametrize("words", [an_id3_tag(), an_archive(), MARK_BYTES * 50])
@pytest.mark.parametrize(("form", "sound"), [("mp3", "libmp3lame"), ("adts", "aac")])
async def test_words_between_frames_of_bare_sound_are_left_behind(
    form: str, sound: str, words: bytes
) -> None:
    original = a_recording(form, None, sound, chatty=False, seconds=2)
    start = original.index(b"\xff", len(original) // 2)
    copy = await cleaned(original[:start] + words + original[start:])
    assert MARK_BYTES not in copy.content
    assert samples(copy.content) > samples(original) * 3 // 4


async def test_a_video_stays_turned_as_its_phone_was_held() -> None:
    def furnish(target: OutputContainer) -> None:
        film = target.streams[0]
        assert isinstance(film, VideoStream)
        film.set_display_rotation(90)

    copy = await cleaned(a_recording("mp4", furnish=furnish))
    with av.open(io.BytesIO(copy.content), "r") as source:
        assert next(source.decode(video=0)).rotation == 90


async def test_without_sound_a_video_is_mute() -> None:
    original, _, _ = VIDEOS["mp4"]
    copy = await cleaned(original, without_sound=True)
    assert tracks(copy.content) == ["video"]
    assert frames(copy.content) == frames(original)


async def test_without_sound_an_unknown_sound_is_no_obstacle() -> None:
    original = a_recording("mov", sound="pcm_s16le")
    assert await Cleaner(Limits()).clean(original) == Uncleanable(
        MediaKind.VIDEO, UncleanableReason.CODEC
    )
    assert tracks((await cleaned(original, without_sound=True)).content) == ["video"]


async def test_without_its_sound_nothing_is_left_of_a_voice() -> None:
    original, _, _ = VOICES["ogg"]
    verdict = await Cleaner(Limits()).clean(original, without_sound=True)
    assert verdict == Uncleanable(MediaKind.VOICE, UncleanableReason.ONLY_SOUND)


@pytest.mark.parametrize(
    ("original", "kind"),
    [
        (a_recording("mp4", "mpeg4"), MediaKind.VIDEO),
        (a_recording("mov", "mjpeg"), MediaKind.VIDEO),
        (a_recording("ogg", None, "flac"), MediaKind.VOICE),
    ],
)
async def test_a_codec_that_may_carry_words_stays_with_the_desk(
    original: bytes, kind: MediaKind
) -> None:
    verdict = await Cleaner(Limits()).clean(original)
    assert verdict == Uncleanable(kind, UncleanableReason.CODEC)


async def test_what_cannot_be_put_together_again_stays_with_the_desk() -> None:
    two_in_a_row = a_recording("ogg", None, "libopus") * 2
    verdict = await Cleaner(Limits()).clean(two_in_a_row)
    assert verdict == Uncleanable(MediaKind.VOICE, UncleanableReason.STRUCTURE)


async def test_time_and_place_of_a_video_are_read_before_they_are_thrown_away() -> None:
    copy = await copy_of("mp4")
    assert copy.taken_at == datetime(2026, 11, 20, 14, 34, 5, tzinfo=UTC)
    assert copy.point == pytest.approx((21.0285, 105.8542))
    assert copy.duration == pytest.approx(timedelta(seconds=1), abs=timedelta(seconds=0.1))


@pytest.mark.parametrize(
    "content",
    [
        a_recording("mp4")[:600],
        a_recording("webm", "libvpx", "libopus")[:40],
        a_recording("ogg", None, "libopus")[:30],
        a_recording("wav", None, "pcm_s16le")[:20],
        a_box(b"ftyp", b"isom\0\0\0\0") + a_box(b"mdat", MARK_BYTES * 99),
        a_box(b"ftyp", b"isom\0\0\0\0") + b"\xff" * 4000,
        b"ID3\x03\0\0\0\0\0\0" + an_archive(),
        b"\xff\xfb\x90\x64" + an_archive(),
        b"\x1aE\xdf\xa3" + an_archive(),
        b"OggS" + bytes(500),
    ],
)
async def test_a_damaged_recording_is_refused(content: bytes) -> None:
    assert await Cleaner(Limits()).clean(content) == Refused(RefusalReason.BROKEN)


async def test_bare_sound_of_which_no_frame_is_whole_is_refused() -> None:
    original = a_recording("adts", None, chatty=False)
    longer = bytearray(original[:40])
    longer[4] |= 0xF0  # the first frame claims to go on behind the end
    verdict = await Cleaner(Limits()).clean(bytes(longer))
    assert verdict == Refused(RefusalReason.BROKEN)


async def test_a_recording_that_was_cut_off_ends_where_it_was_cut() -> None:
    whole = a_recording(
        "mp4", seconds=4, movflags="frag_keyframe+empty_moov", frag_duration="500000"
    )
    copy = await cleaned(whole[: len(whole) // 2])
    assert 0 < len(frames(copy.content)) < len(frames(whole))


@pytest.mark.parametrize("quarter", [1, 2, 3])
@pytest.mark.parametrize("name", ["mp4", "webm, VP9", "mp3"])
async def test_wherever_a_recording_is_cut_there_is_an_answer(name: str, quarter: int) -> None:
    whole, _, _ = RECORDINGS[name]
    verdict = await Cleaner(Limits()).clean(whole[: len(whole) * quarter // 4])
    assert isinstance(verdict, Cleaned) or verdict == Refused(RefusalReason.BROKEN)


async def test_a_recording_that_is_too_long_is_refused() -> None:
    original, _, _ = VIDEOS["mp4"]
    verdict = await Cleaner(Limits(longest=timedelta(seconds=0.5))).clean(original)
    assert verdict == Refused(RefusalReason.TOO_LONG)


async def test_a_video_whose_frames_claim_a_huge_size_is_refused() -> None:
    honest = a_recording("webm", "libvpx", None)
    key_frame = b"\x9d\x01\x2a"  # followed by width and height, the low byte first
    lying = honest.replace(key_frame + b"\xb0\0\x90\0", key_frame + b"\xff\x3f" * 2)
    assert lying != honest
    assert await Cleaner(Limits()).clean(lying) == Refused(RefusalReason.BROKEN)


async def test_a_container_that_exaggerates_is_corrected_by_its_frames() -> None:
    honest = a_recording("3gp", "h263", None)
    lying = honest.replace(b"\0\xb0\0\x90", b"\xff" * 4)
    assert lying != honest
    copy = await cleaned(lying)
    assert (copy.width, copy.height) == (176, 144)


async def test_a_video_of_more_pixels_than_allowed_is_refused() -> None:
    original, _, _ = VIDEOS["mp4"]
    verdict = await Cleaner(Limits(frame_pixels=176 * 144 - 1)).clean(original)
    assert verdict == Refused(RefusalReason.TOO_MANY_PIXELS)

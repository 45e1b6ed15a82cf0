"""Officers get the picture, and nothing that came with it."""

import io
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PIL import Image

from tests.tips.cleaning_samples import (
    HANOI,
    MARK_BYTES,
    a_bomb,
    a_chatty_gif,
    a_chatty_jpeg,
    a_chatty_png,
    a_chatty_webp,
    a_picture,
    a_recording,
    an_archive,
    exif,
)
from tips.cleaning.cleaner import Cleaner
from tips.cleaning.verdicts import Cleaned, Limits, MediaKind, RefusalReason, Refused


async def cleaned(content: bytes, limits: Limits | None = None) -> Cleaned:
    verdict = await Cleaner(limits or Limits()).clean(content)
    assert isinstance(verdict, Cleaned), verdict
    return verdict


def opened(copy: Cleaned) -> Image.Image:
    picture = Image.open(io.BytesIO(copy.content))
    picture.load()
    return picture


def segments(jpeg: bytes) -> Iterator[int]:
    """The markers of a JPEG up to its picture data."""
    at = 2
    while jpeg[at + 1] != 0xDA:
        yield jpeg[at + 1]
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]


CHATTY = {
    "jpeg": a_chatty_jpeg(),
    "png": a_chatty_png(),
    "webp": a_chatty_webp(),
    "gif": a_chatty_gif(),
}


@pytest.mark.parametrize("form", CHATTY)
async def test_a_picture_becomes_a_jpeg_that_carries_no_planted_word(form: str) -> None:
    original = CHATTY[form] + MARK_BYTES + an_archive()
    assert original.count(MARK_BYTES) >= 3
    copy = await cleaned(original)
    assert (copy.kind, copy.media_type, copy.extension) == (MediaKind.PHOTO, "image/jpeg", "jpg")
    assert MARK_BYTES not in copy.content
    assert opened(copy).size == (copy.width, copy.height) == (64, 48)


@pytest.mark.parametrize("form", CHATTY)
async def test_a_copy_holds_nothing_but_what_decoding_needs(form: str) -> None:
    copy = await cleaned(CHATTY[form])
    head, tables, frame, huffman = 0xE0, 0xDB, 0xC0, 0xC4
    assert set(segments(copy.content)) == {head, tables, frame, huffman}
    assert copy.content.endswith(b"\xff\xd9")
    assert set(opened(copy).info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_an_archive_behind_a_picture_does_not_come_along() -> None:
    polyglot = a_picture("JPEG") + an_archive()
    assert zipfile.is_zipfile(io.BytesIO(polyglot))
    copy = await cleaned(polyglot)
    assert not zipfile.is_zipfile(io.BytesIO(copy.content))


async def test_a_picture_is_turned_as_its_camera_was_held() -> None:
    copy = await cleaned(a_picture("JPEG", exif=exif(orientation=6)))
    upright = opened(copy).convert("L")
    assert upright.size == (48, 64)
    assert upright.getpixel((24, 4)) == pytest.approx(30, abs=9)
    assert upright.getpixel((24, 60)) == pytest.approx(220, abs=9)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
async def test_every_kind_of_png_keeps_its_picture(mode: str) -> None:
    side = Image.new("RGBA", (64, 48), (220, 220, 220, 255))
    side.paste((30, 30, 30, 255), (0, 0, 32, 48))
    paper = io.BytesIO()
    grey = side.convert("L")
    sixteen = grey.convert("I").point(lambda level: level * 257).convert("I;16")
    (sixteen if mode == "I;16" else side.convert(mode)).save(paper, "PNG")
    seen = opened(await cleaned(paper.getvalue())).convert("L").resize((2, 1), Image.Resampling.BOX)
    left, right = seen.getpixel((0, 0)), seen.getpixel((1, 0))
    assert left == pytest.approx(30, abs=12)
    assert right == pytest.approx(220, abs=12)


async def test_what_is_transparent_becomes_white() -> None:
    paper = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(paper, "PNG")
    assert opened(await cleaned(paper.getvalue())).getpixel((4, 4)) == (255, 255, 255)


async def test_of_an_animation_the_first_frame_is_kept() -> None:
    paper = io.BytesIO()
    dark, light = Image.new("L", (8, 8), 0), Image.new("L", (8, 8), 255)
    dark.save(paper, "GIF", save_all=True, append_images=[light, dark])
    assert opened(await cleaned(paper.getvalue())).getpixel((4, 4)) == (0, 0, 0)


async def test_a_large_picture_is_made_smaller_in_its_proportions() -> None:
    copy = await cleaned(a_picture("JPEG", size=(5200, 2600)))
    assert (copy.width, copy.height) == (2560, 1280)


async def test_time_and_place_are_read_before_they_are_thrown_away() -> None:
    copy = await cleaned(a_picture("JPEG", exif=exif()))
    assert copy.taken_at == datetime(2026, 11, 20, 14, 34, 5, tzinfo=UTC)
    assert copy.point == pytest.approx(HANOI)
    assert "2026" not in repr(copy)
    assert "21.0" not in repr(copy)


async def test_a_camera_that_does_not_tell_its_zone_is_in_vietnam() -> None:
    copy = await cleaned(a_picture("PNG", exif=exif(offset="")))
    assert copy.taken_at == datetime(2026, 11, 20, 14, 34, 5, tzinfo=UTC)


async def test_a_place_south_and_west_stays_there() -> None:
    copy = await cleaned(a_picture("WEBP", exif=exif(point=(-34.6, -58.4))))
    assert copy.point == pytest.approx((-34.6, -58.4))


@pytest.mark.parametrize("time", ["", "0000:00:00 00:00:00", "1970:01:01 00:00:00", "hôm qua"])
async def test_a_clock_that_was_never_set_says_nothing(time: str) -> None:
    copy = await cleaned(a_picture("JPEG", exif=exif(time=time)))
    assert copy.taken_at is None


@pytest.mark.parametrize("point", [(0.0, 0.0), (91.0, 10.0), (10.0, 181.0)])
async def test_a_place_that_is_none_says_nothing(point: tuple[float, float]) -> None:
    copy = await cleaned(a_picture("JPEG", exif=exif(point=point)))
    assert copy.point is None


@pytest.mark.parametrize("at", range(12, 40, 4))
async def test_broken_exif_does_not_cost_us_the_picture(at: int) -> None:
    whole = a_picture("JPEG", exif=exif())
    start = whole.index(b"Exif\0\0")
    broken = whole[: start + at] + b"\xff" * 24 + whole[start + at + 24 :]
    assert opened(await cleaned(broken)).size == (64, 48)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff",
        a_picture("JPEG")[:400],
        a_picture("PNG")[:60],
        a_picture("PNG").replace(b"IDAT", b"IDIT"),
        a_picture("WEBP")[:40],
        a_picture("GIF")[:12],
        b"\xff\xd8\xff" + an_archive(),
        b"\x89PNG\r\n\x1a\n" + a_recording("mp4"),
    ],
)
async def test_an_empty_or_damaged_picture_is_refused(content: bytes) -> None:
    assert await Cleaner(Limits()).clean(content) == Refused(RefusalReason.BROKEN)


async def test_a_video_that_calls_itself_a_picture_is_a_video() -> None:
    copy = await cleaned(a_recording("mp4"))
    assert copy.kind is MediaKind.VIDEO


async def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = a_bomb()
    assert len(bomb) < 2**20
    assert await Cleaner(Limits()).clean(bomb) == Refused(RefusalReason.TOO_MANY_PIXELS)


async def test_a_picture_that_needs_too_much_memory_is_refused() -> None:
    large = a_picture("PNG", size=(6000, 6000))
    verdict = await Cleaner(Limits(memory=150 * 2**20)).clean(large)
    assert verdict == Refused(RefusalReason.OUT_OF_MEMORY)


async def test_a_file_that_is_too_large_is_refused_unread() -> None:
    picture = a_picture("JPEG")
    verdict = await Cleaner(Limits(size=len(picture) - 1)).clean(picture)
    assert verdict == Refused(RefusalReason.TOO_LARGE)

"""Pictures: drawn by a child process, as wide as a phone shows, with every letter they need."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from matplotlib import font_manager, ft2font
from PIL import Image

from reports.drawing import INNER, LETTERS, WIDTH, render
from reports.plots import (
    Bar,
    Bars,
    Column,
    Columns,
    DrawingError,
    Picture,
    draw,
    environment,
)
from words.texts import Language, catalog

ROOT = Path(__file__).parents[2]
LONG = "Ô nhiễm, đổ trộm, khai thác cát trái phép, tiếng ồn"
COLUMNS = tuple(Column(f"{day:02}/11", day, day // 2, day // 3, str(day)) for day in range(1, 13))
PICTURE = Picture(
    "Tuần 47/2026 · xã Hải Xuân",
    "16/11/2026–22/11/2026",
    Columns("Tin tiếp nhận", ("tiếp nhận", "đã nhận xử lý", "đã giải quyết"), COLUMNS, "Không có."),
    (Bars("Loại vụ việc", (Bar(LONG, 9, "9"), Bar("Ma túy", 1, "1")), "Không có."),),
)
EMPTY = replace(
    PICTURE,
    columns=replace(PICTURE.columns, columns=tuple(Column("01/11", 0, 0, 0, "0") for _ in COLUMNS)),
    bars=(Bars("Loại vụ việc", (), "Không có."),),
)


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    image.load()
    return image


def shades(image: Image.Image) -> set[tuple[int, ...]]:
    colours = image.convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None
    return {colour for count, colour in colours if count > 500 and isinstance(colour, tuple)}


async def test_a_picture_is_a_png_no_wider_than_a_phone_shows() -> None:
    image = opened(await draw(PICTURE))
    assert image.format == "PNG"
    assert image.width == WIDTH <= 1280
    assert image.height < 20 * image.width  # the steepest photo Telegram takes


def test_a_picture_without_columns_and_bars_is_drawn_too() -> None:
    filled, empty = opened(render(PICTURE)), opened(render(EMPTY))
    assert empty.height < filled.height
    assert len(shades(empty)) < len(shades(filled))


def test_nothing_touches_the_edge() -> None:
    image = opened(render(PICTURE)).convert("L")
    right = image.crop((WIDTH - 30, 0, WIDTH, image.height))
    assert right.getextrema() == (255, 255)


def test_letters_are_large_enough_and_the_longest_label_fits() -> None:
    assert LETTERS >= 24
    longest = max(
        len(text)
        for language in Language
        for key, text in catalog(language).items()
        if key.startswith("category.")
    )
    assert longest * 0.62 * LETTERS < INNER


def test_the_font_has_every_letter_of_both_languages() -> None:
    font = ft2font.FT2Font(font_manager.findfont("DejaVu Sans", fallback_to_default=False))
    needed = {
        letter
        for language in Language
        for key, text in catalog(language).items()
        if key.startswith(("category.", "weekly.plot.", "weekly.none"))
        for letter in text
    }
    assert not [letter for letter in needed if ord(letter) not in font.get_charmap()]


def test_what_is_drawn_survives_the_way_to_the_child() -> None:
    assert Picture.from_json(PICTURE.to_json()) == PICTURE


async def test_a_child_that_fails_is_told_as_an_error() -> None:
    legend = cast("tuple[str, str, str]", ("only", "two"))
    broken = replace(PICTURE, columns=replace(PICTURE.columns, legend=legend))
    with pytest.raises(DrawingError, match="ValueError"):
        await draw(broken)


async def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(DrawingError, match="within"):
        await draw(PICTURE, limit=timedelta())


def test_the_child_is_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", "12345:secret")
    assert "TINBAO_TELEGRAM_TOKEN" not in environment()


def test_the_parent_never_loads_what_draws() -> None:
    asked = "import sys, reports.weekly; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0

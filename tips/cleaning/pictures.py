"""Pictures, painted anew: the pixels go over, nothing else does. Runs in the child only."""

import importlib
import io
import struct

from PIL import ExifTags, Image

from tips.cleaning.hints import picture_point, picture_time
from tips.cleaning.shapes import Shape
from tips.cleaning.verdicts import RefusalReason, Refused
from tips.cleaning.wire import Copy, Job, NoCopyError

_LONGEST_SIDE = 2560  # pixels: a number plate stays readable, and every channel takes the file
_QUALITY = 85

# What Pillow raises on a picture that is broken, or broken on purpose.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, struct.error)

# A JPEG may turn out to be MPO; the TIFF reader reads EXIF.
_LATE_PLUGINS = ("MpoImagePlugin", "TiffImagePlugin", "WebPImagePlugin")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def prepare() -> None:
    """Loads what Pillow would load late: once locked down, the child opens no file."""
    Image.preinit()
    for plugin in _LATE_PLUGINS:
        importlib.import_module(f"PIL.{plugin}")
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked instead, before any decoding


def copy(content: bytes, job: Job) -> Copy:
    """Raises:
    NoCopyError: too many pixels, or broken.
    """
    try:
        with Image.open(io.BytesIO(content), formats=[job.form]) as picture:
            if picture.width * picture.height > job.limits.picture_pixels:
                raise NoCopyError(Refused(RefusalReason.TOO_MANY_PIXELS))
            return _painted(picture)
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the system's fault or ours, not the picture's
        raise NoCopyError(Refused(RefusalReason.BROKEN)) from error


def _painted(picture: Image.Image) -> Copy:
    exif = _exif(picture)
    pixels = _turned(_flat(picture), exif)
    # A fresh picture: Pillow would carry comments and profiles of the old one along.
    fresh = Image.frombytes("RGB", pixels.size, pixels.tobytes())
    paper = io.BytesIO()
    fresh.save(paper, "JPEG", quality=_QUALITY)
    return Copy(
        Shape.JPEG,
        paper.getvalue(),
        width=fresh.width,
        height=fresh.height,
        taken_at=picture_time(exif),
        point=picture_point(exif),
    )


def _exif(picture: Image.Image) -> Image.Exif:
    """Broken EXIF must not cost us the picture."""
    try:
        return picture.getexif()
    except (*_BROKEN, TypeError, ArithmeticError):
        return Image.Exif()


def _flat(picture: Image.Image) -> Image.Image:
    """The first frame, no longer than allowed, on white paper."""
    if (scale := max(picture.size) // _LONGEST_SIDE) > 1:
        # JPEG can be decoded small; for all else this does nothing.
        picture.draft(None, (picture.width // scale, picture.height // scale))
    if picture.mode in ("1", "P", "PA"):
        picture = picture.convert("RGBA")
    elif picture.mode.startswith("I"):
        picture = picture.point(lambda level: level / 256).convert("L")
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    ink = picture.convert("RGBA")
    paper = Image.new("RGB", ink.size, "white")
    paper.paste(ink, mask=ink)
    return paper


def _turned(picture: Image.Image, exif: Image.Exif) -> Image.Image:
    turn = _TURNS.get(exif.get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)

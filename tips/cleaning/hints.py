"""When and where does a file say it was made? Read before the metadata is thrown away."""

import math
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import ExifTags, Image

_DATE_AND_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
# ISO 6709, as phones write it into a video: +20.2506+106.1734/ or with an altitude behind.
_PLACE = re.compile(r"([+-]\d{1,2}\.\d+)([+-]\d{1,3}\.\d+)")

# What Pillow raises on EXIF that is broken, or broken on purpose.
_BROKEN_EXIF = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
)

Point = tuple[float, float]  # latitude, longitude; WGS 84 degrees


def picture_time(exif: Image.Exif) -> str | None:
    """ISO 8601, with an offset where the camera wrote one (EXIF 2.31)."""
    try:
        details = exif.get_ifd(ExifTags.IFD.Exif)
        stamp = str(details.get(ExifTags.Base.DateTimeOriginal, ""))
        offset = str(details.get(ExifTags.Base.OffsetTimeOriginal, ""))
    except _BROKEN_EXIF:
        return None
    if not (found := _DATE_AND_TIME.match(stamp)):
        return None
    year, month, day, time = found.groups()
    zone = offset if re.fullmatch(r"[+-]\d\d:\d\d", offset) else ""
    return f"{year}-{month}-{day}T{time}{zone}"


def picture_point(exif: Image.Exif) -> Point | None:
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude])
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude])
        south = gps[ExifTags.GPS.GPSLatitudeRef] == "S"
        west = gps[ExifTags.GPS.GPSLongitudeRef] == "W"
    except _BROKEN_EXIF:
        return None
    return _sensible(-latitude if south else latitude, -longitude if west else longitude)


def recording_time(metadata: Mapping[str, str]) -> str | None:
    """Apple's own date has the zone; the container's is UTC by its specification."""
    return metadata.get("com.apple.quicktime.creationdate") or metadata.get("creation_time")


def recording_point(metadata: Mapping[str, str]) -> Point | None:
    text = metadata.get("com.apple.quicktime.location.ISO6709") or metadata.get("location", "")
    found = _PLACE.match(text)
    return _sensible(float(found[1]), float(found[2])) if found else None


def _degrees(parts: Sequence[Any]) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _sensible(latitude: float, longitude: float) -> Point | None:
    """(0, 0) is what a phone writes that does not know."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude, longitude) == (0, 0):
        return None
    return latitude, longitude

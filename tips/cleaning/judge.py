"""What is this file, going by its bytes alone?

The marks are those of each format's own specification.
"""

from enum import StrEnum

from tips.cleaning.verdicts import (
    MediaKind,
    RefusalReason,
    Refused,
    Uncleanable,
    UncleanableReason,
)


class Form(StrEnum):
    """The forms that can be cleaned; what is inside is for the child to find out."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    ISO = "iso"  # MP4, MOV, 3GP, M4A
    MATROSKA = "matroska"  # WebM too
    OGG = "ogg"
    MP3 = "mp3"
    ADTS = "adts"  # AAC without a container
    WAV = "wav"


PICTURES = frozenset((Form.JPEG, Form.PNG, Form.WEBP, Form.GIF))

Judgement = Form | Refused | Uncleanable

_DOCUMENT = Refused(RefusalReason.ARCHIVE_OR_DOCUMENT)
_PHOTO = Uncleanable(MediaKind.PHOTO, UncleanableReason.FORMAT)
_VIDEO = Uncleanable(MediaKind.VIDEO, UncleanableReason.FORMAT)
_VOICE = Uncleanable(MediaKind.VOICE, UncleanableReason.FORMAT)

_OPENINGS: dict[bytes, Judgement] = {
    b"\xff\xd8\xff": Form.JPEG,
    b"\x89PNG\r\n\x1a\n": Form.PNG,
    b"GIF87a": Form.GIF,
    b"GIF89a": Form.GIF,
    b"\x1aE\xdf\xa3": Form.MATROSKA,
    b"OggS": Form.OGG,
    b"ID3": Form.MP3,  # may stand before any sound; in practice it stands before MP3
    b"II*\0": _PHOTO,  # TIFF, and most raw pictures
    b"MM\0*": _PHOTO,
    b"\0\0\0\x0cJXL ": _PHOTO,
    b"\0\0\0\x0cjP  ": _PHOTO,  # JPEG 2000
    b"\0\0\x01\xba": _VIDEO,  # MPEG program stream
    b"FLV\x01": _VIDEO,
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": _VIDEO,  # WMV
    b"fLaC": _VOICE,
    b"#!AMR": _VOICE,
    b"caff\0\x01": _VOICE,
}

# Types of chunk at byte 8 of the files that open with RIFF or FORM.
_CHUNKS: dict[bytes, Judgement] = {
    b"RIFFWEBP": Form.WEBP,
    b"RIFFWAVE": Form.WAV,
    b"RIFFAVI ": _VIDEO,
    b"FORMAIFF": _VOICE,
    b"FORMAIFC": _VOICE,
}

# Boxes at byte 4; old QuickTime files begin with another one than `ftyp`.
_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))

# ISO files that hold one picture: HEIC, AVIF and a camera's raw form.
_PICTURE_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
)

_DOCUMENTS = (
    b"PK\x03\x04",  # ZIP: also new Office, APK, EPUB
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",  # gzip
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",  # Zstandard
    b"MSCF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # old Office
    b"{\\rtf",
    b"%!PS",
    b"\x7fELF",
    b"MZ",
    b"\xca\xfe\xba\xbe",  # Java class, fat Mach-O
    b"\xcf\xfa\xed\xfe",  # Mach-O
    b"dex\n",
    b"\0asm",
    b"#!/",
    b"L\0\0\0\x01\x14\x02\0",  # Windows shortcut
    b"SQLite format 3\0",
)


def judge(content: bytes) -> Judgement:
    """A form that can be cleaned, or the verdict right away."""
    if _is_document(content):
        return _DOCUMENT
    return (
        _opened_by(content)
        or _CHUNKS.get(content[:4] + content[8:12])
        or _boxed(content)
        or _bare(content)
        or Refused(RefusalReason.UNKNOWN_TYPE)
    )


def _is_document(content: bytes) -> bool:
    is_tar = content.startswith(b"ustar", 257)
    # Readers accept a PDF whose mark comes late; so must its judge.
    is_pdf = b"%PDF-" in content[:1024]
    return is_tar or is_pdf or content.startswith(_DOCUMENTS) or _is_markup(content)


def _is_markup(content: bytes) -> bool:
    """HTML, SVG and other XML, in UTF-8 or UTF-16."""
    letters = content[:512].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\f")
    return letters.startswith(b"<")


def _opened_by(content: bytes) -> Judgement | None:
    return next((found for mark, found in _OPENINGS.items() if content.startswith(mark)), None)


def _boxed(content: bytes) -> Judgement | None:
    if content[4:8] not in _BOXES:
        return None
    return _PHOTO if content[4:8] == b"ftyp" and content[8:12] in _PICTURE_BRANDS else Form.ISO


def _bare(content: bytes) -> Judgement | None:
    """The formats whose mark is weak: several bytes must agree."""
    if content.startswith(b"BM") and content[6:10] == b"\0\0\0\0":
        return _PHOTO
    if content[0:377:188] == b"GGG":  # MPEG transport stream
        return _VIDEO
    return _bare_sound(content[:3]) if len(content) > 3 else None


def _bare_sound(header: bytes) -> Form | None:
    """Sound without a container opens with eleven set bits; then come version and layer."""
    if header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    if header[1] & 0xF6 == 0xF0:
        return Form.ADTS
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    is_layer_three = header[1] & 0x06 == 0x02
    return Form.MP3 if is_layer_three and 0 < bitrate < 15 and rate != 3 else None

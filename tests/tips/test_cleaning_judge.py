"""A file is what its bytes say, whatever its name."""

import io

import pytest

from tests.tips.cleaning_samples import a_picture, a_recording, an_archive
from tips.cleaning.judge import Form, judge
from tips.cleaning.verdicts import (
    MediaKind,
    RefusalReason,
    Refused,
    Uncleanable,
    UncleanableReason,
)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (a_picture("JPEG"), Form.JPEG),
        (a_picture("PNG"), Form.PNG),
        (a_picture("WEBP"), Form.WEBP),
        (a_picture("GIF"), Form.GIF),
        (a_recording("mp4"), Form.ISO),
        (a_recording("mov"), Form.ISO),
        (a_recording("3gp"), Form.ISO),
        (a_recording("ipod", picture=None), Form.ISO),
        (a_recording("webm", "libvpx", "libopus"), Form.MATROSKA),
        (a_recording("ogg", None, "libopus"), Form.OGG),
        (a_recording("mp3", None, "libmp3lame"), Form.MP3),
        (a_recording("mp3", None, "libmp3lame", id3v2_version="0"), Form.MP3),
        (a_recording("adts", None), Form.ADTS),
        (a_recording("wav", None, "pcm_s16le"), Form.WAV),
    ],
)
def test_what_phones_make_is_recognised(content: bytes, form: Form) -> None:
    assert judge(content) is form


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", MediaKind.PHOTO),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", MediaKind.PHOTO),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", MediaKind.PHOTO),
        (a_picture("TIFF"), MediaKind.PHOTO),
        (a_picture("BMP"), MediaKind.PHOTO),
        (a_picture("JPEG2000"), MediaKind.PHOTO),
        (a_recording("avi", "mpeg4", "libmp3lame"), MediaKind.VIDEO),
        (a_recording("mpegts"), MediaKind.VIDEO),
        (a_recording("flv"), MediaKind.VIDEO),
        (a_recording("asf", "mpeg4", "libmp3lame"), MediaKind.VIDEO),
        (a_recording("flac", None, "flac"), MediaKind.VOICE),
        (a_recording("aiff", None, "pcm_s16be"), MediaKind.VOICE),
        (b"#!AMR\n" + bytes(32), MediaKind.VOICE),
    ],
)
def test_what_we_know_but_cannot_clean_is_for_the_desk(content: bytes, kind: MediaKind) -> None:
    assert judge(content) == Uncleanable(kind, UncleanableReason.FORMAT)


@pytest.mark.parametrize(
    "content",
    [
        an_archive(),  # so are DOCX, XLSX, APK and EPUB
        b"Rar!\x1a\x07\x01\0",
        b"7z\xbc\xaf\x27\x1c\0\x04",
        b"\x1f\x8b\x08\0",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"%PDF-1.7\n",
        b"\n\n garbage first %PDF-1.4",
        b"{\\rtf1\\ansi",
        b"<!doctype html><script>alert(1)</script>",
        b"\xef\xbb\xbf\r\n <HTML>",
        "<html>".encode("utf-16"),
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"<svg onload='alert(1)'/>",
        b"\x7fELF\x02\x01\x01",
        b"MZ\x90\0\x03",
        b"dex\n035\0",
        b"#!/bin/sh\nrm -rf /",
        bytes(257) + b"ustar\x0000",
    ],
)
def test_archives_documents_and_programs_are_refused(content: bytes) -> None:
    assert judge(content) == Refused(RefusalReason.ARCHIVE_OR_DOCUMENT)


@pytest.mark.parametrize(
    "content",
    [
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
        b"co trom xe o xom 5",
        b"\0",
        bytes(4096),
        b"\xff\xe0",
        b"\xff\xff\xff\xff",
        b"RIFF\0\0\0\0NONE",
        b"BM is how this sentence begins",
    ],
)
def test_what_nobody_knows_is_refused(content: bytes) -> None:
    assert judge(content) == Refused(RefusalReason.UNKNOWN_TYPE)


def test_a_script_hidden_behind_a_picture_is_judged_as_the_picture_it_is() -> None:
    assert judge(a_picture("GIF") + b"<script>alert(1)</script>") is Form.GIF


def test_a_document_that_also_is_a_picture_is_refused() -> None:
    picture = io.BytesIO(a_picture("JPEG", comment=b"%PDF-1.7")).getvalue()
    assert judge(picture) == Refused(RefusalReason.ARCHIVE_OR_DOCUMENT)

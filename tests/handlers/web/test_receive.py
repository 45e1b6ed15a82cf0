"""What the page posts becomes a row, and the row becomes what the desk reads."""

import json
from typing import Any

import pytest

from handlers.web.receive import address_of, decode, read, to_raw
from routing import Point
from storage.states import Channel, EvidenceKind
from tips.messages import Incoming, Media

VISITOR = "0123456789abcdef0123456789abcdef"
ID = "9b2d1c1e-0a54-4a8e-bd3c-5f1d7a1f0c11"
REFERENCE = "f" * 32


def through(**posted: Any) -> Incoming | None:
    """Post, store, read back."""
    sent = read(json.dumps({"id": ID, "chat": "citizen", **posted}).encode())
    assert sent is not None
    address = address_of(sent, VISITOR)
    assert address is not None
    return decode(to_raw(sent, address, 1).body)


def test_words_come_through_as_they_were_typed() -> None:
    incoming = through(text="  Trộm xe\nở xóm 5 😡")
    assert incoming == Incoming(
        Channel.WEB, f"citizen:{VISITOR}", f"citizen:{VISITOR}", message_id=ID,
        text="  Trộm xe\nở xóm 5 😡",
    )  # fmt: skip


def test_a_press_names_the_button_and_its_message() -> None:
    incoming = through(chat="officer:14308", choice="take:7:1", on_message="a1b2c3d4")
    assert incoming is not None
    assert (incoming.chat, incoming.choice) == ("officer:14308", "take:7:1")
    assert incoming.on_message == "a1b2c3d4"


def test_a_place_comes_with_its_accuracy() -> None:
    incoming = through(latitude=20.1, longitude=106.2, accuracy=35)
    assert incoming is not None
    assert (incoming.point, incoming.accuracy) == (Point(20.1, 106.2), 35)


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/heic", EvidenceKind.PHOTO),
        ("video/mp4", EvidenceKind.VIDEO),
        ("audio/ogg", EvidenceKind.VOICE),
        ("application/pdf", EvidenceKind.DOCUMENT),
        ("", EvidenceKind.DOCUMENT),
    ],
)
def test_a_file_is_of_the_kind_it_claims(media_type: str, kind: EvidenceKind) -> None:
    file = {"reference": REFERENCE, "media_type": media_type, "size": 9}
    incoming = through(text="đây", media=file, album="a1b2c3d4")
    assert incoming is not None
    assert incoming.media == Media(kind, REFERENCE, 9)
    assert incoming.album == "a1b2c3d4"


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"text": "   "},
        {"text": "x" * 4097},
        {"text": 5},
        {"choice": "x" * 65},
        {"text": "a", "id": "../../etc"},
        {"text": "a", "id": ""},
        {"latitude": 91, "longitude": 0},
        {"latitude": 20.1},
        {"latitude": "nan", "longitude": 0},
        {"text": "a", "media": {"reference": "../key", "media_type": "image/png", "size": 1}},
    ],
)
def test_what_is_no_message_is_not_read(posted: dict[str, Any]) -> None:
    assert read(json.dumps({"id": ID, "chat": "citizen", **posted}).encode()) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe"])
def test_what_is_no_json_object_is_neither_read_nor_decoded(body: bytes) -> None:
    assert read(body) is None
    assert decode(body) is None


@pytest.mark.parametrize(
    "chat", ["citizen:" + "a" * 32, "officer:", "officer:1;", "telegram:5", "officer:14308\n", ""]
)
def test_nobody_writes_in_a_chat_that_is_not_theirs_or_not_there(chat: str) -> None:
    sent = read(json.dumps({"id": ID, "chat": chat, "text": "a"}).encode())
    assert sent is not None
    assert address_of(sent, VISITOR) is None


def test_the_row_is_known_by_the_pages_id_and_ordered_within_its_chat() -> None:
    sent = read(json.dumps({"id": ID, "text": "a"}).encode())
    assert sent is not None
    raw = to_raw(sent, "citizen:x", 42)
    assert (raw.external_id, raw.message_id, raw.chat, raw.sequence) == (ID, ID, "citizen:x", 42)


def test_words_are_not_in_what_a_log_would_print() -> None:
    sent = read(json.dumps({"id": ID, "text": "bí mật"}).encode())
    assert sent is not None
    assert "bí mật" not in repr(sent)
    assert "bí mật" not in repr(to_raw(sent, "citizen:x", 1))

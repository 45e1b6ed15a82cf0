"""Sealed values open for the right key and the right purpose, whole, and for nothing else."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sealing import KeyFileError, Keyring, SealError, key_id_of, read_keyring, write_keyring

KEYS = Keyring.fresh()


@given(st.binary(max_size=500), st.text(max_size=20))
def test_what_was_sealed_opens_for_its_purpose(value: bytes, purpose: str) -> None:
    assert KEYS.unseal(KEYS.seal(value, purpose), purpose) == value


def test_a_sealed_value_shows_nothing_and_is_never_the_same_twice() -> None:
    first, second = KEYS.seal(b"xom 5", "tip"), KEYS.seal(b"xom 5", "tip")
    assert b"xom 5" not in first
    assert first != second


@given(st.integers(0), st.integers(1, 255))
def test_a_changed_byte_is_noticed_wherever_it_is(place: int, change: int) -> None:
    sealed = bytearray(KEYS.seal("xóm 5, Hải Xuân".encode(), "tip"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(SealError):
        KEYS.unseal(bytes(sealed), "tip")


@given(st.integers(0, 41))
def test_a_cut_value_is_noticed(length: int) -> None:
    sealed = KEYS.seal(b"0123456789", "tip")[:length]
    with pytest.raises(SealError):
        KEYS.unseal(sealed, "tip")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    sealed = KEYS.seal(b"xom 5", "tip.words")
    with pytest.raises(SealError, match=r"tip\.place"):
        KEYS.unseal(sealed, "tip.place")


def test_another_key_does_not_open_it() -> None:
    sealed = KEYS.seal(b"xom 5", "tip")
    with pytest.raises(SealError):
        Keyring.fresh().unseal(sealed, "tip")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    old = KEYS.seal(b"before", "tip")
    rotated = KEYS.rotated()
    new = rotated.seal(b"after", "tip")
    assert rotated.unseal(old, "tip") == b"before"
    assert key_id_of(new) != key_id_of(old)
    with pytest.raises(SealError, match="no key"):
        KEYS.unseal(new, "tip")


def test_once_old_keys_are_dropped_old_values_are_gone() -> None:
    old = KEYS.seal(b"before", "tip")
    newest = KEYS.rotated().newest(1)
    with pytest.raises(SealError):
        newest.unseal(old, "tip")


def test_rotation_keeps_the_hashes_things_are_found_by() -> None:
    assert KEYS.rotated().newest(1).digest("77", "chat") == KEYS.digest("77", "chat")


def test_a_digest_tells_values_and_purposes_apart() -> None:
    digests = {KEYS.digest(value, purpose) for value in ("1", "2") for purpose in ("a", "b")}
    assert len(digests) == 4
    assert KEYS.digest("1", "a") != Keyring.fresh().digest("1", "a")


def test_the_hash_key_never_seals() -> None:
    assert KEYS.hash_key not in KEYS.sealing_keys.values()


def test_json_with_vietnamese_words_comes_back_as_it_was() -> None:
    value = {"nơi": ["xóm 5", None, 3, True]}
    assert KEYS.unseal_json(KEYS.seal_json(value, "draft"), "draft") == value


def test_a_derived_secret_is_always_the_same_and_fits_a_header() -> None:
    secret = KEYS.token("telegram.webhook")
    assert secret == KEYS.token("telegram.webhook")
    assert secret != KEYS.token("web.cookie")
    assert len(secret) == 43
    assert set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def test_a_written_key_file_reads_back_and_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    rotated = KEYS.rotated()
    write_keyring(rotated, path)
    assert read_keyring(path) == rotated
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [kept.name for kept in path.parent.iterdir()] == ["keys.json"]


def test_a_rotated_key_file_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keyring(KEYS, path)
    write_keyring(KEYS.rotated(), path)
    assert len(read_keyring(path).sealing_keys) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    write_keyring(KEYS, path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_keyring(path)


def test_a_missing_key_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="no key file"):
        read_keyring(tmp_path / "keys.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"hash_key": "", "sealing_keys": {}}',
        b'{"hash_key": "AAAA", "sealing_keys": {"1": "AAAA"}}',
        b'{"hash_key": "AAAA", "sealing_keys": {"one": "AAAA"}}',
    ],
)
def test_a_damaged_key_file_is_said_plainly(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="damaged"):
        read_keyring(path)

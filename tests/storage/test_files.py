"""Sealed files: whole, unreadable from outside, and none left behind."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.files import FileStore
from storage.sealing import Keyring, SealError, key_id_of


@pytest.fixture
def store(tmp_path: Path, keyring: Keyring) -> FileStore:
    return FileStore(tmp_path / "media", keyring)


def test_a_file_comes_back_as_it_was(store: FileStore) -> None:
    content = os.urandom(100_000)
    assert store.get(store.put(content)) == content


def test_neither_name_nor_bytes_say_what_is_inside(store: FileStore, tmp_path: Path) -> None:
    name = store.put(b"a face")
    (path,) = (tmp_path / "media").iterdir()
    assert path.name == name
    assert len(name) == 32
    assert b"a face" not in path.read_bytes()


def test_the_folder_is_its_owners_only(store: FileStore, tmp_path: Path) -> None:
    assert (tmp_path / "media").stat().st_mode & 0o777 == 0o700


def test_a_changed_file_does_not_open(store: FileStore, tmp_path: Path) -> None:
    name = store.put(b"a face")
    path = tmp_path / "media" / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(SealError):
        store.get(name)


def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_fault(store: FileStore) -> None:
    name = store.put(b"a face")
    store.delete(name)
    store.delete(name)
    with pytest.raises(FileNotFoundError):
        store.get(name)


def test_files_no_row_names_are_found_once_they_are_old_enough(store: FileStore) -> None:
    known, orphan = store.put(b"1"), store.put(b"2")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert list(store.orphans({known}, soon)) == [orphan]
    assert list(store.orphans({known}, soon - timedelta(hours=1))) == []


def test_half_written_files_are_orphans_too(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "media" / "0123.part").write_bytes(b"cut short")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert list(store.orphans(set(), soon)) == ["0123.part"]


def test_a_file_that_is_gone_before_it_is_looked_at_is_no_fault(store: FileStore) -> None:
    names = [store.put(b"1"), store.put(b"2")]
    orphans = store.orphans(set(), datetime.now(UTC) + timedelta(minutes=1))
    next(orphans)
    for name in names:  # another process sweeps too
        store.delete(name)
    assert list(orphans) == []


def test_resealing_moves_a_file_to_the_newest_key_once(
    store: FileStore, tmp_path: Path, keyring: Keyring
) -> None:
    name = store.put(b"a face")
    rotated = keyring.rotated()
    store.reseal(name, rotated)
    path = tmp_path / "media" / name
    sealed = path.read_bytes()
    assert key_id_of(sealed) == 2
    store.reseal(name, rotated)
    assert path.read_bytes() == sealed
    assert FileStore(tmp_path / "media", rotated.newest(1)).get(name) == b"a face"

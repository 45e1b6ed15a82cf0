"""Where a backup is put, and what is said when it cannot lie there."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.backups import workplace
from bot.errors import StartError
from storage.snapshots import SnapshotError
from tests.bot.installations import (
    BACKUP,
    Place,
    Settle,
    back_up,
    elsewhere,
    on_sqlite,
    restore,
    verify,
)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes, as on a disk that is full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@on_sqlite
def test_a_backup_replaces_no_file(place: Place) -> None:
    BACKUP.write_bytes(b"last week's")
    with pytest.raises(StartError, match="there already"):
        back_up(place)
    assert BACKUP.read_bytes() == b"last week's"


@on_sqlite
def test_what_killed_backups_left_in_a_folder_is_gone_after_the_next(place: Place) -> None:
    left = Path("backups/tinbao-20261117-030000.tar.part")
    left.mkdir(parents=True)
    (left / "whole").write_bytes(b"half of it")
    with workplace(Path("backups/tinbao-20261117-040000.tar.part")) as under_way:
        back_up(place, Path("backups"))
        assert under_way.exists()
    assert not left.exists()


@on_sqlite
def test_a_disk_without_room_is_said_with_its_place_and_nothing_is_left(
    place: Place, settle: Settle
) -> None:
    back_up(place)
    Path("backups").mkdir()
    with room_for(1 << 16), pytest.raises(SnapshotError, match=r"copied into backups/tinbao"):
        back_up(place, Path("backups"))
    assert not list(Path("backups").iterdir())
    with room_for(1 << 16), pytest.raises(StartError, match=r"tried in var: .* nothing was left"):
        verify(place)
    other = elsewhere(settle)
    with (
        room_for(1 << 16),
        pytest.raises(StartError, match=r"put back .* no database was put there"),
    ):
        restore(other)
    restore(other)


@on_sqlite
def test_a_folder_that_is_not_mounted_does_not_become_a_file(place: Place) -> None:
    with pytest.raises(StartError, match="usb is no folder that is there"):
        back_up(place, Path("usb"))


@on_sqlite
def test_a_missing_folder_is_not_made_up(place: Place) -> None:
    with pytest.raises(StartError, match="the folder usb does not exist"):
        back_up(place, Path("usb/tinbao.tar"))

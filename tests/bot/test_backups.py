"""A backup: all of an installation as it is at one moment, sealed, signed, and never beside its keys."""

import os
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from bot import backups, cli, restores
from bot.archives import ArchiveError, Writer
from bot.errors import StartError
from bot.keys import key_path
from bot.settings import read_settings
from storage import rotation, schema, snapshots
from storage.files import FileStore
from storage.sealing import Keyring, write_keyring
from storage.snapshots import SnapshotError
from tests.bot.installations import (
    BACKUP,
    NOW,
    Place,
    Settle,
    back_up,
    elsewhere,
    kill,
    messages,
    on_sqlite,
    restore,
    silent,
    verify,
    words,
)


def test_everything_comes_back_where_there_was_nothing(place: Place, settle: Settle) -> None:
    assert "3 files" in back_up(place)
    other = elsewhere(settle)
    assert restore(other).startswith("restored: 2026-11-18 03:00 UTC")
    schema.check(other.settings.database)
    assert other.held() == messages(3)


def test_numbers_that_were_given_are_not_given_again(place: Place, settle: Settle) -> None:
    back_up(place)
    other = elsewhere(settle)
    restore(other)
    other.take_in(4)
    assert other.held() == messages(4)


def test_a_drill_finds_a_backup_good_and_leaves_nothing(place: Place) -> None:
    back_up(place)
    before = sorted(place.settings.data_dir.rglob("*"))
    said = verify(place)
    assert said.startswith("good: ")
    assert "7 values and 3 files of it opened" in said
    assert sorted(place.settings.data_dir.rglob("*")) == before
    assert place.held() == messages(3)


def test_a_backup_shows_no_word_and_is_for_its_owner_only(place: Place) -> None:
    back_up(place)
    content = BACKUP.read_bytes()
    assert BACKUP.stat().st_mode & 0o777 == 0o600
    for secret in (words(1), b"photo 1", key_path(place.settings).read_bytes()):
        assert secret not in content


@on_sqlite
def test_a_folder_gets_a_file_named_by_the_time(place: Place) -> None:
    Path("backups").mkdir()
    back_up(place, Path("backups"))
    assert [path.name for path in Path("backups").iterdir()] == ["tinbao-20261118-030000.tar"]


@on_sqlite
def test_drawn_summaries_that_wait_to_be_sent_are_in_it(place: Place, settle: Settle) -> None:
    name = FileStore(place.settings.media_dir / "weekly", place.keyring).put(b"picture")
    back_up(place)
    other = elsewhere(settle)
    restore(other)
    assert FileStore(other.settings.media_dir / "weekly", other.keyring).get(name) == b"picture"


@on_sqlite
def test_the_command_line_reads_as_people_say_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for said, expected in [("backup", "tinbao.tar: "), ("backup verify", "good: ")]:
        monkeypatch.setattr(sys, "argv", ["tinbao", *said.split(), str(BACKUP)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        assert capsys.readouterr().out.startswith(expected)


@on_sqlite
def test_a_refusal_is_one_line(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tinbao", "restore", "nowhere.tar"])
    shutil.rmtree(place.settings.media_dir)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("tinbao: ")
    assert said.count("\n") == 1


# while others write ---------------------------------------------------------------------------


def test_a_backup_is_of_one_moment_however_much_is_written_meanwhile(
    place: Place, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "STEP", 5)
    taken = 3

    def write_meanwhile(what: str, done: int, total: int) -> None:
        nonlocal taken
        taken += 1
        place.take_in(taken)

    backups.make(place.settings, BACKUP, NOW, write_meanwhile)
    assert taken > 15
    verify(place)
    other = elsewhere(settle)
    restore(other)
    assert other.held() == messages(3)
    assert place.held() == messages(taken)


def test_what_is_erased_meanwhile_is_not_in_it_and_spoils_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Writer.add

    def add_and_erase_others(writer: Writer, name: str, path: Path) -> None:
        real(writer, name, path)
        for other in place.settings.media_dir.iterdir():
            if name.startswith("media/") and other != path:
                other.unlink()

    monkeypatch.setattr(Writer, "add", add_and_erase_others)
    said = back_up(place)
    assert "1 files" in said
    assert "2 files that rows name were not there" in said
    assert verify(place).startswith("good: ")


def test_what_rows_name_and_is_not_there_is_said(place: Place) -> None:
    next(iter(place.settings.media_dir.iterdir())).unlink()
    assert "1 files that rows name were not there" in back_up(place)


def test_a_killed_backup_leaves_nothing_that_passes_for_one(place: Place) -> None:
    steps = [("folder", 1), ("copying", 1), ("member", 1), ("member", 3), ("list", 1), ("name", 1)]
    for step, nth in steps:
        kill("backup", step, nth)
        assert not BACKUP.exists(), step
    assert place.held() == messages(3)
    back_up(place)
    assert verify(place).startswith("good: ")
    assert not Path("tinbao.tar.part").exists()


@on_sqlite
def test_two_backups_to_one_place_do_not_mix(place: Place) -> None:
    with (
        backups.workplace(Path("tinbao.tar.part")),
        pytest.raises(StartError, match="another backup or restore is under way"),
    ):
        back_up(place)


# keys -----------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("path", ["var/tinbao.tar", "var/backups/tinbao.tar", "link/tinbao.tar"])
def test_a_backup_is_not_put_beside_the_keys(place: Place, path: str) -> None:
    Path("var/backups").mkdir()
    Path("link").symlink_to("var/backups")
    with pytest.raises(StartError, match=r"beside the key file .* choose a place outside var"):
        back_up(place, Path(path))
    assert not Path(path).exists()


@on_sqlite
def test_keys_among_the_media_are_not_backed_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_path(place.settings).rename(place.settings.media_dir / "keys.json")
    monkeypatch.setenv("TINBAO_KEY_FILE", "var/media/keys.json")
    with pytest.raises(StartError, match="lies among the media"):
        backups.make(read_settings(), BACKUP, NOW, silent)


def test_a_backup_after_a_rotation_needs_only_the_new_key(place: Place, settle: Settle) -> None:
    rotated = place.keyring.rotated()
    write_keyring(rotated, key_path(place.settings))
    rotation.reseal(place.settings.database, rotated)
    for name in place.files.names():
        place.files.reseal(name, rotated)
    back_up(place)
    write_keyring(rotated.newest(1), Path("new.json"))
    other = elsewhere(settle, Path("new.json"))
    restore(other)
    assert other.held() == messages(3)


@on_sqlite
def test_what_a_lost_key_has_sealed_is_backed_up_and_said(place: Place) -> None:
    write_keyring(place.keyring.rotated().newest(1), key_path(place.settings))
    assert "key 1 is lost: what it sealed cannot be opened" in back_up(place)


@on_sqlite
def test_a_drill_finds_a_file_that_does_not_open(place: Place) -> None:
    path = next(iter(place.settings.media_dir.iterdir()))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    back_up(place)
    with pytest.raises(ArchiveError, match="damaged before the backup was made"):
        verify(place)


def test_a_backup_that_nobody_could_open_is_not_made(place: Place) -> None:
    write_keyring(Keyring.fresh(), key_path(place.settings))
    with pytest.raises(StartError, match="belongs to another database"):
        back_up(place)
    assert not BACKUP.exists()


# what is refused ------------------------------------------------------------------------------


@on_sqlite
def test_a_damaged_file_is_not_backed_up_in_silence(place: Place) -> None:
    path = Path("var/tinbao.db")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'evidence'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : (root - 1) * size + 64] = os.urandom(64)
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=r"damaged|malformed"):
        back_up(place)
    assert not BACKUP.exists()


def test_a_timer_without_settings_does_not_back_up_the_try_out_instead(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINBAO_TELEGRAM_TOKEN")
    with pytest.raises(StartError, match="neither an agency nor a channel is set"):
        backups.make(read_settings(), BACKUP, NOW, silent)
    back_up(place)
    with pytest.raises(StartError, match="set them first"):
        restores.verify(read_settings(), BACKUP, silent)

"""Backup, restore and the drill between them: nothing of an installation is lost, and nobody is deceived."""

import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot import backups, cli, restores
from bot.archives import ArchiveError, Writer
from bot.errors import PLAIN, StartError
from bot.keys import key_path, open_keyring
from bot.settings import Settings, read_settings
from storage import evidence, inbox, rotation, schema, snapshots
from storage.chats import Address, reach
from storage.database import sync_engine
from storage.files import FileStore
from storage.inbox import RawUpdate
from storage.models import Evidence, Inbox
from storage.sealing import KeyFileError, Keyring, read_keyring, write_keyring
from storage.snapshots import SnapshotError
from storage.states import Channel, EvidenceKind, EvidenceVerdict
from tests.databases import Postgres

NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)
TOKEN = "123456789:AAF-secret-secret-secret-secret-sec"
ROOT = Path(__file__).parents[2]
BACKUP = Path("tinbao.tar")
KINDS = ("sqlite", "postgresql")


class Settle(Protocol):
    def __call__(self, folder: str, *, prepared: bool = False) -> Settings: ...


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Place:
    """One installation: an own data folder, an own database."""

    settings: Settings
    keyring: Keyring

    @property
    def files(self) -> FileStore:
        return FileStore(self.settings.media_dir, self.keyring)

    def run(self, work: Callable[[Session], object]) -> None:
        engine = sync_engine(self.settings.database)
        with Session(engine, info={"keyring": self.keyring}) as session, session.begin():
            work(session)
        engine.dispose()

    def take_in(self, number: int) -> None:
        """Store an update and a photo in one transaction, as one citizen's message."""
        name = self.files.put(photo(number))

        def work(session: Session) -> None:
            raw = RawUpdate(Channel.TELEGRAM, str(number), "an", number, words(number))
            inbox.store(session, [raw], NOW)
            chat = reach(session, Address(Channel.TELEGRAM, "an"), NOW)
            piece = evidence.take(session, chat, EvidenceKind.PHOTO, "reference", 9, NOW)
            piece.verdict, piece.file = EvidenceVerdict.CLEAN, name

        self.run(work)

    def held(self) -> list[tuple[bytes, bytes]]:
        """Return the words and the photo of every message, opened."""
        found: list[tuple[bytes, bytes]] = []

        def work(session: Session) -> None:
            schema.recognise(session, self.keyring, NOW)
            rows = zip(
                session.query(Inbox).order_by(Inbox.id).all(),
                session.query(Evidence).order_by(Evidence.id).all(),
                strict=True,
            )
            for item, piece in rows:
                found.append((inbox.body_of(session, item), self.files.get(piece.file or "")))

        self.run(work)
        return found


def words(number: int) -> bytes:
    return f"trộm xe ở xóm {number}".encode()


def photo(number: int) -> bytes:
    return f"photo {number} ".encode() * 1000


def messages(count: int) -> list[tuple[bytes, bytes]]:
    return [(words(number), photo(number)) for number in range(1, count + 1)]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def settle(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settle]:
    """Give settings for an installation in a folder, on a database nobody has used."""
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", TOKEN)
    made: list[str] = []

    def settle(folder: str, *, prepared: bool = False) -> Settings:
        monkeypatch.setenv("TINBAO_DATA_DIR", folder)
        if kind == "postgresql":
            server: Postgres = request.getfixturevalue("postgres_server")
            made.append(server.make_migrated() if prepared else server.make())
            monkeypatch.setenv("TINBAO_DATABASE_URL", made[-1])
        return read_settings()

    yield settle
    for url in made:
        request.getfixturevalue("postgres_server").drop(url)


@pytest.fixture
def place(settle: Settle) -> Place:
    """An installation with three messages in it."""
    settings = settle("var", prepared=True)
    keyring = open_keyring(settings, database_is_empty=True)
    settings.media_dir.mkdir(mode=0o700)
    schema.upgrade(settings.database)
    place = Place(settings, keyring)
    place.run(lambda session: schema.recognise(session, keyring, NOW))
    for number in (1, 2, 3):
        place.take_in(number)
    return place


def back_up(place: Place, path: Path = BACKUP) -> str:
    return backups.make(place.settings, path, NOW, silent)


def verify(place: Place, path: Path = BACKUP) -> str:
    return restores.verify(place.settings, path, silent)


def elsewhere(settle: Settle, keys: Path = Path("var/keys.json")) -> Place:
    """A machine that has only the key file."""
    settings = settle("var2")
    settings.data_dir.mkdir(mode=0o700)
    shutil.copy(keys, key_path(settings))
    return Place(settings, read_keyring(key_path(settings)))


def restore(place: Place, path: Path = BACKUP) -> str:
    return restores.restore(place.settings, path, silent)


# there and back -------------------------------------------------------------------------------


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


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_folder_gets_a_file_named_by_the_time(place: Place) -> None:
    Path("backups").mkdir()
    back_up(place, Path("backups"))
    assert [path.name for path in Path("backups").iterdir()] == ["tinbao-20261118-030000.tar"]


def test_drawn_summaries_that_wait_to_be_sent_are_in_it(place: Place, settle: Settle) -> None:
    name = FileStore(place.settings.media_dir / "weekly", place.keyring).put(b"picture")
    back_up(place)
    other = elsewhere(settle)
    restore(other)
    assert FileStore(other.settings.media_dir / "weekly", other.keyring).get(name) == b"picture"


def test_what_rows_name_and_is_not_there_is_said(place: Place) -> None:
    next(iter(place.settings.media_dir.iterdir())).unlink()
    assert "1 files that rows name were not there" in back_up(place)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_command_line_reads_as_people_say_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for said, expected in [("backup", "tinbao.tar: "), ("backup verify", "good: ")]:
        monkeypatch.setattr(sys, "argv", ["tinbao", *said.split(), str(BACKUP)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        assert capsys.readouterr().out.startswith(expected)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
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


# keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["var/tinbao.tar", "var/backups/tinbao.tar", "link/tinbao.tar"])
def test_a_backup_is_not_put_beside_the_keys(place: Place, path: str) -> None:
    Path("var/backups").mkdir()
    Path("link").symlink_to("var/backups")
    with pytest.raises(StartError, match=r"beside the key file .* choose a place outside var"):
        back_up(place, Path(path))
    assert not Path(path).exists()


def test_keys_among_the_media_are_not_backed_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_path(place.settings).rename(place.settings.media_dir / "keys.json")
    monkeypatch.setenv("TINBAO_KEY_FILE", "var/media/keys.json")
    with pytest.raises(StartError, match="lies among the media"):
        backups.make(read_settings(), BACKUP, NOW, silent)


def test_a_restore_without_the_key_file_says_so(place: Place, settle: Settle) -> None:
    back_up(place)
    other = settle("var2")
    with pytest.raises(KeyFileError, match=r"no key file var2/keys\.json"):
        restores.restore(other, BACKUP, silent)
    assert not other.data_dir.exists()


def test_the_keys_of_another_installation_restore_nothing(place: Place, settle: Settle) -> None:
    back_up(place)
    write_keyring(Keyring.fresh(), Path("strange.json"))
    other = elsewhere(settle, Path("strange.json"))
    with pytest.raises(ArchiveError, match="belongs to another database"):
        restore(other)
    assert schema_is_untouched(other)


def test_keys_of_another_time_restore_nothing(place: Place, settle: Settle) -> None:
    back_up(place)
    rotated = place.keyring.rotated().rotated().newest(2)
    write_keyring(rotated, Path("later.json"))
    other = elsewhere(settle, Path("later.json"))
    with pytest.raises(ArchiveError, match=r"key 1 of this backup .* about 2026-11-18"):
        restore(other)
    assert schema_is_untouched(other)


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


def test_a_backup_that_nobody_could_open_is_not_made(place: Place) -> None:
    write_keyring(Keyring.fresh(), key_path(place.settings))
    with pytest.raises(StartError, match="belongs to another database"):
        back_up(place)
    assert not BACKUP.exists()


# damage ---------------------------------------------------------------------------------------


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]


def write_members(path: Path, content: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def schema_is_untouched(place: Place) -> bool:
    """No table was made, no file of a database, and no medium was put anywhere."""
    if place.settings.media_dir.exists():
        return False
    path = place.settings.data_dir / "tinbao.db"
    return not path.exists() and (
        place.settings.database.startswith("sqlite") or schema.is_empty(place.settings.database)
    )


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def test_a_changed_bit_in_any_member_is_found(place: Place, settle: Settle) -> None:
    back_up(place)
    whole = members(BACKUP)
    other = elsewhere(settle)
    for name in whole:
        write_members(Path("changed.tar"), whole | {name: flip(whole[name])})
        with pytest.raises(ArchiveError, match=r"is not as it was|was changed|cannot be read"):
            restore(other, Path("changed.tar"))
    assert schema_is_untouched(other)


def test_a_member_that_is_missing_or_too_many_is_found(place: Place, settle: Settle) -> None:
    back_up(place)
    whole = members(BACKUP)
    other = elsewhere(settle)
    for name in whole:
        write_members(Path("less.tar"), {n: data for n, data in whole.items() if n != name})
        with pytest.raises(ArchiveError, match=r"is missing|was cut short"):
            restore(other, Path("less.tar"))
    write_members(Path("more.tar"), whole | {"../../authorized_keys": b"ssh"})
    with pytest.raises(ArchiveError, match="is not listed"):
        restore(other, Path("more.tar"))
    assert schema_is_untouched(other)


def test_a_list_that_somebody_rewrote_is_not_believed(place: Place, settle: Settle) -> None:
    back_up(place)
    whole = members(BACKUP)
    listed = json.loads(whole["manifest.json"]) | {"rows": {}}
    write_members(BACKUP, whole | {"manifest.json": json.dumps(listed).encode()})
    with pytest.raises(ArchiveError, match="do not trust it"):
        restore(elsewhere(settle))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9])
def test_a_file_cut_short_is_found(place: Place, settle: Settle, share: float) -> None:
    back_up(place)
    os.truncate(BACKUP, int(BACKUP.stat().st_size * share))
    with pytest.raises(ArchiveError, match="cut short"):
        restore(elsewhere(settle))


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_no_backup_and_a_strange_file_are_said_plainly(place: Place) -> None:
    with pytest.raises(ArchiveError, match=r"there is no backup tinbao\.tar"):
        verify(place)
    BACKUP.write_bytes(os.urandom(100_000))
    with pytest.raises(ArchiveError, match=r"tinbao\.tar is no backup"):
        verify(place)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
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


# what is there already, or not the right thing ------------------------------------------------


def test_a_restore_touches_no_database_that_is_there(place: Place) -> None:
    back_up(place)
    place.take_in(4)
    with pytest.raises(PLAIN, match=r"there already|in use"):
        restore(place)
    assert place.held() == messages(4)


def test_a_restore_mixes_no_media(place: Place, settle: Settle) -> None:
    back_up(place)
    other = elsewhere(settle)
    other.files.put(b"of another database")
    with pytest.raises(StartError, match="1 files that are not in the backup"):
        restore(other)


def test_a_database_that_was_only_prepared_counts_as_empty(
    place: Place, settle: Settle, kind: str
) -> None:
    back_up(place)
    other = elsewhere(settle)
    if kind == "postgresql":
        schema.upgrade(other.settings.database)
    restore(other)
    assert other.held() == messages(3)


def test_a_backup_replaces_no_file(place: Place) -> None:
    BACKUP.write_bytes(b"last week's")
    with pytest.raises(StartError, match="there already"):
        back_up(place)
    assert BACKUP.read_bytes() == b"last week's"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_missing_folder_is_not_made_up(place: Place) -> None:
    with pytest.raises(StartError, match="the folder usb does not exist"):
        back_up(place, Path("usb/tinbao.tar"))


def test_a_timer_without_settings_does_not_back_up_the_try_out_instead(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINBAO_TELEGRAM_TOKEN")
    with pytest.raises(StartError, match="neither an agency nor a channel is set"):
        backups.make(read_settings(), BACKUP, NOW, silent)
    back_up(place)
    with pytest.raises(StartError, match="set them first"):
        restores.verify(read_settings(), BACKUP, silent)


def test_a_backup_of_the_other_kind_of_database_is_refused(
    place: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(place)
    if kind == "sqlite":
        monkeypatch.setenv("TINBAO_DATABASE_URL", "postgresql://u@127.0.0.1/tinbao")
    else:
        monkeypatch.delenv("TINBAO_DATABASE_URL")
    with pytest.raises(ArchiveError, match=f"of {kind}, and TINBAO_DATABASE_URL names the other"):
        restores.verify(read_settings(), BACKUP, silent)


# schemas --------------------------------------------------------------------------------------


def test_a_newer_schema_is_backed_up_and_not_restored_by_an_older_program(
    place: Place, settle: Settle
) -> None:
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    place.run(lambda session: session.execute(newer))
    back_up(place)
    other = elsewhere(settle)
    with pytest.raises(ArchiveError, match=r"newer schema \(9999\)"):
        restore(other)
    assert schema_is_untouched(other)


def test_an_older_schema_is_restored_and_upgraded(
    place: Place, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(place)
    later = with_a_later_step(Path("migrations"))
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    other = elsewhere(settle)
    said = restore(other)
    assert f"upgraded to {schema.newest()}" in said
    schema.check(other.settings.database)
    assert other.held() == messages(3)


def with_a_later_step(folder: Path) -> Path:
    """The migrations of a program one step ahead of ours."""
    newest = schema.newest()
    shutil.copytree(schema.MIGRATIONS, folder)
    (folder / "versions" / "9000_later.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision, down_revision = '9000', '{newest}'\n"
        "def upgrade():\n    op.add_column('tips', sa.Column('later', sa.String(), nullable=True))\n"
        "def downgrade():\n    op.drop_column('tips', 'later')\n"
    )
    return folder.absolute()


# interruption ---------------------------------------------------------------------------------


def kill(command: str, step: str, nth: int) -> None:
    """Run a command in a process that kills itself at the nth such step."""
    program = [sys.executable, "-m", "tests.bot.killed", command, str(BACKUP), step, str(nth)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(program, env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize(
    ("step", "nth"),
    [("folder", 1), ("copying", 1), ("member", 1), ("member", 3), ("list", 1), ("name", 1)],
)
def test_a_killed_backup_leaves_nothing_that_passes_for_one(
    place: Place, step: str, nth: int
) -> None:
    kill("backup", step, nth)
    assert not BACKUP.exists()
    assert place.held() == messages(3)
    back_up(place)
    assert verify(place).startswith("good: ")
    assert not Path("tinbao.tar.part").exists()


@pytest.mark.parametrize(
    ("step", "nth"),
    [("folder", 1), ("extracting", 1), ("comparing", 1), ("media", 2), ("flushing", 1)],
)
def test_a_killed_restore_leaves_nothing_that_looks_like_a_database(
    place: Place, settle: Settle, step: str, nth: int
) -> None:
    back_up(place)
    other = elsewhere(settle)
    kill("restore", step, nth)
    if other.settings.database.startswith("sqlite"):
        assert not list(other.settings.data_dir.glob("*.db"))
    else:
        assert schema.is_empty(other.settings.database)
    restore(other)
    assert other.held() == messages(3)
    folders = [path.name for path in other.settings.data_dir.iterdir() if path.is_dir()]
    assert folders == ["media"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_two_backups_to_one_place_do_not_mix(place: Place) -> None:
    with (
        backups.workplace(Path("tinbao.tar.part")),
        pytest.raises(StartError, match="another backup or restore is under way"),
    ):
        back_up(place)

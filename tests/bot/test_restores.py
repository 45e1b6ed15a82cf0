"""A restore: what was backed up, with its own keys, where there is nothing yet; or a line that says why."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import restores
from bot.archives import ArchiveError
from bot.errors import PLAIN, StartError
from bot.keys import key_path
from bot.settings import read_settings
from storage import schema
from storage.sealing import KeyFileError, Keyring, write_keyring
from tests.bot.installations import (
    BACKUP,
    ROOT,
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
)

#: An agency instead of a token: `doctor` finds no fault where no channel can be reached.
AGENCY = {
    "TINBAO_TELEGRAM_TOKEN": "",
    "TINBAO_AGENCY_NAME": "Công an tỉnh",
    "TINBAO_AGENCY_DECISION": "12/QĐ",
    "TINBAO_AGENCY_URL": "https://tinh.gov.vn",
}


@on_sqlite
def test_the_documented_commands_bring_everything_back(place: Place, tmp_path: Path) -> None:
    """Only the place of the keys and the backup's name are ours; the bot itself is not started."""
    said = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    back, there = (
        re.search(rf"^## {title}\n.*?```sh\n(.*?)```", said, re.MULTILINE | re.DOTALL)
        for title in ("Backup", "Restore")
    )
    assert back
    assert there
    Path("safe").mkdir()
    shutil.copy(key_path(place.settings), "safe/keys.json")
    run_documented(back[1])
    shutil.rmtree("var")
    run_documented(there[1].replace(".venv/bin/tinbao run\n", ""))
    assert place.held() == messages(3)


def run_documented(commands: str) -> None:
    program = f"{sys.executable} -m bot"
    commands = commands.replace(".venv/bin/tinbao", program).replace("/where/the/keys/are", "safe")
    commands = re.sub(r"tinbao-[0-9]+-[0-9]+\.tar", "tinbao-*.tar", commands)
    done = subprocess.run(
        ["bash", "-euc", commands],
        env=os.environ | AGENCY | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_restore_touches_no_database_that_is_there(place: Place) -> None:
    back_up(place)
    place.take_in(4)
    with pytest.raises(PLAIN, match=r"there already|in use"):
        restore(place)
    assert place.held() == messages(4)


@on_sqlite
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


def test_a_killed_restore_leaves_nothing_that_looks_like_a_database_and_is_done_again(
    place: Place, settle: Settle
) -> None:
    back_up(place)
    other = elsewhere(settle)
    steps = [("folder", 1), ("extracting", 1), ("comparing", 1), ("media", 2), ("flushing", 1)]
    for step, nth in steps:
        kill("restore", step, nth)
        assert has_no_database(other), step
    restore(other)
    assert other.held() == messages(3)
    folders = [path.name for path in other.settings.data_dir.iterdir() if path.is_dir()]
    assert folders == ["media"]


def has_no_database(place: Place) -> bool:
    """SQLite: no file that a program would open. PostgreSQL: no table that holds anything."""
    if place.settings.database.startswith("sqlite"):
        return not list(place.settings.data_dir.glob("*.db"))
    return schema.is_empty(place.settings.database)


def is_untouched(place: Place) -> bool:
    """No table was made, no file of a database, and no medium was put anywhere."""
    return not place.settings.media_dir.exists() and has_no_database(place)


# keys -----------------------------------------------------------------------------------------


@on_sqlite
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
    assert is_untouched(other)


def test_keys_of_another_time_restore_nothing(place: Place, settle: Settle) -> None:
    back_up(place)
    rotated = place.keyring.rotated().rotated().newest(2)
    write_keyring(rotated, Path("later.json"))
    other = elsewhere(settle, Path("later.json"))
    with pytest.raises(ArchiveError, match=r"key 1 of this backup .* about 2026-11-18"):
        restore(other)
    assert is_untouched(other)


# damage ---------------------------------------------------------------------------------------


@on_sqlite
def test_a_changed_bit_in_any_member_is_found(place: Place, settle: Settle) -> None:
    back_up(place)
    whole = members(BACKUP)
    other = elsewhere(settle)
    for name in whole:
        write_members(Path("changed.tar"), whole | {name: flip(whole[name])})
        with pytest.raises(ArchiveError, match=r"is not as it was|was changed|cannot be read"):
            restore(other, Path("changed.tar"))
    assert is_untouched(other)


@on_sqlite
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
    assert is_untouched(other)


@on_sqlite
def test_a_list_that_somebody_rewrote_is_not_believed(place: Place, settle: Settle) -> None:
    back_up(place)
    whole = members(BACKUP)
    listed = json.loads(whole["manifest.json"]) | {"rows": {}}
    write_members(BACKUP, whole | {"manifest.json": json.dumps(listed).encode()})
    with pytest.raises(ArchiveError, match="do not trust it"):
        restore(elsewhere(settle))


@on_sqlite
def test_a_file_cut_short_is_found(place: Place, settle: Settle) -> None:
    back_up(place)
    other = elsewhere(settle)
    for share in (0.9, 0.6, 0.3, 0.01, 0.0):
        os.truncate(BACKUP, int(BACKUP.stat().st_size * share))
        with pytest.raises(ArchiveError, match="cut short"):
            restore(other)


@on_sqlite
def test_no_backup_and_a_strange_file_are_said_plainly(place: Place) -> None:
    with pytest.raises(ArchiveError, match=r"there is no backup tinbao\.tar"):
        verify(place)
    BACKUP.write_bytes(os.urandom(100_000))
    with pytest.raises(ArchiveError, match=r"tinbao\.tar is no backup"):
        verify(place)


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]


def write_members(path: Path, content: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


# other databases, other schemas ---------------------------------------------------------------


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


def test_a_newer_schema_is_backed_up_and_not_restored_by_an_older_program(
    place: Place, settle: Settle
) -> None:
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    place.run(lambda session: session.execute(newer))
    back_up(place)
    other = elsewhere(settle)
    with pytest.raises(ArchiveError, match=r"newer schema \(9999\)"):
        restore(other)
    assert is_untouched(other)


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


@pytest.mark.parametrize("revision", schema.revisions()[:-1])
def test_a_backup_of_every_earlier_schema_is_restored_and_upgraded(
    place: Place, settle: Settle, revision: str
) -> None:
    schema.downgrade(place.settings.database, revision)
    back_up(place)
    upgraded = f"schema {revision} upgraded to {schema.newest()}"
    assert upgraded in verify(place)
    other = elsewhere(settle)
    assert upgraded in restore(other)
    schema.check(other.settings.database)
    assert schema.differences(other.settings.database) == []
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

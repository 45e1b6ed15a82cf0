"""`tinbao restore`, and its drill `tinbao backup verify`.

    keys and signature ─▶ every member ─▶ the database apart: compared, upgraded, opened ─▶ media ─▶ its place

The database comes to its place last: a restore that was interrupted has left none, and is done again.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import archives
from bot.archives import DATABASE, MEDIA, ArchiveError, Manifest, Reader
from bot.backups import kind_of, plain_faults, stored, told, workplace
from bot.errors import StartError, make_folder
from bot.keys import key_path
from bot.progress import Progress
from bot.settings import Settings
from storage import schema, snapshots
from storage.database import sqlite_path
from storage.files import PURPOSE
from storage.sealing import Keyring, SealError, read_keyring
from storage.snapshots import Connection

UNDONE = "no database was put there: mend that, and give the same command again"
SAMPLE = 20  #: media opened by a drill


def restore(settings: Settings, path: Path, progress: Progress) -> str:
    """Put a backup back where there is nothing yet; say what it held.

    Raises:
        StartError, SchemaError, SnapshotError, KeyFileError: there is no database; one line for the operator.
    """
    _refuse_occupied(settings.database)
    doing = f"{path} could not be put back into {settings.data_dir}"
    with plain_faults(doing, UNDONE), archives.reading(path) as backup:
        _trusted(settings, backup, progress)
        _refuse_strangers(settings.media_dir, backup.manifest)
        make_folder(settings.media_dir)
        with (
            workplace(_beside(settings)) as place,
            _put_back(settings.database, backup, place, keep=True),
        ):
            _copy_media(settings.media_dir, backup, progress)
    return f"restored: {told(backup.manifest)}{_upgraded(backup.manifest)}"


def verify(settings: Settings, path: Path, progress: Progress) -> str:
    """Restore into a scratch place, compare, open a sample with the keys; say what was found good.

    Raises:
        what `restore` raises.
    """
    doing = f"{path} could not be tried in {settings.data_dir}"
    with plain_faults(doing), archives.reading(path) as backup:
        keyring = _trusted(settings, backup, progress)
        make_folder(settings.data_dir)
        with (
            workplace(settings.data_dir / "verify.part") as place,
            _put_back(settings.database, backup, place, keep=False) as connection,
        ):
            values, files = _open_samples(connection, backup, keyring)
    opened = f"{values} values and {files} files of it opened"
    return f"good: {told(backup.manifest)}; {opened}{_upgraded(backup.manifest)}"


def _upgraded(manifest: Manifest) -> str:
    newest = schema.newest()
    return "" if manifest.schema == newest else f"; schema {manifest.schema} upgraded to {newest}"


# what is refused ------------------------------------------------------------------------------


def _refuse_occupied(url: str) -> None:
    path = sqlite_path(url)
    if path is not None:
        there = [name for name in (path, f"{path}-wal", f"{path}-shm") if Path(name).exists()]
        if there:
            raise StartError(
                f"{there[0]} is there already; stop the program and move it away first"
            )
    elif not schema.is_empty(url):
        raise StartError("the database is in use; restore only into an empty one")


def _refuse_strangers(media: Path, manifest: Manifest) -> None:
    """Files of an interrupted restore are known by their names; others belong to another database."""
    ours = {name.removeprefix(MEDIA) for name in manifest.names(MEDIA)}
    strangers = set(stored(media)) - ours
    if strangers:
        raise StartError(
            f"{media} holds {len(strangers)} files that are not in the backup; move the folder away first"
        )


def _trusted(settings: Settings, backup: Reader, progress: Progress) -> Keyring:
    """Return the keys, once the backup is known to be theirs, whole, and for this place."""
    _refuse_other_place(settings, backup.manifest)
    keyring = read_keyring(key_path(settings))
    backup.trust(keyring)
    backup.check(progress)
    return keyring


def _refuse_other_place(settings: Settings, manifest: Manifest) -> None:
    if manifest.trying_out and settings.is_configured:
        raise ArchiveError("the backup is of the try-out page, and an agency or a channel is set")
    if not manifest.trying_out and not settings.is_configured:
        raise ArchiveError(
            "neither an agency nor a channel is set, and the backup is of a program that had them; set them "
            "first, for example TINBAO_TELEGRAM_TOKEN_FILE"
        )
    if manifest.kind != kind_of(settings.database):
        raise ArchiveError(
            f"the backup is of {manifest.kind}, and TINBAO_DATABASE_URL names the other kind of database"
        )
    if not schema.knows(manifest.schema):
        raise ArchiveError(
            f"the backup is of a newer schema ({manifest.schema}) than this program knows; install the "
            "newer program"
        )


# what is put back -----------------------------------------------------------------------------


def _beside(settings: Settings) -> Path:
    """Where to work: with SQLite beside the database's place, so that it moves there in a single step."""
    path = sqlite_path(settings.database)
    make_folder(settings.data_dir)
    if path is None:
        return settings.data_dir / "restore.part"
    make_folder(Path(path).parent)
    return Path(f"{path}.part")


@contextmanager
def _put_back(url: str, backup: Reader, place: Path, *, keep: bool) -> Iterator[Connection]:
    """Put the database back, compare it with the list, and bring it to our schema."""
    for name in backup.manifest.names(DATABASE):
        backup.copy(name, place / name.removeprefix(DATABASE))
    with snapshots.put_back(url, place, backup.manifest.schema, keep=keep) as connection:
        _compare(snapshots.look(connection), backup.manifest)
        schema.upgrade_within(connection)
        yield connection


def _compare(found: snapshots.Contents, manifest: Manifest) -> None:
    listed = (manifest.schema, manifest.fingerprint, dict(manifest.rows))
    if (found.revision, found.fingerprint.hex(), dict(found.rows)) != listed:
        raise ArchiveError("the database in the backup is not the one that was listed; use another")


def _copy_media(folder: Path, backup: Reader, progress: Progress) -> None:
    names = backup.manifest.names(MEDIA)
    for count, name in enumerate(names, 1):
        target = folder / name.removeprefix(MEDIA)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        backup.copy(name, target)
        progress("media", count, len(names))
    os.sync()  # all at once, before the rows that name them are in place


def _open_samples(connection: Connection, backup: Reader, keyring: Keyring) -> tuple[int, int]:
    """Unseal some values and some files; return how many of each."""
    names = backup.manifest.names(MEDIA)
    sample = names[:: max(1, len(names) // SAMPLE)]
    try:
        values = snapshots.open_samples(connection, keyring)
        for name in sample:
            keyring.unseal(backup.content(name), PURPOSE)
    except SealError as error:
        raise ArchiveError(f"{error}: it was damaged before the backup was made") from None
    return values, len(sample)

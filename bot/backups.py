"""`tinbao backup`: database and media in one file, while the program runs.

    the database, as it is at one moment ─▶ the media ─▶ a signed list of all ─▶ its name

The keys are never in it, nor beside it: who has both can read every tip.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot import archives
from bot.archives import DATABASE, MEDIA, Manifest, Writer
from bot.errors import StartError
from bot.keys import key_path
from bot.progress import Progress, counted
from bot.settings import Settings
from storage import snapshots
from storage.database import sqlite_path
from storage.sealing import Keyring, key_id_of, read_keyring
from storage.snapshots import Contents

SUFFIX = ".tar"
STORED = re.compile(r"[0-9a-f]{32}")  #: the names that the file store gives


def make(settings: Settings, wanted: Path, now: datetime, progress: Progress) -> str:
    """Back up what is served; say what is in it. Given a folder, the file is named by the time.

    Raises:
        StartError, SnapshotError, KeyFileError: there is no backup; one line for the operator.
    """
    path = wanted / f"tinbao-{now:%Y%m%d-%H%M%S}{SUFFIX}" if wanted.is_dir() else wanted
    _refuse(settings, path)
    if wanted.is_dir():
        _clear_left(wanted)
    with plain_faults(str(path)), workplace(path.with_name(f"{path.name}.part")) as place:
        with archives.writing(place / "whole") as writer:
            contents, media = _pack(settings, place / "database", writer, progress)
            keyring = read_keyring(key_path(settings))  # only now: keys may have been rotated
            listed = writer.finish(_list(settings, contents, media, keyring, now), keyring)
        os.link(place / "whole", path)  # never over a file that came there meanwhile
        snapshots.sync_folder(path.parent)
    return f"{path}: {told(listed)}"


def told(manifest: Manifest) -> str:
    """Say in a few words what a backup holds."""
    made = f"{manifest.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    rows, files = sum(manifest.rows.values()), len(manifest.names(MEDIA))
    said = f"{made}, {rows:,} rows, {files:,} files"
    if manifest.missing:
        said += f"; {manifest.missing} files that rows name were not there"
    if manifest.lost_keys:
        said += f"; key {manifest.lost_keys[0]} is lost: what it sealed cannot be opened"
    if manifest.trying_out:
        said += "; of the try-out page, since neither an agency nor a channel is set"
    return said


# what is refused ------------------------------------------------------------------------------


def _refuse(settings: Settings, path: Path) -> None:
    _refuse_forgotten_settings(settings)
    _refuse_beside_keys(path, key_path(settings), settings.media_dir)
    if not path.parent.is_dir():
        raise StartError(f"the folder {path.parent} does not exist; make it, or choose another")
    if path.exists():
        raise StartError(f"{path} is there already; choose another name")
    if path.suffix != SUFFIX:  # a disk that is not mounted would otherwise pass for a file
        raise StartError(
            f"{path} is no folder that is there; name one, or a file that ends in {SUFFIX}"
        )
    served = sqlite_path(settings.database)
    if served is not None and not Path(served).exists():
        raise StartError(f"there is no database {served} yet: nothing to back up")
    read_keyring(key_path(settings))  # without it nobody could open the backup


def _refuse_forgotten_settings(settings: Settings) -> None:
    """With nothing set the try-out page is served; a timer's bare environment must not pass for that."""
    path = sqlite_path(settings.real_database)
    if not settings.is_configured and (path is None or Path(path).exists()):
        raise StartError(
            "neither an agency nor a channel is set, so that the real database would be left out; give this "
            "command the settings that `tinbao run` has, for example TINBAO_TELEGRAM_TOKEN_FILE"
        )


def _refuse_beside_keys(path: Path, keys: Path, media: Path) -> None:
    if path.parent.resolve().is_relative_to(keys.resolve().parent):
        raise StartError(
            f"{path} would lie beside the key file {keys}, and who has both can read every tip; choose "
            f"a place outside {keys.parent}"
        )
    if keys.resolve().is_relative_to(media.resolve()):
        raise StartError(f"the key file {keys} lies among the media; move it away first")


# what is copied -------------------------------------------------------------------------------


@dataclass(slots=True)
class Media:
    """What was copied of the media."""

    names: set[str] = field(default_factory=set)
    key_ids: set[int] = field(default_factory=set)  #: of the keys that sealed them


def _pack(
    settings: Settings, folder: Path, writer: Writer, progress: Progress
) -> tuple[Contents, Media]:
    """Copy the database, then the media: what its rows name and is gone by then was erased."""
    folder.mkdir()
    contents = snapshots.take(settings.database, folder, progress)
    total = _size(folder) + _size(settings.media_dir)
    writer.tell = counted(progress, "bytes packed", total)
    for copy in sorted(folder.iterdir()):
        writer.add(f"{DATABASE}{copy.name}", copy)
        copy.unlink()
    return contents, _pack_media(settings.media_dir, writer)


def _pack_media(folder: Path, writer: Writer) -> Media:
    packed = Media()
    for name in stored(folder):
        with suppress(FileNotFoundError):
            writer.add(f"{MEDIA}{name}", folder / name)
            packed.names.add(name)
            packed.key_ids.add(_key_of(folder / name))
    return packed


def _size(folder: Path) -> int:
    """Bytes, more or less: files come and go meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def _key_of(path: Path) -> int:
    with path.open("rb") as file:
        return key_id_of(file.read(4))


def stored(folder: Path) -> list[str]:
    """Return the names of the media, those in folders within too."""
    found = (path for path in folder.rglob("*") if STORED.fullmatch(path.name) and path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _list(
    settings: Settings, contents: Contents, media: Media, keyring: Keyring, now: datetime
) -> Manifest:
    if contents.fingerprint.hex() != archives.fingerprint_of(keyring):
        raise StartError(f"the key file {key_path(settings)} belongs to another database")
    key_ids = contents.key_ids | media.key_ids
    return Manifest(
        made_at=now,
        kind=kind_of(settings.database),
        trying_out=not settings.is_configured,
        schema=contents.revision,
        fingerprint=contents.fingerprint.hex(),
        rows=contents.rows,
        missing=len(contents.files - media.names),
        proofs=archives.proofs(keyring, key_ids),
        lost_keys=sorted(key_ids - keyring.sealing_keys.keys()),
    )


def kind_of(url: str) -> str:
    return "postgresql" if sqlite_path(url) is None else "sqlite"


# the place of work ----------------------------------------------------------------------------


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """Give an empty folder for our copies, ours alone, and gone afterwards; so is what a killed one left."""
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
    except BlockingIOError:
        raise StartError(f"{folder} is in use: another backup or restore is under way") from None
    finally:
        os.close(handle)


def _clear_left(folder: Path) -> None:
    """Remove what killed backups left under names made of the time: no later one has that name."""
    for left in folder.glob(f"tinbao-*{SUFFIX}.part"):
        with suppress(StartError, OSError), workplace(left):
            pass


@contextmanager
def plain_faults(doing: str, outcome: str = "nothing was left behind") -> Iterator[None]:
    """Turn a full disk, a closed folder and the like into one line."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise StartError(f"{error.filename or doing}: {reason}; {outcome}") from None

"""Sealed files in a folder: evidence that is too large for a database row."""

import os
import secrets
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from storage.sealing import Keyring, key_id_of

PURPOSE = "files"
PART = ".part"  #: of a file that is still being written


class FileStore:
    """Puts sealed bytes under random names. Bytes are on the disk before `put` returns."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, content: bytes) -> str:
        """Seal and store; return the name to write into the row that is committed next."""
        name = secrets.token_hex(16)
        self._write(name, self._keyring.seal(content, PURPOSE))
        return name

    def get(self, name: str) -> bytes:
        """Return the content. Raises FileNotFoundError, or SealError if it was changed."""
        return self._keyring.unseal((self._folder / name).read_bytes(), PURPOSE)

    def delete(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Return the name of every file that is whole."""
        files = (path for path in self._folder.iterdir() if path.is_file())
        return [path.name for path in files if path.suffix != PART]

    def orphans(self, known: Collection[str], before: datetime) -> Iterator[str]:
        """Yield files no row names, written before `before` (younger ones may await their commit)."""
        for path in self._folder.iterdir():
            if path.name not in known and path.is_file() and _was_written(path, before):
                yield path.name

    def reseal(self, name: str, keyring: Keyring) -> None:
        """Seal a file again with `keyring`'s newest key, unless it already is."""
        try:
            sealed = (self._folder / name).read_bytes()
        except FileNotFoundError:
            return  # swept meanwhile
        if key_id_of(sealed) != max(keyring.sealing_keys):
            self._write(name, keyring.seal(keyring.unseal(sealed, PURPOSE), PURPOSE))

    def _write(self, name: str, sealed: bytes) -> None:
        part = self._folder / f"{name}{PART}"
        with part.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _was_written(path: Path, before: datetime) -> bool:
    """Tell whether a file is older; one that is gone by now (whole under its own name, or swept) is not."""
    try:
        written = path.stat().st_mtime
    except FileNotFoundError:
        return False
    return datetime.fromtimestamp(written, UTC) < before

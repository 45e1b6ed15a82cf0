"""The file a backup is: a tar of the database and the media, and at its end a signed list of them.

What people wrote is sealed in it as it was in the database. The signature is made with the key file, so that
whoever can write where backups are kept still cannot slip an officer into one.
"""

import hashlib
import hmac
import io
import os
import re
import tarfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from pydantic import TypeAdapter, ValidationError

from bot.errors import StartError
from bot.progress import Progress, Tell, counted
from storage.sealing import Keyring, SealError

MANIFEST, SIGNATURE = "manifest.json", "manifest.mac"
DATABASE, MEDIA = "database/", "media/"
NAME = re.compile(r"(database|media(/[a-z]+)?)/[a-z0-9_]+(\.[a-z]+)*")
FORMAT = 1
PROOF = b"tinbao"  #: sealed with each key that is needed: by it the right key file is known
PURPOSE = "backup"
BLOCK = 1 << 20  #: bytes


class ArchiveError(StartError):
    """The backup cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Member:
    size: int  #: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: datetime
    kind: str  #: of the database: sqlite or postgresql
    trying_out: bool  #: it is of the try-out page
    schema: str
    fingerprint: str  #: of the key file that belongs to it
    rows: Mapping[str, int]
    missing: int = 0  #: files that rows name and that were not there
    proofs: Mapping[int, str] = field(default_factory=dict)  #: key id → PROOF sealed by that key
    lost_keys: Sequence[int] = ()  #: ids of keys that are in use and no longer in the key file
    members: Mapping[str, Member] = field(default_factory=dict)
    format: int = FORMAT

    def names(self, folder: str) -> list[str]:
        return [name for name in self.members if name.startswith(folder)]


_MANIFEST = TypeAdapter(Manifest)


def fingerprint_of(keyring: Keyring) -> str:
    return keyring.digest("installation", "fingerprint").hex()


def _signature(text: bytes, keyring: Keyring) -> bytes:
    return keyring.digest(hashlib.sha256(text).hexdigest(), PURPOSE).hex().encode()


def _private(path: Path) -> BinaryIO:
    """Open a new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


# writing --------------------------------------------------------------------------------------


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes], tell: Tell) -> None:
        self._file, self._tell = file, tell
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        self._tell(len(block))
        return block


class Writer:
    """Fills a new archive. Until it is finished nobody takes it for one."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members: dict[str, Member] = {}
        self.tell: Tell = lambda _: None

    def add(self, name: str, path: Path) -> None:
        """Copy a file, as it is at this moment. Raises FileNotFoundError if there is none."""
        with path.open("rb") as file:
            hashed = _Hashed(file, self.tell)
            size = os.fstat(file.fileno()).st_size
            self._tar.addfile(_info(name, size), hashed)
        self._members[name] = Member(size, hashed.digest.hexdigest())

    def finish(self, manifest: Manifest, keyring: Keyring) -> Manifest:
        """Write the list and its signature; return the list."""
        whole = replace(manifest, members=self._members)
        text = _MANIFEST.dump_json(whole)
        self._write(MANIFEST, text)
        self._write(SIGNATURE, _signature(text, keyring))
        return whole

    def _write(self, name: str, content: bytes) -> None:
        self._tar.addfile(_info(name, len(content)), io.BytesIO(content))


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Make an archive for its owner only; on the disk when the block has ended."""
    with _private(path) as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            yield Writer(tar)
        file.flush()
        os.fsync(file.fileno())


# reading --------------------------------------------------------------------------------------

MEND = "the backup is damaged: use another"


class Reader:
    """Reads an archive. Nothing in it is to be believed before `trust` and `check`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        if not {MANIFEST, SIGNATURE} <= set(tar.getnames()):
            raise ArchiveError("the backup was cut short, or is none; use another")
        self._list, self._signed = self.content(MANIFEST), self.content(SIGNATURE)
        try:
            self.manifest = _MANIFEST.validate_json(self._list)
        except ValidationError:
            raise ArchiveError(f"its list cannot be read; {MEND}") from None
        if self.manifest.format > FORMAT:
            raise ArchiveError("the backup was made by a newer program; install that one")

    def trust(self, keyring: Keyring) -> None:
        """Raise ArchiveError unless the archive was made with this key file, and the file opens all of it."""
        if self.manifest.fingerprint != fingerprint_of(keyring):
            raise ArchiveError(
                "the key file belongs to another database; put back the one that was kept for this backup"
            )
        if not hmac.compare_digest(self._signed, _signature(self._list, keyring)):
            raise ArchiveError("the backup's list was changed after it was made; do not trust it")
        _refuse_missing_keys(self.manifest, keyring)

    def check(self, progress: Progress) -> None:
        """Hold every member against the list. Raises ArchiveError."""
        listed = self.manifest.members
        held = set(self._tar.getnames()) - {MANIFEST, SIGNATURE}
        for name in held ^ set(listed):
            raise ArchiveError(f"{name} is {'not listed' if name in held else 'missing'}; {MEND}")
        tell = counted(progress, "bytes checked", sum(member.size for member in listed.values()))
        for name, member in listed.items():
            if not NAME.fullmatch(name) or self._digest(name, tell) != member.sha256:
                raise ArchiveError(f"{name} is not as it was; {MEND}")

    def _digest(self, name: str, tell: Tell) -> str:
        with self._open(name) as file:
            hashed = _Hashed(file, tell)
            while hashed.read(BLOCK):
                pass
        return hashed.digest.hexdigest()

    def _open(self, name: str) -> IO[bytes]:
        info = self._tar.getmember(name)
        file = self._tar.extractfile(info) if info.isreg() else None
        if file is None:
            raise ArchiveError(f"{name} is not a plain file; {MEND}")
        return file

    def content(self, name: str) -> bytes:
        with self._open(name) as file:
            return file.read()

    def copy(self, name: str, target: Path) -> None:
        """Copy a member to a file for its owner only, which has its name only once it is whole."""
        part = target.with_name(f"{target.name}.part")
        part.unlink(missing_ok=True)
        with self._open(name) as file, _private(part) as copy:
            while block := file.read(BLOCK):
                copy.write(block)
        part.replace(target)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open a backup. Raises ArchiveError if it is none, or cut short."""
    if not path.is_file():
        raise ArchiveError(f"there is no backup {path}")
    try:
        with tarfile.open(path, "r:") as tar:
            yield Reader(tar)
    except tarfile.TarError:
        raise ArchiveError(f"{path} is no backup, or was cut short; use another") from None


def _refuse_missing_keys(manifest: Manifest, keyring: Keyring) -> None:
    for key_id, proof in manifest.proofs.items():
        try:
            keyring.unseal(bytes.fromhex(proof), PURPOSE)
        except SealError:
            raise ArchiveError(
                f"the key file is of another time: key {key_id} of this backup is not in it; put back "
                f"the one that was kept about {manifest.made_at:%Y-%m-%d}"
            ) from None


def proofs(keyring: Keyring, key_ids: Collection[int]) -> dict[int, str]:
    """Seal something known with each of these keys that is there, to tell the right key file by."""
    found = {}
    for key_id in sorted(keyring.sealing_keys.keys() & set(key_ids)):
        alone = Keyring(keyring.hash_key, {key_id: keyring.sealing_keys[key_id]})
        found[key_id] = alone.seal(PROOF, PURPOSE).hex()
    return found

"""Installations for tests of backups: each with a data folder, a database and messages of its own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy.orm import Session

from bot import backups, restores
from bot.keys import key_path
from bot.settings import Settings
from storage import evidence, inbox, schema
from storage.chats import Address, reach
from storage.database import sync_engine
from storage.files import FileStore
from storage.inbox import RawUpdate
from storage.models import Evidence, Inbox
from storage.sealing import Keyring, read_keyring
from storage.states import Channel, EvidenceKind, EvidenceVerdict

NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)
TOKEN = "123456789:AAF-secret-secret-secret-secret-sec"
ROOT = Path(__file__).parents[2]
BACKUP = Path("tinbao.tar")

#: For what does not depend on the kind of database.
on_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


class Settle(Protocol):
    def __call__(self, folder: str, *, prepared: bool = False) -> Settings: ...


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
        try:
            with Session(engine, info={"keyring": self.keyring}) as session, session.begin():
                work(session)
        finally:
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


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


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


def kill(command: str, step: str, nth: int) -> None:
    """Run a command in a process that kills itself at the nth such step."""
    program = [sys.executable, "-m", "tests.bot.killed", command, str(BACKUP), step, str(nth)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(program, env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()

"""Backup and restore as docs/operations.md describes them give every tip back."""

import asyncio
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.keys import open_keyring
from bot.settings import read_settings
from storage import inbox, schema
from storage.database import Database, Session
from storage.files import FileStore
from storage.inbox import RawUpdate
from storage.models import Inbox
from storage.sealing import Keyring
from storage.states import Channel
from tests.databases import Postgres, postgres_programs

NOW = datetime(2026, 11, 18, tzinfo=UTC)
WORDS = "trộm xe ở xóm 5".encode()


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", "123456789:AAF-secret-secret-secret-secret-sec")
    Path("backup").mkdir()


async def write(url: str, keyring: Keyring) -> Database:
    """A database in use, left open as by a running program."""
    database = Database(url, keyring)
    update = RawUpdate(Channel.WEB, "1", "chat", 1, WORDS)

    def work(session: Session) -> None:
        schema.recognise(session, keyring, NOW)
        inbox.store(session, [update], NOW)

    await database.run(work)
    return database


async def read(url: str, keyring: Keyring) -> bytes:
    database = Database(url, keyring)

    def work(session: Session) -> bytes:
        schema.recognise(session, keyring, NOW)
        return inbox.body_of(session, session.query(Inbox).one())

    try:
        return await database.read(work)
    finally:
        await database.close()


async def test_sqlite_and_media_come_back_with_their_keys_and_only_with_them() -> None:
    settings = read_settings()
    keyring = open_keyring(settings, database_is_empty=True)
    schema.upgrade(settings.database)
    database = await write(settings.database, keyring)
    name = FileStore(settings.media_dir, keyring).put(WORDS)

    copied = sqlite3.connect("var/tinbao.db")
    copied.execute("VACUUM INTO 'backup/tinbao.db'")
    copied.close()
    shutil.copytree("var/media", "backup/media")
    shutil.copy("var/keys.json", "keys.json")
    await database.close()
    shutil.rmtree("var")

    shutil.copytree("backup", "var")
    shutil.copy("keys.json", "var/keys.json")
    schema.check(settings.database)
    restored = open_keyring(settings, database_is_empty=schema.is_empty(settings.database))
    assert await read(settings.database, restored) == WORDS
    assert FileStore(settings.media_dir, restored).get(name) == WORDS

    with pytest.raises(schema.SchemaError, match="belongs to another database"):
        await read(settings.database, Keyring.fresh())
    assert not any(WORDS in content for content in contents("backup"))


def contents(folder: str) -> list[bytes]:
    return [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()]


async def call(program: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        postgres_programs() / program, *arguments, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


async def test_postgresql_comes_back_from_a_dump(
    postgresql_url: str, postgres_server: Postgres, keyring: Keyring
) -> None:
    database = await write(postgresql_url, keyring)
    plain = postgresql_url.replace("+psycopg", "")
    await call("pg_dump", "--format=custom", "--file=backup/tinbao.dump", plain)
    await database.close()

    restored = postgres_server.make()
    try:
        target = restored.replace("+psycopg", "")
        await call("pg_restore", f"--dbname={target}", "backup/tinbao.dump")
        schema.check(restored)
        assert await read(restored, keyring) == WORDS
    finally:
        postgres_server.drop(restored)

"""A process without settings, in a folder of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.keys import open_keyring
from bot.settings import Settings, read_settings
from storage import schema
from tests.bot.installations import NOW, TOKEN, Place, Settle
from tests.databases import Postgres

NOBODY = 65534


@pytest.fixture(autouse=True)
def bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set, and no .env lies in the working folder."""
    for name in list(os.environ):
        if name.upper().startswith("TINBAO_") or name == "CREDENTIALS_DIRECTORY":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def as_nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder of one's own without root's rights, which pass through every closed door."""
    folder = Path(tempfile.mkdtemp(prefix="tinbao-"))  # pytest's own lie in a closed folder
    monkeypatch.chdir(folder)
    user = os.geteuid()
    if user == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        os.seteuid(user)
        monkeypatch.undo()
        for closed in folder.iterdir():
            closed.chmod(0o700)
        shutil.rmtree(folder)


@pytest.fixture(params=("sqlite", "postgresql"))
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: the test runs once on each."""
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

"""A process without settings, in a folder of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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

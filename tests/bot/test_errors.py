"""Refusing to start: one line, exit code 2, no traceback."""

from pathlib import Path

import pytest

from bot.errors import FolderError, SettingsError, make_folder, plain_errors
from storage.schema import SchemaError
from storage.sealing import KeyFileError


@pytest.mark.parametrize("kind", [SettingsError, FolderError, SchemaError, KeyFileError])
def test_a_refusal_is_one_line_on_standard_error(
    kind: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ending, plain_errors():
        raise kind("first line\n  second line")
    assert ending.value.code == 2
    assert capsys.readouterr().err == "tinbao: first line second line\n"


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), plain_errors():
        raise ZeroDivisionError


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    made = make_folder(tmp_path / "var" / "media")
    assert made.stat().st_mode & 0o777 == 0o700
    assert list(made.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("mine")
    with pytest.raises(FolderError, match="TINBAO_DATA_DIR"):
        make_folder(tmp_path / "var")
    assert (tmp_path / "var").read_text() == "mine"

"""What the Makefile says on a machine that lacks something: one line, and nothing is left half done."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOO_OLD = "exit 1"
WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; esac; exit 0'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `make run` starts from, and a folder `bin` that holds all the programs there are."""
    for name in ("Makefile", "requirements.lock", "requirements-build.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for name in ("make", "sh"):
        program = shutil.which(name)
        assert program is not None
        (tmp_path / "bin" / name).symlink_to(program)
    return tmp_path


def make(checkout: Path, target: str = "run") -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": str(checkout / "bin"), "HOME": str(checkout)}
    return subprocess.run(
        ["make", target],
        env=environment,
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


def python(checkout: Path, behaviour: str) -> None:
    program = checkout / "bin" / "python3"
    program.write_text(f"#!/bin/sh\n{behaviour}\n")
    program.chmod(0o755)


def test_without_python_it_says_so_in_one_line(checkout: Path) -> None:
    ended = make(checkout)
    assert ended.returncode != 0
    assert ended.stdout == "tinbao needs Python 3.11 or newer as python3\n"


def test_with_an_old_python_it_says_so_in_one_line(checkout: Path) -> None:
    python(checkout, TOO_OLD)
    assert make(checkout).stdout == "tinbao needs Python 3.11 or newer as python3\n"


def test_without_venv_it_says_how_to_get_it(checkout: Path) -> None:
    python(checkout, WITHOUT_VENV)
    ended = make(checkout)
    assert ended.returncode != 0
    (line,) = ended.stdout.splitlines()
    assert "python3-venv" in line
    assert not (checkout / ".venv").exists()


def test_an_installation_that_breaks_off_is_not_taken_for_done(checkout: Path) -> None:
    python(checkout, 'test "$2" != venv')
    assert make(checkout).returncode != 0
    assert not (checkout / ".venv" / "run.stamp").exists()


def test_what_is_installed_is_not_installed_again(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "run.stamp").touch()
    assert make(checkout, "install").returncode == 0


def test_a_changed_lock_is_installed(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    stamp = checkout / ".venv" / "run.stamp"
    stamp.touch()
    os.utime(stamp, (0, 0))
    assert make(checkout, "install").returncode != 0  # it tries, and finds no python here


def test_the_build_machine_can_run_its_script() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()
    subprocess.run(["bash", "-n", script], check=True)

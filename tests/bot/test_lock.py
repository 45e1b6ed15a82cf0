"""One process a SQLite file."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.lock import AlreadyRunningError, only_process
from tests.programs import ROOT

HOLD = """
import subprocess, sys
from pathlib import Path
from bot.lock import only_process
with only_process(Path(sys.argv[1])):
    child = subprocess.Popen(["sleep", "30"])
    print(child.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> "subprocess.Popen[str]":
    """A process that serves `tinbao.db`, and has a child."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "tinbao.db")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def end(holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.communicate()


def test_a_second_one_is_refused_and_a_file_beside_it_is_not(
    holder: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert holder.stdout
    child = holder.stdout.readline().strip()
    try:
        with pytest.raises(AlreadyRunningError), only_process(tmp_path / "tinbao.db"):
            pytest.fail("two processes")
        with only_process(tmp_path / "demo.db"):
            pass
    finally:
        end(holder)
        subprocess.run(["kill", child], check=True)


def test_it_ends_with_its_process_though_a_child_lives_on(
    holder: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert holder.stdout
    child = holder.stdout.readline().strip()
    end(holder)
    try:
        with only_process(tmp_path / "tinbao.db"):
            pass
    finally:
        subprocess.run(["kill", child], check=True)


def test_it_can_be_taken_again_after_a_proper_end(tmp_path: Path) -> None:
    for _ in range(2):
        with only_process(tmp_path / "tinbao.db"):
            pass

"""Whatever a hostile file makes of the child, the parent has an answer."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.tips.cleaning_samples import a_picture
from tips.cleaning.cleaner import CHILD, Cleaner, CleaningUnavailableError
from tips.cleaning.shapes import Shape
from tips.cleaning.verdicts import (
    Cleaned,
    Limits,
    MediaKind,
    RefusalReason,
    Refused,
    Uncleanable,
    UncleanableReason,
)
from tips.cleaning.wire import Copy, NonsenseError, pack_answer, read_answer

ROOT = Path(__file__).parents[2]
PICTURE = a_picture("JPEG")
# For children that stop answering after they began; long enough for a shell to begin.
SOON = Limits(patience=timedelta(seconds=2))


def a_shell(script: str, *arguments: object) -> tuple[str, ...]:
    """Stands in for the child."""
    return ("/bin/sh", "-c", script, "sh", *map(str, arguments))


def a_python(script: str) -> tuple[str, ...]:
    """Stands in for the child, with our own modules at hand."""
    return (sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{script}")


LOCKED = """
from datetime import timedelta
from tips.cleaning.child import lock_down
from tips.cleaning.verdicts import Limits
import os, socket
lock_down(Limits(cpu=timedelta(seconds=1), memory=200 * 2**20))
os.getuid() or os.setuid(65534)  # the bound on processes does not hold for root
"""


async def answer_of(child: tuple[str, ...], limits: Limits | None = None) -> object:
    return await Cleaner(limits or Limits(), child=child).clean(PICTURE)


async def test_a_child_that_does_not_start_says_nothing_about_the_file() -> None:
    with pytest.raises(CleaningUnavailableError):
        await answer_of(a_shell("exit 3"))


async def test_a_child_that_never_gets_ready_says_nothing_about_the_file() -> None:
    with pytest.raises(CleaningUnavailableError):
        await answer_of(a_shell("exec sleep 60"), SOON)


@pytest.mark.parametrize("name", ["SEGV", "KILL", "ABRT", "BUS"])
async def test_a_child_that_is_killed_over_a_file_refuses_it(name: str) -> None:
    verdict = await answer_of(a_shell(f"printf .; kill -{name} $$"))
    assert verdict == Refused(RefusalReason.DECODER_DIED)


async def test_a_child_that_dies_with_its_mouth_full_refuses_the_file() -> None:
    large = PICTURE + bytes(4 * 2**20)
    child = a_shell("head -c 9 >/dev/null; printf .; exit 0")
    assert await Cleaner(Limits(), child=child).clean(large) == Refused(RefusalReason.DECODER_DIED)


async def test_a_child_that_falls_asleep_over_a_file_refuses_it() -> None:
    verdict = await answer_of(a_shell("printf .; exec sleep 60"), SOON)
    assert verdict == Refused(RefusalReason.TIMEOUT)


async def test_a_child_that_computes_without_end_is_stopped() -> None:
    child = a_python(LOCKED + "print('.', end='', flush=True)\nwhile True: pass")
    assert await answer_of(child) == Refused(RefusalReason.TIMEOUT)


async def test_a_child_that_will_not_stop_talking_is_not_listened_to() -> None:
    verdict = await answer_of(a_shell("printf .; exec cat /dev/zero"), Limits(size=len(PICTURE)))
    assert verdict == Refused(RefusalReason.DECODER_DIED)


def told(facts: object, content: bytes = b"") -> bytes:
    text = json.dumps(facts).encode()
    return len(text).to_bytes(4) + text + content


COPY = {"verdict": "copy", "shape": "jpg", "width": 1, "height": 1}
COPY |= {"seconds": None, "taken_at": None, "point": None, "size": len(PICTURE)}


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\0",
        b"\xff\xff\xff\xff{}",
        b"\0\0\0\2{]",
        told([]),
        told({}),
        told({"verdict": "fine"}),
        told({"verdict": "refused", "reason": "mood"}),
        told({"verdict": "refused", "reason": []}),
        told(COPY, PICTURE[:-1]),
        told(COPY | {"shape": "html"}, PICTURE),
        told(COPY | {"width": "wide"}, PICTURE),
        told(COPY | {"width": 1e999}, PICTURE),
        told(COPY | {"seconds": 1e300}, PICTURE),
        told(COPY | {"point": [1]}, PICTURE),
        b"\0\1\0\0" + b"[" * 2**16,
    ],
)
def test_nonsense_is_no_answer(nonsense: bytes) -> None:
    with pytest.raises(NonsenseError):
        read_answer(nonsense)


async def test_nonsense_from_a_child_refuses_the_file() -> None:
    verdict = await answer_of(a_shell("printf '.nonsense'"))
    assert verdict == Refused(RefusalReason.DECODER_DIED)


async def test_a_child_that_hands_back_something_else_is_not_believed(tmp_path: Path) -> None:
    page = b"<html><script>alert(1)</script>"
    lie = tmp_path / "lie"
    lie.write_bytes(b"." + pack_answer(Copy(Shape.JPEG, page)))
    verdict = await answer_of(a_shell('cat "$1"', lie))
    assert verdict == Refused(RefusalReason.DECODER_DIED)


@pytest.mark.parametrize(
    "answer",
    [
        Refused(RefusalReason.BROKEN),
        Uncleanable(MediaKind.VIDEO, UncleanableReason.CODEC),
        Copy(Shape.JPEG, PICTURE),
        Copy(Shape.MP4, b"x", 3, 4, timedelta(0), "2026-11-20T21:34:05+07:00", (21.0, 105.5)),
    ],
)
def test_an_answer_arrives_as_it_was_given(answer: Refused | Uncleanable | Copy) -> None:
    assert read_answer(pack_answer(answer)) == answer


@pytest.mark.parametrize(
    "deed",
    [
        "open('/dev/null')",
        "socket.socket()",
        "os.fork()",
        "__import__('threading').Thread(target=print).start()",
        "bytearray(300 * 2**20)",
    ],
)
def test_a_locked_down_child_can_reach_nothing(deed: str) -> None:
    attempt = (
        f"{LOCKED}\ntry:\n    {deed}\nexcept (OSError, RuntimeError, MemoryError):\n    os._exit(7)"
    )
    script = "import threading\n" + attempt
    assert subprocess.run(a_python(script), check=False, timeout=60).returncode == 7


async def test_a_child_is_told_none_of_our_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", "123:secret")
    seen = tmp_path / "seen"
    await answer_of(a_shell('env > "$1"; printf .', seen))
    assert seen.read_text()
    assert "secret" not in seen.read_text()


async def test_no_more_children_live_at_once_than_allowed(tmp_path: Path) -> None:
    room = tmp_path / "room"
    script = 'mkdir "$1" || touch "$1/crowded"; sleep 0.1; printf .; rmdir "$1"'
    cleaner = Cleaner(Limits(), at_once=1, child=a_shell(script, room))
    await asyncio.gather(*(cleaner.clean(PICTURE) for _ in range(4)))
    assert not room.exists()  # a crowded room cannot be removed


async def test_who_stops_waiting_leaves_no_child_behind(tmp_path: Path) -> None:
    note = tmp_path / "note"
    os.mkfifo(note)
    child = a_shell('echo $$ > "$1"; printf .; exec sleep 60', note)
    waiting = asyncio.create_task(Cleaner(Limits(), child=child).clean(PICTURE))
    number = int(await asyncio.to_thread(note.read_text))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


async def test_many_files_are_cleaned_side_by_side() -> None:
    cleaner = Cleaner(Limits(), at_once=2)
    verdicts = await asyncio.gather(*(cleaner.clean(PICTURE) for _ in range(5)))
    assert all(isinstance(verdict, Cleaned) for verdict in verdicts)


def test_the_parent_loads_no_decoder() -> None:
    script = "import tips.cleaning.cleaner; print(*sys.modules)"
    run = subprocess.run(a_python(script), check=True, capture_output=True, text=True, timeout=60)
    assert {"tips.cleaning.cleaner"} <= set(run.stdout.split())
    assert not {"av", "PIL", "numpy"} & set(run.stdout.split())


def test_the_child_is_cut_off_from_its_surroundings() -> None:
    assert "-I" in CHILD

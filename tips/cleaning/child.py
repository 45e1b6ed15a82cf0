"""The child process: one file in, one answer out, and no way to anything else.

It is started afresh for every file, reads standard input, writes standard output, and gives up all
it does not need before it sees the first byte of a stranger's file.
"""

import importlib
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from tips.cleaning.judge import PICTURES, Form
from tips.cleaning.verdicts import Limits, RefusalReason, Refused
from tips.cleaning.wire import READY, Answer, Copy, Job, NoCopyError, pack_answer, read_job

_NICENESS = 10  # cleaning may wait; the chats may not


class _Workroom(Protocol):
    """`pictures` or `recordings`; only the one needed is loaded."""

    def prepare(self) -> None: ...

    def copy(self, content: bytes, job: Job) -> Copy: ...


def main() -> None:
    """Answers, or dies; the parent is ready for either."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    step_back()
    job = read_job(source)
    workroom = _workroom(job.form)
    _fall_silent()
    lock_down(job.limits)
    _say(target, READY)
    _say(target, pack_answer(_answer(workroom, source, job)))


def _fall_silent() -> None:
    """Decoders print what they read, and that is a citizen's words."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def lock_down(limits: Limits) -> None:
    """No more memory and time than allowed; no further file, socket, process or thread."""
    seconds = max(1, round(limits.cpu.total_seconds()))
    # At the first bound of time comes SIGXCPU, which the parent understands; then SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, limits.memory),
    ):
        resource.setrlimit(what, (most, most))


def step_back() -> None:
    """If the machine runs short of anything, let it be this process that suffers."""
    os.nice(_NICENESS)
    with suppress(OSError):  # not every system has the file
        Path("/proc/self/oom_score_adj").write_text("1000")


def _workroom(form: Form) -> _Workroom:
    name = "pictures" if form in PICTURES else "recordings"
    room: _Workroom = importlib.import_module(f"tips.cleaning.{name}")
    room.prepare()
    return room


def _answer(workroom: _Workroom, source: BinaryIO, job: Job) -> Answer:
    try:
        return workroom.copy(source.read(), job)
    except NoCopyError as end:
        return end.verdict
    except MemoryError:
        return Refused(RefusalReason.OUT_OF_MEMORY)


def _say(target: BinaryIO, words: bytes) -> None:
    target.write(words)
    target.flush()

"""A backup or a restore in a process that kills itself, as by `kill -9`, at the nth step of a kind.

python -m tests.bot.killed backup|restore PATH STEP N
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import archives, backups, restores
from bot.settings import read_settings
from storage import snapshots

#: Before which function; any other step is what the progress names, after so many of it.
STEPS: dict[str, tuple[Any, str]] = {
    "folder": (os, "mkdir"),
    "copying": (snapshots, "take"),
    "member": (archives.Writer, "add"),
    "list": (archives.Writer, "finish"),
    "name": (os, "link"),
    "extracting": (archives.Reader, "copy"),
    "comparing": (snapshots, "look"),
    "flushing": (os, "sync"),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(step: str, nth: int) -> None:
    owner, name = STEPS[step]
    real, left = getattr(owner, name), nth

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if not left:
            die()
        return real(*args, **kwargs)

    setattr(owner, name, counted)


def main(command: str, path: str, step: str, nth: str) -> None:
    def progress(what: str, done: int, total: int) -> None:
        if what == step and done == int(nth):
            die()

    if step in STEPS:
        arm(step, int(nth))
    settings = read_settings()
    if command == "backup":
        backups.make(settings, Path(path), datetime.now(UTC), progress)
    else:
        restores.restore(settings, Path(path), progress)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""How far something long has come: one line on a terminal, once it takes over a second."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TextIO

#: Called with what, how much of it is done, how much of it there is.
Progress = Callable[[str, int, int], None]
Tell = Callable[[int], None]  #: called with how much more is done

QUIET = timedelta(seconds=1)
BETWEEN = timedelta(milliseconds=200)
CLEAR = "\r\x1b[K"


@contextmanager
def showing(stream: TextIO | None = None) -> Iterator[Progress]:
    """Give a function that shows progress; silent where nobody watches. The line goes when it is over."""
    out = stream or sys.stderr
    due, shown = time.monotonic() + QUIET.total_seconds(), False

    def show(what: str, done: int, total: int) -> None:
        nonlocal due, shown
        if out.isatty() and time.monotonic() >= due:
            out.write(f"{CLEAR}{what}: {done:,} of {total:,}")
            out.flush()
            due, shown = time.monotonic() + BETWEEN.total_seconds(), True

    try:
        yield show
    finally:
        if shown:
            out.write(CLEAR)
            out.flush()


def counted(progress: Progress, what: str, total: int) -> Tell:
    """Return a function that adds up what it is told and shows it."""
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        progress(what, done, total)

    return tell

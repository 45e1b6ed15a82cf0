"""How far something long has come: one line on a terminal, once it takes over a second; elsewhere a line now
and then, if asked for."""

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
BETWEEN_LINES = timedelta(seconds=10)
CLEAR = "\r\x1b[K"


@contextmanager
def showing(stream: TextIO | None = None, *, lines: bool = False) -> Iterator[Progress]:
    """Give a function that shows progress. On a terminal the line goes when it is over.

    Args:
        lines: also where there is no terminal: for what no clock starts, and takes minutes.
    """
    out = stream or sys.stderr
    due, shown = time.monotonic() + QUIET.total_seconds(), False

    def show(what: str, done: int, total: int) -> None:
        nonlocal due, shown
        if time.monotonic() < due or not (out.isatty() or lines):
            return
        said = f"{what}: {done:,} of {total:,}"
        out.write(f"{CLEAR}{said}" if out.isatty() else f"{said}\n")
        out.flush()
        between = BETWEEN if out.isatty() else BETWEEN_LINES
        due, shown = time.monotonic() + between.total_seconds(), out.isatty()

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

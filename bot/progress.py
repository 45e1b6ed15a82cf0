"""How far something long has come: one line on a terminal, once it takes over a second."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TextIO

Progress = Callable[
    [str, int, int], None
]  #: called with what, how much is done, how much of it there is

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

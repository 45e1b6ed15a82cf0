"""The history of a simulation: every update, every call to the platform, every change to the database.

Its digest is a hash over all of it in order, so that two histories are alike only byte for byte.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, TextIO

LAST = 40  #: lines that a failure shows


class History:
    """Args:
    now: the simulation's clock.
    book: where to write every line too, to compare two histories.
    """

    def __init__(self, now: Callable[[], datetime], book: TextIO | None = None) -> None:
        self._now, self._book = now, book
        self._hash = hashlib.sha256()
        self.last: deque[str] = deque(maxlen=LAST)
        self.counts: Counter[str] = Counter()

    def note(self, kind: str, *facts: Any) -> None:
        line = f"{self._now():%Y-%m-%d %H:%M:%S.%f} {kind} {facts!r}"
        if not kind.startswith("log."):  # how much is logged is the operator's choice
            self._hash.update(line.encode())
        self.counts[kind] += 1
        if kind != "change":  # far too many, and sealed
            self.last.append(line)
        if self._book is not None:
            self._book.write(line + "\n")

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

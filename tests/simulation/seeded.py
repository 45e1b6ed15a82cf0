"""Everything by chance, from one seed: keys, nonces, receipt codes, waits."""

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch


class _Source:
    """Bytes by chance. SQLAlchemy draws its own: it names a part of a statement once in a process."""

    def __init__(self, seed: int) -> None:
        self._own, self._libraries = random.Random(f"system {seed}"), random.Random(0)

    def __call__(self, count: int) -> bytes:
        caller = str(sys._getframe(1).f_globals["__name__"])
        chance = self._libraries if caller.startswith("sqlalchemy") else self._own
        return chance.randbytes(count)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let the system's randomness, and everything built on it, come from `seed`."""
    source, before = _Source(seed), random.getstate()
    with ExitStack() as stack:
        # `secrets`, `uuid` and `SystemRandom` all draw on one of these two.
        stack.enter_context(patch("os.urandom", source))
        stack.enter_context(patch("random._urandom", source))
        stack.enter_context(patch("os.getpid", lambda: 1))  # part of the names of workers
        random.seed(f"waits {seed}")
        try:
            yield
        finally:
            random.setstate(before)

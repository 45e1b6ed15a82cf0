"""Everything by chance, from one seed: keys, nonces, receipt codes, waits."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let the system's randomness, and everything built on it, come from `seed`."""
    source, before = random.Random(f"system {seed}"), random.getstate()
    with ExitStack() as stack:
        # `secrets`, `uuid` and `SystemRandom` all draw on one of these two.
        stack.enter_context(patch("os.urandom", source.randbytes))
        stack.enter_context(patch("random._urandom", source.randbytes))
        stack.enter_context(patch("os.getpid", lambda: 1))  # part of the names of workers
        random.seed(f"waits {seed}")
        try:
            yield
        finally:
            random.setstate(before)

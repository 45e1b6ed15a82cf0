"""How long to wait before trying again: longer each time, never two of us in step."""

import random
from collections.abc import Callable
from datetime import timedelta


class Backoff:
    """Doubles from `first` to `most`; each pause is that or down to half of it, by chance.

    Args:
        chance: returns a number from 0 to 1.
    """

    def __init__(
        self,
        first: timedelta = timedelta(seconds=1),
        most: timedelta = timedelta(minutes=1),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._first, self._most, self._chance = first, most, chance
        self._pause = first

    def next(self) -> timedelta:
        pause, self._pause = self._pause, min(2 * self._pause, self._most)
        return pause * (0.5 + 0.5 * self._chance())

    def reset(self) -> None:
        self._pause = self._first

"""Waking the workers when there is something for them, in this process or from another."""

import asyncio

from storage.wakeups import Grown


class Bell(asyncio.Event):
    """Set, it wakes everybody who waits at an ear of it; each ear is one worker's, to clear as it likes."""

    def __init__(self) -> None:
        super().__init__()
        self._ears: list[asyncio.Event] = []

    def ear(self) -> asyncio.Event:
        self._ears.append(asyncio.Event())
        return self._ears[-1]

    def set(self) -> None:
        for ear in self._ears:
            ear.set()


class WakeUps:
    """One bell for each queue.

    Taking an update in is what makes the other two queues grow: `owed` rings for both.
    """

    def __init__(self) -> None:
        self.stored, self.owed = Bell(), Bell()

    def heard(self, queue: Grown) -> None:
        (self.stored if queue is Grown.INBOX else self.owed).set()

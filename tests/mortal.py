"""A process that dies at a chosen step, in the middle of its work, as `kill -9` would have it.

A step ends before each commit and after it: between those nothing happens in the database that anybody
else could see. `tests/crash` kills whole processes, at requests as well.
"""

from collections.abc import Callable
from typing import TypeVar

from storage.database import Connected, Database, Session, Work

Result = TypeVar("Result")


class KilledError(BaseException):
    """The process is no more. Not an Exception: nothing in the program may catch it."""


class Fate:
    """Counts the steps of one life and ends it at step `last`, counted from 1; 0 lets it live."""

    def __init__(self, last: int = 0) -> None:
        self.steps = 0
        self._last = last

    def step(self) -> None:
        self.steps += 1
        if self._last and self.steps >= self._last:  # the dead do nothing more either
            raise KilledError


class MortalDatabase(Database):
    def __init__(self, real: Database, fate: Fate) -> None:
        self.keyring = real.keyring
        self._real, self._fate = real, fate

    async def follow(self, plan: Callable[[], Result]) -> Result:
        return await self._real.follow(plan)

    def transact(self, work: Work[Result]) -> Result:
        def mortal(session: Session) -> Result:
            result = work(session)
            session.flush()
            self._fate.step()
            return result

        result = self._real.transact(mortal)
        self._fate.step()
        return result

    def lightly(self, work: Callable[[Connected], Result]) -> Result:
        def mortal(light: Connected) -> Result:
            result = work(light)
            self._fate.step()
            return result

        result = self._real.lightly(mortal)
        self._fate.step()
        return result

    async def read(self, work: Work[Result]) -> Result:
        return await self._real.read(work)

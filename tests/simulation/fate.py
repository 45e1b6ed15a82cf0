"""Which step of the running process is its last, and whether its database can be reached."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from storage.database import Connected, Database, Session, Work
from tests.mortal import KilledError
from tests.simulation.agenda import Agenda

Result = TypeVar("Result")


class Fate:
    """Of the process that runs now. A dead one does nothing more that anybody could see."""

    def __init__(self) -> None:
        self.steps_left: int | None = None  #: None: it lives on
        self.away = False  #: the database cannot be reached
        self.died = asyncio.Event()

    def doom(self, steps: int) -> None:
        """Let the process die at one of its next steps."""
        self.steps_left = steps

    def reborn(self) -> None:
        self.steps_left, self.died = None, asyncio.Event()

    def step(self) -> None:
        if self.steps_left is None:
            return
        self.steps_left -= 1
        if self.steps_left <= 0:
            self.died.set()
            raise KilledError


class Watch:
    """What a simulation is told of the program's database."""

    fate: Fate
    agenda: Agenda

    def look(self, session: Session) -> None:
        """Called before each commit; may raise."""

    def committed(self) -> None:
        """Called after each commit."""


class WatchedDatabase(Database):
    """The program's own database, whose commits are steps of a process that may die at any of them."""

    watch: Watch

    def transact(self, work: Work[Result]) -> Result:
        fate = self.watch.fate

        def mortal(session: Session) -> Result:
            self._reach()
            result = work(session)
            session.flush()
            self.watch.look(session)
            fate.step()
            return result

        result = super().transact(mortal)
        self.watch.committed()
        fate.step()
        return result

    def lightly(self, work: Callable[[Connected], Result]) -> Result:
        fate = self.watch.fate

        def mortal(light: Connected) -> Result:
            self._reach()
            result = work(light)
            fate.step()
            return result

        result = super().lightly(mortal)
        self.watch.committed()
        fate.step()
        return result

    async def read(self, work: Work[Result]) -> Result:
        def mortal(session: Session) -> Result:
            self._reach()
            return work(session)

        return await super().read(mortal)

    def _reach(self) -> None:
        if self.watch.fate.away:
            raise OperationalError("connect", None, ConnectionError("away"))

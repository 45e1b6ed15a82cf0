"""A process that dies at a chosen step, in the middle of its work, as `kill -9` would have it.

A step ends before each commit, after each commit, and after each message has reached Telegram: between
those nothing happens that anybody else could see.
"""

import secrets
from collections.abc import Sequence
from typing import TypeVar

from handlers.telegram.send import TelegramDoor
from storage.database import Database, Session, Work
from tests.town import Town
from tips.messages import Reply

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

    async def run(self, work: Work[Result]) -> Result:
        def mortal(session: Session) -> Result:
            result = work(session)
            session.flush()
            self._fate.step()
            return result

        result = await self._real.run(mortal)
        self._fate.step()
        return result

    async def read(self, work: Work[Result]) -> Result:
        return await self._real.read(work)


class MortalDoor(TelegramDoor):
    fate: Fate

    async def send(self, address: str, reply: Reply) -> str:
        message_id = await super().send(address, reply)
        self.fate.step()
        return message_id

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        await super().edit(address, message_id, reply)
        self.fate.step()

    async def delete(self, address: str, message_ids: Sequence[str]) -> None:
        await super().delete(address, message_ids)
        self.fate.step()


class MortalTown(Town):
    """The same town, served by a process with a fate."""

    def __init__(self, town: Town, fate: Fate) -> None:
        self.fate = fate
        mortal = MortalDatabase(town.database, fate)
        super().__init__(town.telegram, town.bot, mortal, town.desk, town.clock)

    def _start_process(self, owner: str) -> None:
        self.door = MortalDoor(self.bot, "Gửi vị trí", self._download)
        self.door.fate = self.fate
        super()._start_process(f"{owner}-{secrets.token_hex(4)}")

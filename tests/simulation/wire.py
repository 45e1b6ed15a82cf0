"""The strict fake Telegram behind a line that is slow, breaks and is full, by chance and by plan."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData

from tests.fake_telegram import FakeTelegram, OfflineRequest
from tests.fake_telegram.params import Upload
from tests.fake_telegram.rules import Json, too_many
from tests.fake_telegram.updates import UpdateQueue
from tests.invariants import handed_in
from tests.simulation.fate import Fate
from tests.simulation.history import History
from tests.simulation.watching import Handed

HELD = timedelta(days=1)  #: how long a poll without news is held: a real one comes back after 30 s
LATENCY = (0.02, 0.2)  #: seconds, each way
SILENCE = timedelta(seconds=20)  #: until the library gives up on an answer


class Weather(StrEnum):
    """What is wrong with the platform for a while."""

    ERRORS = "errors"  #: one call in five fails, before its effect or after it
    STORM = "storm"  #: every other call is asked to wait
    AWAY = "away"  #: nothing gets through


class PatientQueue(UpdateQueue):
    """Holds a poll until there is news, so that a quiet night is one poll."""

    async def poll(self, offset: int, limit: int, patience: float) -> list[Json]:
        return await super().poll(offset, limit, HELD.total_seconds() if patience else 0)


class SimulatedTelegram(FakeTelegram):
    """Notes what happens, and rings the phones."""

    def __init__(self, now: Callable[[], datetime], history: History) -> None:
        super().__init__(clock=now, enforce_rates=True)
        self.history = history
        self.updates = PatientQueue(now, self.pulse)
        self.ring: Callable[[int, bool], None] = lambda _, __: None
        self.handed: list[Handed] = []

    async def answer(
        self, token: str, method: str, raw: Json, uploads: dict[str, Upload] | None = None
    ) -> tuple[int, Json]:
        code, body = await super().answer(token, method, raw, uploads)
        is_new = method.startswith("send") and code == 200
        for said in handed_in(self):
            self.handed.append(Handed(self.now(), said, is_new))
        self.calls.clear()
        if method != "getUpdates":
            self.history.note("call", method, sorted(raw.items()), code, body.get("result"))
        if "chat_id" in raw:
            self.ring(int(raw["chat_id"]), is_new)
        return code, body

    async def publish(self, kind: str, content: Json) -> int | None:
        number = await super().publish(kind, content)
        self.history.note("update", number, kind, content)
        return number


@dataclass(slots=True)
class Line:
    """The way between the program and Telegram, and what is wrong with it now."""

    chance: Random
    weather: Weather | None = None
    swallowed: int = 0  #: answers that never came: what they told was done is done again


class SimulatedWire(OfflineRequest):
    """One process's requests. What it has sent is a step of its life."""

    def __init__(self, telegram: SimulatedTelegram, line: Line, fate: Fate) -> None:
        super().__init__(telegram)
        self._line, self._fate = line, fate

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        await self._travel()
        trouble = self._trouble()
        if trouble == "before":
            raise NetworkError("httpx.ConnectError: ")
        if trouble == "full":
            return 429, _json(too_many(self._line.chance.randint(1, 30)).body())
        if trouble == "error":
            return 502, _json({"ok": False, "error_code": 502, "description": "Bad Gateway"})
        answered = await super().do_request(url, method, request_data)
        if not url.endswith("/getUpdates"):
            self._fate.step()
        self._line.swallowed += trouble in ("after", "silence")
        if trouble == "after":
            raise NetworkError("httpx.ReadError: ")
        if trouble == "silence":
            await asyncio.sleep(SILENCE.total_seconds())
            raise TimedOut
        await self._travel()
        return answered

    async def _travel(self) -> None:
        await asyncio.sleep(self._line.chance.uniform(*LATENCY))

    def _trouble(self) -> str:
        dice = self._line.chance.random()
        match self._line.weather:
            case Weather.AWAY:
                return "before"
            case Weather.STORM:
                return "full" if dice < 0.5 else ""
            case Weather.ERRORS:
                shares = {"before": 0.05, "after": 0.1, "silence": 0.12, "error": 0.2}
                return next((kind for kind, upto in shares.items() if dice < upto), "")
        return ""


def _json(body: Json) -> bytes:
    return json.dumps(body).encode()


def simulated_bot(telegram: SimulatedTelegram, line: Line, fate: Fate) -> Bot:
    """The real Bot on this line."""
    wire = SimulatedWire(telegram, line, fate)
    return Bot(telegram.token, request=wire, get_updates_request=wire)

"""Telegram's server in memory: who is there, what was said, and one entrance for every wire."""

import asyncio
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import httpx

from tests.fake_telegram.chats import Chat
from tests.fake_telegram.faults import Fault, Planned
from tests.fake_telegram.files import FileStore
from tests.fake_telegram.groups import FakeChannel, FakeGroup
from tests.fake_telegram.messages import Message
from tests.fake_telegram.methods import METHODS, known_method
from tests.fake_telegram.params import Params, Upload
from tests.fake_telegram.people import FakeUser, Press
from tests.fake_telegram.rules import (
    ApiError,
    Json,
    Rates,
    bad_request,
    not_found,
    unauthorized,
)
from tests.fake_telegram.updates import UpdateQueue

T = TypeVar("T")
BOT_ID = 7000000001
TOKEN_FORM = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot, as it arrived."""

    method: str
    parameters: Json
    at: datetime


@dataclass(slots=True)
class Profile:
    """What the bot says about itself: texts by (kind, language), commands by (scope, language)."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)


class FakeTelegram:
    """The world the bot lives in. Use as `async with FakeTelegram() as telegram`."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        enforce_rates: bool = False,
        privacy_mode: bool = True,
        webhook_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.now, self.enforce_rates, self.privacy_mode = clock, enforce_rates, privacy_mode
        self.token = f"{BOT_ID}:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"
        self.bot_json: Json = {
            "id": BOT_ID, "is_bot": True, "first_name": "Tin báo", "username": "tinbao_bot",
        }  # fmt: skip
        self.calls: list[Call] = []
        self.chats: dict[int, Chat] = {}
        self.migrated: dict[int, int] = {}
        self.presses: dict[str, Press] = {}
        self.files, self.rates, self.profile = FileStore(), Rates(), Profile()
        self.updates = UpdateQueue(clock, self.pulse, webhook_transport)
        self._faults: list[Planned] = []
        self.weather: Callable[[Call], Planned | None] = lambda _: (
            None
        )  #: faults not planned one by one
        self._message_ids: Counter[int] = Counter()
        self._serial = itertools.count(4_382_910_000_000_001)
        self._pulse = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.updates.close()

    # -- who is there

    def user(
        self,
        user_id: int,
        name: str = "An",
        username: str | None = None,
        language: str | None = "vi",
    ) -> FakeUser:
        """The person with this id, made on first mention."""
        known = self.chats.get(user_id)
        if known is None:
            known = self.chats[user_id] = FakeUser(self, user_id, name, username, language)
        assert isinstance(known, FakeUser)
        return known

    def group(self, chat_id: int, title: str, members: list[FakeUser] | None = None) -> FakeGroup:
        """A group (below -10^12: a supergroup); the bot is not in it yet."""
        self.chats[chat_id] = group = FakeGroup(self, chat_id, title, members or [])
        return group

    def channel(self, chat_id: int, title: str, username: str | None = None) -> FakeChannel:
        self.chats[chat_id] = channel = FakeChannel(self, chat_id, title, username)
        return channel

    # -- what the bot did, and what awaits it

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def pending_updates(self) -> list[Json]:
        """Every update not confirmed yet, oldest first."""
        return self.updates.pending()

    def take_updates(self) -> list[Json]:
        """The pending updates, confirmed: what a poll and its next offset would do."""
        pending = self.updates.pending()
        self.updates.forget()
        return pending

    async def redeliver(self, update_id: int) -> None:
        """Deliver an old update again."""
        self.updates.again(update_id)
        await self.updates.push()

    async def publish(self, kind: str, content: Json) -> int | None:
        """Let the bot know of something; returns once a webhook, if set, was tried."""
        update_id = self.updates.add(kind, json.loads(json.dumps(content)))
        await self.updates.push()
        return update_id

    def fail_next(
        self,
        method: str | None,
        times: int = 1,
        error: int | str = 500,
        chat: int | None = None,
        retry_after: int = 3,
    ) -> None:
        """Make the next calls fail: an HTTP code, "reset_before", "reset_after" or "timeout"."""
        what = error if isinstance(error, int) else Fault(error)
        self._faults.append(Planned(method, times, what, chat, retry_after))

    async def until(self, look: Callable[[], T], within: float = 5) -> T:
        """Wait until the bot has done something: the first true value of `look()`.

        Raises:
            TimeoutError: Nothing of the kind happened within so many seconds.
        """
        async with asyncio.timeout(within):
            while not (found := look()):
                await self._pulse.wait()
            return found

    # -- the entrance for wires

    async def answer(
        self, token: str, method: str, raw: Json, uploads: dict[str, Upload] | None = None
    ) -> tuple[int, Json]:
        """HTTP status and body for one request; raises ConnectionLost or NoAnswer as planned."""
        try:
            result, about = await self._perform(token, method, Params(raw, uploads or {}))
        except ApiError as refused:
            return refused.code, refused.body()
        finally:
            self.pulse()
        return 200, {"ok": True, "result": result} | about

    async def _perform(self, token: str, method: str, asked: Params) -> tuple[Any, Json]:
        self.check_token(token)
        known = known_method(method)
        call = Call(known or method, asked.decoded(), self.now())
        self.calls.append(call)
        self.pulse()
        planned = (f for f in self._faults if f.takes(call.method, call.parameters))
        fault = next(planned, None) or self.weather(call)
        if fault and not fault.after:
            raise fault.refusal()
        if known is None:
            raise not_found("method not found")
        result = await METHODS[known](self, asked)
        if fault:
            raise fault.refusal()
        return result if isinstance(result, tuple) else (result, {})

    def download(self, token: str, path: str) -> bytes:
        """The bytes behind a getFile path; raises ApiError 404."""
        self.check_token(token)
        return self.files.at(path)

    def check_token(self, token: str) -> None:
        if not TOKEN_FORM.fullmatch(token):
            raise not_found()
        if token != self.token:
            raise unauthorized()

    # -- what methods and people need

    def chat(self, wanted: int | str) -> Chat:
        if wanted == "":
            raise bad_request("chat_id is empty")
        if new := self.migrated.get(wanted if isinstance(wanted, int) else 0):
            why = "group chat was upgraded to a supergroup chat"
            raise ApiError(400, f"Bad Request: {why}", migrate_to_chat_id=new)
        named = (c for c in self.chats.values() if c.username and f"@{c.username}" == wanted)
        chat = self.chats.get(wanted) if isinstance(wanted, int) else next(named, None)
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable(self, wanted: int | str) -> Chat:
        """The chat, if the bot may write there now."""
        chat = self.chat(wanted)
        if refusal := chat.refusal():
            raise refusal
        return chat

    def admit(self, chat: Chat) -> None:
        """Count one more message there, where rates are enforced."""
        if self.enforce_rates:
            self.rates.admit(chat.id, self.now())

    def find(self, chat: Chat, message_id: Any, otherwise: str) -> Message:
        message = chat.find(message_id)
        if message is None:
            raise bad_request(otherwise)
        return message

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups and channels count alone; everything else shares one counter."""
        key = chat.id if chat.id < -(10**12) else 0
        self._message_ids[key] += 1
        return self._message_ids[key]

    def serial(self) -> str:
        return str(next(self._serial))

    def timestamp(self) -> int:
        return int(self.now().timestamp())

    def pulse(self) -> None:
        self._pulse.set()
        self._pulse = asyncio.Event()

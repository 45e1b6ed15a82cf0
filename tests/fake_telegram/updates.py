"""What waits for the bot: updates kept until confirmed, fetched by polling or pushed to a webhook."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from tests.fake_telegram.rules import UPDATES_KEPT_FOR, Json, conflict

#: Kinds the bot gets only when it asks for them by name.
ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    body: Json
    since: datetime

    @property
    def id(self) -> int:
        return int(self.body["update_id"])


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed. `url` is empty while none is set."""

    url: str = ""
    secret: str | None = None
    max_connections: int = 40
    last_error: tuple[datetime, str] | None = None

    def info(self, pending: int, allowed: Iterable[str]) -> Json:
        said: Json = {
            "url": self.url, "has_custom_certificate": False, "pending_update_count": pending,
        }  # fmt: skip
        if self.url:
            said |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            when, why = self.last_error
            said |= {"last_error_date": int(when.timestamp()), "last_error_message": why}
        return said | ({"allowed_updates": list(allowed)} if allowed else {})


@dataclass(slots=True)
class UpdateQueue:
    now: Callable[[], datetime]
    changed: Callable[[], None]  #: told after every push
    transport: httpx.AsyncBaseTransport | None = None  #: an app to push to without a socket
    retry_after: float = 0.05  #: seconds until a refused push is tried again
    webhook: Webhook = field(default_factory=Webhook)
    allowed: list[str] = field(default_factory=list)  #: sticky; empty is the default selection
    next_id: int = field(default_factory=lambda: random.randrange(10**8, 9 * 10**8))
    _waiting: list[Waiting] = field(default_factory=list)
    _seen: dict[int, Waiting] = field(default_factory=dict)
    _again: list[Waiting] = field(default_factory=list)
    _polls: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _pushing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _retry: "asyncio.Task[None] | None" = None

    def add(self, kind: str, content: Json) -> int | None:
        """Queue an update; its id, or None when the bot does not ask for this kind."""
        wanted = kind in self.allowed if self.allowed else kind not in ON_REQUEST
        if not wanted:
            return None
        update = Waiting({"update_id": self.next_id, kind: content}, self.now())
        self.next_id += 1
        self._waiting.append(update)
        self._seen[update.id] = update
        self.wake()
        return update.id

    def again(self, update_id: int) -> None:
        """Deliver an update once more, confirmed or not, as after a lost acknowledgement."""
        self._again.append(self._seen[update_id])
        self.wake()

    def pending(self) -> list[Json]:
        return [update.body for update in self._line()]

    def _line(self) -> list[Waiting]:
        oldest = self.now() - UPDATES_KEPT_FOR
        self._waiting = [update for update in self._waiting if update.since > oldest]
        return [*self._again, *self._waiting]

    def confirm(self, below: int) -> None:
        self._waiting = [update for update in self._waiting if update.id >= below]

    def forget(self) -> None:
        self._waiting, self._again = [], []

    def wake(self) -> None:
        """Let everybody who waits look again."""
        self._news.set()
        self._news = asyncio.Event()

    async def poll(self, offset: int, limit: int, patience: float) -> list[Json]:
        """One getUpdates: confirms below `offset`, waits up to `patience` seconds for news."""
        if self.webhook.url:
            raise conflict(WEBHOOK_ACTIVE)
        self._polls += 1
        mine = self._polls
        self.wake()
        self._confirm_by(offset)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while patience and not self.pending() and mine == self._polls:
                    await self._news.wait()
        if mine != self._polls:
            raise conflict(OTHER_POLLER)
        if self.webhook.url:
            raise conflict("terminated by setWebhook request")
        batch = self.pending()[:limit]
        self._again = self._again[len(batch) :]
        return batch

    def _confirm_by(self, offset: int) -> None:
        if offset < 0:  # all but the last few are forgotten
            self._waiting = self._waiting[offset:]
        else:
            self.confirm(below=offset)

    def interrupt_polls(self) -> None:
        self._polls += 1
        self.wake()

    async def push(self) -> None:
        """Push what is pending to the webhook, in order; a refusal is tried again later."""
        async with self._pushing:
            while self.webhook.url and (line := self._line()):
                why = await self._refused(line[0].body)
                self.changed()
                if why:
                    self.webhook.last_error = (self.now(), why)
                    self._push_later(self.retry_after)
                    return
                self._taken(line[0])

    def _taken(self, update: Waiting) -> None:
        for line in (self._again, self._waiting):
            if update in line:
                line.remove(update)
                return

    def push_soon(self) -> None:
        self._push_later(0)

    def _push_later(self, seconds: float) -> None:
        async def retry() -> None:
            await asyncio.sleep(seconds)
            self._retry = None
            await self.push()

        if self._retry is None or self._retry.done():
            self._retry = asyncio.create_task(retry())

    async def _refused(self, update: Json) -> str | None:
        """Why the webhook did not take the update, or None when it did."""
        secret = self.webhook.secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with self._client() as client:
                answer = await client.post(self.webhook.url, json=update, headers=headers)
        except httpx.HTTPError as error:
            return str(error) or type(error).__name__
        if answer.is_success:
            return None
        return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"

    def _client(self) -> httpx.AsyncClient:
        # Certificates are not this server's concern, and loading them takes longer than the push.
        return httpx.AsyncClient(transport=self.transport, trust_env=False, verify=False)

    async def close(self) -> None:
        self.interrupt_polls()
        if self._retry is not None:
            self._retry.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._retry

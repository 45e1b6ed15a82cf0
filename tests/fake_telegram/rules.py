"""What Telegram refuses and in which words, and how fast it lets a bot speak.

Sources: core.telegram.org/bots/api (limits), core.telegram.org/bots/faq (rates), and the error texts
of the open-source server tdlib/telegram-bot-api. Bytes, seconds and counts are named below.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]

MAX_TEXT = 4096  #: UTF-16 units, after entities parsing
MAX_CAPTION = 1024
MAX_TOAST = 200
MAX_CALLBACK_DATA = 64  #: bytes
MAX_DOWNLOAD = 20_000_000
MAX_UPLOAD = 50_000_000
MAX_PHOTO = 10_000_000
DELETABLE_FOR = timedelta(hours=48)
UPDATES_KEPT_FOR = timedelta(hours=24)
#: Unpublished; in practice an answer is refused after roughly a minute, so nothing may rely on more.
PRESS_ANSWERABLE_FOR = timedelta(seconds=60)


HALF = b'{"ok": true, "result": {"message_id": 12, "da'


class ApiError(Exception):
    """The Bot API's `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> Json:
        said: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return said | ({"parameters": self.parameters} if self.parameters else {})


class ConnectionLost(Exception):  # noqa: N818 - an event on the wire, not an error of ours
    """The connection broke before an answer was read."""


class HalfAnAnswer(Exception):  # noqa: N818 - as above
    """An answer came, and ended in the middle of its words."""


class NoAnswer(Exception):  # noqa: N818 - as above
    """The answer never comes; the caller waits until its own timeout."""


def bad_request(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


def forbidden(why: str) -> ApiError:
    return ApiError(403, f"Forbidden: {why}")


def too_many(retry_after: int) -> ApiError:
    why = f"Too Many Requests: retry after {retry_after}"
    return ApiError(429, why, retry_after=retry_after)


def conflict(why: str) -> ApiError:
    return ApiError(409, f"Conflict: {why}")


def unauthorized() -> ApiError:
    return ApiError(401, "Unauthorized")


def not_found(what: str = "") -> ApiError:
    return ApiError(404, f"Not Found: {what}" if what else "Not Found")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any `window`."""

    count: int
    window: timedelta


OVERALL = Limit(30, timedelta(seconds=1))
GROUP = Limit(20, timedelta(minutes=1))
#: "One message a second, short bursts tolerated": five at once, if as many seconds were silent before.
BURST, PAID_BACK = 5, timedelta(seconds=1)


@dataclass(slots=True)
class Rates:
    """Sliding windows over what was sent, and what each chat's bursts have run up; refusals do not count."""

    refused: int = 0
    _sent: dict[int | None, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _settled: dict[int, datetime] = field(default_factory=dict)

    def admit(self, chat_id: int, now: datetime) -> None:
        """Count one message, or raise 429 with the seconds until every limit has room."""
        windows = [(None, OVERALL)] + ([(chat_id, GROUP)] if chat_id < 0 else [])
        settled = max(self._settled.get(chat_id, now), now)
        waits = [self._wait(key, limit, now) for key, limit in windows]
        wait = max(*waits, settled - (BURST - 1) * PAID_BACK - now, timedelta())
        if wait:
            self.refused += 1
            raise too_many(max(1, math.ceil(wait.total_seconds())))
        self._settled[chat_id] = settled + PAID_BACK
        for key, _ in windows:
            self._sent[key].append(now)

    def _wait(self, key: int | None, limit: Limit, now: datetime) -> timedelta:
        recent = self._sent[key]
        while recent and now - recent[0] >= limit.window:
            recent.popleft()
        if len(recent) < limit.count:
            return timedelta()
        return recent[-limit.count] + limit.window - now

"""Troubles a test plans for the bot's next calls."""

from dataclasses import dataclass
from enum import StrEnum

from tests.fake_telegram.rules import (
    ApiError,
    ConnectionLost,
    HalfAnAnswer,
    Json,
    NoAnswer,
    too_many,
)


class Fault(StrEnum):
    """Troubles on the way, beside the plain error codes."""

    RESET_BEFORE = "reset_before"  # the connection broke and nothing was done
    RESET_AFTER = "reset_after"  # it was done, the connection broke before the answer
    HALF = "half"  # it was done, and the answer breaks off in the middle
    TIMEOUT = "timeout"  # it was done, the answer never comes


REFUSALS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    409: "Conflict: terminated by other getUpdates request",
    403: "Forbidden: bot was blocked by the user",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass(slots=True)
class Planned:
    """A fault waiting for its calls; None as method or chat means any."""

    method: str | None
    times: int
    error: int | Fault
    chat: int | None
    retry_after: int  #: seconds, for 429

    def takes(self, method: str, asked: Json) -> bool:
        """Whether this call is one of those to fail; counts it if so."""
        chosen = self.method in (None, method) and self.chat in (None, asked.get("chat_id"))
        taken = chosen and self.times > 0
        self.times -= taken
        return taken

    @property
    def after(self) -> bool:
        """Whether the call takes effect before it fails."""
        return self.error in (Fault.RESET_AFTER, Fault.HALF, Fault.TIMEOUT)

    def refusal(self) -> Exception:
        if self.error == 429:
            return too_many(self.retry_after)
        if self.error is Fault.HALF:
            return HalfAnAnswer()
        if isinstance(self.error, Fault):
            return NoAnswer() if self.error is Fault.TIMEOUT else ConnectionLost()
        return ApiError(self.error, REFUSALS[self.error])

"""What a Telegram error means to the desk. Its words stay behind: they may hold a URL or a text."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from storage.pace import LONGEST_PAUSE
from tips.messages import SendError

# Wordings of tdlib/telegram-bot-api, which the Bot API documents only as "may change": so each is
# looked for inside the description, without regard to case.
NOT_MODIFIED = ("message is not modified",)
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
GONE_ALREADY = ("message to delete not found", "message_id_invalid")
UNDELETABLE = ("message can't be deleted", "message_delete_forbidden", *GONE_ALREADY)
CLOSED = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "group chat was deactivated",
    "chat_write_forbidden",
    "have no rights to send a message",
    "not enough rights to send text messages",
)
TOO_LARGE = ("file is too big", "request entity too large")
UNAVAILABLE = ("temporarily unavailable",)


def says(error: TelegramError, wordings: tuple[str, ...]) -> bool:
    words = error.message.casefold()
    return any(wording in words for wording in wordings)


@contextmanager
def as_send_errors() -> Iterator[None]:
    """Let only SendError out, without the error it came from: a traceback shows its words."""
    try:
        yield
    except TelegramError as error:
        raise to_send_error(error) from None


@contextmanager
def passing_over(wordings: tuple[str, ...]) -> Iterator[None]:
    """Take refusals of these wordings for success."""
    try:
        yield
    except BadRequest as error:
        if not says(error, wordings):
            raise


def to_send_error(error: TelegramError) -> SendError:
    match error:
        case RetryAfter():
            return SendError("rate_limited", retry_after=pause_of(error))
        case ChatMigrated():
            return SendError("moved", moved_to=str(error.new_chat_id))
        case Forbidden():
            return SendError("forbidden", closed=True)
        case NetworkError() if says(error, TOO_LARGE):  # 413 and 400 alike
            return SendError("too_large", permanent=True)
        case BadRequest():
            return _of_bad_request(error)
    return SendError(_name(error))


def _of_bad_request(error: BadRequest) -> SendError:
    if says(error, CLOSED):
        return SendError("chat_closed", closed=True)
    if says(error, GONE):
        return SendError("not_found", permanent=True)
    if says(error, UNAVAILABLE):
        return SendError("file_unavailable")
    return SendError("bad_request", permanent=True)


def _name(error: TelegramError) -> str:
    """A short name for troubles that pass, or that the operator will mend."""
    names = {TimedOut: "timed_out", NetworkError: "network", InvalidToken: "bad_token",
             Conflict: "conflict"}  # fmt: skip
    return names.get(type(error), "telegram")


def pause_of(error: RetryAfter) -> timedelta:
    """How long to be silent: as long as Telegram asks, within bounds."""
    # An int or a timedelta, by the library's PTB_TIMEDELTA.
    pause = error.retry_after
    asked = pause if isinstance(pause, timedelta) else timedelta(seconds=pause)
    return min(asked, LONGEST_PAUSE)

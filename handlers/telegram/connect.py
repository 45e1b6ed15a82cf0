"""Making the bot and reaching Telegram: pools, timeouts, silence in the logs, patience at the start."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from handlers.telegram.backoff import Backoff
from handlers.telegram.download import is_loopback
from handlers.telegram.faults import pause_of
from words.texts import Language, Texts

log = structlog.get_logger()
T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

API = "https://api.telegram.org"
BOT_UNKNOWN = (
    "Telegram does not accept TINBAO_TELEGRAM_TOKEN; copy it anew from @BotFather, "
    "or correct TINBAO_TELEGRAM_API_URL"
)
#: httpx logs every URL, token and all, at INFO; `telegram` logs what was said at DEBUG, and whole answers
#: at ERROR when they are not JSON.
TALKATIVE = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "telegram": logging.CRITICAL + 1,
}
UPLOAD = timedelta(minutes=2)  #: 20 MB over a slow line
CONNECTIONS = 32
#: A poll that was cut off may hold its connection for long; with one connection polling would stop then.
POLLING_CONNECTIONS = 8


class SetUpError(Exception):
    """Telegram cannot be used as configured; the message is one line for the operator."""


def make_bot(token: str, api_url: str = API) -> Bot:
    """Return the bot on a Bot API server, without a word to it. `close` it at the end."""
    for name, level in TALKATIVE.items():
        logging.getLogger(name).setLevel(level)
    os.environ.setdefault(
        "PTB_TIMEDELTA", "true"
    )  # else every 429 also raises a DeprecationWarning
    url = api_url.rstrip("/")
    return Bot(
        token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=_wire(url, CONNECTIONS),
        get_updates_request=_wire(url, POLLING_CONNECTIONS),
    )


def _wire(url: str, connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=10,
        read_timeout=20,
        write_timeout=20,
        pool_timeout=5,
        media_write_timeout=UPLOAD.total_seconds(),
        httpx_kwargs={"trust_env": not is_loopback(url)},
    )


async def close(bot: Bot) -> None:
    # `Bot.shutdown` passes over the wires of a bot that has never been initialized.
    for wire in bot._request:
        await wire.shutdown()


async def persist(action: Callable[[], Awaitable[T]], sleep: Sleep = asyncio.sleep) -> T:
    """Do `action`, again and again while Telegram cannot be reached.

    Raises SetUpError if Telegram was reached and refused.
    """
    backoff = Backoff()
    while True:
        try:
            return await action()
        except InvalidToken:
            raise SetUpError(BOT_UNKNOWN) from None  # the library's message may hold the token
        except BadRequest as error:
            raise SetUpError(f"Telegram refuses: {error.message}") from None
        except TelegramError as error:
            pause = pause_of(error) if isinstance(error, RetryAfter) else backoff.next()
            log.warning("telegram.not_reached", error=type(error).__name__)
        await sleep(pause.total_seconds())


async def set_commands(bot: Bot, texts: Texts, commands: Sequence[str]) -> None:
    """Show the menu of commands in private chats, each described by its text "command.<name>"."""
    scope = BotCommandScopeAllPrivateChats()
    for language in Language:
        menu = [BotCommand(name, texts(f"command.{name}", language)) for name in commands]
        code = None if language is Language.VI else language.value  # Vietnamese for all others
        await bot.set_my_commands(menu, scope=scope, language_code=code)

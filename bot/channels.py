"""The doors, opened: Telegram when it has a token, the two-phone page when nothing is configured."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.routing import BaseRoute
from telegram import Bot
from telegram.error import TelegramError

from bot.errors import StartError
from bot.foundation import Foundation, now
from bot.server import Check
from bot.settings import Settings
from handlers.telegram import connect, webhook
from handlers.telegram.polling import LATE, LONG_POLL, Polling
from handlers.telegram.send import TelegramDoor
from handlers.telegram.spinners import Spinners
from handlers.web.mailboxes import Mailboxes
from handlers.web.routes import routes as web_routes
from handlers.web.send import WebDoor
from handlers.web.uploads import LARGEST, Uploads
from storage.files import FileStore
from storage.states import Channel
from tips.conversation.commands import CITIZENS_COMMANDS
from tips.inbox import Inbox
from tips.messages import Door
from words.texts import Language

SILENCE = 3 * (LONG_POLL + LATE)  #: without a finished poll, the channel is not ready


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """One channel, ready to serve."""

    channel: Channel
    door: Door
    routes: Sequence[BaseRoute]
    serve: Callable[[], Awaitable[None]]  #: runs as long as the channel does
    is_ready: Check
    largest_body: int = 1 << 20  #: bytes
    bot_name: Callable[[], str] = str


@asynccontextmanager
async def telegram(base: Foundation, inbox: Inbox) -> AsyncIterator[OpenDoor]:
    """Open Telegram: by webhook where an address is set, else by polling."""
    settings = base.settings
    assert settings.telegram_token is not None
    bot = connect.make_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    spinners = Spinners(bot)
    door = TelegramDoor(bot, base.texts("choice.where.send_pin", Language.VI))
    opened = _by_webhook if settings.telegram_webhook_url else _by_polling
    async with AsyncExitStack() as stack:
        stack.push_async_callback(connect.close, bot)
        stack.push_async_callback(spinners.close)
        yield opened(base, inbox, bot, door, spinners)


def _by_polling(
    base: Foundation, inbox: Inbox, bot: Bot, door: TelegramDoor, spinners: Spinners
) -> OpenDoor:
    polling = Polling(bot, inbox, spinners, now)

    async def serve() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(_introduce(base, bot))
            group.create_task(polling.run())

    async def is_ready() -> bool:
        return polling.last_success is not None and now() - polling.last_success < SILENCE

    return OpenDoor(Channel.TELEGRAM, door, [], serve, is_ready, bot_name=lambda: _name(bot))


def _by_webhook(
    base: Foundation, inbox: Inbox, bot: Bot, door: TelegramDoor, spinners: Spinners
) -> OpenDoor:
    url = base.settings.telegram_webhook_url
    assert url is not None
    secret = base.keyring.token("telegram.webhook")
    route = webhook.webhook_route(inbox, spinners, base.settings.telegram_webhook_path, secret)
    announced = asyncio.Event()

    async def announce() -> None:
        await webhook.set_up(bot, url, secret)
        announced.set()

    async def serve() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(_introduce(base, bot))
            group.create_task(announce())
        await asyncio.Event().wait()  # the server does the rest

    async def is_ready() -> bool:
        return announced.is_set()

    return OpenDoor(Channel.TELEGRAM, door, [route], serve, is_ready, bot_name=lambda: _name(bot))


async def _introduce(base: Foundation, bot: Bot) -> None:
    """Learn the bot's name and show its commands: beside the work, which does not wait for it."""
    await connect.persist(bot.initialize)
    await connect.persist(lambda: connect.set_commands(bot, base.texts, CITIZENS_COMMANDS))


def _name(bot: Bot) -> str:
    try:
        return bot.username
    except RuntimeError:  # not reached yet: the library does not know its own name
        return ""


async def telegram_name(settings: Settings) -> str:
    """Ask Telegram for the bot's name, for links. Raises StartError if it does not answer."""
    assert settings.telegram_token is not None
    bot = connect.make_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    try:
        return (await bot.get_me()).username or ""
    except TelegramError as error:
        raise StartError(
            f"Telegram does not answer ({type(error).__name__}); check the network and "
            "TINBAO_TELEGRAM_TOKEN with: tinbao doctor"
        ) from None
    finally:
        await connect.close(bot)


@asynccontextmanager
async def web(base: Foundation, inbox: Inbox) -> AsyncIterator[OpenDoor]:
    """Open the two-phone page: for trying out, on this machine only."""
    mailboxes = Mailboxes(now)
    uploads = Uploads(FileStore(base.settings.data_dir / "demo-uploads", base.keyring), now)
    door = WebDoor(mailboxes, uploads)

    def name_of(address: str) -> str:
        voice = base.desk.voices.speaking(base.settings.language)
        commune = base.desk.commune_name(address.partition(":")[2])
        return voice("unit.commune", commune=commune) if commune else voice("unit.desk")

    async def serve() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            mailboxes.close()

    async def is_ready() -> bool:
        return True

    pages = web_routes(inbox, door, name_of, base.texts, now)
    yield OpenDoor(Channel.WEB, door, pages, serve, is_ready, largest_body=LARGEST)

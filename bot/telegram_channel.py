"""Telegram, opened: its way in by webhook where an address is set, else by polling; its way out always."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from starlette.types import ASGIApp
from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bot.channels import OpenDoor
from bot.duty import Duty
from bot.errors import StartError
from bot.foundation import Foundation, now
from bot.metrics import Metrics
from bot.roles import ProcessRole
from bot.server import Check
from bot.settings import Settings
from bot.watchdog import SILENCE, watch
from handlers.telegram import connect, webhook
from handlers.telegram.guard import Guard, Repair, profile_of
from handlers.telegram.polling import Polling
from handlers.telegram.send import TelegramDoor
from handlers.telegram.spinners import Spinners
from storage import profiles
from storage.states import Channel
from tips.conversation.commands import CITIZENS_COMMANDS
from tips.inbox import Inbox
from words.texts import Language

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WayIn:
    """How updates come in."""

    straight: Mapping[str, ASGIApp]  #: by path
    take: Callable[[], Coroutine[Any, Any, None]]  #: runs as long as updates are to come
    is_ready: Check


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a way in is made of."""

    base: Foundation
    inbox: Inbox
    bot: Bot
    spinners: Spinners
    owner: str
    metrics: Metrics

    def duty(self, name: str) -> Duty:
        return Duty(self.base.database, name, self.owner, now)

    def guard(self, url: str, repair: Repair) -> Guard:
        shown = self.metrics.guards(Channel.TELEGRAM)
        return Guard(self.bot, self.base.database, self.base.desk, now, url, repair, shown)


@asynccontextmanager
async def telegram(
    base: Foundation, inbox: Inbox, owner: str, metrics: Metrics
) -> AsyncIterator[OpenDoor]:
    """Open Telegram, as far as this process's roles ask."""
    settings = base.settings
    assert settings.telegram_token is not None
    bot = connect.make_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    spinners = Spinners(bot)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(connect.close, bot)
        stack.push_async_callback(spinners.close)
        way_in = _way_in(Wiring(base, inbox, bot, spinners, owner, metrics))

        async def serve() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(_introduce(base, bot))
                group.create_task(way_in.take())

        yield OpenDoor(
            Channel.TELEGRAM,
            TelegramDoor(bot, base.texts("choice.where.send_pin", Language.VI)),
            [],
            serve,
            way_in.is_ready,
            straight=way_in.straight,
            bot_name=lambda: _name(bot),
        )


def _way_in(wiring: Wiring) -> WayIn:
    settings = wiring.base.settings
    if settings.telegram_webhook_url:
        if ProcessRole.WEB in settings.roles:
            return _by_webhook(wiring, settings.telegram_webhook_url)
    elif ProcessRole.POLL in settings.roles:
        return _by_polling(wiring)
    return WayIn({}, _for_ever, _always)


def _by_polling(wiring: Wiring) -> WayIn:
    bot, metrics = wiring.bot, wiring.metrics
    duty = wiring.duty("telegram.polling")
    guard = wiring.guard("", partial(bot.delete_webhook, drop_pending_updates=False))

    async def troubled(error: TelegramError) -> None:
        if isinstance(error, RetryAfter):
            metrics.limited(Channel.TELEGRAM)
        await guard.heard(error)

    polling = Polling(bot, wiring.inbox, wiring.spinners, now, troubled=troubled)
    metrics.polls(Channel.TELEGRAM, lambda: polling.last_success)

    async def look_after() -> None:
        await polling.begun.wait()
        await guard.run()

    async def take() -> None:
        await duty.perform(polling.run, partial(watch, polling), look_after)

    async def is_ready() -> bool:
        """Whoever only stands ready to take over is ready."""
        if not duty.is_ours:
            return duty.is_elsewhere
        answered = polling.last_success is not None and now() - polling.last_success < SILENCE
        return answered and not guard.signs

    return WayIn({}, take, is_ready)


def _by_webhook(wiring: Wiring, url: str) -> WayIn:
    base, bot = wiring.base, wiring.bot
    secret = base.keyring.token("telegram.webhook")
    door = webhook.Webhook(wiring.inbox, wiring.spinners, secret)
    announced = asyncio.Event()
    duty = wiring.duty("telegram.guard")
    guard = wiring.guard(url, partial(webhook.set_up, bot, url, secret))

    async def take() -> None:
        await webhook.set_up(bot, url, secret)
        announced.set()  # the server does the rest
        await duty.perform(guard.run)

    async def is_ready() -> bool:
        troubled = bool(guard.signs) or guard.is_cut_off
        # What we saw is of another day, if another looks now.
        return announced.is_set() and not (troubled and duty.is_ours)

    return WayIn({base.settings.telegram_webhook_path: door}, take, is_ready)


async def _introduce(base: Foundation, bot: Bot) -> None:
    """Learn the bot's name and show its commands: beside the work, which does not wait for it."""
    await connect.persist(bot.initialize)
    await connect.persist(lambda: connect.set_commands(bot, base.texts, CITIZENS_COMMANDS))


def _name(bot: Bot) -> str:
    try:
        return bot.username
    except RuntimeError:  # not reached yet: the library does not know its own name
        return ""


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _always() -> bool:
    return True


async def telegram_name(settings: Settings) -> str:
    """Ask Telegram for the bot's name, for links. Raises StartError if it does not answer."""
    return (await _ask(settings, lambda bot: bot.get_me())).username or ""


async def accept_profile(base: Foundation) -> str:
    """Know the bot's name and description, as they are now, for ours; return the name."""
    said = await _ask(base.settings, profile_of)
    await base.database.run(lambda s: profiles.accept(s, Channel.TELEGRAM, said))
    return said["name."]


async def _ask(settings: Settings, question: Callable[[Bot], Awaitable[T]]) -> T:
    if settings.telegram_token is None:
        raise StartError("no channel is set up; set TINBAO_TELEGRAM_TOKEN")
    bot = connect.make_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    try:
        return await question(bot)
    except TelegramError as error:
        raise StartError(
            f"Telegram does not answer ({type(error).__name__}); check the network and "
            "TINBAO_TELEGRAM_TOKEN with: tinbao doctor"
        ) from None
    finally:
        await connect.close(bot)

"""Whether somebody else uses our token: a stolen one could take tips in silence, or speak as us."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from handlers.telegram.connect import BOT_UNKNOWN, SetUpError, Sleep
from storage import profiles
from storage.database import Database, DatabaseError, Session, is_away
from storage.states import Channel
from tips import operators
from tips.desk import Clock, Desk, Transaction

EVERY = timedelta(minutes=5)
SETTLED = timedelta(minutes=2)  #: after taking polling over, a conflict may be with our own past
LANGUAGES = ("", "vi", "en")  #: a profile may be changed for one language only

Repair = Callable[[], Awaitable[object]]


log = structlog.get_logger()


class Sign(StrEnum):
    """What only somebody with our token could have done."""

    FOREIGN_WEBHOOK = "foreign_webhook"  #: updates go, or went, to another address
    OTHER_POLLER = "other_poller"  #: another program fetches our updates
    PROFILE_CHANGED = "profile_changed"  #: the name or the description is not as we knew it


class Show(Protocol):
    """Is told what every look found."""

    def sign(self, sign: Sign, is_there: bool) -> None: ...

    def waiting(self, updates: int) -> None:
        """How many updates Telegram has for us."""


@dataclass(slots=True)
class Guard:
    """Looks every five minutes. `signs`: what the last look found, or what happened since."""

    bot: Bot
    database: Database
    desk: Desk
    clock: Clock
    url: str  #: where Telegram should deliver; "" where we poll
    repair: Repair  #: brings a foreign webhook address back to ours
    show: Show
    sleep: Sleep = asyncio.sleep
    signs: frozenset[Sign] = frozenset()
    is_cut_off: bool = False  #: the last two looks or more were in vain
    _since: set[Sign] = field(default_factory=set)  #: seen since the last look
    _began: datetime | None = None
    _unreached: datetime | None = None  #: since when, if the last look was in vain

    async def run(self) -> None:
        """Look again and again. Raises SetUpError if Telegram does not know the token any more."""
        self._began = self.clock()
        while True:
            try:
                await self._look_or_tell()
            except DatabaseError as error:
                if not is_away(error):
                    raise
                log.warning("telegram.guard_postponed", error=type(error).__name__)
            await self.sleep(EVERY.total_seconds())

    async def _look_or_tell(self) -> None:
        try:
            await self.look()
            self._unreached, self.is_cut_off = None, False
        except InvalidToken:
            raise SetUpError(BOT_UNKNOWN) from None
        except TelegramError as error:
            log.error("telegram.not_reached", error=type(error).__name__)
            await self._tell_unreached()

    async def _tell_unreached(self) -> None:
        """Two looks in vain are no hiccup: owe it to the admins, who read it when it is over."""
        if self._unreached is None:
            self._unreached = self.clock()
            return
        since, self.is_cut_off = self._unreached, True
        await self.database.run(lambda session: self._owe_unreached(session, since))

    def _owe_unreached(self, session: Session, since: datetime) -> None:
        tx = Transaction(session, self.desk, self.clock())
        at = f"{since.astimezone(self.desk.voices.zone):%H:%M}"
        operators.tell(tx, "operator.unreached", f"unreached:{since.isoformat()}", at=at)

    async def look(self) -> None:
        found = set(self._since)
        webhook = await self.bot.get_webhook_info()
        self.show.waiting(webhook.pending_update_count)
        if webhook.url != self.url:
            found.add(Sign.FOREIGN_WEBHOOK)
            await self.repair()
        profile = await profile_of(self.bot)
        if not await self.database.run(lambda s: profiles.is_known(s, Channel.TELEGRAM, profile)):
            found.add(Sign.PROFILE_CHANGED)
        await self._say(frozenset(found))
        self._since -= found  # admins know, or will at the next look

    async def heard(self, error: TelegramError) -> None:
        """Take note of a conflict in polling: of another poller, or of a webhook that somebody set."""
        if not isinstance(error, Conflict) or self._began is None:
            return
        if self.clock() - self._began < SETTLED:
            return
        is_webhook = "webhook" in error.message.casefold()
        self._since.add(Sign.FOREIGN_WEBHOOK if is_webhook else Sign.OTHER_POLLER)
        try:
            await self._say(self.signs | self._since)
        except DatabaseError as fault:  # the next look tells; polling must go on
            log.warning("telegram.guard_postponed", error=type(fault).__name__)

    async def _say(self, signs: frozenset[Sign]) -> None:
        new, self.signs = signs - self.signs, signs
        for sign in Sign:
            self.show.sign(sign, sign in signs)
        for sign in new:
            log.error("telegram.token_suspected", sign=sign)
        if signs:  # not only the new ones: the last try to tell may have failed
            await self.database.run(lambda session: self._tell(session, signs))

    def _tell(self, session: Session, signs: frozenset[Sign]) -> None:
        tx = Transaction(session, self.desk, self.clock())
        for sign in sorted(signs):
            operators.tell(tx, f"operator.token.{sign}", key=f"token:{sign}:{tx.now:%Y-%m-%d}")


async def profile_of(bot: Bot) -> Mapping[str, str]:
    """What the bot says about itself, by field and language."""
    said: dict[str, str] = {}
    for code in LANGUAGES:
        named = await bot.get_my_name(language_code=code or None)
        described = await bot.get_my_description(language_code=code or None)
        short = await bot.get_my_short_description(language_code=code or None)
        said[f"name.{code}"] = named.name
        said[f"description.{code}"] = described.description
        said[f"short_description.{code}"] = short.short_description
    return said

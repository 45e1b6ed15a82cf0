"""`tinbao doctor`: looks at everything a start needs and says one line each, with the mend.

It changes nothing: what a first start would make, it does not make.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.errors import SettingsError, one_line
from bot.keys import is_there, key_path
from bot.settings import Settings, read_settings
from handlers.telegram.connect import BOT_UNKNOWN, close, make_bot
from routing import Router
from routing.imported import BoundariesError
from storage import officers, schema
from storage.database import Database, DatabaseError, Session, servers, sqlite_path
from storage.schema import SchemaError
from storage.sealing import KeyFileError, Keyring, read_keyring

PATIENCE = timedelta(seconds=10)  #: for one answer of a channel
GIGABYTE = 10**9


class Verdict(StrEnum):
    GOOD = "ok"
    NOTE = "--"  #: works; somebody should know
    BAD = "!!"  #: does not work


@dataclass(frozen=True, slots=True)
class Finding:
    about: str
    verdict: Verdict
    text: str
    mend: str = ""

    def __str__(self) -> str:
        mend = f"; mend: {self.mend}" if self.mend else ""
        return f"{self.verdict}  {self.about:<10}  {self.text}{mend}"


def good(about: str, text: str) -> Finding:
    return Finding(about, Verdict.GOOD, text)


def note(about: str, text: str, mend: str = "") -> Finding:
    return Finding(about, Verdict.NOTE, text, mend)


def bad(about: str, text: str, mend: str = "") -> Finding:
    return Finding(about, Verdict.BAD, text, mend)


async def examine(say: Callable[[str], object]) -> int:
    """Say every finding, one line each; return the exit code: 1 if anything does not work."""
    try:
        settings = read_settings()
    except SettingsError as error:
        say(str(bad("settings", one_line(error))))
        return 1
    verdicts = set()
    async for finding in findings(settings):
        say(str(finding))
        verdicts.add(finding.verdict)
    return int(Verdict.BAD in verdicts)


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    yield about_agency(settings)
    yield about_folder(settings.data_dir)
    yield about_disk(settings.data_dir, settings.min_free_gb)
    for finding in (*about_database(settings.database), *about_servers(settings.database)):
        yield finding
    async for finding in about_keys(settings):
        yield finding
    for finding in about_map(settings):
        yield finding
    async for finding in about_telegram(settings):
        yield finding


def about_agency(settings: Settings) -> Finding:
    if settings.agency_name is not None:
        return good("settings", f"complete; the agency is {settings.agency_name}")
    what = "on a channel" if settings.is_configured else "on the two-phone page"
    mend = "TINBAO_AGENCY_NAME, TINBAO_AGENCY_DECISION and TINBAO_AGENCY_URL"
    return note("settings", f"a trial {what}: every greeting says that nobody reads the tips", mend)


def about_folder(folder: Path) -> Finding:
    if not folder.exists():
        return note("folder", f"{folder} does not exist yet; the first start makes it")
    all_rights = os.R_OK | os.W_OK | os.X_OK
    if not folder.is_dir() or not os.access(folder, all_rights, effective_ids=True):
        return bad(
            "folder",
            f"{folder} cannot be written",
            f"chown $(id -u) {folder}, or mount it for writing",
        )
    if folder.stat().st_mode & 0o007:
        return note("folder", f"{folder} is open to every user", f"chmod 700 {folder}")
    return good("folder", f"{folder} is there, and ours")


def about_disk(folder: Path, least: float) -> Finding:
    """Gigabytes free where the folder is, or will be."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free / GIGABYTE
    if free < least:
        text = f"{free:.1f} GB free, under TINBAO_MIN_FREE_GB: media are refused, words are taken"
        return bad("disk", text, "make room")
    return good("disk", f"{free:.1f} GB free")


def about_database(url: str) -> Iterator[Finding]:
    path = sqlite_path(url)
    if path is not None and not Path(path).exists():
        yield note("database", f"{path} does not exist yet; the first start makes it")
        return
    try:
        schema.is_empty(url)
    except SchemaError as error:
        yield bad("database", one_line(error))
        return
    yield good("database", f"SQLite, {path}" if path else "PostgreSQL, reached")
    try:
        schema.check(url)
    except SchemaError as error:
        yield bad("migrations", one_line(error))
    else:
        yield good("migrations", "the schema is this program's")


def about_servers(url: str) -> Iterator[Finding]:
    """Of several servers each alone: one that is misspelt is otherwise missed when it should take over."""
    for name, alone in servers(url).items():
        try:
            schema.is_empty(alone)
        except SchemaError as error:
            yield note("server", f"{name} cannot take over: {one_line(error)}")
        else:
            yield good("server", f"{name} answers")


async def about_keys(settings: Settings) -> AsyncIterator[Finding]:
    """The keys, whether they are this database's, and who is in it to answer."""
    path, used = key_path(settings), _is_used(settings.database)
    try:
        if not is_there(path) and not used:
            yield note("keys", f"{path} does not exist yet; the first start makes it")
            return
        keyring = read_keyring(path)
        yield good("keys", f"{path} is whole, and for its owner only")
        if used:
            yield await _about_people(settings, keyring)
    except (KeyFileError, SchemaError) as error:
        yield bad("keys", one_line(error))
    except DatabaseError:
        yield bad("desk", "cannot be read as long as the migrations are behind")


def _is_used(url: str) -> bool:
    path = sqlite_path(url)
    try:
        return (path is None or Path(path).exists()) and not schema.is_empty(url)
    except SchemaError:
        return False  # said already


async def _about_people(settings: Settings, keyring: Keyring) -> Finding:
    def look(session: Session) -> bool:
        schema.recognise(session, keyring, datetime.now(UTC))
        return officers.desk_exists(session)

    database = Database(settings.database, keyring)
    try:
        if await database.read(look):
            return good("desk", "a province desk is registered")
    finally:
        await database.close()
    province = (settings.provinces or ("37",))[0]
    mend = f"tinbao officers invite --province {province} --role desk"
    return note("desk", "no province desk is registered: unplaced tips reach nobody", mend)


def about_map(settings: Settings) -> Iterator[Finding]:
    try:
        router = Router.load(settings.provinces, settings.data_dir)
    except ValueError as error:
        yield bad("gazetteer", f"TINBAO_PROVINCES is wrong: {error}")
        return
    except BoundariesError as error:
        yield bad("boundaries", one_line(error))
        return
    yield good("gazetteer", f"{len(router.communes())} communes")
    if router.has_boundaries:
        yield good("boundaries", "imported")
    else:
        text = "not imported: a pin proposes the nearest communes and asks"
        yield note("boundaries", text, "tinbao boundaries import PATH")


async def about_telegram(settings: Settings) -> AsyncIterator[Finding]:
    if settings.telegram_token is None:
        yield note("telegram", "not set up", "TINBAO_TELEGRAM_TOKEN")
        return
    bot = make_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    try:
        me, webhook = await _ask(bot)
    except InvalidToken:
        yield bad("telegram", BOT_UNKNOWN)
    except (TelegramError, TimeoutError) as error:
        text = f"{settings.telegram_api_url} does not answer ({type(error).__name__})"
        yield bad("telegram", text, "the network, or TINBAO_TELEGRAM_API_URL")
    else:
        yield good("telegram", f"@{me.username} answers")
        yield about_delivery(webhook, settings.telegram_webhook_url)
    finally:
        await close(bot)


async def _ask(bot: Bot) -> tuple[User, WebhookInfo]:
    async with asyncio.timeout(PATIENCE.total_seconds()):
        return await bot.get_me(), await bot.get_webhook_info()


def about_delivery(webhook: WebhookInfo, wanted: str | None) -> Finding:
    """How Telegram delivers now, against how we want it; a start sets it right."""
    waiting = f"{webhook.pending_update_count} updates wait"
    if (webhook.url or None) != wanted:
        how = "by another webhook" if webhook.url else "by polling"
        text = f"Telegram delivers {how} now, {waiting}; the next start changes that"
        return note(
            "updates", text, "" if not webhook.url else "or does another program use this token?"
        )
    if webhook.last_error_date and webhook.pending_update_count:
        text = f"Telegram cannot deliver to the webhook, {waiting}"
        return bad(
            "updates", text, "the proxy and the certificate before TINBAO_TELEGRAM_WEBHOOK_URL"
        )
    return good("updates", f"{'by webhook' if wanted else 'by polling'}, {waiting}")

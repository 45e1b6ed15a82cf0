"""What stands before anything runs: folders, keys, database, map, texts, the desk's rules."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot import demo
from bot.errors import StartError, make_folder
from bot.keys import open_keyring
from bot.settings import Settings
from routing import Router
from routing.imported import BoundariesError
from storage import schema
from storage.database import Database, sqlite_path
from storage.files import FileStore
from storage.sealing import Keyring
from storage.states import Priority
from tips.conversation.world import Policy
from tips.desk import Desk, Limits
from tips.retention import Periods
from tips.voice import Voices
from words.texts import Texts

MEGABYTE, GIGABYTE = 1_000_000, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Foundation:
    """Everything that the process and the command line both stand on."""

    settings: Settings
    keyring: Keyring
    database: Database
    files: FileStore
    texts: Texts
    router: Router
    desk: Desk

    @property
    def periods(self) -> Periods:
        keep = self.settings
        return Periods(
            draft=keep.keep_draft,
            sent=keep.keep_sent,
            set_aside=keep.keep_set_aside,
            rejected=keep.keep_rejected,
            resolved=keep.keep_resolved,
            contact=keep.keep_contact,
            link=keep.keep_link,
            audit=keep.keep_audit,
        )


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def foundation(settings: Settings) -> AsyncIterator[Foundation]:
    """Lay the foundation, and close the database afterwards.

    Raises:
        StartError, SchemaError, KeyFileError: one line for the operator.
    """
    make_folder(settings.data_dir)
    prepare_schema(settings)
    keyring = open_keyring(settings, database_is_empty=schema.is_empty(settings.database))
    make_folder(settings.media_dir)
    database = Database(settings.database, keyring)
    try:
        await database.run(lambda session: schema.recognise(session, keyring, now()))
        yield lay(settings, keyring, database)
    finally:
        await database.close()


def prepare_schema(settings: Settings) -> None:
    """The embedded database migrates itself; a server's is the operator's to migrate."""
    if sqlite_path(settings.database) is not None:
        schema.upgrade(settings.database)
    else:
        schema.check(settings.database)


def lay(settings: Settings, keyring: Keyring, database: Database) -> Foundation:
    router = load_router(settings)
    texts = Texts(settings.emergency_numbers)
    files = FileStore(settings.media_dir, keyring)
    desk = make_desk(settings, router, texts, files)
    return Foundation(settings, keyring, database, files, texts, router, desk)


def load_router(settings: Settings) -> Router:
    try:
        return Router.load(settings.provinces, settings.data_dir)
    except BoundariesError as error:
        raise StartError(str(error)) from None
    except ValueError as error:
        raise StartError(
            f"TINBAO_PROVINCES is wrong: {error}; for example TINBAO_PROVINCES=37"
        ) from None


def make_desk(settings: Settings, router: Router, texts: Texts, files: FileStore) -> Desk:
    zone = ZoneInfo(str(settings.timezone))
    return Desk(
        router=router,
        voices=Voices(texts, zone, settings.is_trial),
        policy=policy(settings, router),
        limits=limits(settings),
        files=files,
        home_province=home_province(settings, router),
        free_disk=lambda: shutil.disk_usage(settings.media_dir).free,
        enlist=None if settings.is_configured else demo.enlist,
    )


def home_province(settings: Settings, router: Router) -> str:
    """Where a tip of unknown place belongs: the first province that was set."""
    return settings.provinces[0] if settings.provinces else router.communes()[0].province_code


def policy(settings: Settings, router: Router) -> Policy:
    provinces = sorted({commune.province for commune in router.communes()})
    return Policy(
        province=provinces[0] if len(provinces) == 1 else "Việt Nam",
        agency=settings.agency_name or "",
        decision=settings.agency_decision or "",
        url=settings.agency_url or "",
        draft=settings.keep_draft,
        rejected=settings.keep_rejected,
        resolved=settings.keep_resolved,
        contact=settings.keep_contact,
        unlink=settings.keep_link,
    )


def limits(settings: Settings) -> Limits:
    return Limits(
        targets={
            Priority.P1: settings.target_p1,
            Priority.P2: settings.target_p2,
            Priority.P3: settings.target_p3,
        },
        remind_at=settings.remind_at,
        urgent_per_hour=settings.urgent_per_hour,
        evidence_size=settings.media_max_mb * MEGABYTE,
        evidence_per_day=settings.media_per_day,
        free_disk=int(settings.min_free_gb * GIGABYTE),
    )

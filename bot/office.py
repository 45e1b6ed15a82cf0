"""What the operator does at the command line, one function a command; returns what to print."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import StartError
from bot.foundation import Foundation, now
from bot.keys import key_path
from bot.settings import Settings
from bot.summaries import PICTURES, commune_scope, name_of, province_scope
from bot.telegram_channel import telegram_name
from reports.counts import Scope
from reports.periods import Week, week_of
from reports.plots import DrawingError, Picture, draw
from reports.weekly import Edition, worded
from storage import officers, rotation, schema
from storage.database import Session
from storage.files import FileStore
from storage.models import Officer
from storage.sealing import Keyring, read_keyring, write_keyring
from storage.states import OfficerState, Role
from tips import retention
from tips.desk import Transaction
from tips.officers import invitations, people
from tips.officers.invitations import Post, PostError
from words.texts import Language


@dataclass(frozen=True, slots=True)
class Wanted:
    """An invitation as asked for at the command line."""

    role: Role
    commune: str
    province: str
    name: str


async def invite(base: Foundation, wanted: Wanted) -> str:
    post = Post(wanted.role, _province(base, wanted), wanted.commune or None, wanted.name)
    try:
        secret = await base.database.run(lambda s: invitations.invite(_tx(base, s), post))
    except PostError as error:
        raise StartError(str(error)) from None
    if base.settings.telegram_token is None:
        return f"/start i{secret}"
    name = await telegram_name(base.settings)
    return f"https://t.me/{name}?start=i{secret}"


def _province(base: Foundation, wanted: Wanted) -> str:
    if not wanted.commune:
        return _served(base, wanted.province)
    try:
        return base.router.commune(wanted.commune).province_code
    except KeyError:
        raise StartError(
            f"no commune served has the code {wanted.commune}; for example --commune 14215"
        ) from None


def _served(base: Foundation, province: str) -> str:
    """The province's code, if it is served."""
    if province not in {commune.province_code for commune in base.router.communes()}:
        raise StartError(
            f"--province is {province or 'missing'}; it must be one of those served, for example "
            f"--province {base.desk.home_province}"
        )
    return province


async def listed(base: Foundation) -> Sequence[str]:
    return await base.database.read(lambda session: _listed(_tx(base, session)))


def _listed(tx: Transaction) -> Sequence[str]:
    lines = []
    for officer in officers.all_of_them(tx.session):
        where = tx.desk.commune_name(officer.commune_code) or f"province {officer.province_code}"
        name = officers.name_of(tx.session, officer)
        lines.append(f"{officer.id}\t{officer.state}\t{officer.role}\t{where}\t{name}".rstrip())
    return lines or ["Nobody yet; begin with: tinbao officers invite --province 37 --role desk"]


async def confirm(base: Foundation, number: int, word: str) -> str:
    """Make a pending officer active; a wrong word ends the invitation, so nobody guesses twice."""
    if not await base.database.run(lambda s: _settle(_tx(base, s), number, word)):
        raise StartError(
            f"that is not the word officer {number} sees, so the invitation is ended; if it was a slip, "
            "send a new one: tinbao officers invite"
        )
    return f"Officer {number} is active."


def _settle(tx: Transaction, number: int, word: str) -> bool:
    officer = _officer(tx, number)
    if officer.state is not OfficerState.PENDING:
        raise StartError(f"officer {number} is {officer.state}, not waiting to be confirmed")
    return invitations.settle(tx, officer, word, None)


async def remove(base: Foundation, number: int) -> str:
    def work(session: Session) -> str:
        tx = _tx(base, session)
        officer = _officer(tx, number)
        end = people.remove if officer.state is OfficerState.ACTIVE else people.reject
        end(tx, officer, None)
        return f"Officer {number} is removed."

    return await base.database.run(work)


def _officer(tx: Transaction, number: int) -> Officer:
    officer = officers.locked(tx.session, number) if number < 2**63 else None
    if officer is None or officer.state is OfficerState.REMOVED:
        raise StartError(f"there is no officer {number}; see: tinbao officers list")
    return officer


def _tx(base: Foundation, session: Session) -> Transaction:
    return Transaction(session, base.desk, now())


@dataclass(frozen=True, slots=True)
class AskedWeek:
    week: str
    commune: str
    province: str
    png: Path | None


async def weekly(base: Foundation, asked: AskedWeek) -> str:
    """Return the summary's text; write the picture where it was asked for."""
    zone, texts = base.desk.voices.zone, base.texts
    try:
        week = Week.parse(asked.week, zone) if asked.week else week_of(now(), zone).before()
    except ValueError as error:
        raise StartError(str(error)) from None
    scope: Scope
    if not asked.commune:
        scope = province_scope(base.desk, _served(base, asked.province or base.desk.home_province))
    elif base.desk.commune_name(asked.commune) is None:
        raise StartError(f"no commune {asked.commune} in the provinces served")
    else:
        scope = commune_scope(base.desk, asked.commune)
    edition = Edition(week, scope, Language(base.settings.language), now(), base.settings.is_trial)
    text, pictured = await worded(
        base.database, edition, texts, lambda code: name_of(base.desk, code)
    )
    if asked.png:
        await _draw(pictured, asked.png)
    return text


async def _draw(pictured: Picture, path: Path) -> None:
    try:
        await asyncio.to_thread(path.write_bytes, await draw(pictured))
    except DrawingError:
        raise StartError(
            "the picture could not be drawn; without --png the text is shown"
        ) from None
    except OSError as error:
        raise StartError(f"{path} cannot be written: {error.strerror}") from None


def rotate_keys(settings: Settings) -> str:
    """Seal rows and files anew. A running program finds the new key in the file when it meets it.

    What it seals meanwhile with the key it knows stays readable: that key goes at the next rotation.
    """
    path = key_path(settings)
    new = read_keyring(path).rotated()
    schema.check(settings.database)
    _write_keys(new, path)
    rows = rotation.reseal(settings.database, new)
    for folder in (settings.media_dir, settings.media_dir / PICTURES):
        files = FileStore(folder, new)
        for name in files.names():
            files.reseal(name, new)
    _write_keys(new.newest(2), path)
    return f"{rows} values sealed anew; keep a copy of {path} apart"


def _write_keys(keyring: Keyring, path: Path) -> None:
    try:
        write_keyring(keyring, path)
    except OSError as error:
        raise StartError(
            f"the key file {path} cannot be written ({error.strerror}); rotate where it is kept, and "
            "hand it over anew"
        ) from None


async def purge(base: Foundation, *, dry_run: bool) -> Sequence[str]:
    removed: dict[str, int] = {}

    def work(session: Session) -> None:
        trial = session.begin_nested()
        removed.update(retention.sweep(_tx(base, session), base.periods))
        if dry_run:
            trial.rollback()

    await base.database.run(work)
    if not dry_run:
        removed["files"] = await retention.sweep_files(base.database, base.files, now())
        await base.database.empty_journal()
    verb = "would go" if dry_run else "gone"
    return [f"{name}: {count} {verb}" for name, count in removed.items()]

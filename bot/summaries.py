"""Monday's summaries: who gets which, drawn once a commune, owed once a person, whatever happens.

The schedule says when; a row per slot and a key per (week, recipient) say that it happened.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

import structlog

from reports.counts import CommuneScope, ProvinceScope, Scope
from reports.periods import Week, last_due_slot, week_to_report
from reports.plots import DrawingError, draw
from reports.weekly import Edition, worded
from storage import officers, runs
from storage.database import Database, Session
from storage.files import FileStore
from storage.models import Chat
from storage.states import RIGHTS, DeliveryClass, EvidenceKind, Right
from tips.desk import Clock, Desk
from tips.messages import Attachment, Reply
from tips.outbox import owe
from words.texts import Language

JOB = "weekly"
PICTURES = "weekly"  #: folder of drawn summaries, under the media folder

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recipient:
    chat_id: int
    scope: Scope
    language: Language


@dataclass(frozen=True, slots=True)
class Summaries:
    """Sends the week's summaries. `at` is a local time in the desk's zone; `weekday`: Monday is 0."""

    database: Database
    desk: Desk
    pictures: FileStore
    clock: Clock
    owner: str
    weekday: int
    at: time

    async def catch_up(self) -> int:
        """Send what the newest slot owes, unless it was sent; return how many were owed now."""
        now, zone = self.clock(), self.desk.voices.zone
        slot = last_due_slot(now, self.weekday, self.at, zone)
        week = week_to_report(slot, zone)
        claimed = await self.database.run(
            lambda session: (
                self._is_after_installation(session, slot)
                and runs.claim(session, JOB, str(week), self.owner, now)
            )
        )
        if not claimed:
            return 0
        owed = await self._send(week)
        await self.database.run(lambda session: runs.finish(session, JOB, str(week), self.clock()))
        log.info("weekly_owed", week=str(week), recipients=owed)
        return owed

    def _is_after_installation(self, session: Session, slot: datetime) -> bool:
        """A slot from before this installation existed is nobody's."""
        return runs.installed_at(session) <= slot

    async def _send(self, week: Week) -> int:
        by_page: dict[tuple[Scope, Language], list[int]] = defaultdict(list)
        for recipient in await self.database.read(self._recipients):
            by_page[recipient.scope, recipient.language].append(recipient.chat_id)
        for (scope, language), chat_ids in by_page.items():
            await self._send_one(week, scope, language, chat_ids)
        return sum(map(len, by_page.values()))

    async def _send_one(
        self, week: Week, scope: Scope, language: Language, chat_ids: Sequence[int]
    ) -> None:
        """Count and draw once, then owe text and picture to everybody of this scope."""
        desk = self.desk
        edition = Edition(week, scope, language, self.clock(), desk.voices.trial)
        text, pictured = await worded(self.database, edition, desk.voices.texts, self._name_of)
        replies = [Reply(text)]
        try:
            name = self.pictures.put(await draw(pictured))
        except (DrawingError, OSError):  # the text goes all the same
            log.exception("picture_failed", week=str(week), scope=scope.code)
        else:
            picture = Attachment(EvidenceKind.PHOTO, "image/png", f"{PICTURES}/{name}")
            replies.append(Reply("", attachment=picture))
        await self.database.run(lambda session: self._owe(session, week, chat_ids, replies))

    def _owe(
        self, session: Session, week: Week, chat_ids: Sequence[int], replies: Sequence[Reply]
    ) -> None:
        for chat_id in chat_ids:
            chat = session.get_one(Chat, chat_id)
            for part, reply in enumerate(replies):
                key = f"weekly:{week}:{chat_id}:{part}"
                owe(session, chat, reply, self.clock(), DeliveryClass.BROADCAST, key)

    def _recipients(self, session: Session) -> Sequence[Recipient]:
        found = []
        for officer, chat in officers.reachable(session):
            rights, language = RIGHTS[officer.role], Language(chat.language)
            if Right.COMMUNE_SUMMARY in rights and officer.commune_code:
                scope: Scope = commune_scope(self.desk, officer.commune_code)
                found.append(Recipient(chat.id, scope, language))
            elif Right.PROVINCE_SUMMARY in rights:
                scope = province_scope(self.desk, officer.province_code)
                found.append(Recipient(chat.id, scope, language))
        return found

    def _name_of(self, code: str) -> str:
        return name_of(self.desk, code)


def commune_scope(desk: Desk, code: str) -> CommuneScope:
    """The commune in force under a code, with the units that it succeeded."""
    present, *succeeded = desk.router.codes(code)
    return CommuneScope(present, tuple(succeeded))


def province_scope(desk: Desk, code: str) -> ProvinceScope:
    communes = [c.code for c in desk.router.communes() if c.province_code == code]
    families = [desk.router.codes(commune) for commune in communes]
    succeeded = [(ended, present) for present, *earlier in families for ended in earlier]
    return ProvinceScope(code, len(communes), tuple(succeeded))


def name_of(desk: Desk, code: str) -> str:
    """Name a commune or a province by its code."""
    if name := desk.commune_name(code):
        return name
    return next((c.province for c in desk.router.communes() if c.province_code == code), code)

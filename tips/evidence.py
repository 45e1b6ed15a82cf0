"""Evidence: each file is fetched at once, judged by its content, cleaned in a child process, and sealed.

    claim (lease, commit) ─▶ fetch ─▶ clean ─▶ seal and sync ─▶ commit: verdict + an inbox row that tells

The inbox row brings the outcome into the chat's own order: the reporter hears what was not taken.
"""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from storage import chats, evidence, inbox, queues
from storage.database import Database, Session
from storage.files import FileStore
from storage.models import Chat, Evidence, Tip
from storage.queues import Lease
from storage.states import Channel, EvidenceKind, EvidenceVerdict
from tips import operators
from tips.cleaning.cleaner import Cleaner, CleaningUnavailableError
from tips.cleaning.verdicts import (
    Cleaned,
    MediaKind,
    RefusalReason,
    Refused,
    Uncleanable,
    Verdict,
)
from tips.conversation.draft import Draft
from tips.desk import Clock, Transaction
from tips.messages import Door, Reply, SendError
from tips.officers.showing import refresh
from tips.outbox import owe

PATIENCE = timedelta(minutes=4)  #: for fetching and cleaning one file
LEASE = timedelta(minutes=5)
OUTCOME_PREFIX = "evidence:"
WAITS = [timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, *[3600] * 12)]

_SAID = {
    RefusalReason.ARCHIVE_OR_DOCUMENT: "evidence.wrong_kind",
    RefusalReason.UNKNOWN_TYPE: "evidence.wrong_kind",
    RefusalReason.TOO_LARGE: "evidence.too_big",
    RefusalReason.TOO_LONG: "evidence.too_big",
}

Record = Callable[[Session], None]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one file, before it is recorded."""

    verdict: EvidenceVerdict
    kind: EvidenceKind | None = None
    media_type: str | None = None
    file: str | None = None
    silent_file: str | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceRoom:
    """The worker that fetches and cleans, one file at a time."""

    database: Database
    doors: Mapping[Channel, Door]
    cleaner: Cleaner
    files: FileStore
    clock: Clock
    owner: str
    limit: int  #: bytes
    #: set when an outcome may be in the inbox, for its worker to wait on
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self) -> int:
        """Handle one due file; return how many were claimed."""
        claimed = await self.database.run(self._claim)
        if claimed is None:
            return 0
        piece_id, channel, reference = claimed
        record = await self._fetched(piece_id, channel, reference)
        await self.database.insist(record)
        self.told.set()
        return 1

    def _claim(self, session: Session) -> tuple[int, Channel, str] | None:
        lease = Lease(self.owner, self.clock(), LEASE)
        for piece in queues.claim_evidence(session, lease, 1):
            if piece.attempts <= len(WAITS) + 1:
                return piece.id, piece.channel, evidence.reference_of(session, piece)
            killer = session.get_one(Evidence, piece.id)
            self._lose(session, killer, "interrupted")  # again and again: it may kill the process
        return None

    async def _fetched(self, piece_id: int, channel: Channel, reference: str) -> Record:
        """Fetch, clean and store a file; return what is to be recorded. Our own bugs end here."""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                content = await self.doors[channel].fetch(reference, self.limit)
                fetched = await self._clean(content)
        except SendError as error:
            fault = error
        except TimeoutError:
            fault = SendError("timed_out")
        except (CleaningUnavailableError, OSError):  # ours or the disk's fault, not the file's
            fault = SendError("cleaning_unavailable")
        except Exception as bug:
            log.exception("evidence_failed", evidence=piece_id)
            fault = SendError(type(bug).__name__)
        else:
            return lambda session: self._record(session, piece_id, fetched)
        return lambda session: self._not_fetched(session, piece_id, fault)

    async def _clean(self, content: bytes) -> Fetched:
        verdict = await self.cleaner.clean(content)
        if isinstance(verdict, Refused):
            return Fetched(EvidenceVerdict.REFUSED, fault=verdict.reason)
        if isinstance(verdict, Uncleanable):
            kind, name = EvidenceKind(verdict.kind), await self._stored(content)
            media_type = "application/octet-stream"
            return Fetched(EvidenceVerdict.DESK_ONLY, kind, media_type, name)
        return await self._kept(content, verdict)

    async def _kept(self, content: bytes, cleaned: Cleaned) -> Fetched:
        silent = None
        if cleaned.kind is MediaKind.VIDEO:
            muted: Verdict = await self.cleaner.clean(content, without_sound=True)
            silent = await self._stored(muted.content) if isinstance(muted, Cleaned) else None
        return Fetched(
            EvidenceVerdict.CLEAN,
            EvidenceKind(cleaned.kind),
            cleaned.media_type,
            await self._stored(cleaned.content),
            silent,
        )

    async def _stored(self, content: bytes) -> str:
        return await asyncio.to_thread(self.files.put, content)  # sealing and syncing take a while

    def _record(self, session: Session, piece_id: int, fetched: Fetched) -> None:
        piece = queues.held(session, Evidence, piece_id, self.owner)
        if piece is None:
            return  # taken over by another process, or erased meanwhile; the sweep removes the file
        piece.verdict, piece.media_type = fetched.verdict, fetched.media_type
        piece.kind = fetched.kind or piece.kind
        piece.file, piece.silent_file = fetched.file, fetched.silent_file
        piece.has_sound = piece.kind in (EvidenceKind.VIDEO, EvidenceKind.VOICE)
        piece.reference_sealed = None
        queues.finish(session, piece, self.clock())
        piece.error = fetched.fault or None
        log.info("evidence_kept", evidence=piece.id, verdict=piece.verdict, reason=fetched.fault)
        self._tell(session, piece)

    def _not_fetched(self, session: Session, piece_id: int, error: SendError) -> None:
        piece = queues.held(session, Evidence, piece_id, self.owner)
        if piece is None:
            return
        log.warning("evidence_not_fetched", evidence=piece.id, fault=error.fault)
        if error.fault == "too_large":
            piece.verdict, piece.reference_sealed = EvidenceVerdict.REFUSED, None
            queues.finish(session, piece, self.clock())
            piece.error = RefusalReason.TOO_LARGE
            self._tell(session, piece)
        elif error.permanent or piece.attempts > len(WAITS):
            self._lose(session, piece, error.fault)
        else:
            jitter = random.uniform(0.8, 1.2)  # so that many do not come back at once
            wait = error.retry_after or WAITS[piece.attempts - 1] * jitter
            queues.postpone(piece, self.clock() + wait, error.fault)

    def _lose(self, session: Session, piece: Evidence, fault: str) -> None:
        piece.verdict = EvidenceVerdict.LOST  # the reference stays for a while: it may be replayed
        queues.set_aside(session, piece, fault, self.clock())
        log.error("evidence_lost", evidence=piece.id, fault=fault)
        self._tell(session, piece)

    def _tell(self, session: Session, piece: Evidence) -> None:
        if piece.chat_id is None:
            return
        chat = session.get_one(Chat, piece.chat_id)
        outcome = inbox.RawUpdate(
            piece.channel,
            f"{OUTCOME_PREFIX}{piece.id}",
            chats.address_of(session, chat),
            inbox.LAST,
            json.dumps({"evidence": piece.id}).encode(),
        )
        inbox.store(session, [outcome], self.clock())


def hear_outcome(tx: Transaction, piece_id: int) -> None:
    """Bring a file's outcome into the conversation it came from."""
    piece = tx.session.get(Evidence, piece_id)
    if piece is None or piece.chat_id is None:
        return
    chat = tx.session.get_one(Chat, piece.chat_id)
    if evidence.is_kept(piece):
        if piece.tip_id is not None:
            refresh(tx, tx.session.get_one(Tip, piece.tip_id))
        return
    if piece.verdict is EvidenceVerdict.LOST:
        operators.tell(tx, "operator.evidence_lost", row=piece.id)
    _forget_in_draft(tx, chat, piece.id)
    owe(tx.session, chat, Reply(_refused(tx, chat, piece)), tx.now)


def _forget_in_draft(tx: Transaction, chat: Chat, piece_id: int) -> None:
    chats.lock(tx.session, chat)
    talk = chats.talk_in(tx.session, chat)
    draft = Draft.from_json(chats.draft_of(tx.session, talk))
    if draft is not None and piece_id in draft.evidence:
        left = tuple(known for known in draft.evidence if known != piece_id)
        chats.set_draft(tx.session, talk, draft.having(evidence=left).to_json())
        chats.keep(tx.session, talk)


def _refused(tx: Transaction, chat: Chat, piece: Evidence) -> str:
    voice = tx.voice_of(chat)
    key = _SAID.get(RefusalReason(piece.error)) if piece.error in set(RefusalReason) else None
    most = f"{tx.desk.limits.evidence_size // 1_000_000} MB"
    return voice(key or "evidence.broken", most=most)

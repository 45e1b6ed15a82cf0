"""Nothing outlives its use: the daily sweep, and what it would do without doing it (`purge --dry-run`)."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import evidence, retention
from storage.database import Database
from storage.files import FileStore
from storage.models import Reporter, Tip
from storage.states import HIDDEN_STATES, TipState
from tips.desk import Transaction
from tips.officers import invitations
from tips.requests import erase, unlink

YOUNG = timedelta(minutes=10)  #: a file may be, before the row that names it is committed


@dataclass(frozen=True, slots=True)
class Periods:
    """How long each thing is kept (domain: Law 91/2025, Decree 356/2025; settings may change them)."""

    draft: timedelta = timedelta(hours=24)
    sent: timedelta = timedelta(hours=24)  #: bodies of messages sent
    set_aside: timedelta = timedelta(days=30)
    rejected: timedelta = timedelta(days=30)  #: words of tips closed without a result
    resolved: timedelta = timedelta(days=730)  #: words of tips resolved
    contact: timedelta = timedelta(days=90)  #: telephone number, after closing
    link: timedelta = timedelta(days=30)  #: to the reporter's chat, after closing
    audit: timedelta = timedelta(days=5 * 365)
    handled: timedelta = timedelta(days=3)  #: empty inbox rows: longer than any redelivery


def sweep(tx: Transaction, keep: Periods) -> Mapping[str, int]:
    """Remove what has outlived its use; return what was removed, by name, how many."""
    session, now = tx.session, tx.now
    buried = (*HIDDEN_STATES, TipState.WITHDRAWN)
    return {
        "words of rejected tips": _empty(tx, buried, keep.rejected),
        "words of resolved tips": _empty(tx, [TipState.RESOLVED], keep.resolved),
        "links to reporters": _unlink(tx, keep.link),
        "telephone numbers": retention.forget_contacts(session, now - keep.contact),
        "bodies of sent messages": retention.empty_deliveries(session, now - keep.sent),
        "rows of messages": retention.delete_deliveries(session, now - keep.set_aside),
        "rows of updates": retention.delete_inbox(
            session, now - keep.handled, now - keep.set_aside
        ),
        "references to lost files": retention.empty_lost_evidence(session, now - keep.set_aside),
        "evidence never filed": retention.delete_unfiled_evidence(session, now - keep.draft),
        "counted attempts": retention.delete_attempts(session, now - timedelta(days=1)),
        "people never confirmed": invitations.forget_pending(tx),
        "expired invitations": retention.delete_invitations(session, now - keep.set_aside),
        "runs of jobs": retention.delete_runs(session, now - keep.contact),
        "history": retention.delete_events(session, now - keep.audit),
        "names of former officers": retention.forget_names(session),
        "bursts": retention.delete_bursts(session, now - keep.set_aside),
        "cards of emptied tips": retention.delete_cards(session),
        "chats nobody needs": retention.delete_idle_chats(session, now - keep.sent),
    }


def _empty(tx: Transaction, states: Collection[TipState], age: timedelta) -> int:
    old = retention.tips_to_empty(tx.session, states, tx.now - age)
    for tip in old:
        erase(tx, tip)
    return len(old)


def _unlink(tx: Transaction, age: timedelta) -> int:
    old = retention.reporters_to_unlink(tx.session, tx.now - age)
    for tip, reporter in old:
        forget_reporter(tx, tip, reporter)
    return len(old)


def forget_reporter(tx: Transaction, tip: Tip, reporter: Reporter) -> None:
    """The link goes before the telephone number, which has a period of its own."""
    contact = reporter.contact_sealed
    unlink(tx, tip, reporter)
    reporter.contact_sealed = contact


async def sweep_files(database: Database, files: FileStore, now: datetime) -> int:
    """Delete files that no row names; return how many. Young ones may await their commit.

    A folder of many files takes a while to look through: no transaction is open meanwhile.
    """
    used = await database.read(evidence.files_in_use)
    return await asyncio.to_thread(_delete_orphans, files, used, now - YOUNG)


def _delete_orphans(files: FileStore, used: Collection[str], before: datetime) -> int:
    orphans = list(files.orphans(used, before))
    for name in orphans:
        files.delete(name)
    return len(orphans)

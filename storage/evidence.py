"""Photos, videos, voices and documents: references to fetch, then names of sealed files."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.database import keyring_of
from storage.models import Chat, Evidence, Tip
from storage.queues import Claimed
from storage.states import EvidenceKind, EvidenceVerdict

REFERENCE = "evidence.reference"


def take(
    session: Session,
    chat: Chat,
    kind: EvidenceKind,
    reference: str,
    size: int | None,
    now: datetime,
) -> Evidence:
    """Note a file to fetch: the row is the work as well."""
    piece = Evidence(
        chat_id=chat.id,
        channel=chat.channel,
        kind=kind,
        created_at=now,
        due_at=now,
        reference_sealed=keyring_of(session).seal(reference.encode(), REFERENCE),
        size=size,
    )
    session.add(piece)
    session.flush()
    return piece


def reference_of(session: Session, piece: Evidence | Claimed) -> str:
    assert piece.reference_sealed is not None
    return keyring_of(session).unseal(piece.reference_sealed, REFERENCE).decode()


def give(session: Session, numbers: Sequence[int], tip: Tip, *, sound: bool) -> None:
    """Let these pieces belong to a tip. `sound`: the commune may hear them."""
    if not numbers:
        return
    session.execute(
        update(Evidence)
        .where(Evidence.id.in_(numbers), Evidence.tip_id.is_(None))
        .values(tip_id=tip.id, sound_to_commune=sound)
    )


def delete_unfiled(session: Session, numbers: Collection[int]) -> None:
    """Delete these pieces, but for those that a tip has been given."""
    session.execute(delete(Evidence).where(Evidence.id.in_(numbers), Evidence.tip_id.is_(None)))


def of_chat_unfiled(session: Session, chat: Chat) -> Sequence[Evidence]:
    these = (Evidence.tip_id.is_(None), Evidence.chat_id == chat.id)
    return session.scalars(select(Evidence).where(*these)).all()


def of_tip(session: Session, tip: Tip) -> Sequence[Evidence]:
    """Return every piece of a tip, whatever became of it."""
    return session.scalars(select(Evidence).where(Evidence.tip_id == tip.id)).all()


def files_in_use(session: Session) -> set[str]:
    """Return the name of every file a row still needs."""
    names: set[str] = set()
    for row in session.execute(select(Evidence.file, Evidence.silent_file)):
        names.update(name for name in row if name)
    return names


def is_kept(piece: Evidence) -> bool:
    return piece.verdict in (EvidenceVerdict.CLEAN, EvidenceVerdict.DESK_ONLY)

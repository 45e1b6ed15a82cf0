"""Tips, who reported them, and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from storage.database import keyring_of, table_of
from storage.models import Chat, Event, Evidence, Reporter, Tip
from storage.prepared import Prepared, adopt
from storage.states import OPEN_STATES, EventKind, EvidenceVerdict, Priority, TipState

WORDS, PLACE, TIME, CONTACT, RECEIPT = (
    "tips.words",
    "tips.place",
    "tips.time",
    "reporters.contact",
    "receipt",
)


#: Said both ways: the state is what counts, and no end is what the index of open tips is made of.
_OPEN = (Tip.closed_at.is_(None), Tip.state.in_(OPEN_STATES))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a tip says, unsealed."""

    words: list[str]
    place: dict[str, Any]
    time: dict[str, Any]


def add(session: Session, tip: Tip) -> None:
    """Store a new tip; that gives it its number."""
    stored = _ADDING.first(session, {name: getattr(tip, name) for name in _COLUMNS})
    assert stored is not None
    tip.id = stored.id
    adopt(session, tip)


_COLUMNS = [column.key for column in table_of(Tip).c if column.key != "id"]
_ADDING = Prepared(insert(table_of(Tip)).returning(table_of(Tip).c.id), _COLUMNS)


def seal_into(session: Session, tip: Tip, contents: Contents) -> None:
    keys = keyring_of(session)
    tip.words_sealed = keys.seal_json(contents.words, WORDS)
    tip.place_sealed = keys.seal_json(contents.place, PLACE)
    tip.time_sealed = keys.seal_json(contents.time, TIME)


def contents_of(session: Session, tip: Tip) -> Contents:
    """Open a tip's contents; empty where they were erased."""
    keys = keyring_of(session)
    return Contents(
        keys.unseal_json(tip.words_sealed, WORDS) if tip.words_sealed else [],
        keys.unseal_json(tip.place_sealed, PLACE) if tip.place_sealed else {},
        keys.unseal_json(tip.time_sealed, TIME) if tip.time_sealed else {},
    )


def erase_contents(tip: Tip) -> None:
    tip.words_sealed = tip.place_sealed = tip.time_sealed = None


def locked(session: Session, number: int) -> Tip | None:
    """Return the tip, locked until the transaction ends."""
    query = select(Tip).where(Tip.id == number).with_for_update(key_share=True)
    return session.scalar(query.execution_options(populate_existing=True))


def note(
    session: Session,
    kind: EventKind,
    now: datetime,
    tip: Tip | None = None,
    officer_id: int | None = None,
    **facts: Any,
) -> None:
    """Append to the history."""
    tip_id = tip.id if tip else None
    event = {"at": now, "kind": kind, "tip_id": tip_id, "officer_id": officer_id, "facts": facts}
    _NOTING.run(session, event)


_NOTING = Prepared(
    insert(table_of(Event)).inline(), ("at", "kind", "tip_id", "officer_id", "facts")
)


def link(
    session: Session, tip: Tip, chat: Chat, code: str, consent: str, phone: str | None
) -> None:
    """Keep who reported a tip.

    Args:
        code: of the receipt.
        consent: the version of the words they agreed to.
    """
    keys = keyring_of(session)
    reporter = {
        "tip_id": tip.id,
        "chat_id": chat.id,
        "receipt_digest": receipt_digest(session, code),
        "consent_version": consent,
        "consent_at": tip.received_at,
        "consent_channel": chat.channel,
        "contact_sealed": keys.seal(phone.encode(), CONTACT) if phone else None,
    }
    _LINKING.run(session, reporter)


_LINKING = Prepared(
    insert(table_of(Reporter)).values(told_safe=False, wants_news=True).inline(),
    ("tip_id", "chat_id", "receipt_digest", "consent_version", "consent_at", "consent_channel",
     "contact_sealed"),
)  # fmt: skip


def receipt_digest(session: Session, code: str) -> bytes:
    return keyring_of(session).digest(code, RECEIPT)


def by_code(session: Session, code: str) -> tuple[Tip, Reporter] | None:
    query = (
        select(Tip, Reporter)
        .join(Reporter, Reporter.tip_id == Tip.id)
        .where(Reporter.receipt_digest == receipt_digest(session, code))
    )
    found = session.execute(query).first()
    return (found[0], found[1]) if found else None


def reported_from(session: Session, chat: Chat, limit: int = 20) -> Sequence[Tip]:
    """Return the tips filed from a chat, newest first."""
    query = select(Tip).join(Reporter, Reporter.tip_id == Tip.id)
    mine = query.where(Reporter.chat_id == chat.id).order_by(Tip.id.desc()).limit(limit)
    return session.scalars(mine).all()


def reporter_of(session: Session, tip: Tip) -> Reporter:
    return session.get_one(Reporter, tip.id)


def urgent_since(session: Session, chat: Chat, since: datetime) -> int:
    """Return how many urgent tips a chat has filed since then."""
    session.flush()
    counted = _URGENT_SINCE.first(session, {"by": chat.id, "since": since})
    return counted.count if counted else 0


_URGENT_SINCE = Prepared(
    select(func.count().label("count"))
    .select_from(Tip)
    .join(Reporter, Reporter.tip_id == Tip.id)
    .where(
        Tip.priority == Priority.P1,
        Reporter.chat_id == bindparam("by"),
        Tip.received_at > bindparam("since"),
    )
)


def open_in_commune(session: Session, commune_code: str) -> Sequence[Tip]:
    these = (Tip.commune_code == commune_code, *_OPEN)
    return session.scalars(select(Tip).where(*these).order_by(Tip.target_at)).all()


def untaken_in(session: Session, commune_code: str) -> Sequence[Tip]:
    """Return the commune's tips that nobody took yet, locked, oldest first."""
    these = (Tip.commune_code == commune_code, Tip.state == TipState.NEW)
    query = select(Tip).where(*these).order_by(Tip.id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def open_at_desk(session: Session, province_code: str) -> Sequence[Tip]:
    """Return the open tips a province desk answers for: given to it, or taken by nobody in time."""
    these = (
        Tip.province_code == province_code,
        *_OPEN,
        Tip.desk_reason.is_not(None) | Tip.overdue_at.is_not(None),
    )
    return session.scalars(select(Tip).where(*these).order_by(Tip.target_at)).all()


def to_remind(session: Session, now: datetime, limit: int) -> Sequence[Tip]:
    these = (Tip.state == TipState.NEW, Tip.remind_at <= now)
    return _some(session, these, limit)


def to_escalate(session: Session, now: datetime, limit: int) -> Sequence[Tip]:
    these = (Tip.state == TipState.NEW, Tip.target_at <= now, Tip.overdue_at.is_(None))
    return _some(session, these, limit)


def _some(session: Session, where: tuple[Any, ...], limit: int) -> Sequence[Tip]:
    query = select(Tip).where(*where).order_by(Tip.target_at).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def evidence_of(session: Session, tip: Tip) -> Sequence[Evidence]:
    """Return what is kept of the tip's photos, videos and voices."""
    kept = (EvidenceVerdict.CLEAN, EvidenceVerdict.DESK_ONLY)
    query = select(Evidence).where(Evidence.tip_id == tip.id, Evidence.verdict.in_(kept))
    return session.scalars(query.order_by(Evidence.id)).all()


def added_to(session: Session, found: Sequence[Tip]) -> set[int]:
    """Return the numbers of those tips to which their reporters added something."""
    these = (Event.kind == EventKind.ADDED, Event.tip_id.in_([tip.id for tip in found]))
    return {number for number in session.scalars(select(Event.tip_id).where(*these)) if number}


def contact_of(session: Session, reporter: Reporter) -> str:
    """Return the telephone number the reporter left, "" if none."""
    if reporter.contact_sealed is None:
        return ""
    return keyring_of(session).unseal(reporter.contact_sealed, CONTACT).decode()

"""What has outlived its use: found, and where no other rule is needed, removed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from storage.models import (
    Attempt,
    Burst,
    BurstTip,
    Card,
    Chat,
    Conversation,
    Delivery,
    Event,
    Evidence,
    Group,
    Inbox,
    Invitation,
    JobRun,
    Officer,
    OfficerChat,
    Reporter,
    Tip,
)
from storage.states import CardKind, OfficerState, QueueState, TipState

MOST = 500  #: tips, or chats, in one sweep; the next one takes the rest


def tips_to_empty(
    session: Session, states: Collection[TipState], closed_before: datetime
) -> Sequence[Tip]:
    """Return closed tips in these states whose words are still kept."""
    these = (
        Tip.state.in_(states),
        Tip.closed_at < closed_before,
        Tip.words_sealed.is_not(None),
    )
    return session.scalars(_unlocked(select(Tip).where(*these))).all()


def reporters_to_unlink(
    session: Session, closed_before: datetime
) -> Sequence[tuple[Tip, Reporter]]:
    query = (
        select(Tip, Reporter)
        .join(Reporter, Reporter.tip_id == Tip.id)
        .where(Tip.closed_at < closed_before, Reporter.chat_id.is_not(None))
    )
    return [(tip, reporter) for tip, reporter in session.execute(_unlocked(query))]


def _unlocked(query: Any) -> Any:
    """Lock what is found, and pass over tips on which somebody is acting now."""
    return query.limit(MOST).with_for_update(of=Tip, skip_locked=True, key_share=True)


def forget_contacts(session: Session, closed_before: datetime) -> int:
    """Erase telephone numbers left with tips closed before then; return how many."""
    old = select(Tip.id).where(Tip.closed_at < closed_before)
    done = (
        update(Reporter)
        .where(Reporter.tip_id.in_(old), Reporter.contact_sealed.is_not(None))
        .values(contact_sealed=None)
    )
    return _count(session, done)


def delete_events(session: Session, before: datetime) -> int:
    return _count(session, delete(Event).where(Event.at < before))


def delete_attempts(session: Session, before: datetime) -> int:
    return _count(session, delete(Attempt).where(Attempt.at < before))


def delete_invitations(session: Session, before: datetime) -> int:
    return _count(session, delete(Invitation).where(Invitation.expires_at < before))


def delete_runs(session: Session, before: datetime) -> int:
    return _count(session, delete(JobRun).where(JobRun.done_at < before))


def delete_inbox(session: Session, handled_before: datetime, aside_before: datetime) -> int:
    """Delete handled rows older than any redelivery, and what was set aside long ago."""
    handled = (Inbox.state == QueueState.DONE) & (Inbox.received_at < handled_before)
    aside = (Inbox.state == QueueState.SET_ASIDE) & (Inbox.received_at < aside_before)
    return _count(session, delete(Inbox).where(or_(handled, aside)))


def empty_deliveries(session: Session, sent_before: datetime) -> int:
    """Empty the bodies of messages sent before then; return how many."""
    sent = (Delivery.sent_at < sent_before, Delivery.body_sealed.is_not(None))
    return _count(session, update(Delivery).where(*sent).values(body_sealed=None))


def delete_deliveries(session: Session, before: datetime) -> int:
    """Delete rows of messages sent, or set aside, before then; cards keep their own message ids."""
    ended = (Delivery.state != QueueState.WAITING, Delivery.created_at < before)
    return _count(session, delete(Delivery).where(*ended))


def empty_lost_evidence(session: Session, before: datetime) -> int:
    """Forget how the channel finds files that were set aside before then."""
    lost = (
        Evidence.state == QueueState.SET_ASIDE,
        Evidence.reference_sealed.is_not(None),
        Evidence.created_at < before,
    )
    return _count(session, update(Evidence).where(*lost).values(reference_sealed=None))


def delete_unfiled_evidence(session: Session, before: datetime) -> int:
    """Delete pieces that never became part of a tip; their files are swept as orphans."""
    these = (Evidence.tip_id.is_(None), Evidence.created_at < before)
    return _count(session, delete(Evidence).where(*these))


def forget_names(session: Session) -> int:
    """Erase the names of former officers of whom the history says nothing any more."""
    unsaid = ~exists().where(Event.officer_id == Officer.id)
    gone = (Officer.state == OfficerState.REMOVED, Officer.name_sealed.is_not(None), unsaid)
    return _count(session, update(Officer).where(*gone).values(name_sealed=None))


def delete_cards(session: Session) -> int:
    """Delete the cards of tips whose words are gone; not those of which a message is still kept."""
    emptied = exists().where(
        Tip.id == Card.tip_id, Tip.closed_at.is_not(None), Tip.words_sealed.is_(None)
    )
    told = exists().where(Delivery.card_id == Card.id)
    lone = Card.kind != CardKind.BURST
    return _count(session, delete(Card).where(emptied, lone, ~told))


def delete_bursts(session: Session, before: datetime) -> int:
    """Forget which tips came together, of bursts that ended before then; return how many bursts.

    As long as one of them is open, the burst's card may be the only one that officers have of it.
    """
    its_card = (Card.kind == CardKind.BURST, Card.tip_id == Burst.id)
    told = exists().where(Delivery.card_id == Card.id, *its_card)
    its_tips = (BurstTip.burst_id == Burst.id, Tip.id == BurstTip.tip_id)
    is_open = exists().where(*its_tips, Tip.closed_at.is_(None))
    ended = select(Burst.id).where(Burst.until < before, ~told, ~is_open).limit(MOST)
    old = session.scalars(ended.with_for_update(skip_locked=True)).all()
    if not old:
        return 0
    its_cards = (Card.kind == CardKind.BURST, Card.tip_id.in_(old))
    _count(session, delete(Card).where(*its_cards))
    _count(session, delete(BurstTip).where(BurstTip.burst_id.in_(old)))
    return _count(session, delete(Burst).where(Burst.id.in_(old)))


_NEEDS_CHAT: tuple[Any, ...] = (
    Reporter.chat_id,
    OfficerChat.chat_id,
    Group.chat_id,
    Evidence.chat_id,
    Card.chat_id,
    Delivery.chat_id,
)


def delete_idle_chats(session: Session, before: datetime) -> int:
    """Delete chats that nothing needs any more: not even that somebody wrote to us stays.

    One from which a message is being handled now is locked, and passed over.
    """
    idle = [~exists().where(column == Chat.id) for column in _NEEDS_CHAT]
    busy = exists().where(Conversation.chat_id == Chat.id, Conversation.draft_sealed.is_not(None))
    these = select(Chat.id).where(Chat.created_at < before, ~busy, *idle)
    found = session.scalars(these.limit(MOST).with_for_update(skip_locked=True)).all()
    return _count(session, delete(Chat).where(Chat.id.in_(found))) if found else 0


def _count(session: Session, statement: Delete | Any) -> int:
    done: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)

"""What is held true about time: nothing outlives its use, and nothing goes before it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import Query

from bot.jobs import PICTURES_KEPT
from bot.summaries import PICTURES
from storage.models import (
    Attempt,
    Burst,
    BurstTip,
    Card,
    Conversation,
    Delivery,
    Event,
    Inbox,
    Invitation,
    JobRun,
    Officer,
    Reporter,
    Tip,
)
from storage.states import (
    HIDDEN_STATES,
    OPEN_STATES,
    CardKind,
    EventKind,
    OfficerState,
    QueueState,
    TipState,
)
from tests.simulation.looking import NOTICED, Moment
from tips.officers.invitations import VALID
from tips.retention import Periods

KEEP = Periods()
SLACK = timedelta(days=2)  #: the sweep is a daily one, and the process may have been down
BURIED = (*HIDDEN_STATES, TipState.WITHDRAWN)
Breaches = Iterator[str]


def no_words_outlive_their_use(look: Moment) -> Breaches:
    now, session = look.now, look.session
    buried = (Tip.state.in_(BURIED), Tip.words_sealed.is_not(None))
    for tip in session.query(Tip).where(*buried, Tip.closed_at < now - KEEP.rejected - SLACK):
        yield f"tip {tip.id}, closed {tip.closed_at} as {tip.state}, still has its words"
    bodies = (Delivery.body_sealed.is_not(None), Delivery.sent_at < now - KEEP.sent - SLACK)
    for sent in session.query(Delivery).where(*bodies):
        yield f"delivery {sent.id}, sent {sent.sent_at}, still has its words"
    drafts = (Conversation.draft_sealed.is_not(None), Conversation.expires_at < now - NOTICED)
    for talk in session.query(Conversation).where(*drafts):
        yield f"the draft of chat {talk.chat_id} was to go at {talk.expires_at}"


def nobody_is_known_for_longer_than_they_need_be(look: Moment) -> Breaches:
    now, session = look.now, look.session
    linked = session.query(Reporter, Tip).join(Tip, Tip.id == Reporter.tip_id)
    closed = linked.where(Reporter.chat_id.is_not(None), Tip.closed_at < now - KEEP.link - SLACK)
    for reporter, tip in closed:
        yield f"the reporter of tip {reporter.tip_id}, closed {tip.closed_at}, is still known"
    pending = Officer.state == OfficerState.PENDING
    for officer in session.query(Officer).where(pending, Officer.created_at < now - VALID - SLACK):
        yield f"officer {officer.id} has waited since {officer.created_at}"


def no_row_outlives_its_use(look: Moment) -> Breaches:
    now, session = look.now, look.session
    emptied = (Tip.closed_at.is_not(None), Tip.words_sealed.is_(None))
    alone = Card.kind != CardKind.BURST
    cards = session.query(Card).join(Tip, Tip.id == Card.tip_id)
    ended: dict[str, Query[Any]] = {
        "inbox": session.query(Inbox).where(
            Inbox.state == QueueState.DONE, Inbox.received_at < now - KEEP.handled - SLACK
        ),
        "deliveries": session.query(Delivery).where(
            Delivery.state != QueueState.WAITING,
            Delivery.created_at < now - KEEP.set_aside - SLACK,
        ),
        "attempts": session.query(Attempt).where(Attempt.at < now - timedelta(days=1) - SLACK),
        "invitations": session.query(Invitation).where(
            Invitation.expires_at < now - KEEP.set_aside - SLACK
        ),
        "job runs": session.query(JobRun).where(JobRun.done_at < now - KEEP.contact - SLACK),
        "bursts": session.query(Burst).where(
            Burst.until < now - 2 * KEEP.set_aside - SLACK, ~_has_one_open_since(now - _CARDS)
        ),
        "cards": cards.where(*emptied, alone, Tip.closed_at < now - _CARDS - SLACK),
    }
    for what, query in ended.items():
        if count := query.count():
            yield f"{count} {what} are older than they may be"


def _has_one_open_since(moment: datetime) -> ColumnElement[bool]:
    """Of its tips."""
    its_tips = (BurstTip.burst_id == Burst.id, Tip.id == BurstTip.tip_id)
    late = or_(Tip.closed_at.is_(None), Tip.closed_at > moment)
    return exists().where(*its_tips, late)


#: The words go, the card says so, and the message that said it is kept for as long as any.
_CARDS = KEEP.rejected + KEEP.set_aside


def no_picture_outlives_its_use(look: Moment) -> Breaches:
    """Monday's pictures are of no use to anybody once they were sent."""
    before = look.now - PICTURES_KEPT - SLACK
    for path in (look.settings.media_dir / PICTURES).iterdir():
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            yield f"a weekly picture lies there since before {before}"


def nothing_goes_before_its_time(look: Moment) -> Breaches:
    """What is open or resolved has its words; what was buried has them for its month, unless its
    reporter took it back; the history has everything that was filed."""
    session, young = look.session, look.now - KEEP.rejected
    lost = session.query(Tip).where(Tip.words_sealed.is_(None))
    kept = (*OPEN_STATES, TipState.RESOLVED)
    for tip in lost.where(Tip.state.in_(kept)):
        yield f"tip {tip.id} is {tip.state}, and its words are gone"
    for tip in lost.where(Tip.state.in_(HIDDEN_STATES), Tip.closed_at > young):
        yield f"tip {tip.id} was closed {tip.closed_at}, and its words are gone"
    filed = session.query(Event).where(Event.kind == EventKind.FILED).count()
    if filed != session.query(Tip).count():
        yield f"the history knows of {filed} tips"

"""What is held true of a simulation every week, and at its end: of everything that lies in the database."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import Session

from bot.rehearsal.answers import words
from bot.settings import Settings
from storage import bursts, chats, officers
from storage.models import Chat, Delivery, Inbox, Reporter, Tip
from storage.states import Channel, ChatState, Priority, QueueState, TipState
from tests.simulation.watching import Handed
from words.categories import category

NOTICED = timedelta(hours=2)  #: downtime and the platform's bad weather pass within it
LATELY = timedelta(days=13)  #: what is looked at again: longer than the time between two looks
URGENT, ERASED = words("status.missed_urgent"), words("mydata.erased")
CARD = "Tin số"
LATE = re.compile(r"⏰ ((Nhóm tin|Tin) số \d+) \(")  #: as the desk is told
Breaches = Iterator[str]


@dataclass(frozen=True, slots=True)
class Moment:
    """A look at everything."""

    session: Session
    now: datetime
    handed: Sequence[Handed]  #: lately
    since: datetime  #: nothing has been broken since then
    left: dict[str, datetime]  #: the chats of former officers
    settings: Settings


def nothing_is_stuck(look: Moment) -> Breaches:
    """Where nothing was broken for a while, nothing waits for longer than its pauses."""
    if look.now - look.since < NOTICED:
        return
    old = look.now - NOTICED
    for update in look.session.query(Inbox).where(
        Inbox.state == QueueState.WAITING, Inbox.received_at < max(old, look.since)
    ):
        yield f"inbox {update.id} has waited since {update.received_at}"
    for owed in look.session.query(Delivery).where(
        Delivery.state == QueueState.WAITING, Delivery.created_at < max(old, look.since)
    ):
        if owed.due_at is None or owed.due_at < old:
            yield f"delivery {owed.id} has been due since {owed.due_at} ({owed.error})"


def who_is_late_is_told(look: Moment) -> Breaches:
    """A tip nobody took has gone to the desk soon after its target."""
    late = (
        Tip.state == TipState.NEW,
        Tip.overdue_at.is_(None),
        Tip.target_at < look.now - NOTICED,
    )
    for tip in look.session.query(Tip).where(*late):
        yield f"tip {tip.id} was to be taken by {tip.target_at}, and nobody was told"


def the_desk_is_told_of_whatever_is_late(look: Moment) -> Breaches:
    """Whether it is Tết, a Sunday or the middle of the night; the desk is never left alone here."""
    late = look.session.query(Tip).where(
        Tip.overdue_at > look.now - LATELY, Tip.overdue_at < look.now - NOTICED
    )
    told = {found[1] for h in look.handed if (found := LATE.match(h.said.text))}
    for tip in late:
        burst = bursts.of_tip(look.session, tip)
        if (f"Nhóm tin số {burst.id}" if burst else f"Tin số {tip.id}") not in told:
            yield f"tip {tip.id} is overdue since {tip.overdue_at}; the desk was not told"


def whoever_waits_for_help_is_told_not_to(look: Moment) -> Breaches:
    """An urgent tip was missed: its reporter was told, where it is safe to tell them."""
    told = {h.said.chat for h in look.handed if h.said.text.startswith(URGENT)}
    first = look.handed[0].at if look.handed else look.now
    missed = (Tip.priority == Priority.P1, Tip.overdue_at > first)
    for tip in look.session.query(Tip).where(*missed, Tip.overdue_at < look.now - NOTICED):
        reporter = look.session.get_one(Reporter, tip.id)
        if reporter.chat_id is None or not reporter.wants_news or category(tip.category).sensitive:
            continue
        chat = look.session.get_one(Chat, reporter.chat_id)
        if chat.state is ChatState.OPEN and chats.address_of(look.session, chat) not in told:
            yield f"tip {tip.id} is urgent and overdue since {tip.overdue_at}; nobody told them"


def whoever_erased_is_known_no_more(look: Moment) -> Breaches:
    """What a person had reported when they were told "erased" leads to them no longer."""
    erased = {h.said.chat: h.at for h in look.handed if h.said.text.startswith(ERASED)}
    for address, at in erased.items():
        chat = chats.find(look.session, chats.Address(Channel.TELEGRAM, address))
        if chat is None:
            continue  # forgotten altogether
        linked = look.session.query(Tip).join(Reporter, Reporter.tip_id == Tip.id)
        before = (Reporter.chat_id == chat.id, Tip.received_at < at - NOTICED)
        for tip in linked.where(*before):
            yield f"{address} erased their data at {at}, and tip {tip.id} still leads to them"


def who_has_left_is_told_of_nothing(look: Moment) -> Breaches:
    for handed in look.handed:
        left = look.left.get(handed.said.chat)
        if left and handed.is_new and handed.at > left + NOTICED and CARD in handed.said.text:
            yield f"{handed.said.chat} left at {left}, and was told at {handed.at} of a tip"


def a_unit_that_nobody_serves_has_the_desk(look: Moment) -> Breaches:
    """A new tip of a commune whose officers have all left lies before the desk."""
    new = look.session.query(Tip).where(
        Tip.state == TipState.NEW, Tip.commune_code.is_not(None), Tip.desk_reason.is_(None)
    )
    for tip in new:
        if not officers.has_any(look.session, tip.commune_code or ""):
            yield f"tip {tip.id} is with {tip.commune_code}, where nobody serves"


def numbers_are_given_once(look: Moment) -> Breaches:
    """Tips are numbered without a gap: none was ever deleted."""
    count, highest = look.session.query(func.count(Tip.id), func.max(Tip.id)).one()
    if count != (highest or 0):
        yield f"{count} tips, the newest is number {highest}"

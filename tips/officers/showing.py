"""Bringing every card up to date after a change, and taking opened words out of sight."""

from datetime import timedelta

from storage import bursts, deliveries, officers, tips
from storage.models import Card, Chat, Officer, Tip
from storage.states import CardKind, ChatKind, EventKind, TipState
from tips import news
from tips.alerting import refresh_burst
from tips.desk import Transaction
from tips.officers.rights import may_see

STAYING = (CardKind.ALERT, CardKind.BURST)  #: in sight as long as their officer may see them
RECENT = timedelta(days=30)  #: older alerts stay: to change all of an officer's at once is a flood


def take(tx: Transaction, tip: Tip, officer: Officer) -> None:
    """Let an officer have a new tip: its clock stops. Showing it is the caller's."""
    tip.state, tip.officer_id = TipState.ACKNOWLEDGED, officer.id
    tip.acknowledged_at, tip.remind_at = tx.now, None
    tips.note(tx.session, EventKind.ACKNOWLEDGED, tx.now, tip, officer.id)


def changed(tx: Transaction, tip: Tip) -> None:
    """After any change: older buttons are old, every card shows the new state, the reporter hears."""
    touch(tx, tip)
    news.push(tx, tip)


def touch(tx: Transaction, tip: Tip) -> None:
    renew(tx, tip)
    refresh_burst(tx, bursts.of_tip(tx.session, tip))


def renew(tx: Transaction, tip: Tip) -> None:
    """Make the tip's older buttons old and its own cards new; its burst's are the caller's."""
    tip.revision += 1
    tip.updated_at = tx.now
    refresh(tx, tip)


def end(tx: Transaction, tip: Tip, state: TipState, outcome: str | None = None) -> None:
    """Bring a tip to its end: its clock stops, and what was opened of it goes out of sight."""
    tip.state, tip.outcome, tip.closed_at, tip.remind_at = state, outcome, tx.now, None
    hide_details(tx, tip)
    touch(tx, tip)


def is_shown_in(tx: Transaction, tip: Tip, chat: Chat) -> bool:
    """Tell whether whoever reads this chat may know of the tip now."""
    if chat.kind is ChatKind.GROUP:
        return tip.desk_reason is None
    officer = officers.acting_in(tx.session, chat)
    return officer is not None and may_see(officer, tip)


def refresh(tx: Transaction, tip: Tip) -> None:
    """Show the tip as it is now on every card that is in sight."""
    for card in deliveries.cards_of(tx.session, tip.id):
        if card.kind is CardKind.ALERT or (card.kind is CardKind.DETAILS and not card.hidden):
            deliveries.show(tx.session, card, tx.now)


def hide_details(tx: Transaction, tip: Tip) -> None:
    """Take the opened words and pictures out of everybody's sight."""
    for card in deliveries.cards_of(tx.session, tip.id):
        hide(tx, card)


def clear(tx: Transaction, chat: Chat) -> None:
    """Take out of sight what was opened in one chat, and what its recent alerts tell."""
    for card in deliveries.cards_in(tx.session, chat):
        if card.kind not in STAYING:
            hide(tx, card)
        elif card.sent_at is not None and card.sent_at > tx.now - RECENT:
            deliveries.show(tx.session, card, tx.now)


def hide(tx: Transaction, card: Card) -> None:
    if card.kind in STAYING or card.hidden:
        return
    card.hidden = True
    deliveries.show(tx.session, card, tx.now)

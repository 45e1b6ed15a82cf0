"""Bringing every card up to date after a change, and taking opened words out of sight."""

from storage import deliveries
from storage.models import Card, Chat, Tip
from storage.states import CardKind
from tips import news
from tips.desk import Transaction


def changed(tx: Transaction, tip: Tip) -> None:
    """After any change: older buttons are old, every card shows the new state, the reporter hears."""
    tip.revision += 1
    refresh(tx, tip)
    news.push(tx, tip)


def refresh(tx: Transaction, tip: Tip) -> None:
    """Show the tip as it is now on every card that is in sight."""
    for card in deliveries.cards_of(tx.session, tip.id):
        if card.kind is CardKind.ALERT or (card.kind is CardKind.DETAILS and not card.hidden):
            deliveries.show(tx.session, card, tx.now)


def hide_details(tx: Transaction, tip: Tip) -> None:
    """Take the opened words and pictures out of everybody's sight."""
    for card in deliveries.cards_of(tx.session, tip.id):
        _hide(tx, card)


def hide_details_in(tx: Transaction, chat: Chat) -> None:
    """Take whatever was opened in one chat out of sight."""
    for card in deliveries.cards_in(tx.session, chat):
        _hide(tx, card)


def _hide(tx: Transaction, card: Card) -> None:
    if card.kind is CardKind.ALERT or card.hidden:
        return
    card.hidden = True
    deliveries.show(tx.session, card, tx.now)

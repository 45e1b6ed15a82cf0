"""/tips: what is open with an officer's unit, its cards sent anew at the bottom of the chat."""

from collections.abc import Sequence

from storage import bursts, deliveries, officers, tips
from storage.models import Card, Chat, Tip
from storage.states import CardKind, DeliveryClass, Role, TipState
from tips.desk import Transaction
from tips.messages import Reply
from tips.officers.rights import may_see
from tips.outbox import owe

MOST_LISTED = 10  #: cards sent anew by /tips; the rest keep theirs


def overview(tx: Transaction, chat: Chat) -> None:
    """/tips: every open tip of the officer's unit, its card sent anew at the bottom of the chat."""
    if not show_open(tx, chat):
        owe(tx.session, chat, Reply(tx.voice_of(chat)("alert.none_open")), tx.now)


def show_open(tx: Transaction, chat: Chat) -> int:
    """Send the cards of what is open with the officer's unit; return how many tips are."""
    officer = officers.acting_in(tx.session, chat)
    if officer is None:
        return 0
    if officer.role is Role.DESK:
        found = tips.open_at_desk(tx.session, officer.province_code)
    else:
        found = tips.open_in_commune(tx.session, officer.commune_code or "")
    mine = [tip for tip in found if may_see(officer, tip)]
    if mine:
        counted = Reply(_counted(tx, chat, mine))
        owe(tx.session, chat, counted, tx.now, DeliveryClass.ALERT)  # above the cards
    for card in _cards(tx, chat, mine):
        deliveries.show(tx.session, card, tx.now, anew=True)
    return len(mine)


def _cards(tx: Transaction, chat: Chat, mine: Sequence[Tip]) -> Sequence[Card]:
    """The first few: of what nobody took, a burst has one card; what somebody took has its own."""
    grouped = bursts.of_tips(tx.session, mine)
    wanted: dict[tuple[int, CardKind], None] = {}
    for tip in mine:
        is_grouped = tip.state is TipState.NEW and tip.id in grouped
        wanted[(grouped[tip.id], CardKind.BURST) if is_grouped else (tip.id, CardKind.ALERT)] = None
    first = list(wanted)[:MOST_LISTED]
    return [deliveries.card(tx.session, number, chat, kind) for number, kind in first]


def _counted(tx: Transaction, chat: Chat, mine: Sequence[Tip]) -> str:
    voice = tx.voice_of(chat)
    late = sum(tip.state is TipState.NEW and tip.target_at <= tx.now for tip in mine)
    return voice("alert.overview", open=len(mine), late=late)

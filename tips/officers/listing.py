"""/tips: what is open with an officer's unit, its cards sent anew at the bottom of the chat."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from storage import bursts, deliveries, officers, tips
from storage.models import Chat, Tip
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
    mine = sorted((tip for tip in found if may_see(officer, tip)), key=_urgency)
    first = _first_cards(tx, mine)
    if mine:
        text = _counted(tx, chat, mine, sum(map(len, first.values())))
        owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.ALERT)  # above the cards
    for number, kind in first:
        card = deliveries.card(tx.session, number, chat, kind)
        deliveries.show(tx.session, card, tx.now, anew=True)
    return len(mine)


def _urgency(tip: Tip) -> tuple[bool, datetime]:
    """What nobody took comes first, and of that what is longest past its target."""
    return tip.state is not TipState.NEW, tip.target_at


def _first_cards(tx: Transaction, mine: Sequence[Tip]) -> dict[tuple[int, CardKind], list[Tip]]:
    """The first few, with the tips on each: of what nobody took a burst has one card."""
    grouped = bursts.of_tips(tx.session, mine)
    wanted: dict[tuple[int, CardKind], list[Tip]] = {}
    for tip in mine:
        is_grouped = tip.state is TipState.NEW and tip.id in grouped
        card = (grouped[tip.id], CardKind.BURST) if is_grouped else (tip.id, CardKind.ALERT)
        wanted.setdefault(card, []).append(tip)
    return dict(islice(wanted.items(), MOST_LISTED))


def _counted(tx: Transaction, chat: Chat, mine: Sequence[Tip], shown: int) -> str:
    voice = tx.voice_of(chat)
    late = sum(tip.state is TipState.NEW and tip.target_at <= tx.now for tip in mine)
    counted = voice("alert.overview", open=len(mine), late=late)
    if shown == len(mine):
        return counted
    return f"{counted}\n{voice('alert.overview.first', shown=shown, open=len(mine))}"

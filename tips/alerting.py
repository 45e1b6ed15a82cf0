"""Who is to know of a tip: its commune's officers or the province desk, by its own card or a burst's."""

from collections.abc import Sequence
from datetime import timedelta

from storage import bursts, deliveries, officers, tips
from storage.models import Burst, Card, Chat, Tip
from storage.states import DESK_ONLY, CardKind, ChatKind, DeskReason, EventKind, Priority
from tips.desk import Transaction

#: Between two showings of a burst's growth. An urgent one is shown by a message that sounds: so no tip
#: in it waits longer than this to be heard, and no telephone rings for hours on end.
GROWTH = timedelta(minutes=1)


def announce(tx: Transaction, tip: Tip) -> int:
    """Owe word of a new tip to everybody it concerns; return how many chats that is."""
    burst = bursts.join(tx.session, tip, tx.now)
    audience = audience_of(tx, tip)
    if burst is None:
        for chat in audience:
            deliveries.show_new(tx.session, tip.id, chat, CardKind.ALERT, tx.now)
        return len(audience)
    if burst.id == tip.id:  # it opened the burst
        _show(tx, burst, audience)
    elif burst.show_at is None:
        burst.show_at = max(tx.now, burst.shown_at + GROWTH)
        if burst.show_at <= tx.now:
            show_growth(tx, burst)
    return len(audience)


def alert(tx: Transaction, tip: Tip, *, anew: bool = False) -> int:
    """Owe the tip's card to everybody it concerns; return how many chats that is."""
    audience = audience_of(tx, tip)
    for chat in audience:
        card = deliveries.card(tx.session, tip.id, chat, CardKind.ALERT)
        deliveries.show(tx.session, card, tx.now, anew=anew)
    return len(audience)


def alert_again(tx: Transaction, commune_code: str) -> None:
    """Who can be reached for a commune has changed: what nobody took yet goes to who can be now."""
    nobody = not officers.has_any(tx.session, commune_code)
    untaken = tips.untaken_in(tx.session, commune_code)
    grouped = bursts.of_tips(tx.session, untaken)
    shown: set[int] = set()
    for tip in untaken:
        if nobody and tip.desk_reason is None:
            tip.desk_reason = DeskReason.NO_OFFICER
            tip.revision += 1
            tips.note(tx.session, EventKind.MOVED, tx.now, tip, to="desk")
        burst_id = grouped.get(tip.id)
        if burst_id is None:
            alert(tx, tip)
        elif burst_id not in shown:
            shown.add(burst_id)
            _show(tx, tx.session.get_one(Burst, burst_id), audience_of(tx, tip))


def audience_of(tx: Transaction, tip: Tip) -> Sequence[Chat]:
    """Return the chats a tip's card belongs in: its commune's, or the province desk's.

    A commune's group gets one card; private chats are alerted too if it is urgent or there is no group.
    """
    if tip.desk_reason in DESK_ONLY or tip.desk_reason is DeskReason.NO_OFFICER:
        return desk_chats(tx, tip)
    assert tip.commune_code is not None
    group = officers.group_of(tx.session, tip.commune_code)
    private = officers.chats_of_commune(tx.session, tip.commune_code)
    if group is None:
        return private
    return [group, *private] if tip.priority is Priority.P1 else [group]


def desk_chats(tx: Transaction, tip: Tip) -> Sequence[Chat]:
    if tx.desk.enlist:
        tx.desk.enlist(tx.session, None, tip.province_code, tx.now)
    return [chat for _, chat in officers.of_desk(tx.session, tip.province_code)]


# bursts ---------------------------------------------------------------------------------------


def show_growth(tx: Transaction, burst: Burst) -> None:
    """Show what has come to a burst; where it is urgent, by a message that sounds."""
    burst.shown_at, burst.show_at = tx.now, None
    _show(tx, burst, audience_of(tx, bursts.newest(tx.session, burst)), anew=burst.urgent)


def _show(tx: Transaction, burst: Burst, audience: Sequence[Chat], *, anew: bool = False) -> None:
    for chat in audience:
        sounds = anew and chat.kind is ChatKind.PRIVATE
        deliveries.show(tx.session, card_of(tx, burst, chat), tx.now, anew=sounds)


def card_of(tx: Transaction, burst: Burst, chat: Chat) -> Card:
    """Return a burst's card in a chat; made if it is new."""
    return deliveries.card(tx.session, burst.id, chat, CardKind.BURST)


def cards_of(tx: Transaction, burst: Burst) -> Sequence[Card]:
    """Return every card of a burst, locked."""
    found = deliveries.cards_of(tx.session, burst.id)
    return [card for card in found if card.kind is CardKind.BURST]


def refresh_burst(tx: Transaction, burst: Burst | None) -> None:
    """Show a burst as it is now wherever it is in sight, without a sound."""
    for card in cards_of(tx, burst) if burst else ():
        deliveries.show(tx.session, card, tx.now)

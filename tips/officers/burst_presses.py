"""What the buttons of a burst's card do: turn its page, send one tip's card, take all that it counts.

They carry no revision: a card that grows would make them old all the time. What they name is checked.
Here as everywhere tips are locked before cards, so that two presses never wait for each other.
"""

from collections.abc import Callable
from dataclasses import dataclass

from storage import bursts, deliveries, officers, tips
from storage.models import Burst, Chat, Officer, Tip
from storage.states import CardKind
from tips import news
from tips.alerting import card_of, refresh_burst
from tips.desk import Transaction
from tips.messages import Press
from tips.officers.burst_cards import may_take, pages
from tips.officers.rights import may_see, may_see_burst
from tips.officers.showing import renew, take


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press by an officer in whose chat the burst's card is."""

    tx: Transaction
    chat: Chat
    officer: Officer
    burst: Burst
    press: Press


def is_one(press: Press) -> bool:
    return press.verb in _ACTIONS


def press(tx: Transaction, chat: Chat, pressed: Press) -> bool:
    """Do what the button says; False if it is old."""
    officer, burst = officers.acting_in(tx.session, chat), _burst(tx, pressed)
    if officer is None or burst is None:
        return False
    if not deliveries.has_card(tx.session, burst.id, chat, CardKind.BURST):
        return False
    if not may_see_burst(officer, burst):
        return False
    return _ACTIONS[pressed.verb](Pressed(tx, chat, officer, burst, pressed))


def _burst(tx: Transaction, pressed: Press) -> Burst | None:
    if pressed.verb != "open":
        return tx.session.get(Burst, pressed.number)
    tip = tx.session.get(Tip, pressed.number)
    return bursts.of_tip(tx.session, tip) if tip else None


def _turn(p: Pressed) -> bool:
    counted = bursts.counts(p.tx.session, p.burst.id)
    if counted is None or p.press.detail not in map(str, range(pages(counted))):
        return False
    card = card_of(p.tx, p.burst, p.chat)
    card.page = int(p.press.detail)
    deliveries.show(p.tx.session, card, p.tx.now)
    return True


def _open(p: Pressed) -> bool:
    """Send one tip's own card: from there on it is a tip like any other."""
    tip = tips.locked(p.tx.session, p.press.number)
    if tip is None or not may_see(p.officer, tip):
        return False
    card = deliveries.card(p.tx.session, tip.id, p.chat, CardKind.ALERT)
    deliveries.show(p.tx.session, card, p.tx.now, anew=True)
    return True


def _take_all(p: Pressed) -> bool:
    """Take every tip that the button counted and that nobody took meanwhile."""
    newest = p.press.detail
    if not newest.isascii() or not newest.isdecimal() or len(newest) > 18:
        return False
    found = bursts.untaken(p.tx.session, p.burst.id, int(newest))
    mine = [tip for tip in found if may_take(p.officer, tip)]
    for tip in mine:
        take(p.tx, tip, p.officer)
        renew(p.tx, tip)
        news.push(p.tx, tip)
    refresh_burst(p.tx, p.burst)
    return bool(mine)


_ACTIONS: dict[str, Callable[[Pressed], bool]] = {
    "burst": _turn,
    "open": _open,
    "take_all": _take_all,
}

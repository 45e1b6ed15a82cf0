"""What officers do with a tip, by buttons. Every press is checked whole, again, before anything changes.

chat, presser, tip, action and revision must fit each other: otherwise «Nút này đã cũ» and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage import bursts, deliveries, officers, tips
from storage.models import Card, Chat, Officer, Tip
from storage.states import (
    HIDDEN_STATES,
    CardKind,
    ChatKind,
    DeskReason,
    EventKind,
    TipState,
)
from tips import news
from tips.alerting import alert, desk_chats, refresh_burst
from tips.desk import Transaction
from tips.filing import start_clock
from tips.messages import Choice, Press, Reply
from tips.officers import burst_presses
from tips.officers.cards import words_of
from tips.officers.rights import may_act, may_open, offered
from tips.officers.showing import changed, end, hide_details, take
from tips.outbox import owe
from tips.voice import Voice

#: Templates of what the reporter reads, by outcome: officers choose, they never write to a reporter.
RESULTS = ("stopped", "people_found", "passed_on", "property_found", "warned")
MISSING = ("place", "time", "people", "evidence")
BACK = "back"  #: the detail of the button by which nothing is done after all


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press that has been checked: this officer may see this tip, and the button is its newest."""

    tx: Transaction
    chat: Chat
    officer: Officer
    tip: Tip
    press: Press

    @property
    def voice(self) -> Voice:
        return self.tx.voice_of(self.chat)


def is_officers(press: Press) -> bool:
    return press.verb in _ACTIONS or burst_presses.is_one(press)


def press(tx: Transaction, chat: Chat, pressed: Press) -> None:
    """Do what an officer's button says, or answer that it is old."""
    voice = tx.voice_of(chat)
    if chat.kind is ChatKind.GROUP:
        owe(tx.session, chat, Reply(voice("officer.private_only")), tx.now)
        return
    if burst_presses.is_one(pressed):
        done = burst_presses.press(tx, chat, pressed)
    else:
        checked = _checked(tx, chat, pressed)
        done = checked is not None and _ACTIONS[pressed.verb](checked)
    if not done:
        owe(tx.session, chat, Reply(voice("officer.old_button")), tx.now)


def _checked(tx: Transaction, chat: Chat, pressed: Press) -> Pressed | None:
    officer = officers.acting_in(tx.session, chat)
    tip = tips.locked(tx.session, pressed.number)
    if officer is None or tip is None or tip.revision != pressed.revision:
        return None
    if pressed.verb not in _offered(officer, tip) or not _has_card(tx, tip, chat):
        return None
    return Pressed(tx, chat, officer, tip, pressed)


def _offered(officer: Officer, tip: Tip) -> set[str]:
    verbs = {verb for row in offered(officer, tip) for verb in row}
    return verbs | {"words"} if "details" in verbs else verbs  # on the details, turns their page


def _has_card(tx: Transaction, tip: Tip, chat: Chat) -> bool:
    return any(card.chat_id == chat.id for card in deliveries.cards_of(tx.session, tip.id))


# changing a tip -------------------------------------------------------------------------------


def _take(p: Pressed) -> bool:
    take(p.tx, p.tip, p.officer)
    changed(p.tx, p.tip)
    return True


def _verify(p: Pressed) -> bool:
    p.tip.state = TipState.IN_PROGRESS
    _changed(p, EventKind.VERIFYING)
    return True


def _not_ours(p: Pressed) -> bool:
    """Give the tip back, after asking once: the desk has it from then on, the commune no longer."""
    if not desk_chats(p.tx, p.tip):  # nobody would have it: it stays where somebody can take it
        return _say(p, "officer.no_desk")
    if p.press.detail == BACK:
        return _say(p, "officer.kept", tip=p.tip.id)
    if p.press.detail != "yes":
        yes = _choice(p, "choice.officer.not_ours.yes", "yes")
        return _ask(p, p.voice("officer.not_ours.ask", tip=p.tip.id), [yes], BACK)
    p.tip.desk_reason = DeskReason.NOT_OURS
    start_clock(p.tx, p.tip)  # the desk has its own time to take it
    hide_details(p.tx, p.tip)
    burst = bursts.of_tip(p.tx.session, p.tip)
    bursts.leave(p.tx.session, p.tip)  # it goes its own way, with a card of its own
    _changed(p, EventKind.MOVED, to="desk")
    refresh_burst(p.tx, burst)
    alert(p.tx, p.tip)
    return _say(p, "officer.returned", tip=p.tip.id)


def _close(p: Pressed) -> bool:
    """Ask for the outcome; with one, ask for its template; with both, close."""
    if p.press.detail == BACK:
        return _say(p, "officer.kept", tip=p.tip.id)
    outcome, _, template = p.press.detail.partition("-")
    if not outcome:
        return _ask_outcome(p)
    state = next((state for state in _TEMPLATES if state == outcome), None)
    if state is None or not may_act(p.officer, p.tip, state):
        return False
    known, ask = _TEMPLATES[state]
    if known and not template:
        return _ask_template(p, state, known, ask)
    if template not in (known or ("",)):
        return False
    _end(p, state, f"{_PREFIX[state]}.{template}" if known else None)
    return True


_TEMPLATES: dict[TipState, tuple[tuple[str, ...], str]] = {
    TipState.RESOLVED: (RESULTS, "officer.resolved.ask"),
    TipState.INSUFFICIENT: (MISSING, "officer.insufficient.ask"),
    TipState.UNFOUNDED: ((), ""),
    TipState.OUT_OF_SCOPE: ((), ""),
}
_PREFIX = {TipState.RESOLVED: "result", TipState.INSUFFICIENT: "missing"}


def _ask_outcome(p: Pressed) -> bool:
    fitting = [o for o in _TEMPLATES if may_act(p.officer, p.tip, o)]
    choices = [_choice(p, f"label.outcome.{outcome}", outcome) for outcome in fitting]
    return _ask(p, p.voice("officer.close.ask", tip=p.tip.id), choices, BACK)


def _ask_template(p: Pressed, state: TipState, known: tuple[str, ...], ask: str) -> bool:
    choices = [_choice(p, f"{_PREFIX[state]}.{key}", f"{state}-{key}") for key in known]
    return _ask(p, p.voice(ask, tip=p.tip.id), choices, "")


def _ask(p: Pressed, question: str, choices: Sequence[Choice], back: str) -> bool:
    """Ask in a message of its own; `back` is the detail of the button that leads back."""
    rows = [[choice] for choice in (*choices, _choice(p, "choice.back", back))]
    owe(p.tx.session, p.chat, Reply(question, rows), p.tx.now)
    return True


def _say(p: Pressed, key: str, **facts: object) -> bool:
    owe(p.tx.session, p.chat, Reply(p.voice(key, **facts)), p.tx.now)
    return True


def _choice(p: Pressed, key: str, detail: str) -> Choice:
    """The same verb again, with an answer."""
    return p.voice.choice(key, Press(p.press.verb, p.tip.id, p.tip.revision, detail))


def _end(p: Pressed, state: TipState, outcome: str | None) -> None:
    end(p.tx, p.tip, state, outcome)
    facts = {"state": state, "outcome": outcome or ""}
    tips.note(p.tx.session, EventKind.CLOSED, p.tx.now, p.tip, p.officer.id, **facts)
    news.push(p.tx, p.tip)
    if state in HIDDEN_STATES:
        _tell_desk(p)


def _tell_desk(p: Pressed) -> None:
    """A closing by which a commune could bury a tip is shown to the desk, which can reverse it."""
    for _, chat in officers.of_desk(p.tx.session, p.tip.province_code):
        card = deliveries.card(p.tx.session, p.tip.id, chat, CardKind.ALERT)
        deliveries.show(p.tx.session, card, p.tx.now)


def _reopen(p: Pressed) -> bool:
    """Reverse a closing: whoever had the tip has it again, at the bottom of their chat."""
    p.tip.state, p.tip.outcome, p.tip.closed_at = TipState.IN_PROGRESS, None, None
    if p.tip.officer_id is None:  # closed before anybody took it
        p.tip.officer_id, p.tip.acknowledged_at = p.officer.id, p.tx.now
    _changed(p, EventKind.REOPENED)
    alert(p.tx, p.tip, anew=True)
    return True


def _changed(p: Pressed, kind: EventKind, **facts: object) -> None:
    tips.note(p.tx.session, kind, p.tx.now, p.tip, p.officer.id, **facts)
    changed(p.tx, p.tip)


# opening the words ----------------------------------------------------------------------------


def _details(p: Pressed) -> bool:
    """Open the words, the pin and the pictures in this chat; that somebody did is an event."""
    tips.note(p.tx.session, EventKind.VIEWED, p.tx.now, p.tip, p.officer.id)
    _open(p, CardKind.DETAILS)
    if tips.contents_of(p.tx.session, p.tip).place.get("point"):
        _open(p, CardKind.PIN)
    for piece in tips.evidence_of(p.tx.session, p.tip):
        if may_open(p.officer, piece, p.tip):
            _open(p, CardKind.EVIDENCE, piece.id)
    return True


def _open(p: Pressed, kind: CardKind, evidence_id: int = 0) -> None:
    card = deliveries.card(p.tx.session, p.tip.id, p.chat, kind, evidence_id)
    was_hidden, card.hidden, card.officer_id = card.hidden, False, p.officer.id
    if card.message_id is None or was_hidden or kind is CardKind.DETAILS:
        deliveries.show(p.tx.session, card, p.tx.now, anew=True)


def _words(p: Pressed) -> bool:
    """Turn the page of long words: the details message shows the other page instead."""
    card = _opened(p)
    last = len(words_of(p.tx, p.tip)) - 1
    if card is None or p.press.detail not in map(str, range(last + 1)):
        return False
    tips.note(p.tx.session, EventKind.VIEWED, p.tx.now, p.tip, p.officer.id)
    card.page = int(p.press.detail)
    deliveries.show(p.tx.session, card, p.tx.now)
    return True


def _opened(p: Pressed) -> Card | None:
    """The details as this officer has them open in this chat."""
    found = deliveries.cards_of(p.tx.session, p.tip.id)
    mine = (c for c in found if c.kind is CardKind.DETAILS and c.chat_id == p.chat.id)
    return next((card for card in mine if not card.hidden), None)


_ACTIONS: dict[str, Callable[[Pressed], bool]] = {
    "take": _take,
    "verify": _verify,
    "not_ours": _not_ours,
    "details": _details,
    "words": _words,
    "close": _close,
    "reopen": _reopen,
}

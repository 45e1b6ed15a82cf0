"""What must hold whatever happened: judged from the database and the platform's log, never from our word.

Each invariant is a function of an open session and the platform's log; it yields a sentence for each
breach. `ALWAYS` hold after every commit; `AT_REST` once nothing is due any more and nobody is cut off.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from storage import bursts, chats, lanes, officers, tips
from storage.database import Session
from storage.models import (
    Burst,
    BurstTip,
    Card,
    Chat,
    Delivery,
    Event,
    Evidence,
    Inbox,
    Officer,
    Reporter,
    Tip,
)
from storage.states import (
    DESK_ONLY,
    FOLLOWS,
    OPEN_STATES,
    CardKind,
    ChatKind,
    ChatState,
    DeskReason,
    EventKind,
    QueueState,
    Role,
    TipState,
)
from tests.fake_telegram import FakeTelegram
from tips import intake
from tips.messages import Press
from tips.officers.rights import may_see
from tips.officers.showing import STAYING
from tips.receipts import read_code

CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{3}\b")


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the bot in one chat."""

    chat: str  #: address
    text: str
    buttons: tuple[str, ...] = ()  #: their data

    @property
    def codes(self) -> set[str]:
        """Receipt codes in the text, as symbols."""
        return {code for found in CODE.findall(self.text) if (code := read_code(found))}


@dataclass(frozen=True, slots=True)
class PlatformLog:
    """What the platform knows of the bot."""

    shown: Sequence[Said]  #: in sight now
    handed: Sequence[Said]  #: ever handed over, arrived or not


def log_of(telegram: FakeTelegram) -> PlatformLog:
    shown = [
        Said(str(chat.id), message.text, _data(message.json.get("reply_markup")))
        for chat in telegram.chats.values()
        for message in chat.from_bot
    ]
    return PlatformLog(shown, handed_in(telegram))


def handed_in(telegram: FakeTelegram) -> list[Said]:
    """What each call that the platform remembers says, to which chat."""
    return [
        Said(
            str(call.parameters["chat_id"]),
            str(call.parameters.get("text") or call.parameters.get("caption") or ""),
            _data(call.parameters.get("reply_markup")),
        )
        for call in telegram.calls
        if "chat_id" in call.parameters
    ]


def _data(markup: object) -> tuple[str, ...]:
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    return tuple(button.get("callback_data", "") for row in rows for button in row)


Item = Inbox | Delivery | Evidence
Breaches = Iterator[str]
Invariant = Callable[[Session, PlatformLog], Breaches]


# the queues -----------------------------------------------------------------------------------


def what_waits_can_be_done(session: Session, log: PlatformLog) -> Breaches:
    """A row that waits holds what is to be done; one that ended is nobody's."""
    for item in _queued(session):
        if item.state is not QueueState.WAITING and item.owner:
            yield f"{item.__tablename__} {item.id} has ended and is still held"
        if item.state is QueueState.WAITING and not _can_be_done(item):
            yield f"{item.__tablename__} {item.id} waits and is empty"


def _queued(session: Session) -> Iterator[Item]:
    yield from session.query(Inbox)
    yield from session.query(Delivery)
    yield from session.query(Evidence)


def _can_be_done(item: Item) -> bool:
    match item:
        case Inbox():
            return item.body_sealed is not None
        case Delivery():
            return item.body_sealed is not None or item.card_id is not None
        case Evidence():
            return item.reference_sealed is not None


def a_handled_update_is_emptied_and_one_set_aside_is_whole(
    session: Session, log: PlatformLog
) -> Breaches:
    for item in session.query(Inbox).where(Inbox.state != QueueState.WAITING):
        if (item.state is QueueState.DONE) == (item.body_sealed is not None):
            yield f"inbox {item.id} is {item.state} and its body is {item.body_sealed is not None}"


def tries_are_bounded(session: Session, log: PlatformLog) -> Breaches:
    for item in session.query(Inbox).where(Inbox.attempts > intake.TRIES + 1):
        yield f"inbox {item.id} was tried {item.attempts} times"


def no_lane_sleeps(session: Session, log: PlatformLog) -> Breaches:
    """Of those that wait in a lane one at least is awake: it is what wakes the others in the end."""
    for kind, lane in lanes.LANES.items():
        columns = [getattr(kind, name) for name in lane]
        waiting = select(*columns).where(kind.state == QueueState.WAITING).group_by(*columns)
        for row in session.execute(waiting.having(func.count(kind.due_at) == 0)):
            yield f"in lane {tuple(row)} of {kind.__tablename__} all sleep"


def nothing_is_left_undone(session: Session, log: PlatformLog) -> Breaches:
    """At rest: every update is handled and every message left, or a person has been told."""
    for item in _queued(session):
        if item.state is QueueState.WAITING:
            yield f"{item.__tablename__} {item.id} still waits ({item.error}, due {item.due_at})"


def what_was_set_aside_was_answered(session: Session, log: PlatformLog) -> Breaches:
    """At rest: to each update set aside its sender and every admin owe an answer."""
    aside = session.query(Inbox).where(Inbox.state == QueueState.SET_ASIDE).count()
    admins = {chat.id for _, chat in officers.with_role(session, Role.ADMIN)}
    told = session.query(Delivery).where(Delivery.chat_id.in_(admins)).count()
    if aside and admins and told < aside:
        yield f"{aside} updates are set aside and admins were told {told} things"


# tips -----------------------------------------------------------------------------------------


_BRINGS: dict[EventKind, TipState] = {
    EventKind.ACKNOWLEDGED: TipState.ACKNOWLEDGED,
    EventKind.VERIFYING: TipState.IN_PROGRESS,
    EventKind.REOPENED: TipState.IN_PROGRESS,
    EventKind.WITHDRAWN: TipState.WITHDRAWN,
}


def a_tip_is_filed_once(session: Session, log: PlatformLog) -> Breaches:
    filed = Counter(e.tip_id for e in session.query(Event).where(Event.kind == EventKind.FILED))
    for tip in session.query(Tip):
        if filed[tip.id] != 1:
            yield f"tip {tip.id} was filed {filed[tip.id]} times"


def a_tips_history_is_a_walk_of_its_states(session: Session, log: PlatformLog) -> Breaches:
    histories = defaultdict(list)
    for event in session.query(Event).where(Event.tip_id.is_not(None)).order_by(Event.id):
        histories[event.tip_id].append(event)
    for tip in session.query(Tip):
        state = TipState.NEW
        for event in histories[tip.id]:
            following = _brought(event)
            if following is not None and following not in FOLLOWS[state]:
                yield f"tip {tip.id} went from {state} to {following}"
            state = following or state
        if state is not tip.state:
            yield f"tip {tip.id} is {tip.state}, its history says {state}"


def _brought(event: Event) -> TipState | None:
    if event.kind is EventKind.CLOSED:
        return TipState(event.facts["state"])
    return _BRINGS.get(event.kind)


def an_open_tip_is_with_somebody(session: Session, log: PlatformLog) -> Breaches:
    """Whoever can be reached for an open tip: at least one of them has its card."""
    for tip in session.query(Tip).where(Tip.state.in_(OPEN_STATES)):
        fitting = {chat.id for chat in _responsible(session, tip)}
        holding = {card.chat_id for card in _cards_that_count(session, tip)}
        if fitting and not fitting & holding:
            yield f"tip {tip.id} ({tip.state}, {tip.desk_reason}) is with nobody of {fitting}"


def _responsible(session: Session, tip: Tip) -> Sequence[Chat]:
    at_desk = tip.desk_reason in DESK_ONLY or tip.desk_reason is DeskReason.NO_OFFICER
    if at_desk or tip.commune_code is None:
        return [chat for _, chat in officers.of_desk(session, tip.province_code)]
    group = officers.group_of(session, tip.commune_code)
    private = officers.chats_of_commune(session, tip.commune_code)
    return [*([group] if group else []), *private]


def _cards_that_count(session: Session, tip: Tip) -> Sequence[Card]:
    """Return the tip's own alerts, and those of its burst."""
    alerts = session.query(Card).where(Card.tip_id == tip.id, Card.kind == CardKind.ALERT)
    burst = bursts.of_tip(session, tip)
    grouped = session.query(Card).where(Card.kind == CardKind.BURST)
    return [*alerts, *(grouped.where(Card.tip_id == burst.id) if burst else ())]


def a_withdrawn_or_closed_tip_is_out_of_sight(session: Session, log: PlatformLog) -> Breaches:
    """What was opened of a tip goes when it ends; only the desk may open it again."""
    for card, tip in session.query(Card, Tip).join(Tip, Tip.id == Card.tip_id):
        if card.kind in STAYING or card.hidden:
            continue
        officer = session.get(Officer, card.officer_id) if card.officer_id else None
        if officer is None or not may_see(officer, tip) or tip.state is TipState.WITHDRAWN:
            yield f"card {card.id} ({card.kind}) of tip {tip.id} is open to {card.officer_id}"


def every_card_shows_the_newest(session: Session, log: PlatformLog) -> Breaches:
    """At rest: a card in an open chat shows the last change, unless its message was set aside."""
    failed = {d.card_id for d in session.query(Delivery).where(Delivery.state == "set_aside")}
    cards = session.query(Card).join(Chat, Chat.id == Card.chat_id)
    for card in cards.where(Chat.state == ChatState.OPEN, Card.shown != Card.wanted):
        if card.id not in failed:
            yield f"card {card.id} shows {card.shown} of {card.wanted}"


# the platform's log against the database ------------------------------------------------------


def every_receipt_is_a_tip(session: Session, log: PlatformLog) -> Breaches:
    """A code that somebody was given finds a tip: nothing acknowledged to a person is lost."""
    known = {reporter.receipt_digest for reporter in session.query(Reporter)}
    codes = {code for said in log.handed for code in said.codes}
    lost = [code for code in codes if tips.receipt_digest(session, code) not in known]
    if lost:
        yield f"{len(lost)} receipts lead to no tip"


def every_tip_has_its_receipt(session: Session, log: PlatformLog) -> Breaches:
    """At rest: whoever reported a tip, and can be reached, was given its code."""
    given = {tips.receipt_digest(session, code) for said in log.handed for code in said.codes}
    for reporter in session.query(Reporter).where(Reporter.chat_id.is_not(None)):
        chat = session.get_one(Chat, reporter.chat_id)
        if chat.state is ChatState.OPEN and reporter.receipt_digest not in given:
            yield f"the reporter of tip {reporter.tip_id} has no receipt"


def every_open_tip_is_on_a_phone(session: Session, log: PlatformLog) -> Breaches:
    """At rest: an open tip that somebody can be reached for has buttons in one of their chats.

    A burst that grew is shown a little later; till then what came to it is not at rest.
    """
    growing = select(BurstTip.tip_id).join(Burst).where(Burst.show_at.is_not(None))
    shown = defaultdict(set)
    for said in log.shown:
        for press in filter(None, map(Press.read, said.buttons)):
            if press.verb in ("take", "verify", "close", "details", "open"):
                shown[press.number].add(said.chat)
    for tip in session.query(Tip).where(Tip.state.in_(OPEN_STATES), Tip.id.not_in(growing)):
        private = [chat for chat in _responsible(session, tip) if chat.kind is ChatKind.PRIVATE]
        addresses = {chats.address_of(session, chat) for chat in private}
        group = len(private) < len(_responsible(session, tip))
        if addresses and not group and not addresses & shown[tip.id]:
            yield f"tip {tip.id} ({tip.state}) is on nobody's phone"


def a_receipt_is_its_reporters_alone(session: Session, log: PlatformLog) -> Breaches:
    """Each code was handed to one chat only: no officer and no other citizen ever saw it."""
    readers = defaultdict(set)
    for said in log.handed:
        for code in said.codes:
            readers[code].add(said.chat)
    for number, chats_of_code in enumerate(readers.values()):
        if len(chats_of_code) > 1:
            yield f"receipt {number} was shown in {len(chats_of_code)} chats"


def nobody_is_shown_anothers_address(session: Session, log: PlatformLog) -> Breaches:
    """No chat was ever told the address of a reporter's; addresses of few digits prove nothing."""
    reporters = session.query(Reporter).where(Reporter.chat_id.is_not(None))
    ids = {reporter.chat_id for reporter in reporters}
    found = [chats.address_of(session, session.get_one(Chat, chat_id)) for chat_id in ids]
    addresses = {address for address in found if len(address) >= 8}
    for said in log.handed:
        for address in addresses & set(re.findall(r"\d{8,}", said.text)) - {said.chat}:
            yield f"a message to {said.chat} holds the address of {address}"


def read_only_where_they_may_be(marks: Mapping[str, str]) -> Invariant:
    """Return the invariant that a person's words reach nobody but them and who opened their tip.

    Args:
        marks: for each person's address, a word that nobody else says.
    """

    by_mark = {mark: address for address, mark in marks.items()}
    any_mark = re.compile("|".join(map(re.escape, by_mark)))

    def words_are_read_only_where_they_may_be(session: Session, log: PlatformLog) -> Breaches:
        opened = _opened_by(session)
        for said in log.handed:
            for mark in set(any_mark.findall(said.text)):
                if said.chat != by_mark[mark] and said.chat not in opened:
                    yield f"words of {by_mark[mark]} were handed to {said.chat}"

    return words_are_read_only_where_they_may_be


def _opened_by(session: Session) -> set[str]:
    """The chats in which an officer ever opened a tip: only there may words have been shown."""
    found = session.query(Chat).join(Card, Card.chat_id == Chat.id)
    details = found.where(Card.kind == CardKind.DETAILS).distinct()
    return {chats.address_of(session, chat) for chat in details}


ALWAYS: Sequence[Invariant] = (
    what_waits_can_be_done,
    a_handled_update_is_emptied_and_one_set_aside_is_whole,
    tries_are_bounded,
    no_lane_sleeps,
    a_tip_is_filed_once,
    a_tips_history_is_a_walk_of_its_states,
    an_open_tip_is_with_somebody,
    a_withdrawn_or_closed_tip_is_out_of_sight,
    every_receipt_is_a_tip,
    a_receipt_is_its_reporters_alone,
    nobody_is_shown_anothers_address,
)
AT_REST: Sequence[Invariant] = (
    *ALWAYS,
    nothing_is_left_undone,
    what_was_set_aside_was_answered,
    every_card_shows_the_newest,
    every_tip_has_its_receipt,
    every_open_tip_is_on_a_phone,
)


def breaches(session: Session, log: PlatformLog, invariants: Sequence[Invariant]) -> list[str]:
    """Return every breach, each after the name of what it breaks."""
    return [
        f"{getattr(invariant, '__name__', invariant)}: {breach}"
        for invariant in invariants
        for breach in invariant(session, log)
    ]

"""Cards: what an officer sees of a tip, always made from the tip as it is now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from routing import Point
from storage import officers, tips
from storage.models import Card, Chat, Evidence, Officer, Tip
from storage.states import (
    CardKind,
    ChatKind,
    DeskReason,
    EvidenceKind,
    EvidenceVerdict,
    Role,
    TipState,
)
from tips.conversation.draft import Time
from tips.conversation.quoting import harmless, pages
from tips.conversation.summary import time_text
from tips.desk import Transaction
from tips.messages import Attachment, Choice, Press, Reply
from tips.officers import burst_cards
from tips.officers.rights import file_for, may_open, may_see, offered
from tips.voice import Voice
from words.categories import category


def render(tx: Transaction, card: Card) -> Reply | None:
    """Return what the card shows now; None if it is to be out of sight."""
    tip = tx.session.get_one(Tip, card.tip_id)
    chat = tx.session.get_one(Chat, card.chat_id)
    if card.kind is CardKind.ALERT:
        return _in_group(tx, tip, chat) if chat.kind is ChatKind.GROUP else _alert(tx, tip, chat)
    if card.kind is CardKind.BURST:
        return burst_cards.render(tx, tip, chat, card.page)
    officer = tx.session.get(Officer, card.officer_id) if card.officer_id else None
    if card.hidden or officer is None or not may_see(officer, tip):
        return None
    if card.kind is CardKind.DETAILS:
        return _details(tx, tip, chat, officer, card.page)
    return _pin(tx, tip) if card.kind is CardKind.PIN else _evidence(tx, card, tip, officer)


def cover(tx: Transaction, card: Card) -> Reply | None:
    """Return what stays where a text was taken out of sight; None for a pin or a file."""
    voice = tx.voice_of(tx.session.get_one(Chat, card.chat_id))
    if card.kind is CardKind.ALERT:
        return Reply(voice("alert.number", tip=card.tip_id))
    if card.kind is CardKind.BURST:
        return Reply(voice("alert.burst.number", burst=card.tip_id))
    if card.kind is CardKind.DETAILS:
        return Reply(voice("alert.hidden", tip=card.tip_id))
    return None


# the alert ------------------------------------------------------------------------------------


def _in_group(tx: Transaction, tip: Tip, chat: Chat) -> Reply:
    voice = tx.voice_of(chat)
    return _lines([_brief(tx, tip, voice), *_history(tx, tip, voice), voice("alert.group")])


def _alert(tx: Transaction, tip: Tip, chat: Chat) -> Reply | None:
    voice = tx.voice_of(chat)
    officer = officers.acting_in(tx.session, chat)
    if officer is None:
        return None
    if not may_see(officer, tip):
        lines = [voice("alert.number", tip=tip.id), *_reason(tip, voice)]
        return _lines([*lines, *_history(tx, tip, voice)])
    brief = category(tip.category).sensitive
    lines = [_brief(tx, tip, voice) if brief else _head(tx, tip, voice)]
    if officer.role is Role.DESK:
        lines += _reason(tip, voice)
        lines += [] if brief else _why(tips.contents_of(tx.session, tip).place, voice)
    lines += _history(tx, tip, voice)
    return _lines([*lines, voice("alert.secrecy")], _buttons(tip, officer, voice))


def _lines(lines: Sequence[str], buttons: Sequence[Sequence[Choice]] = ()) -> Reply:
    return Reply("\n".join(lines), buttons, protect=True)


def _brief(tx: Transaction, tip: Tip, voice: Voice) -> str:
    """No category, no place within the commune, no hour: others may read over a shoulder."""
    return voice(
        "alert.card.brief",
        priority=voice.label("priority", tip.priority),
        tip=tip.id,
        commune=tx.desk.unit_name(tip) or voice("summary.place.unknown_short"),
        target=voice.clock(tip.target_at, tx.now),
    )


def _head(tx: Transaction, tip: Tip, voice: Voice) -> str:
    return voice(
        "alert.card",
        priority=voice.label("priority", tip.priority),
        tip=tip.id,
        category=voice(category(tip.category).label_key),
        place=_spot(tx, tip, voice),
        when=_happened(tx, tip, voice),
        received=voice.clock(tip.received_at, tx.now),
        target=voice.clock(tip.target_at, tx.now),
    )


def _spot(tx: Transaction, tip: Tip, voice: Voice) -> str:
    """The hamlet, if one was told, and the commune."""
    hamlet = harmless(tips.contents_of(tx.session, tip).place.get("hamlet", ""))
    return _within(hamlet, tx.desk.unit_name(tip), voice)


def _within(words: str, commune: str, voice: Voice) -> str:
    named = commune or voice("summary.place.unknown_short")
    return f"{words}, {named}" if words else named


def _happened(tx: Transaction, tip: Tip, voice: Voice) -> str:
    """The hour or the stretch of time that was understood, else the words."""
    time = _time(tips.contents_of(tx.session, tip).time)
    if time is not None and time.start is not None and time.end is not None:
        return voice.span(time.start, time.end, tx.now)
    if tip.happened_at is not None:
        return voice.clock(tip.happened_at, tx.now)
    return harmless(time.said if time else "") or voice("summary.when.unknown")


def _reason(tip: Tip, voice: Voice) -> list[str]:
    """Why the desk has it."""
    late = DeskReason.OVERDUE if tip.overdue_at and tip.state is TipState.NEW else None
    reason = tip.desk_reason or late
    if reason is None:
        return []
    return [voice("alert.desk_reason", reason=voice.label("desk_reason", reason))]


def _why(place: dict[str, Any], voice: Voice) -> list[str]:
    """What the router made of the place, where its name does not say so itself, and who chose."""
    why = harmless(place.get("why", ""))
    chosen = [voice("alert.place.chosen")] if place.get("chosen") else []
    return [" ".join([voice("alert.place.why", why=why), *chosen])] if why else []


def _history(tx: Transaction, tip: Tip, voice: Voice) -> list[str]:
    """What became of it: so that the others see who took it."""
    lines = []
    if tip.acknowledged_at and tip.officer_id:
        taker = officer_label(tx, tx.session.get_one(Officer, tip.officer_id), voice)
        at = voice.clock(tip.acknowledged_at, tx.now)
        lines.append(voice("alert.taken", officer=taker, time=at))
    if tip.state is TipState.IN_PROGRESS:
        lines.append(voice("alert.state", state=voice.label("state", tip.state)))
    if tip.state is TipState.WITHDRAWN:
        lines.append(voice("alert.withdrawn"))
    elif tip.closed_at:
        at = voice.clock(tip.closed_at, tx.now)
        outcome = voice.label("state", tip.state)
        lines.append(voice("alert.closed", time=at, outcome=outcome))
    return lines


def officer_label(tx: Transaction, officer: Officer, voice: Voice) -> str:
    name = officers.name_of(tx.session, officer)
    return name or voice("officer.numbered", role=voice.label("role", officer.role), n=officer.id)


def _buttons(tip: Tip, officer: Officer, voice: Voice) -> Sequence[Sequence[Choice]]:
    def button(verb: str) -> Choice:
        return voice.choice(f"choice.officer.{verb}", Press(verb, tip.id, tip.revision))

    return [[button(verb) for verb in row] for row in offered(officer, tip)]


# the details, opened by one officer -----------------------------------------------------------


def _details(tx: Transaction, tip: Tip, chat: Chat, officer: Officer, page: int) -> Reply:
    """The reporter's words, as a quote, never as markup; no name, no account."""
    voice = tx.voice_of(chat)
    contents = tips.contents_of(tx.session, tip)
    shown = words_of(tx, tip)
    page = min(page, len(shown) - 1)
    lines = [
        voice("alert.number", tip=tip.id),
        voice("alert.category", category=voice(category(tip.category).label_key)),
        *_place(tx, tip, contents.place, voice),
        voice("alert.time", when=harmless(time_text(_time(contents.time), voice))),
        *_contact(tx, tip, officer, voice),
        *_media(tx, tip, officer, voice),
        voice("alert.words"),
    ]
    rows = []
    if len(shown) > 1:
        more = Press("words", tip.id, tip.revision, str((page + 1) % len(shown)))
        label = voice("choice.officer.words", page=page + 1, pages=len(shown))
        rows = [[Choice(label, str(more))]]
    return Reply("\n".join(lines), rows, quote=shown[page] or "—", protect=True)


def words_of(tx: Transaction, tip: Tip) -> list[str]:
    """Return the reporter's words, made harmless, in pages; at least one."""
    return pages(harmless("\n".join(tips.contents_of(tx.session, tip).words)))


def _place(tx: Transaction, tip: Tip, place: dict[str, Any], voice: Voice) -> list[str]:
    """Where, and how that was found."""
    named = _within(harmless(place.get("words", "")), tx.desk.unit_name(tip), voice)
    return [voice("alert.place", place=named), *_why(place, voice)]


def _time(time: dict[str, Any]) -> Time | None:
    if not time:
        return None
    start, end = (datetime.fromisoformat(t) if t else None for t in (time["start"], time["end"]))
    return Time(time["said"], start=start, end=end)


def _contact(tx: Transaction, tip: Tip, officer: Officer, voice: Voice) -> list[str]:
    """The telephone number, only for whoever took the tip."""
    if tip.officer_id != officer.id:
        return []
    phone = tips.contact_of(tx.session, tips.reporter_of(tx.session, tip))
    return [voice("alert.phone", phone=phone)] if phone else []


def _media(tx: Transaction, tip: Tip, officer: Officer, voice: Voice) -> list[str]:
    pieces = tips.evidence_of(tx.session, tip)
    mine = sum(may_open(officer, piece, tip) for piece in pieces)
    lines = [voice("alert.media", count=mine)] if mine else []
    if mine and any(piece.verdict is EvidenceVerdict.DESK_ONLY for piece in pieces):
        lines.append(voice("alert.media_raw"))
    if kept := len(pieces) - mine:
        lines.append(voice("alert.media_at_desk", count=kept))
    return lines


def _pin(tx: Transaction, tip: Tip) -> Reply | None:
    point = tips.contents_of(tx.session, tip).place.get("point")
    return Reply("", point=Point(*point), protect=True) if point else None


def _evidence(tx: Transaction, card: Card, tip: Tip, officer: Officer) -> Reply | None:
    piece = tx.session.get(Evidence, card.evidence_id)
    if piece is None or piece.tip_id != tip.id or not may_open(officer, piece, tip):
        return None
    name = file_for(officer, piece)
    if name is None or piece.media_type is None:
        return None
    voice = tx.voice_of(tx.session.get_one(Chat, card.chat_id))
    attachment = Attachment(_kind_shown(piece), piece.media_type, name)
    return Reply(voice("alert.number", tip=tip.id), attachment=attachment, protect=True)


def kind_shown(tx: Transaction, card: Card) -> EvidenceKind | None:
    """Return as what a card's file is sent; None if the card shows no file, or no longer any."""
    piece = tx.session.get(Evidence, card.evidence_id) if card.evidence_id else None
    return _kind_shown(piece) if piece else None


def _kind_shown(piece: Evidence) -> EvidenceKind:
    """What could not be cleaned is no picture to any phone, so it goes as a plain file."""
    return EvidenceKind.DOCUMENT if piece.verdict is EvidenceVerdict.DESK_ONLY else piece.kind

"""Cards: what an officer sees of a tip, always made from the tip as it is now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from routing import Point
from storage import officers, tips
from storage.models import Card, Chat, Evidence, Officer, Tip
from storage.states import (
    OPEN_STATES,
    RIGHTS,
    CardKind,
    ChatKind,
    Right,
    Role,
    TipState,
)
from tips.desk import Transaction
from tips.draft import Time
from tips.messages import Attachment, Choice, Press, Reply
from tips.quoting import harmless, pages
from tips.rights import file_for, may_open, may_see
from tips.summary import time_text
from tips.voice import Voice
from words.categories import category


def render(tx: Transaction, card: Card) -> Reply | None:
    """Return what the card shows now; None if it is to be out of sight."""
    tip = tx.session.get_one(Tip, card.tip_id)
    chat = tx.session.get_one(Chat, card.chat_id)
    if card.kind is CardKind.ALERT:
        return _alert(tx, tip, chat)
    officer = tx.session.get(Officer, card.officer_id) if card.officer_id else None
    if card.hidden or officer is None or not may_see(officer, tip):
        return None
    if card.kind is CardKind.DETAILS:
        return _details(tx, tip, chat, officer, card.page)
    return _pin(tx, tip) if card.kind is CardKind.PIN else _evidence(tx, card, tip, officer)


# the alert ------------------------------------------------------------------------------------


def _alert(tx: Transaction, tip: Tip, chat: Chat) -> Reply:
    voice = tx.voice_of(chat)
    officer = officers.acting_in(tx.session, chat)
    in_group = chat.kind is ChatKind.GROUP
    lines = [_head(tx, tip, voice, brief=in_group or category(tip.category).sensitive)]
    if tip.desk_reason:
        reason = voice.label("desk_reason", tip.desk_reason)
        lines.append(voice("alert.desk_reason", reason=reason))
        if officer and officer.role is Role.DESK and (why := _why(tx, tip)):
            lines.append(why)
    lines += _history(tx, tip, voice)
    if in_group:
        return Reply("\n".join(lines))
    if officer is None or not may_see(officer, tip):
        return Reply("\n".join([voice("alert.number", tip=tip.id), *_history(tx, tip, voice)]))
    lines.append(voice("alert.secrecy"))
    return Reply("\n".join(lines), _buttons(tip, officer, voice))


def _head(tx: Transaction, tip: Tip, voice: Voice, *, brief: bool) -> str:
    priority = voice.label("priority", tip.priority)
    target = voice.clock(tip.target_at, tx.now)
    commune = tx.desk.unit_name(tip) or voice("summary.place.unknown_short")
    if brief:
        return voice(
            "alert.card.brief", priority=priority, tip=tip.id, commune=commune, target=target
        )
    when = voice.clock(tip.happened_at, tx.now) if tip.happened_at else _said(tx, tip, voice)
    return voice(
        "alert.card",
        priority=priority,
        tip=tip.id,
        category=voice(category(tip.category).label_key),
        place=commune,
        when=when,
        received=voice.clock(tip.received_at, tx.now),
        target=target,
    )


def _said(tx: Transaction, tip: Tip, voice: Voice) -> str:
    said = tips.contents_of(tx.session, tip).time.get("said", "")
    return harmless(said) or voice("summary.when.unknown")


def _why(tx: Transaction, tip: Tip) -> str:
    return harmless(tips.contents_of(tx.session, tip).place.get("why", ""))


def _history(tx: Transaction, tip: Tip, voice: Voice) -> list[str]:
    """What became of it: so that the others see who took it."""
    lines = []
    if tip.acknowledged_at and tip.officer_id:
        taker = officer_label(tx, tx.session.get_one(Officer, tip.officer_id), voice)
        at = voice.clock(tip.acknowledged_at, tx.now)
        lines.append(voice("alert.taken", officer=taker, time=at))
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
    def button(verb: str, detail: str = "") -> Choice:
        key = f"choice.officer.{verb}"
        return voice.choice(key, Press(verb, tip.id, tip.revision, detail))

    if tip.state is TipState.NEW:
        rows = [[button("take")], [button("not_ours"), button("details")]]
        if officer.role is Role.DESK:
            rows = [[button("take")], [button("details"), button("close")]]
        return rows
    if tip.state in OPEN_STATES:
        verify = [button("verify")] if tip.state is TipState.ACKNOWLEDGED else []
        return [[button("details"), *verify], [button("close")]]
    if Right.REOPEN in RIGHTS[officer.role] and tip.state is not TipState.WITHDRAWN:
        return [[button("details"), button("reopen")]]
    return []


# the details, opened by one officer -----------------------------------------------------------


def _details(tx: Transaction, tip: Tip, chat: Chat, officer: Officer, page: int) -> Reply:
    """The reporter's words, as a quote, never as markup; no name, no account."""
    voice = tx.voice_of(chat)
    contents = tips.contents_of(tx.session, tip)
    shown = pages(harmless("\n".join(contents.words)))
    page = min(page, len(shown) - 1)
    lines = [
        voice("alert.number", tip=tip.id),
        voice("alert.category", category=voice(category(tip.category).label_key)),
        voice("alert.place", place=_place(tx, tip, contents.place, voice)),
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


def _place(tx: Transaction, tip: Tip, place: dict[str, Any], voice: Voice) -> str:
    commune = tx.desk.unit_name(tip) or voice("summary.place.unknown_short")
    words = harmless(place.get("words", ""))
    why = harmless(place.get("why", ""))
    named = f"{words}, {commune}" if words else commune
    return f"{named} ({why})" if why else named


def _time(time: dict[str, Any]) -> Time | None:
    if not time:
        return None
    moments = [datetime.fromisoformat(t) if t else None for t in (time["start"], time["end"])]
    return Time(time["said"], *moments)


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
    attachment = Attachment(piece.kind, piece.media_type, name)
    return Reply(voice("alert.number", tip=tip.id), attachment=attachment, protect=True)

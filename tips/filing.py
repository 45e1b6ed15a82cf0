"""Filing a tip: the row, its history, who must be told, and the receipt. One transaction, the caller's."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from storage import evidence, officers, tips
from storage.models import Chat, Tip
from storage.states import DeskReason, EventKind, Priority
from tips.alerting import announce
from tips.conversation.draft import Draft
from tips.conversation.mine import day
from tips.conversation.summary import words_within
from tips.desk import Desk, Transaction
from tips.messages import Press, Reply
from tips.receipts import fresh_code, read_code
from tips.understanding.guess import Urgency, mentions_child
from tips.voice import Voice
from words.categories import category, priority_of

HOUR = timedelta(hours=1)
CHILD_HARM = "child_harm"  #: the category


def file(tx: Transaction, chat: Chat, draft: Draft) -> Sequence[Reply]:
    """File the tip, owe its alerts, and return the receipt."""
    tip = _tip(tx, chat, draft)
    code = fresh_code()
    symbols = read_code(code)
    assert symbols is not None
    tips.link(tx.session, tip, chat, symbols, tx.desk.policy.version, draft.contact)
    evidence.give(tx.session, draft.evidence, tip, sound=bool(draft.sound_to_commune))
    tips.note(tx.session, EventKind.FILED, tx.now, tip, reason=tip.desk_reason or "")
    tx.tally["filed"] += 1
    told = announce(tx, tip)
    voice = tx.voice_of(chat)
    replies = [Reply(_receipt(tx, tip, code, voice, reachable=told > 0))]
    if category(tip.category).sensitive:
        replies.append(_ask_safe(tx, tip, voice))
    return replies


def _tip(tx: Transaction, chat: Chat, draft: Draft) -> Tip:
    commune = draft.place.commune.code if draft.place.commune else None
    tip = Tip(
        channel=chat.channel,
        category=draft.category,
        priority=_priority(draft),
        urgency=draft.urgency or Urgency.EARLIER,
        commune_code=commune,
        province_code=_province(commune, tx.desk),
        received_at=tx.now,
        target_at=tx.now,
        remind_at=None,
        words_sealed=None,
        place_sealed=None,
        time_sealed=None,
        happened_at=draft.time.start if draft.time else None,
        about_child=draft.category == CHILD_HARM or mentions_child(draft.what),
    )
    start_clock(tx, tip)
    tips.seal_into(tx.session, tip, _contents(draft))
    tip.desk_reason = _desk_reason(tx, chat, draft, tip)
    tips.add(tx.session, tip)
    return tip


def start_clock(tx: Transaction, tip: Tip) -> None:
    """From now on somebody should take the tip within its target."""
    target = tx.desk.limits.targets[tip.priority]
    tip.target_at, tip.overdue_at = tx.now + target, None
    tip.remind_at = tx.now + target * tx.desk.limits.remind_at


def _priority(draft: Draft) -> Priority:
    happening = draft.urgency in (Urgency.NOW, Urgency.JUST)
    return Priority(priority_of(draft.category, happening=happening, harm=draft.harm))


def _province(commune: str | None, desk: Desk) -> str:
    return desk.router.commune(commune).province_code if commune else desk.home_province


def _contents(draft: Draft) -> tips.Contents:
    place, time = draft.place, draft.time
    where: dict[str, Any] = {
        "words": words_within(place),
        "hamlet": place.hamlet,
        "point": list(place.point) if place.point else None,
        "accuracy": place.accuracy,
        "formerly": place.commune.formerly if place.commune else "",
        "why": place.why,
        "chosen": place.commune is not None and bool(place.options),
    }
    when: dict[str, Any] = {}
    if time is not None:
        when = {
            "said": time.said,
            "start": time.start.isoformat() if time.start else None,
            "end": time.end.isoformat() if time.end else None,
        }
    return tips.Contents(list(draft.words), where, when)


def _desk_reason(tx: Transaction, chat: Chat, draft: Draft, tip: Tip) -> DeskReason | None:
    """Why the tip goes to the province desk, the weightiest reason first; None if it does not."""
    if draft.local_official:
        return DeskReason.LOCAL_OFFICIAL
    if tip.commune_code is None:
        return DeskReason.PLACE_UNKNOWN
    if tip.priority is Priority.P1 and _is_flooding(tx, chat):
        return DeskReason.FLOOD
    if tx.desk.enlist:
        tx.desk.enlist(tx.session, tip.commune_code, tip.province_code, tx.now)
    if not officers.has_any(tx.session, tip.commune_code):
        return DeskReason.NO_OFFICER
    return None


def _is_flooding(tx: Transaction, chat: Chat) -> bool:
    urgent = tips.urgent_since(tx.session, chat, tx.now - HOUR)
    return urgent >= tx.desk.limits.urgent_per_hour


def _receipt(tx: Transaction, tip: Tip, code: str, voice: Voice, *, reachable: bool) -> str:
    """The receipt promises no time that nobody can keep, and none at all for what is urgent."""
    add_more = voice("receipt.add_more")
    if voice.trial:
        return voice.frame(f"{voice('receipt.filed.plain', code=code)}\n{add_more}")
    if not reachable:
        return f"{voice('receipt.kept', code=code)}\n{voice('receipt.nobody')}\n{add_more}"
    unit, time = _receiving_unit(tip, tx.desk, voice), voice.clock(tx.now, tx.now)
    parts = [voice("receipt.filed", time=time, unit=unit, code=code)]
    if tip.desk_reason is DeskReason.NO_OFFICER:
        parts.append(voice("receipt.no_officer"))
    elif tip.priority is Priority.P1:
        parts.append(voice("receipt.urgent"))
    else:
        parts.append(voice("receipt.target", target=voice.clock(tip.target_at, tx.now)))
    return "\n".join([*parts, add_more])


def _receiving_unit(tip: Tip, desk: Desk, voice: Voice) -> str:
    if tip.desk_reason is None:
        return voice("unit.commune", commune=desk.unit_name(tip))
    return voice("unit.desk")


def _ask_safe(tx: Transaction, tip: Tip, voice: Voice) -> Reply:
    today = day(tx.now)
    yes = voice.choice("choice.safe.yes", Press("safe", tip.id, today, "yes"))
    no = voice.choice("choice.safe.no", Press("safe", tip.id, today, "no"))
    return Reply(voice("ask.safe_phone"), [[yes, no]])

"""The card of a burst: how many tips, from how many accounts, and the number of each one."""

from collections.abc import Sequence

from storage import bursts, officers, tips
from storage.bursts import Counts
from storage.models import Burst, Chat, Officer, Tip
from storage.states import ChatKind, TipState
from tips.conversation.quoting import harmless
from tips.desk import Transaction
from tips.messages import Choice, Press, Reply
from tips.officers.rights import may_see, may_see_burst, offered
from tips.voice import Voice
from words.categories import category

ON_A_PAGE = 20  #: tips listed at once
IN_A_ROW = 5  #: of their buttons


def render(tx: Transaction, opener: Tip, chat: Chat, page: int) -> Reply | None:
    """Return what a burst's card shows in a chat; None if it is to be out of sight.

    Args:
        opener: the tip that opened the burst, and gave it its number.
    """
    burst, counted = tx.session.get(Burst, opener.id), bursts.counts(tx.session, opener.id)
    if burst is None or counted is None:
        return None
    voice = tx.voice_of(chat)
    if chat.kind is ChatKind.GROUP:
        return _card([*_head(tx, burst, counted, voice, brief=True), voice("alert.group")])
    officer = officers.acting_in(tx.session, chat)
    if officer is None or not may_see_burst(officer, burst):
        return None
    return _for_officer(tx, burst, counted, officer, voice, min(page, pages(counted) - 1))


def pages(counted: Counts) -> int:
    return -(-counted.all // ON_A_PAGE)


def _for_officer(
    tx: Transaction, burst: Burst, counted: Counts, officer: Officer, voice: Voice, page: int
) -> Reply:
    brief = category(burst.category).sensitive
    listed = bursts.page(tx.session, burst.id, page * ON_A_PAGE, ON_A_PAGE)
    added = tips.added_to(tx.session, listed)
    lines = [
        *_head(tx, burst, counted, voice, brief=brief),
        *[_line(tx, tip, officer, voice, brief=brief, added=tip.id in added) for tip in listed],
        voice("alert.secrecy"),
    ]
    buttons = [*_take_all(burst, counted, voice), *_numbers(listed, officer, voice)]
    return _card(lines, [*buttons, *_turning(burst, counted, page, voice)])


def _card(lines: Sequence[str], buttons: Sequence[Sequence[Choice]] = ()) -> Reply:
    return Reply("\n".join(lines), buttons, protect=True)


def _head(
    tx: Transaction, burst: Burst, counted: Counts, voice: Voice, *, brief: bool
) -> list[str]:
    """What came; brief where others may read over a shoulder: no category and no hour."""
    label, unit = voice.label("priority", counted.priority), _unit(tx, burst, voice)
    name = voice("alert.burst.number", burst=burst.id)
    lines = [voice("alert.burst.head", priority=label, name=name, commune=unit)]
    if counted.tips:
        lines.append(voice("alert.burst", tips=counted.tips, accounts=max(counted.accounts, 1)))
    if not brief:
        lines.append(_what(tx, burst, counted, voice))
    if burst.desk_reason:
        reason = voice.label("desk_reason", burst.desk_reason)
        lines.append(voice("alert.desk_reason", reason=reason))
    return [*lines, *_still(tx, counted, voice)]


def _what(tx: Transaction, burst: Burst, counted: Counts, voice: Voice) -> str:
    kind = voice(category(burst.category).label_key)
    since, last = voice.clock(counted.since, tx.now), voice.clock(counted.last, tx.now)
    if since == last:
        return voice("alert.burst.what.once", category=kind, since=since)
    return voice("alert.burst.what", category=kind, since=since, last=last)


def _unit(tx: Transaction, burst: Burst, voice: Voice) -> str:
    return tx.desk.commune_name(burst.commune_code) or voice("summary.place.unknown_short")


def _still(tx: Transaction, counted: Counts, voice: Voice) -> list[str]:
    """What is left to do, and what was withdrawn."""
    lines = [voice("alert.burst.withdrawn", tips=counted.withdrawn)] if counted.withdrawn else []
    if counted.target_at is None:
        return [*lines, voice("alert.burst.all_taken")] if counted.tips else lines
    target = voice.clock(counted.target_at, tx.now)
    return [*lines, voice("alert.burst.untaken", tips=counted.untaken, target=target)]


def _line(
    tx: Transaction, tip: Tip, officer: Officer, voice: Voice, *, brief: bool, added: bool
) -> str:
    parts = [voice("alert.number", tip=tip.id)]
    if may_see(officer, tip):
        if not brief:
            hamlet = harmless(tips.contents_of(tx.session, tip).place.get("hamlet", ""))
            parts += [voice.clock(tip.received_at, tx.now), *([hamlet] if hamlet else [])]
        parts.append(voice.label("state", tip.state))
        parts += [voice("alert.burst.added")] if added else []
    return "• " + " · ".join(parts)


def _take_all(burst: Burst, counted: Counts, voice: Voice) -> list[list[Choice]]:
    """Take what is counted here: a tip that comes while it is pressed stays to be taken."""
    if not counted.untaken:
        return []
    press = Press("take_all", burst.id, 0, str(counted.newest))
    label = voice("choice.officer.take_all", tips=counted.untaken)
    return [[Choice(label, str(press))]]


def may_take(officer: Officer, tip: Tip) -> bool:
    return any("take" in row for row in offered(officer, tip))


def _numbers(listed: Sequence[Tip], officer: Officer, voice: Voice) -> list[list[Choice]]:
    """A button for each tip that this officer may see: its card is sent."""
    buttons = [_number(tip, voice) for tip in listed if may_see(officer, tip)]
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]


def _number(tip: Tip, voice: Voice) -> Choice:
    key = "choice.officer.open" if tip.state is TipState.NEW else "choice.officer.open.taken"
    return Choice(voice(key, tip=tip.id), str(Press("open", tip.id)))


def _turning(burst: Burst, counted: Counts, page: int, voice: Voice) -> list[list[Choice]]:
    last = pages(counted)
    if last < 2:
        return []
    label = voice("choice.officer.words", page=page + 1, pages=last)
    return [[Choice(label, str(Press("burst", burst.id, 0, str((page + 1) % last))))]]

"""The weekly summary as text: counts in, sentences out. A line without facts is left out."""

from collections.abc import Iterator

from reports.counts import Cohort, Counts, Desk, ranked
from reports.voice import SMALL, Voice
from storage.states import TipState
from words.categories import category
from words.format import date_text
from words.labels import label_key

FEW_WAITS = 5  #: from so many tips on, the fastest and the slowest are told
NAMED = 10  #: tips named by number where how many they are is what counts
SOON = 3  #: tips near their target, named with the time left
#: Of each kind. The desk checks every one, so as many are named as one message of 4,096 characters holds.
NAMED_HIDDEN = 80


def summary(counts: Counts, unit: str, voice: Voice) -> str:
    """Tell the week to those who answer for `unit`: a commune, or a province and its desk."""
    lines = [_head(counts, unit, voice)]
    if counts.desk:
        lines.append(_communes(counts.desk, voice))
    lines += _week(counts, voice)
    lines += _for_desk(counts, counts.desk, voice) if counts.desk else _soon(counts, voice)
    return "\n".join(lines)


def _head(counts: Counts, unit: str, voice: Voice) -> str:
    first, last = voice.days(counts.week)
    week = voice.week(counts.week)
    return voice.say("weekly.head", week=week, first=first, last=last, unit=unit)


def _week(counts: Counts, voice: Voice) -> Iterator[str]:
    if not counts.this.received:
        yield f"{voice.say('weekly.none')} {_open(counts, voice)}"
        return
    yield f"{_received(counts.this, counts.before, voice)} {_valid(counts.this, voice)}"
    yield " ".join(_kinds(counts.this, voice))
    yield from _taken(counts, voice)
    yield from _results(counts.this, voice)
    yield _open(counts, voice)


def _received(this: Cohort, before: Cohort | None, voice: Voice) -> str:
    count = voice.number(this.received)
    if before is None:
        return voice.say("weekly.received.first", count=count)
    was = voice.number(before.received)
    if min(this.received, before.received) < SMALL:
        return voice.say("weekly.received", count=count, before=was)
    change = this.received - before.received
    if change == 0:
        return voice.say("weekly.received.same", count=count)
    key = "weekly.received.more" if change > 0 else "weekly.received.fewer"
    by = voice.number(abs(change))
    percent = voice.percent(abs(change), before.received)
    return voice.say(key, count=count, before=was, change=by, percent=percent)


def _valid(this: Cohort, voice: Voice) -> str:
    return _sentence(
        voice.say("weekly.valid", count=voice.number(this.valid)),
        _if_any("weekly.outside", this.outside, voice),
        _if_any("weekly.withdrawn", this.withdrawn, voice),
    )


def _kinds(this: Cohort, voice: Voice) -> Iterator[str]:
    groups = {goal.value: voice.number(count) for goal, count in this.groups.items()}
    yield voice.say("weekly.groups", **groups)
    (most, count), *others = ranked(this.categories)
    if count > max((other for _, other in others), default=1):
        name = voice.say(category(most).label_key)
        yield voice.say("weekly.most", category=name, count=voice.number(count))


def _taken(counts: Counts, voice: Voice) -> Iterator[str]:
    this, waits = counts.this, counts.waits
    if not this.due:
        return
    said = voice.say("weekly.on_time", share=voice.share(this.in_time, this.due))
    if len(waits) >= FEW_WAITS:
        fastest, slowest = voice.duration(waits[0]), voice.duration(waits[-1])
        said += " " + voice.say("weekly.speed", fastest=fastest, slowest=slowest)
    yield said


def _results(this: Cohort, voice: Voice) -> Iterator[str]:
    if this.valid:
        resolved = voice.say("weekly.resolved", share=voice.share(this.resolved, this.valid))
        yield _sentence(resolved, _if_any("weekly.otherwise", this.otherwise, voice))


def _open(counts: Counts, voice: Voice) -> str:
    if counts.is_past:
        return voice.say("weekly.past", date=date_text(counts.now, counts.week.zone))
    if not counts.open:
        return voice.say("weekly.open.none")
    return voice.say(
        "weekly.open",
        count=voice.number(len(counts.open)),
        tips=voice.numbers([tip.number for tip in counts.open], NAMED),
        late=voice.number(len(counts.late)),
    )


def _soon(counts: Counts, voice: Voice) -> Iterator[str]:
    for tip in counts.soon[:SOON]:
        left = voice.duration(tip.target_at - counts.now)
        yield voice.say("weekly.soon", tip=tip.number, left=left)


def _communes(desk: Desk, voice: Voice) -> str:
    return voice.say(
        "weekly.units", all=voice.number(desk.communes), active=voice.number(desk.active)
    )


def _for_desk(counts: Counts, desk: Desk, voice: Voice) -> Iterator[str]:
    if counts.late_communes:
        yield voice.say("weekly.late_units", list=voice.names(counts.late_communes))
    if counts.untaken:
        numbers = [tip.number for tip in counts.untaken]
        yield _counted("weekly.untaken", numbers, NAMED, voice)
    yield from _at_desk(counts, voice)
    yield from _hidden(desk, voice)


def _at_desk(counts: Counts, voice: Voice) -> Iterator[str]:
    if counts.at_desk:
        yield voice.say("weekly.at_desk")
    for reason, tips in counts.at_desk.items():
        numbers = [tip.number for tip in tips]
        yield _item(label_key("desk_reason", reason), numbers, NAMED, voice)


def _hidden(desk: Desk, voice: Voice) -> Iterator[str]:
    by_state: dict[TipState, list[int]] = {}
    for closing in desk.hidden:
        by_state.setdefault(closing.state, []).append(closing.number)
    if by_state:
        yield voice.say("weekly.hidden")
    for state, numbers in by_state.items():
        yield _item(label_key("state", state), numbers, NAMED_HIDDEN, voice)


def _item(label: str, numbers: list[int], most: int, voice: Voice) -> str:
    return _counted("weekly.item", numbers, most, voice, what=voice.say(label))


def _counted(key: str, numbers: list[int], most: int, voice: Voice, **facts: str) -> str:
    count = voice.number(len(numbers))
    return voice.say(key, count=count, tips=voice.numbers(numbers, most), **facts)


def _if_any(key: str, count: int, voice: Voice) -> str:
    return voice.say(key, count=voice.number(count)) if count else ""


def _sentence(*parts: str) -> str:
    return "; ".join(part for part in parts if part) + "."

"""What is on the weekly picture of a commune, and on that of a province. Pure."""

from collections.abc import Sequence

from reports.counts import RECENT, Cohort, Counts, ranked
from reports.periods import Week, weeks_until
from reports.plots import Bar, Bars, Column, Columns, Picture
from reports.voice import Voice
from words.categories import category


def picture(counts: Counts, unit: str, voice: Voice) -> Picture:
    title = voice.say("weekly.plot.title", week=voice.week(counts.week), unit=unit)
    note = "–".join(voice.days(counts.week))
    if not counts.this.received:
        note += ". " + voice.say("weekly.none")
    bars = _handling(counts, voice) if counts.desk else (_categories(counts, voice),)
    return Picture(title, note, _columns(counts, voice), bars)


def _columns(counts: Counts, voice: Voice) -> Columns:
    weeks = weeks_until(counts.week, len(counts.columns))
    return Columns(
        title=voice.say("weekly.plot.columns", weeks=len(weeks)),
        legend=(
            voice.say("weekly.plot.received"),
            voice.say("weekly.plot.taken"),
            voice.say("weekly.plot.resolved"),
        ),
        columns=tuple(_column(*pair, voice) for pair in zip(weeks, counts.columns, strict=True)),
        none=voice.say("weekly.plot.columns.none", weeks=_known(counts.columns)),
    )


def _column(week: Week, cohort: Cohort | None, voice: Voice) -> Column:
    label = f"{week.monday:%d/%m}"
    if cohort is None:
        return Column(label, 0, 0, 0, "")
    said = voice.number(cohort.received)
    return Column(label, cohort.received, cohort.taken, cohort.resolved, said)


def _known(columns: Sequence[Cohort | None]) -> int:
    return sum(column is not None for column in columns)


def _categories(counts: Counts, voice: Voice) -> Bars:
    weeks = _known(counts.columns[-RECENT:])
    return Bars(
        voice.say("weekly.plot.categories", weeks=weeks),
        tuple(
            Bar(voice.say(category(key).label_key), count, voice.number(count))
            for key, count in ranked(counts.recent)
        ),
        voice.say("weekly.plot.categories.none", weeks=weeks),
    )


def _handling(counts: Counts, voice: Voice) -> tuple[Bars, ...]:
    """How far the week's tips have come, and where they wait too long. Never who has most crime."""
    this = counts.this
    steps = (
        _step("received", this.received, voice.number(this.received), voice),
        _step("valid", this.valid, voice.share(this.valid, this.received), voice),
        _step("in_time", this.in_time, voice.share(this.in_time, this.due), voice),
        _step("resolved", this.resolved, voice.share(this.resolved, this.valid), voice),
    )
    late = tuple(
        Bar(voice.name_of(code), count, voice.number(count)) for code, count in counts.late_communes
    )
    none = voice.say("weekly.none")
    tables = [
        Bars(voice.say("weekly.plot.handling"), steps if this.received else (), none),
        Bars(voice.say("weekly.plot.late_units"), late, ""),
    ]
    return tuple(table for table in tables if table.bars or table.none)


def _step(key: str, length: int, said: str, voice: Voice) -> Bar:
    return Bar(voice.say(f"weekly.plot.{key}"), length, said)

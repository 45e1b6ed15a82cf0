"""Saying things: the texts of one language, with what every sentence of a deployment shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from tips.messages import Choice, Press
from words.format import date_text, duration_text, keeping_text, moment_text, span_text, time_text
from words.labels import label
from words.texts import Language, Texts


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks one language in one time zone.

    `trial`: no agency answers for this installation, so greetings and receipts say so first and
    name no unit and no time.
    """

    texts: Texts
    language: Language
    zone: tzinfo
    trial: bool = True

    def __call__(self, key: str, **facts: object) -> str:
        return self.texts(key, self.language, **facts)

    def choice(self, key: str, press: Press) -> Choice:
        return Choice(self(key), str(press))

    def label(self, kind: str, value: str) -> str:
        return label(kind, value, self.language)

    def date(self, moment: datetime) -> str:
        return date_text(moment, self.zone)

    def moment(self, moment: datetime) -> str:
        return moment_text(moment, self.zone, self.language)

    def clock(self, moment: datetime, now: datetime) -> str:
        """The hour, and the day where it is not today."""
        if moment.astimezone(self.zone).date() == now.astimezone(self.zone).date():
            return time_text(moment, self.zone, self.language)
        return self.moment(moment)

    def span(self, start: datetime, end: datetime, now: datetime) -> str:
        """An hour or a stretch of time, without the day where it is all today."""
        if start == end:
            return self.clock(start, now)
        said = span_text(start, end, self.zone, self.language)
        return said.removesuffix(f", {self.date(now)}")

    def duration(self, length: timedelta) -> str:
        return duration_text(length, self.language)

    def keeping(self, length: timedelta) -> str:
        return keeping_text(length, self.language)

    def numbers(self, services: Sequence[str]) -> str:
        """The telephone numbers of emergency services, most fitting first: "113, 115"."""
        return ", ".join(self.texts.number(service) for service in services)

    def frame(self, text: str) -> str:
        """Put the notice of a trial installation before a greeting or a receipt."""
        return f"{self('trial.notice')}\n\n{text}" if self.trial else text


@dataclass(frozen=True, slots=True)
class Voices:
    """A voice for whoever is listening."""

    texts: Texts
    zone: tzinfo
    trial: bool = True

    def speaking(self, language: str) -> Voice:
        return Voice(self.texts, Language(language), self.zone, self.trial)

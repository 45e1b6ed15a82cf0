"""What is held true of a simulation at its end: nothing came twice, everything to whom it belongs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import Session

from bot.rehearsal.answers import words
from bot.rehearsal.calendar import ZONE
from bot.settings import Settings
from reports.periods import last_due_slot
from storage.models import Event
from tests.invariants import Said
from tests.simulation.entries import Post
from tests.simulation.posts import Service
from tests.simulation.watching import Handed

WEEKLY = words("weekly.head")
ON_TIME = timedelta(hours=12)  #: of Monday: the process may be down, the platform away
WEEK = timedelta(weeks=1)


def events(session: Session) -> dict[str, int]:
    """How many of each kind the program's own history holds."""
    found = session.query(Event.kind, func.count()).group_by(Event.kind).order_by(Event.kind)
    return {kind.value: count for kind, count in found}


def repeats(handed: Sequence[Handed]) -> int:
    """How many receipts were handed over more than once."""
    receipts = Counter(code for each in handed if each.is_new for code in _receipts(each.said))
    return sum(count - 1 for count in receipts.values())


def _receipts(said: Said) -> set[str]:
    return said.codes if said.text.startswith("✅") else set()


@dataclass(slots=True)
class Summaries:
    """Monday's summaries, as they came: by week, and by chat."""

    handed: Sequence[Handed]
    services: Sequence[Service]
    unit_of: Callable[[Post], str]
    settings: Settings
    start: datetime
    end: datetime
    _got: dict[datetime, dict[str, list[str]]] = field(init=False)

    def __post_init__(self) -> None:
        self._got = defaultdict(lambda: defaultdict(list))
        for each in self.handed:
            if each.is_new and each.said.text.startswith(WEEKLY):
                self._got[self._slot(each.at)][each.said.chat].append(each.said.text)

    def _slot(self, moment: datetime) -> datetime:
        settings = self.settings
        return last_due_slot(moment, settings.weekly_day, settings.weekly_time, ZONE)

    @property
    def repeated(self) -> int:
        return sum(len(texts) - 1 for chats in self._got.values() for texts in chats.values())

    def breaches(self) -> Iterator[str]:
        """Every Monday everybody who serves got theirs, the same Monday, and nobody else anything."""
        slot = self._slot(self.start + WEEK)
        while slot - WEEK > self.start:
            slot -= WEEK
        while slot + ON_TIME < self.end:
            yield from self._week(slot)
            slot += WEEK

    def _week(self, slot: datetime) -> Iterator[str]:
        got = self._got.get(slot, {})
        for service in self.services:
            texts = got.get(service.chat, [])
            if not texts and _serves(service, slot, slot + ON_TIME):
                yield f"officer {service.chat} got no summary on {slot:%d.%m.%Y}"
            unit = self.unit_of(service.post)
            for text in texts:
                if unit not in text.split("\n")[0]:
                    yield f"officer {service.chat} of {unit} got {text[:80]!r}"
        known = {service.chat for service in self.services if service.since < slot + WEEK}
        if strangers := sorted(got.keys() - known):
            yield f"{strangers} got the summary of {slot:%d.%m.%Y}"


def _serves(service: Service, since: datetime, until: datetime) -> bool:
    return service.since <= since and (service.until is None or service.until > until)

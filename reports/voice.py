"""How a report speaks: one language, one zone, names for codes, shares and lists said one way."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from reports.periods import Week
from words.format import date_text, duration_text, number_text
from words.texts import Language, Texts

#: Below this a percentage, or a comparison with the week before, says more than the numbers bear.
SMALL = 10


@dataclass(frozen=True, slots=True)
class Voice:
    """`name_of` names a commune's or a province's code."""

    texts: Texts
    language: Language
    name_of: Callable[[str], str]

    def say(self, key: str, **facts: object) -> str:
        return self.texts(key, self.language, **facts)

    def week(self, week: Week) -> str:
        """«47/2026»."""
        return f"{week.number}/{week.year}"

    def days(self, week: Week) -> tuple[str, str]:
        """The first and the last day."""
        last = week.end - timedelta(minutes=1)
        return date_text(week.start, week.zone), date_text(last, week.zone)

    def number(self, number: int) -> str:
        return number_text(number, self.language)

    def share(self, part: int, whole: int) -> str:
        """«2/3», and from ten on with the percentage: «21/26 (80,8%)»."""
        said = f"{self.number(part)}/{self.number(whole)}"
        return said if whole < SMALL else f"{said} ({self.percent(part, whole)})"

    def percent(self, part: int, whole: int) -> str:
        return number_text(100 * part / whole, self.language, decimals=1) + "%"

    def duration(self, duration: timedelta) -> str:
        return duration_text(duration, self.language)

    def numbers(self, tips: Iterable[int], most: int) -> str:
        """«12, 15, 18», and how many are not named where there are more than `most`."""
        every = list(tips)
        named = ", ".join(str(number) for number in islice(every, most))
        left = len(every) - most
        return self.say("weekly.and_more", named=named, count=left) if left > 0 else named

    def names(self, counts: Sequence[tuple[str, int]]) -> str:
        """«xã Hải Xuân 3, xã Hải Hậu 2»."""
        return ", ".join(f"{self.name_of(code)} {self.number(count)}" for code, count in counts)

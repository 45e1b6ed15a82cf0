"""How a router did on some questions, and the reference library it is measured beside."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import vietnamadminunits
from vietnamadminunits.converter import converter_2025

from benchmarks.routing_cases import Address
from routing import Route, Router, Status

SEED = 20261122
Question = tuple[str, Address]

converter_2025.get_geo_location = lambda _address: None  # it would ask a geocoder on the web


@dataclass
class Score:
    """How a router did on some questions."""

    asked: int = 0
    first: int = 0
    among_three: int = 0
    among_all: int = 0
    certain: int = 0
    certain_wrong: int = 0
    wrong: list[str] = field(default_factory=list)
    grades: Counter[tuple[float, bool]] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def add(self, text: str, right: frozenset[str], route: Route) -> None:
        """Count one answer."""
        codes = [candidate.code for candidate in route.candidates]
        good = codes[:1] != [] and codes[0] in right
        self.asked += 1
        self.first += good
        self.among_three += not right.isdisjoint(codes[:3])
        self.among_all += right <= set(codes)
        self.certain += route.status is Status.CERTAIN
        self.certain_wrong += route.status is Status.CERTAIN and not good
        if codes:
            meant = self.chance.choice(sorted(right))  # one part of a divided commune
            self.grades[round(route.candidates[0].score, 1), codes[0] == meant] += 1
        if not good:
            self.wrong.append(f"{route.reason.code.value}: {text}")

    def line(self, name: str, beside: float | None) -> str:
        """A row of the table, in percent."""
        shares = (self.first, self.among_three, self.certain_wrong, self.asked - self.certain)
        figures = "  ".join(f"{100 * share / self.asked:6.2f}" for share in shares)
        return f"{name:34}  {self.asked:6}  {figures}  {_compared(self, beside)}"


def _compared(score: Score, beside: float | None) -> str:
    """What the reference has first, and how many times as often we do."""
    if beside is None:
        return ""
    ratio = f"{score.first / score.asked / beside:6.1f} x" if beside else "      –"
    return f"{100 * beside:8.2f}  {ratio}"


def reference(text: str) -> str | None:
    """The reference library's code for a text: asked as a present address, then as a former one."""
    for ask in (vietnamadminunits.parse_address, vietnamadminunits.convert_address):
        try:
            code = ask(text).ward_code
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue
        if code:
            return str(code)
    return None


def reference_share(questions: Sequence[Question]) -> float:
    """How many of these the reference has right."""
    return sum(reference(text) in address.right for text, address in questions) / len(questions)


def ask(router: Router, questions: Iterable[Question], total: Score | None = None) -> Score:
    """Ask all of these, and count the answers in `total` too."""
    score = Score()
    for text, address in questions:
        route = router.route(text)
        score.add(text, address.right, route)
        if total is not None:
            total.add(text, address.right, route)
    return score

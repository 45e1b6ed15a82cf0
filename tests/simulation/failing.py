"""A simulation that fails says by which seed and how, and by which shortest plan."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from routing import Router
from tests.simulation.plan import Plan
from tests.simulation.playing import Came, FailedError, simulate
from tests.simulation.shrinking import ended_at, shortest

MOST_TRIES = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """How a plan fails."""

    fault: str
    at: datetime
    last: tuple[str, ...]  #: lines of the history before it

    @property
    def kind(self) -> str:
        """What it has in common with the same failure elsewhere: words, not numbers."""
        return " ".join(word for word in self.fault.split(":")[0].split() if word.isalpha())


def played(
    plan: Plan, router: Router, tell: Callable[[str], None] = lambda _: None
) -> Came | Failure:
    """Play a plan in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return simulate(plan, Path(folder), router, tell=tell)
        except FailedError as failed:
            return Failure(str(failed), failed.at, tuple(failed.last))


def explained(plan: Plan, failure: Failure, router: Router) -> Iterator[str]:
    """Say what failed, line by line, and the shortest plan found that does."""

    def fails(tried: Plan) -> bool:
        again = played(tried, router)
        return isinstance(again, Failure) and again.kind == failure.kind

    yield f"seed {plan.seed} fails on {failure.at:%a %d.%m.%Y %H:%M:%S} UTC: {failure.fault}"
    yield f"again: {plan.command}"
    found = shortest(ended_at(plan, failure.at), fails, MOST_TRIES)
    yield f"the shortest plan found that fails so, of {len(plan.entries)} entries:"
    yield from (f"  {entry}" for entry in found.entries)
    last = played(found, router)
    yield "the end of its history:"
    yield from (f"  {line[:300]}" for line in (last if isinstance(last, Failure) else failure).last)

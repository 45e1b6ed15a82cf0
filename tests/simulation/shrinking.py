"""The shortest plan that still fails: entries are left out by halves, then by ever smaller parts.

Every entry has chances of its own, so that what stays in the plan goes on as before as far as it can.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tests.simulation.entries import Entry
from tests.simulation.plan import START, Plan

Fails = Callable[[Plan], bool]  #: plays a plan; whether it fails in the same way


def ended_at(plan: Plan, moment: datetime) -> Plan:
    """Leave out what comes after `moment`."""
    days = (moment - START) / timedelta(days=1)
    entries = [entry for entry in plan.entries if entry.at <= moment]
    return replace(plan, days=min(plan.days, days), entries=entries)


def shortest(plan: Plan, fails: Fails, most: int) -> Plan:
    """Return the plan with as little in it as still fails, after at most `most` tries."""
    tries = _Counted(fails, most)
    entries = _least(plan.entries, lambda kept: tries(replace(plan, entries=kept)))
    return replace(plan, entries=entries)


class _Counted:
    """Plays no more plans once the tries are used up."""

    def __init__(self, fails: Fails, most: int) -> None:
        self._fails, self._left = fails, most

    def __call__(self, plan: Plan) -> bool:
        if not self._left:
            return False
        self._left -= 1
        return self._fails(plan)


def _least(entries: Sequence[Entry], fails: Callable[[Sequence[Entry]], bool]) -> Sequence[Entry]:
    """Delta debugging: drop parts as long as the rest fails, with ever smaller parts."""
    parts = 2
    while len(entries) > 1:
        size = max(len(entries) // parts, 1)
        for start in range(0, len(entries), size):
            rest = [*entries[:start], *entries[start + size :]]
            if fails(rest):
                entries, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(entries))
    return entries

"""A failure is told by the shortest plan that still has it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tests.simulation.entries import Entry, Mishap, Trouble
from tests.simulation.plan import START, Plan, make_plan
from tests.simulation.shrinking import ended_at, shortest


def test_what_has_nothing_to_do_with_it_is_left_out() -> None:
    plan = make_plan(1, 60)
    guilty = [plan.entries[7], plan.entries[-3]]

    def fails(tried: Plan) -> bool:
        return all(entry in tried.entries for entry in guilty)

    assert list(shortest(plan, fails, most=500).entries) == guilty


def test_when_the_tries_are_used_up_what_was_found_is_told() -> None:
    plan = make_plan(1, 60)
    tried: list[Sequence[Entry]] = []

    def fails(shorter: Plan) -> bool:
        tried.append(shorter.entries)
        return plan.entries[0] in shorter.entries

    found = shortest(plan, fails, most=3)
    assert len(tried) == 3
    assert plan.entries[0] in found.entries
    assert len(found.entries) < len(plan.entries)


def test_what_comes_after_the_failure_is_not_played() -> None:
    kill = Mishap(START + timedelta(days=1), Trouble.KILL)
    plan = replace(make_plan(1, 60), entries=[kill, replace(kill, at=START + timedelta(days=3))])
    short = ended_at(plan, START + timedelta(days=2))
    assert list(short.entries) == [kill]
    assert short.days == 2

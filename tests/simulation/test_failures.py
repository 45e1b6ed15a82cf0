"""What is wrong with the program is found, and told by the shortest history that shows it."""

from unittest.mock import patch

from routing import Router
from tests.simulation.failing import Failure, explained, played
from tests.simulation.plan import make_plan


def _broken(*_: object, **__: object) -> None:
    raise RuntimeError("a bug")


def test_a_bug_is_found_and_told_by_a_single_visit(router: Router) -> None:
    plan = make_plan(2, 0.1, a_week=250)
    with patch("tips.intake.converse", _broken):
        failure = played(plan, router)
        assert isinstance(failure, Failure)
        told = list(explained(plan, failure, router))
    assert told[0].startswith("seed 2 fails on ")
    assert "message_failed RuntimeError('a bug')" in told[0]
    assert "again: make simulate SEED=2 DAYS=0.1 A_WEEK=250" in told
    (entry,) = [line for line in told if line.startswith("  ") and "citizen" in line.split(",")[0]]
    assert entry.strip() in map(str, plan.entries)

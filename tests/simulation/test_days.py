"""Some busy hours in which much breaks, by a few seeds. Longer: make simulate SEED=… DAYS=…"""

import pytest

from routing import Router
from tests.simulation.failing import Failure, played
from tests.simulation.plan import make_plan


@pytest.mark.parametrize("seed", [1, 4])
def test_what_must_hold_holds_through_busy_hours_of_trouble(seed: int, router: Router) -> None:
    plan = make_plan(seed, 0.4, a_week=150, harsh=20)
    came = played(plan, router)
    assert not isinstance(came, Failure), came
    assert came.counts["life"] > 1
    assert came.counts["update"] > 20

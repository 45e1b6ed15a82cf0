"""Scores are chances: they rise with the odds and never change who is first."""

from itertools import pairwise

from routing import Router, Status
from routing.calibration import calibrated


def test_a_larger_share_is_a_higher_chance() -> None:
    chances = [calibrated(step / 1000) for step in range(1001)]
    assert all(one < other for one, other in pairwise(chances))


def test_nothing_and_everything_stay_what_they_are() -> None:
    assert (calibrated(0.0), calibrated(1.0)) == (0.0, 1.0)


def test_a_divided_commune_is_as_likely_to_be_meant_as_it_has_parts(country: Router) -> None:
    divided = next(f for f in country.gazetteer.former.values() if len(f.successors) == 2)
    route = country.route(divided.full_name)
    assert route.status is Status.ASK
    assert sum(candidate.score for candidate in route.candidates[:2]) < 1.05

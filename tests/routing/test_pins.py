"""Positions: on a small invented map, and on the real one."""

import json
import math
from pathlib import Path

import pytest

from routing import Point, ReasonCode, Router, Status
from routing.boundaries import Boundaries
from routing.boundary_import import import_boundaries

WEST, EAST = "14308", "14218"  # xã Hải Xuân and xã Hải Tiến, drawn here as two squares
ABROAD = "00004"  # phường Ba Đình, Hà Nội


def square(code: str, west: float) -> dict[str, object]:
    """A tenth of a degree wide, from 20.0 to 20.1 north."""
    ring = [[west, 20.0], [west + 0.1, 20.0], [west + 0.1, 20.1], [west, 20.1], [west, 20.0]]
    return {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Router:
    """Two squares side by side, and one far east for another province."""
    folder = tmp_path_factory.mktemp("invented")
    source = folder / "map.geojson"
    features = [square(WEST, 106.3), square(EAST, 106.4), square(ABROAD, 107.0)]
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    # The centres of the real communes do not lie in these squares, which an import would refuse.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("routing.boundary_import.MISPLACED", 1.0)
        import_boundaries(source, folder, lambda _done, _all: None)
    return Router.load(("37",), folder)


def test_a_pin_inside_one_commune_is_certain(invented: Router) -> None:
    route = invented.route("", Point(20.05, 106.35))
    assert (route.status, route.reason.code) == (Status.CERTAIN, ReasonCode.PIN_INSIDE)
    assert [candidate.code for candidate in route.candidates] == [WEST]


def test_a_pin_whose_accuracy_reaches_over_a_border_is_asked_with_both(invented: Router) -> None:
    near_border = Point(20.05, 106.3999)  # ten metres west of it
    assert invented.route("", near_border).status is Status.CERTAIN
    route = invented.route("", near_border, accuracy=30)
    assert (route.status, route.reason.code) == (Status.ASK, ReasonCode.PIN_NEAR_BORDER)
    assert [candidate.code for candidate in route.candidates] == [WEST, EAST]
    assert route.candidates[0].score == pytest.approx(0.67, abs=0.05)


def test_a_pin_just_off_the_coast_belongs_to_the_shore(invented: Router) -> None:
    assert invented.route("", Point(19.999, 106.35)).candidates[0].code == WEST


def test_a_pin_at_sea_is_nowhere(local: Router, invented: Router) -> None:
    for router in (local, invented):
        route = router.route("", Point(18.0, 110.0))
        assert (route.status, route.reason.code) == (Status.UNKNOWN, ReasonCode.PIN_NOWHERE)


def test_a_pin_in_another_province_is_outside(invented: Router) -> None:
    route = invented.route("", Point(20.05, 107.05))
    assert (route.status, route.outside) == (Status.UNKNOWN, True)


@pytest.mark.parametrize(
    "point",
    [
        Point(math.nan, 106.0),
        Point(20.0, math.inf),
        Point(-1e300, 1e300),
        Point(91.0, 0.0),
        Point(0.0, 0.0),
    ],
)
def test_what_is_no_position_here_is_nowhere(local: Router, invented: Router, point: Point) -> None:
    for router in (local, invented):
        assert router.route("", point).reason.code is ReasonCode.PIN_NOWHERE


@pytest.mark.parametrize("accuracy", [-5.0, 0.0, math.nan, math.inf, 1e9])
def test_an_absurd_accuracy_does_no_harm(invented: Router, accuracy: float) -> None:
    assert invented.route("", Point(20.05, 106.35), accuracy=accuracy).candidates[0].code == WEST


def test_words_and_pin_that_agree_are_certain(invented: Router) -> None:
    route = invented.route("Hải Hậu", Point(20.05, 106.35))
    assert (route.status, route.reason.code) == (Status.CERTAIN, ReasonCode.TEXT_AND_PIN_AGREE)
    assert [candidate.code for candidate in route.candidates] == [WEST]


def test_words_and_pin_that_disagree_are_asked_with_both(invented: Router) -> None:
    route = invented.route("xã Hải Hậu", Point(20.05, 106.35))
    assert (route.status, route.reason.code) == (Status.ASK, ReasonCode.TEXT_AND_PIN_DISAGREE)
    assert [candidate.name for candidate in route.candidates] == ["xã Hải Hậu", "xã Hải Xuân"]


def test_words_without_a_place_leave_it_to_the_pin(invented: Router) -> None:
    route = invented.route("có người đánh nhau", Point(20.05, 106.35))
    assert (route.status, route.candidates[0].code) == (Status.CERTAIN, WEST)


def test_words_elsewhere_and_a_pin_here_are_asked(invented: Router) -> None:
    route = invented.route("phường Bến Thành", Point(20.05, 106.35))
    assert (route.status, route.candidates[0].code) == (Status.ASK, WEST)


def test_without_boundaries_a_pin_proposes_the_nearest_and_asks(local: Router) -> None:
    route = local.route("", Point(20.066, 106.345))
    assert (route.status, route.reason.code) == (Status.ASK, ReasonCode.PIN_NEAREST)
    assert 1 <= len(route.candidates) <= 5
    assert not local.has_boundaries


def test_many_pins_at_once(invented: Router) -> None:
    assert invented.locate([20.05, 20.05, 18.0], [106.35, 106.45, 110.0]) == [WEST, EAST, None]


def test_the_real_map_knows_its_own_centres(real_boundaries: Path, country: Router) -> None:
    router = Router.load(None, real_boundaries)
    states = list(router.gazetteer.current.values())[::50]
    for state in states:
        route = router.route("", Point(state.latitude, state.longitude))
        assert route.status is Status.CERTAIN
        assert route.candidates[0].code == state.code


def test_the_real_map_asks_at_a_real_border(real_boundaries: Path) -> None:
    boundaries = Boundaries.load(real_boundaries)
    assert boundaries is not None
    border = Point(20.1277, 106.2936)
    shares = boundaries.around(border, 3000)
    assert len(shares) > 1
    assert sum(shares.values()) == pytest.approx(1.0)

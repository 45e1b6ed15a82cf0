"""Which commune a position lies in: by exact areas where there are any, else by centres."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.places import Point

if TYPE_CHECKING:
    from routing.boundaries import Boundaries
    from routing.centres import Centres

FARTHEST = 25_000.0  # metres to the nearest centre, beyond which a pin is at sea or abroad
BLUR = 300.0  # metres that centres are uncertain by
COARSEST = 5_000.0  # metres: a position less accurate than this is treated as this
STEEPNESS = 3.0  # how fast the odds of a centre fall with its distance; measured on random pins


@dataclass(frozen=True, slots=True)
class Located:
    """The communes a position may be in, with their shares, best first."""

    shares: dict[str, float]
    exact: bool  # by areas, not by centres
    metres: float = 0.0  # to the nearest centre, where by centres


def locate(
    point: Point, accuracy: float | None, centres: "Centres", boundaries: "Boundaries | None"
) -> Located:
    """Where a position lies; empty shares where it is nowhere, or no position at all."""
    if not _is_position(point):
        return Located({}, exact=False)
    if boundaries is not None:
        shares = boundaries.around(point, _metres(accuracy))
        if shares:
            return Located(shares, exact=True)
    near = centres.nearest(point)
    if boundaries is not None:  # these are known to lie elsewhere
        near = [(code, metres) for code, metres in near if code not in boundaries.known]
    if not near or near[0][1] > FARTHEST:
        return Located({}, exact=boundaries is not None)
    return Located(_by_distance(near), exact=False, metres=near[0][1])


def _is_position(point: Point) -> bool:
    try:
        return abs(point.latitude) <= 90 and abs(point.longitude) <= 180
    except TypeError:
        return False


def _metres(accuracy: float | None) -> float:
    """A usable accuracy: never negative, never absurd, 0 where unknown."""
    if accuracy is None or not accuracy > 0:
        return 0.0
    return min(accuracy, COARSEST)


def _by_distance(near: Iterable[tuple[str, float]]) -> dict[str, float]:
    odds = {code: (metres + BLUR) ** -STEEPNESS for code, metres in near}
    total = sum(odds.values())
    return {code: odd / total for code, odd in odds.items()}

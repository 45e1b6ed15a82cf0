"""Which commune a position lies in: by exact areas where there are any, else by centres."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routing.gazetteer import Gazetteer
from routing.imported import METRES_PER_DEGREE
from routing.places import Point

if TYPE_CHECKING:
    from routing.boundaries import Boundaries

ELSEWHERE = 1.5  # degrees: the offices of two island districts were on the mainland
OFFERED = 5  # communes proposed where no areas are known
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


class Centres:
    """The centres of communes and of the former communes that lie in them now."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        spots = [(s.latitude, s.longitude, s.code) for s in gazetteer.current.values()]
        for former in gazetteer.former.values():
            here = gazetteer.current[former.successors[0]]
            off = abs(former.latitude - here.latitude) + abs(former.longitude - here.longitude)
            if off < ELSEWHERE:
                spots.append((former.latitude, former.longitude, here.code))
        self._latitudes = np.array([spot[0] for spot in spots])
        self._longitudes = np.array([spot[1] for spot in spots])
        self._codes = [spot[2] for spot in spots]

    def nearest(self, point: Point) -> list[tuple[str, float]]:
        """The nearest communes, each once, with the distance to its nearest centre in metres."""
        north = (self._latitudes - point.latitude) * METRES_PER_DEGREE
        narrow = math.cos(math.radians(point.latitude)) * METRES_PER_DEGREE
        distances = np.hypot(north, (self._longitudes - point.longitude) * narrow)
        few = np.argpartition(distances, 60)[:60]
        found: dict[str, float] = {}
        for i in few[np.argsort(distances[few])]:
            found.setdefault(self._codes[i], float(distances[i]))
        return list(found.items())[:OFFERED]


def locate(
    point: Point, accuracy: float | None, centres: Centres, boundaries: "Boundaries | None"
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

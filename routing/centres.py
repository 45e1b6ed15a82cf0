"""The centres of communes: which are nearest to a position."""

import math

import numpy as np

from routing.gazetteer import Gazetteer
from routing.imported import METRES_PER_DEGREE
from routing.places import Point

ELSEWHERE = 1.5  # degrees: the offices of two island districts were on the mainland
OFFERED = 5  # communes proposed where no areas are known


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

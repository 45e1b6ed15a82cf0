"""The exact areas of communes: a compact index on disk, read as fast as it is needed."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from routing.imported import FILE, METRES_PER_DEGREE, BoundariesError
from routing.places import Point

VERSION = 1
DEGREE = 10_000_000  # coordinates are kept as whole ten-millionths of a degree: 1 cm
KEPT = 96  # areas kept unpacked: the neighbourhood of most pins of a province
COAST = 300.0  # metres: areas are simplified, and people stand on piers and dikes

Ragged = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


class Boundaries:
    """Where each commune lies. Safe to share between threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """`arrays`: what `pack` returns."""
        self.codes: list[str] = arrays["codes"].tolist()
        self.state: str = str(arrays["state"])  # the day these areas were in force, "" if unknown
        self.known = frozenset(self.codes)
        self._coordinates = arrays["coordinates"]
        self._offsets: Ragged = (arrays["rings"], arrays["polygons"], arrays["areas"])
        self._bounds = arrays["bounds"]
        self._unpacked: dict[int, BaseGeometry] = {}

    @classmethod
    def load(cls, data_dir: Path) -> "Boundaries | None":
        """The imported boundaries, or None where none were imported.

        Raises:
            BoundariesError: the index is damaged or of another version.
        """
        path = data_dir / FILE
        if not path.exists():
            return None
        try:
            with path.open("rb") as file, np.load(file) as arrays:
                if int(arrays["version"]) != VERSION:
                    raise ValueError("another version")
                return cls({name: arrays[name] for name in arrays.files})
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise BoundariesError(
                f"{path.name} cannot be read ({error}); run `tinbao boundaries import` again"
            ) from error

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.box(*self._bounds.T))

    def box(self, i: int) -> tuple[float, float, float, float]:
        """West, south, east and north of one area."""
        west, south, east, north = self._bounds[i]
        return float(west), float(south), float(east), float(north)

    def holds(self, i: int, point: Point) -> bool:
        """Whether one area holds the point."""
        return bool(self._area(i).intersects(_spot(point)))

    def around(self, point: Point, metres: float) -> dict[str, float]:
        """Code -> share of the circle that lies in that area, largest first; a bare point for 0.

        Empty where the point lies in no area (nor within `COAST` of one).
        """
        spot = _circle(point, metres) if metres > 0 else _spot(point)
        shares = self._shares(spot, spot.area)
        if not shares and metres < COAST:
            spot = _circle(point, COAST)
            shares = self._shares(spot, spot.area)
        return dict(sorted(shares.items(), key=lambda item: -item[1]))

    def _shares(self, spot: BaseGeometry, size: float) -> dict[str, float]:
        shares = {}
        for i in self._tree.query(spot):
            area = self._area(int(i))
            if area.intersects(spot):
                part = area.intersection(spot).area / size if size else 1.0
                shares[self.codes[int(i)]] = part
        total = sum(shares.values()) or 1.0
        return {code: share / total for code, share in shares.items()}

    def locate(self, latitudes: Sequence[float], longitudes: Sequence[float]) -> list[str | None]:
        """The commune of each of many points, None for those in no area."""
        x, y = np.asarray(longitudes, float), np.asarray(latitudes, float)
        points, areas = self._tree.query(shapely.points(x, y))
        found: list[str | None] = [None] * len(x)
        order = np.argsort(areas, kind="stable")
        each, starts = np.unique(areas[order], return_index=True)
        for i, here in zip(each, np.split(points[order], starts[1:]), strict=True):
            area = self._unpack(int(i))
            shapely.prepare(area)
            for inside in here[shapely.intersects_xy(area, x[here], y[here])]:
                found[int(inside)] = self.codes[int(i)]
        return found

    def _area(self, i: int) -> BaseGeometry:
        area = self._unpacked.get(i)
        if area is None:
            if len(self._unpacked) >= KEPT:
                self._unpacked.clear()
            area = self._unpacked[i] = self._unpack(i)
        return area

    def _unpack(self, i: int) -> BaseGeometry:
        rings, polygons, areas = self._offsets
        first, last = areas[i], areas[i + 1]
        own_polygons = polygons[first : last + 1]
        own_rings = rings[own_polygons[0] : own_polygons[-1] + 1]
        coordinates = self._coordinates[own_rings[0] : own_rings[-1]] / DEGREE
        offsets = (own_rings - own_rings[0], own_polygons - own_polygons[0], [0, last - first])
        unpacked = shapely.from_ragged_array(GeometryType.MULTIPOLYGON, coordinates, offsets)
        return cast(BaseGeometry, unpacked[0])


def pack(areas: Mapping[str, BaseGeometry], state: str) -> dict[str, NDArray[Any]]:
    """The arrays of an index: areas by code, polygons or multipolygons in degrees (x, y)."""
    codes = sorted(areas)
    shapes = [_as_multipolygon(areas[code]) for code in codes]
    _, coordinates, (rings, polygons, offsets) = shapely.to_ragged_array(shapes)
    return {
        "version": np.array(VERSION),
        "state": np.array(state),
        "codes": np.array(codes),
        "bounds": shapely.bounds(shapes),
        "coordinates": np.rint(coordinates[:, :2] * DEGREE).astype(np.int32),
        "rings": rings.astype(np.int64),
        "polygons": polygons.astype(np.int64),
        "areas": offsets.astype(np.int64),
    }


def _as_multipolygon(area: BaseGeometry) -> BaseGeometry:
    return MultiPolygon([area]) if isinstance(area, Polygon) else area


def _spot(point: Point) -> BaseGeometry:
    return shapely.Point(point.longitude, point.latitude)


def _circle(point: Point, metres: float) -> BaseGeometry:
    """The points within so many metres, as 32 corners in degrees."""
    turns = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    north = metres / METRES_PER_DEGREE
    east = north / max(np.cos(np.radians(point.latitude)), 0.01)
    x = point.longitude + east * np.cos(turns)
    y = point.latitude + north * np.sin(turns)
    return Polygon(np.column_stack([x, y]))

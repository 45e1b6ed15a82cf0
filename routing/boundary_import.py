"""Reading GeoJSON boundaries once, checking them, and writing the index beside the other data."""

import gzip
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from routing.boundaries import pack
from routing.gazetteer import Gazetteer
from routing.imported import FILE, BoundariesError

VIETNAM = (102.0, 6.0, 118.0, 24.0)  # west, south, east, north, with the islands
MISPLACED = 0.2  # share of communes outside their own area from which the codes must be wrong
CODE_KEYS = ("code", "ma", "ma_xa", "maxa", "ward_code", "matinhxa", "id")

Progress = Callable[[int, int], None]
Feature = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    communes: int
    missing: tuple[str, ...]  # codes in force for which no area came
    repaired: int  # areas that crossed themselves
    misplaced: tuple[str, ...]  # codes whose known centre lies outside their area
    state: str  # the day the areas were in force, "" where the file does not say
    size: int  # bytes of the index


def import_boundaries(path: Path, data_dir: Path, progress: Progress) -> ImportReport:
    """Read GeoJSON (plain, .gz, .zip, or a folder of such) and write the index into `data_dir`.

    Args:
        progress: called with the number of areas checked and the number of all.

    Raises:
        BoundariesError: nothing was written; the message says what is wrong and the mend.
    """
    gazetteer = Gazetteer()
    features, state = _read(path)
    areas: dict[str, BaseGeometry] = {}
    repaired = 0
    for count, feature in enumerate(features, start=1):
        code = _code(feature, gazetteer)
        if code in areas:
            raise BoundariesError(f"commune {code} has two areas; join or remove one of them")
        area = _area(feature, code)
        repaired += not area.is_valid
        areas[code] = area if area.is_valid else _polygons(shapely.make_valid(area))
        progress(count, len(features))
    misplaced = _misplaced(areas, gazetteer)
    size = _write(pack(areas, state), data_dir)
    missing = tuple(sorted(gazetteer.current.keys() - areas.keys()))
    return ImportReport(len(areas), missing, repaired, misplaced, state, size)


def _read(path: Path) -> tuple[list[Feature], str]:
    if not path.exists():
        raise BoundariesError(f"{path} does not exist; give a GeoJSON file, a zip or a folder")
    features: list[Feature] = []
    state = ""
    for name, data in _documents(path):
        document = _parse(name, data)
        state = max(state, str(document.get("date", "")))
        features += _features(name, document)
    if not features:
        raise BoundariesError(f"{path} holds no GeoJSON; name the files .geojson or .json")
    return features, state


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every GeoJSON file in a folder, a zip, or alone, with its bytes."""
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file() and _is_geojson(file.name):
                    yield file.name, _unzipped(file.read_bytes())
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in sorted(filter(_is_geojson, archive.namelist())):
                    yield name, _unzipped(archive.read(name))
        else:
            yield path.name, _unzipped(path.read_bytes())
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise BoundariesError(
            f"{path} cannot be read ({error}); copy or download it again"
        ) from error


def _is_geojson(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith((".geojson", ".json"))


def _unzipped(data: bytes) -> bytes:
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def _parse(name: str, data: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BoundariesError(f"{name} is not JSON ({error}); export it as GeoJSON") from error
    if not isinstance(document, dict):
        raise BoundariesError(f"{name} is JSON but not GeoJSON; export it as GeoJSON")
    return document


def _features(name: str, document: Mapping[str, Any]) -> list[Feature]:
    features = document.get("features") if "features" in document else [document]
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise BoundariesError(f"{name} has no list of features; export it as GeoJSON")
    if any(f.get("type") != "Feature" for f in features):
        raise BoundariesError(f"{name} holds shapes without properties; each needs its code")
    return features


def _code(feature: Feature, gazetteer: Gazetteer) -> str:
    """The official code, under any of its usual names."""
    properties = feature.get("properties") or {}
    lower = {str(key).lower(): value for key, value in properties.items()}
    lower.setdefault("id", feature.get("id"))
    for key in CODE_KEYS:
        code = str(lower.get(key, "")).zfill(5)
        if code in gazetteer.current:
            return code
    named = lower.get("name") or lower.get("ten") or feature.get("id")
    raise BoundariesError(
        f'the area "{named}" carries no code of a commune in force; '
        'give each feature a property "code" with the five digits'
    )


def _area(feature: Feature, code: str) -> BaseGeometry:
    try:
        area = shapely.force_2d(shape(feature["geometry"]))
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise BoundariesError(f"the area of {code} is broken ({error}); export it again") from error
    if area.is_empty or area.geom_type not in ("Polygon", "MultiPolygon"):
        raise BoundariesError(f"commune {code} has no area but a {area.geom_type}; it needs one")
    west, south, east, north = area.bounds
    if not (
        VIETNAM[0] <= west and east <= VIETNAM[2] and VIETNAM[1] <= south and north <= VIETNAM[3]
    ):
        raise BoundariesError(
            f"the area of {code} lies outside Vietnam ({west:.1f} to {east:.1f} east); "
            "coordinates must be degrees (WGS 84), longitude first"
        )
    return area


def _polygons(area: BaseGeometry) -> BaseGeometry:
    """Only the parts with a surface: mending may leave lines and points."""
    parts = [part for part in shapely.get_parts(area) if part.geom_type.endswith("Polygon")]
    return shapely.unary_union(parts)


def _misplaced(areas: Mapping[str, BaseGeometry], gazetteer: Gazetteer) -> tuple[str, ...]:
    outside = []
    for code, area in areas.items():
        centre = gazetteer.current[code]
        if not shapely.intersects_xy(area, centre.longitude, centre.latitude):
            outside.append(code)
    if len(outside) > MISPLACED * len(areas):
        raise BoundariesError(
            f"{len(outside)} of {len(areas)} communes lie outside their own area; "
            "the codes do not belong to these shapes"
        )
    return tuple(sorted(outside))


def _write(arrays: dict[str, Any], data_dir: Path) -> int:
    path, draft = data_dir / FILE, data_dir / f"{FILE}.new"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise BoundariesError(
            f"{data_dir} cannot be written ({error.strerror}); check its rights and the disk"
        ) from error
    return path.stat().st_size

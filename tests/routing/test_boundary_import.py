"""Importing boundaries: every shape a file may come in, and every way it may be wrong."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from routing.boundaries import Boundaries
from routing.boundary_import import import_boundaries
from routing.imported import FILE, BoundariesError

# Around the real centre of xã Hải Xuân, so that the import finds it in its place.
CODE, LONGITUDE, LATITUDE = "14308", 106.29, 20.07


def feature(code: object = CODE, **changes: Any) -> dict[str, Any]:
    west, east, south, north = LONGITUDE - 0.2, LONGITUDE + 0.2, LATITUDE - 0.2, LATITUDE + 0.2
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry, **changes}


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def imported(path: Path, folder: Path) -> Boundaries:
    import_boundaries(path, folder, lambda _done, _all: None)
    boundaries = Boundaries.load(folder)
    assert boundaries is not None
    return boundaries


def write(folder: Path, form: str, data: bytes) -> Path:
    path = folder / f"map.{form}"
    if form == "folder":
        path.mkdir()
        (path / "one.geojson").write_bytes(data)
        (path / "readme.txt").write_text("not a map")
    elif form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("maps/one.geojson", data)
    else:
        path.write_bytes(gzip.compress(data) if form.endswith("gz") else data)
    return path


@pytest.mark.parametrize("form", ["geojson", "json", "geojson.gz", "zip", "folder"])
def test_every_form_of_geojson_is_read(tmp_path: Path, form: str) -> None:
    path = write(tmp_path, form, collection(feature()))
    assert imported(path, tmp_path / "data").codes == [CODE]


@pytest.mark.parametrize("properties", [{"ma": 14308}, {"MA_XA": "14308"}, {"ward_code": CODE}])
def test_the_code_may_go_by_its_usual_names(tmp_path: Path, properties: dict[str, Any]) -> None:
    path = write(tmp_path, "geojson", collection(feature(properties=properties)))
    assert imported(path, tmp_path).codes == [CODE]


def test_progress_is_told_and_what_is_missing_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "geojson", collection(feature()))
    seen: list[tuple[int, int]] = []
    report = import_boundaries(path, tmp_path, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 1)]
    assert (report.communes, len(report.missing)) == (1, 3320)
    assert report.size == (tmp_path / FILE).stat().st_size


def test_an_area_that_crosses_itself_is_repaired(tmp_path: Path) -> None:
    west, south = LONGITUDE - 0.2, LATITUDE - 0.2
    bow = [[west, south], [west + 0.4, south + 0.4], [west + 0.4, south], [west, south + 0.4]]
    geometry = {"type": "Polygon", "coordinates": [[*bow, bow[0]]]}
    path = write(tmp_path, "geojson", collection(feature(geometry=geometry)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("routing.boundary_import.MISPLACED", 1.0)
        report = import_boundaries(path, tmp_path, lambda _done, _all: None)
    assert report.repaired == 1


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"not json", "is not JSON"),
        (b"[1, 2]", "not GeoJSON"),
        (b'{"features": 5}', "no list of features"),
        (collection({"type": "Polygon"}), "shapes without properties"),
        (collection(feature("99999")), "carries no code of a commune in force"),
        (collection(feature(), feature()), "has two areas"),
        (collection(feature(geometry=None)), "is broken"),
        (collection(feature(geometry={"type": "Point", "coordinates": [106, 20]})), "no area"),
        (collection(feature("00004")), "outside their own area"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    tmp_path: Path, data: bytes, trouble: str
) -> None:
    path = write(tmp_path, "geojson", data)
    with pytest.raises(BoundariesError, match=trouble):
        import_boundaries(path, tmp_path / "data", lambda _done, _all: None)
    assert not (tmp_path / "data").exists()


def test_latitude_first_is_recognised(tmp_path: Path) -> None:
    ring = [[20.0, 106.3], [20.1, 106.3], [20.1, 106.4], [20.0, 106.3]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    path = write(tmp_path, "geojson", collection(feature(geometry=geometry)))
    with pytest.raises(BoundariesError, match="longitude first"):
        import_boundaries(path, tmp_path, lambda _done, _all: None)


@pytest.mark.parametrize(
    ("name", "data", "trouble"),
    [
        ("absent.geojson", None, "does not exist"),
        ("map.geojson.gz", b"\x1f\x8bbroken", "cannot be read"),
        ("map.geojson.gz", gzip.compress(b"{}" * 900)[:20], "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, data: bytes | None, trouble: str
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(BoundariesError, match=trouble):
        import_boundaries(path, tmp_path, lambda _done, _all: None)


def test_a_damaged_index_says_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(BoundariesError, match="boundaries import"):
        Boundaries.load(tmp_path)


def test_no_index_is_no_error(tmp_path: Path) -> None:
    assert Boundaries.load(tmp_path) is None

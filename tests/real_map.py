"""The real lists and boundaries: no part of the repository; where they lie beside it, tests use them."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "../shared/data"
COMMUNES = FOLDER / "communes.csv"
BOUNDARIES = FOLDER / "communes.geojson.gz"
CORRECTIONS = FOLDER / "corrections.csv"
MISSING = (
    "The tests on the real boundaries did NOT run: "
    "../shared/data, beside the repository, lacks communes.geojson.gz or communes.csv"
)


def is_there() -> bool:
    return BOUNDARIES.exists() and COMMUNES.exists()


def need() -> None:
    """Skip the test that calls this where the map is not there; the run's last line says so."""
    if not is_there():
        pytest.skip(MISSING)

"""Routers for the tests of places: loading takes a moment, so each is made once."""

from pathlib import Path

import pytest

from routing import Router
from routing.boundary_import import import_boundaries
from tests import real_map


@pytest.fixture(scope="session")
def local() -> Router:
    """The operator of Ninh Bình, without boundaries."""
    return Router.load(("37",))


@pytest.fixture(scope="session")
def country() -> Router:
    """The whole country, without boundaries."""
    return Router.load(None)


@pytest.fixture(scope="session")
def real_boundaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the real boundaries imported."""
    real_map.need()
    folder = tmp_path_factory.mktemp("boundaries")
    import_boundaries(real_map.BOUNDARIES, folder, lambda _done, _all: None)
    return folder

"""The map is read once for all simulations."""

import pytest

from routing import Router


@pytest.fixture(scope="package")
def router() -> Router:
    return Router.load(("37",))

"""What tests of the desk ask for."""

import pytest

from routing import Router
from tests.tips.talks import Talk, make_world


@pytest.fixture(scope="session")
def router() -> Router:
    return Router.load(("37",))


@pytest.fixture
def talk(router: Router) -> Talk:
    return Talk(make_world(router))

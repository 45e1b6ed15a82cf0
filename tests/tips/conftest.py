"""What tests of the desk ask for."""

from pathlib import Path

import pytest

from routing import Router
from storage.database import Database
from tests.clock import FakeClock
from tests.tips.offices import Office, make_office
from tests.tips.talks import Talk, make_world


@pytest.fixture
def talk(router: Router) -> Talk:
    return Talk(make_world(router))


@pytest.fixture
def office(database: Database, clock: FakeClock, tmp_path: Path, router: Router) -> Office:
    """The desk with its queues and a channel that fails as it is told: once on each database."""
    return make_office(database, tmp_path, router, clock)

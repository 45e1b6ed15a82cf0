"""As `connect.make_bot` does it for the program."""

import pytest


@pytest.fixture(autouse=True)
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library warns of its future way to tell durations unless it is asked for."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")

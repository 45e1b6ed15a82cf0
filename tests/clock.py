"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

#: A Wednesday, ten in the morning in Viet Nam.
START = datetime(2026, 11, 18, 3, tzinfo=UTC)


class FakeClock:
    """Called, it tells an aware UTC time, like the real one."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta | None = None, **units: float) -> datetime:
        """Move on by a timedelta, or by its keywords: ``clock.advance(minutes=5)``."""
        self.now += (by or timedelta()) + timedelta(**units)
        return self.now

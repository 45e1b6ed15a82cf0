"""How fast a page may go before it is asked to wait."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta


class Pace:
    """Lets `most` things happen within any `span`."""

    def __init__(self, most: int, span: timedelta, clock: Callable[[], datetime]) -> None:
        self._most = most
        self._span = span
        self._clock = clock
        self._times: deque[datetime] = deque()

    def wait(self) -> timedelta:
        """Count one more and return zero; or count nothing and return how long to wait."""
        now = self._clock()
        while self._times and self._times[0] <= now - self._span:
            self._times.popleft()
        if len(self._times) < self._most:
            self._times.append(now)
            return timedelta()
        return self._times[0] + self._span - now

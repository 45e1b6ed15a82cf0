"""When the program has something to do next, read from its database."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

from bot.repeating import IDLE

LONG = timedelta(hours=1)  #: nothing is due: look again all the same

ITEMS = """
SELECT min(due) FROM (
  SELECT min(due_at) AS due FROM inbox WHERE state = 'waiting'
  UNION ALL
  SELECT min(due_at) FROM deliveries WHERE state = 'waiting'
  UNION ALL
  SELECT min(due_at) FROM evidence WHERE state = 'waiting'
)"""
DELIVERIES = "SELECT min(due_at) FROM deliveries WHERE state = 'waiting'"
DEADLINES = """
SELECT min(due) FROM (
  SELECT min(remind_at) AS due FROM tips WHERE state = 'new'
  UNION ALL
  SELECT min(target_at) FROM tips WHERE state = 'new' AND overdue_at IS NULL
  UNION ALL
  SELECT min(expires_at) FROM conversations
  UNION ALL
  SELECT min(nudge_at) FROM conversations
)"""


class Agenda:
    """Asked after every change; `changed` is set by the next one."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        self._opened: sqlite3.Connection | None = None
        self._found: dict[str, datetime | None] = {}
        self.changed = asyncio.Event()

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    @property
    def _connection(self) -> sqlite3.Connection:
        """Opened when it is first asked: the program makes the database."""
        if self._opened is None:
            self._opened = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
        return self._opened

    def forget(self) -> None:
        """Something was committed."""
        self._found.clear()
        self.changed.set()
        self.changed = asyncio.Event()

    def until_next_item(self, since: datetime) -> timedelta:
        """How long a worker that looks every `IDLE` since then would find nothing."""
        return self._until(ITEMS, IDLE, since)

    def until_next_deadline(self, since: datetime, interval: timedelta) -> timedelta:
        return self._until(DEADLINES, interval, since)

    def next_delivery(self) -> datetime | None:
        return self._next(DELIVERIES)

    def _next(self, query: str) -> datetime | None:
        if query not in self._found:
            (due,) = self._connection.execute(query).fetchone()
            self._found[query] = datetime.fromisoformat(due).replace(tzinfo=UTC) if due else None
        return self._found[query]

    def _until(self, query: str, interval: timedelta, since: datetime) -> timedelta:
        found, now = self._next(query), self._now()
        due = min(found, now + LONG) if found else now + LONG
        looks = max(ceil((due - since) / interval), 1)
        moment = since + looks * interval
        if moment <= now:
            looks = ceil((now - since) / interval) + 1
            moment = since + looks * interval
        return moment - now

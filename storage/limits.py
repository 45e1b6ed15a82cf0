"""How much a platform lets one bot say."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.states import ChatKind


@dataclass(frozen=True, slots=True)
class Rate:
    """What one chat takes: so many at once, and then one each `every`."""

    every: timedelta
    burst: int

    def next_at(self, settled_at: datetime | None, now: datetime) -> datetime:
        """When the chat takes another message; not after `now`: at once."""
        return max(settled_at or now, now) - self.every * (self.burst - 1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform allows one bot."""

    per_second: int  #: messages to all chats together
    private: Rate
    group: Rate

    def of(self, kind: ChatKind) -> Rate:
        return self.group if kind is ChatKind.GROUP else self.private

"""What a turn of the conversation may know besides the draft and the message: handed in, never fetched.

What most turns do not ask for is handed in as a function.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from routing import Point, Route
from storage.states import OPEN_STATES, TipState
from tips.voice import Voice


class RouteFunction(Protocol):
    """`Router.route`: words or a point in, communes and a reason out. Pure."""

    def __call__(
        self, text: str = "", point: Point | None = None, *, accuracy: float | None = None
    ) -> Route: ...


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator has decided, as far as citizens are told about it."""

    province: str  #: name of the province served, or of the country
    agency: str = ""
    decision: str = ""
    url: str = ""
    bot_name: Callable[[], str] = str  #: of the channel, once it knows it
    version: str = "1"  #: of the privacy rules that are consented to
    draft: timedelta = timedelta(hours=24)
    nudge: timedelta = timedelta(minutes=5)
    rejected: timedelta = timedelta(days=30)
    resolved: timedelta = timedelta(days=730)
    contact: timedelta = timedelta(days=90)
    unlink: timedelta = timedelta(days=30)
    evidence_per_day: int = 20
    evidence_size: int = 20_000_000  #: bytes, one piece


@dataclass(frozen=True, slots=True)
class TipFact:
    """A tip filed from this chat, as its reporter may know it."""

    number: int
    state: TipState
    received_at: datetime
    updated_at: datetime
    revision: int
    outcome: str = ""
    sensitive: bool = False
    lacks_more: bool = False  #: closed for want of what its reporter may still send

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def takes_more(self) -> bool:
        return self.is_open or self.lacks_more


@dataclass(frozen=True, slots=True)
class World:
    """Everything a turn may look at."""

    now: datetime
    voice: Voice
    policy: Policy
    route: RouteFunction
    commune_named: Callable[[str], str | None]  #: code → "xã Hải Xuân", None outside the scope
    explain: Callable[[Route], str]  #: a route's reason as a sentence for officers
    fresh_number: int  #: for a draft that starts now
    my_tips: Callable[[], tuple[TipFact, ...]] = tuple  #: newest first
    is_officer: Callable[[], bool] = bool
    is_new: bool = False  #: nothing was ever said in this chat

    @property
    def mine(self) -> tuple[TipFact, ...]:
        """The tips filed from this chat, newest first."""
        return self.my_tips()

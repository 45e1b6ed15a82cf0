"""Connections that are not kept waiting for ever: each request must be whole in time, and they are counted.

uvicorn bounds neither: somebody who sends a byte a minute, or opens connections and says nothing, would keep
what they hold.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a client may take of us."""

    whole: timedelta = timedelta(
        seconds=20
    )  #: from connecting, or a request's first byte, to its last
    idle: timedelta = timedelta(seconds=30)  #: between two requests
    connections: int = 512  #: Telegram opens 40


BOUNDS = Bounds()


class Unhurried(H11Protocol):
    """One connection; cut off when a request is not whole in time. `bounds` are its server's."""

    bounds = BOUNDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start()
        if len(self.connections) > self.bounds.connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        if self._deadline is None:
            self._start()
        super().data_received(data)
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _start(self) -> None:
        self._deadline = self.loop.call_later(self.bounds.whole.total_seconds(), self._cut, "slow")

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> None:
        """Cut whoever has kept us waiting longest for a whole request: at worst the newcomer."""
        waiting = [one for one in self.connections if isinstance(one, Unhurried) and one._deadline]
        if waiting:
            min(waiting, key=lambda one: one._deadline.when())._cut("crowded")  # type: ignore[union-attr]

    def _cut(self, why: str) -> None:
        log.warning("connection_cut", why=why)
        self._stop()
        self.transport.abort()


def bounded(bounds: Bounds) -> type[asyncio.Protocol]:
    """Return the protocol of a server that keeps these bounds."""
    members: dict[str, Any] = {"bounds": bounds}
    return type("Bounded", (Unhurried,), members)

"""Connections that are not kept waiting for ever: each request must be whole in time, and they are counted.

uvicorn bounds neither: somebody who sends a byte a minute, or opens connections and says nothing, would keep
what they hold.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a client may take of us."""

    whole: timedelta = timedelta(
        seconds=20
    )  #: from connecting, or a request's first byte, to its last
    idle: timedelta = timedelta(seconds=30)  #: between two requests
    connections: int = 512  #: Telegram opens 40
    head: int = 64 * 1024  #: bytes that may come before a request's body, and after it


BOUNDS = Bounds()


class Unhurried(HttpToolsProtocol):
    """One connection; cut off when a request is not whole in time. `bounds` are its server's.

    The parser itself bounds nothing: neither a head, nor how many requests are sent ahead of their answers.
    """

    bounds = BOUNDS
    _since: float | None = None  #: when we began to wait for a whole request
    _unread = 0  #: bytes that came and are neither body nor a whole request yet
    _look: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self.loop.time()
        self._look_in(self.bounds.whole.total_seconds())
        if len(self.connections) > self.bounds.connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        if self._since is None:
            self._since = self.loop.time()
        self._unread += len(data)
        super().data_received(data)
        if self._unread > self.bounds.head:
            self._cut("long head")

    def on_message_begin(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            raise ValueError("a second request before the first is answered")
        self._since = self._since or self.loop.time()
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._since, self._unread = None, 0
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        super().connection_lost(exc)

    def _look_in(self, seconds: float) -> None:
        """One timer for a connection's whole life: one for each request would cost as much as parsing it."""
        self._look = self.loop.call_later(seconds, self._cut_if_late)

    def _cut_if_late(self) -> None:
        whole = self.bounds.whole.total_seconds()
        left = whole if self._since is None else self._since + whole - self.loop.time()
        if left > 0:
            self._look_in(left)
        else:
            self._cut("slow")

    def _make_room(self) -> None:
        """Cut whoever has kept us waiting longest for a whole request: at worst the newcomer."""
        waiting = {
            one: one._since
            for one in self.connections
            if isinstance(one, Unhurried) and one._since is not None
        }
        if waiting:
            min(waiting, key=waiting.__getitem__)._cut("crowded")

    def _cut(self, why: str) -> None:
        log.warning("connection_cut", why=why)
        self._since, self._unread = None, 0
        self.transport.abort()


def bounded(bounds: Bounds) -> type[asyncio.Protocol]:
    """Return the protocol of a server that keeps these bounds."""
    members: dict[str, Any] = {"bounds": bounds}
    return type("Bounded", (Unhurried,), members)

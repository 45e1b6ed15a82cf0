"""The one HTTP server: health, readiness, metrics, and the routes that the doors hand in."""

import asyncio
import contextlib
import errno
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from types import MappingProxyType

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.connections import BOUNDS, Bounds, bounded
from bot.errors import PortInUseError
from bot.values import Networks, contains

#: Says whether something we need is there. Raising, or taking too long, says no.
Check = Callable[[], Awaitable[bool]]
PATIENCE = timedelta(seconds=3)  #: for all readiness checks together; probes give up soon after
FAREWELL = timedelta(seconds=5)  #: for requests under way when we are told to stop
MAX_BODY = 1 << 20  #: bytes; a door that takes more says so

#: A proxy adds one of these; what came through one did not come from this machine.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def make_app(
    checks: Mapping[str, Check],
    registry: CollectorRegistry,
    metrics_from: Networks,
    routes: Sequence[BaseRoute] = (),
    max_body: int = MAX_BODY,
    straight: Mapping[str, ASGIApp] = MappingProxyType({}),
) -> ASGIApp:
    """Put the server's own pages and the doors' routes together.

    Args:
        checks: what must hold for /readyz, by name.
        metrics_from: networks whose peers may read /metrics.
        max_body: bytes; longer requests get 413, whatever their route.
        straight: apps that are called for these paths with nothing before them, which bound what they read.
    """
    own = [
        Route("/healthz", lambda _: PlainTextResponse("ok\n")),
        Route("/readyz", _readiness(checks)),
        Route("/metrics", _metrics(registry, metrics_from)),
    ]
    limit = Middleware(BodyLimit, limit=max_body)
    pages = Starlette(routes=[*own, *routes], middleware=[limit])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await straight.get(scope["path"], pages)(scope, receive, send)

    return app


def _readiness(checks: Mapping[str, Check]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        failing = await failing_checks(checks)
        body = {"ready": not failing, "failing": failing}
        return JSONResponse(body, status_code=503 if failing else 200)

    return answer


async def failing_checks(checks: Mapping[str, Check], patience: timedelta = PATIENCE) -> list[str]:
    """Return the names of the checks that do not hold."""

    async def within_patience(check: Check) -> bool:
        async with asyncio.timeout(patience.total_seconds()):
            return await check()

    answers = await asyncio.gather(
        *(within_patience(check) for check in checks.values()), return_exceptions=True
    )
    return [name for name, answer in zip(checks, answers, strict=True) if answer is not True]


def _metrics(registry: CollectorRegistry, allowed: Networks) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        peer = request.client.host if request.client else ""
        if not contains(allowed, peer) or any(name in request.headers for name in FORWARDED):
            return PlainTextResponse("Not Found", status_code=404)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return answer


class BodyLimit:
    """Answers 413 to a request whose body is longer than `limit`, said or found while reading."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._said_length(scope) > self._limit:
            await self._refuse(scope, receive, send)
            return
        left = self._limit

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLongError
            return message

        try:
            await self._app(scope, counted, send)
        except TooLongError:
            await self._refuse(scope, receive, send)

    def _said_length(self, scope: Scope) -> int:
        for name, value in scope["headers"]:
            if name == b"content-length":
                return int(value) if value.isdigit() else 0
        return 0

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("Content Too Large", status_code=413)(scope, receive, send)


class TooLongError(Exception):
    """A body went on beyond the limit."""


def settle() -> None:
    """Take what was made until now for permanent.

    Else whenever enough has come since, Python looks through all of it for garbage, and everybody waits.
    """
    gc.collect()
    gc.freeze()


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else starts.

    Raises:
        PortInUseError: somebody has it, or this machine or user may not have it.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PortInUseError(_why_not(host, port, error)) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortInUseError(_why_not(host, port, error)) from None
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use; stop the program that has it, or set TINBAO_HTTP_PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"port {port} is for root only; set TINBAO_HTTP_PORT=8080 and put a proxy before it"
    reason = (error.strerror or type(error).__name__).lower()
    return f"cannot listen on {host}: {reason}; set TINBAO_HTTP_HOST=127.0.0.1"


@asynccontextmanager
async def serving(
    app: ASGIApp, listener: socket.socket, bounds: Bounds = BOUNDS
) -> AsyncIterator[asyncio.Task[None]]:
    """Serve `app` on a socket from `listen` within this loop; on leaving, let requests end, then close.

    Gives the task that serves: when it ends inside the block, nobody serves any more.
    """
    server = _Server(_config(app, bounds))
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    host, port = listener.getsockname()[:2]
    try:
        await server.up.wait()
        structlog.get_logger(__name__).info("listening", host=host, port=port)
        yield task
    finally:
        server.should_exit = True
        await task
        listener.close()


class _Server(uvicorn.Server):
    """A server inside somebody else's loop: signals are the composition root's."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: ASGIApp, bounds: Bounds) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,  # a webhook's path may be its secret
        log_config=None,
        log_level="warning",
        lifespan="off",
        http=bounded(bounds),
        ws="none",
        proxy_headers=False,  # the peer is who connected, not who a header says
        server_header=False,
        timeout_graceful_shutdown=int(FAREWELL.total_seconds()),
        timeout_keep_alive=int(bounds.idle.total_seconds()),
    )

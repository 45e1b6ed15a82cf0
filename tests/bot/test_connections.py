"""Who is slow, or opens many connections, keeps nobody else from being served: over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.connections import BOUNDS, Bounds
from bot.server import listen, make_app, serving
from bot.values import networks

PATIENCE = 30  #: seconds; what is waited for comes as soon as the bounds say
SOON = Bounds(whole=timedelta(milliseconds=50))
FEW = Bounds(connections=2)
HEAD = b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"


async def slow(_: Request) -> PlainTextResponse:
    await asyncio.sleep(2 * SOON.whole.total_seconds())
    return PlainTextResponse("done")


async def length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


class Client:
    """One raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def sends(self, data: bytes) -> None:
        self._writer.write(data)

    async def hears(self) -> bytes:
        """Whatever comes until the server closes."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionError):
                return await self._reader.read()
        return b""

    async def is_answered(self) -> bool:
        """Ask whether the process lives; leave the connection open."""
        self.sends(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            return b"200" in await self._reader.readline()

    def close(self) -> None:
        self._writer.close()


class Site:
    def __init__(self, port: int, stack: contextlib.ExitStack) -> None:
        self._port, self._stack = port, stack

    async def connects(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self._port))
        self._stack.callback(client.close)
        return client


@contextlib.asynccontextmanager
async def site(bounds: Bounds) -> AsyncIterator[Site]:
    routes = [Route("/length", length, methods=["POST"]), Route("/slow", slow)]
    app = make_app({}, CollectorRegistry(), networks("127.0.0.0/8"), routes)
    with listen("127.0.0.1", 0) as listener, contextlib.ExitStack() as stack:
        async with serving(app, listener, bounds):
            yield Site(listener.getsockname()[1], stack)
            stack.close()


@pytest.mark.parametrize(
    "begun", [b"", b"POST /len", HEAD, HEAD + b"\r\n", HEAD + b"\r\nabc"],
    ids=["nothing", "part of a line", "part of the head", "no body", "part of a body"],
)  # fmt: skip
async def test_a_request_that_does_not_become_whole_in_time_is_cut_off(begun: bytes) -> None:
    async with site(SOON) as here:
        client = await here.connects()
        client.sends(begun)
        assert b"200" not in await client.hears()


async def test_dripping_bytes_gains_no_time() -> None:
    async with site(SOON) as here:
        client = await here.connects()

        async def drip() -> None:
            while True:
                client.sends(b"x")
                await asyncio.sleep(0.005)

        dripping = asyncio.create_task(drip())
        client.sends(HEAD)
        assert b"200" not in await client.hears()
        dripping.cancel()


@pytest.mark.parametrize(
    ("begun", "more"),
    [
        (b"POST /length HTTP/1.1\r\n", b"X-More: and more\r\n"),
        (b"POST /length HTTP/1.1\r\nX-Long: ", b"long and longer "),
        (b"GET /", b"long and longer "),
        (b"POST /length HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-More: and more\r\n"),
    ],
    ids=["many headers", "a long header", "a long address", "after the body"],
)  # fmt: skip
async def test_a_head_without_end_is_cut_off_though_it_is_fast(begun: bytes, more: bytes) -> None:
    async with site(Bounds()) as here:
        client = await here.connects()
        client.sends(begun + more * (2 * BOUNDS.head // len(more)))
        assert b"200" not in await client.hears()


async def test_a_body_longer_than_a_head_may_be_is_taken() -> None:
    async with site(Bounds()) as here:
        client = await here.connects()
        size = 4 * BOUNDS.head
        head = f"POST /length HTTP/1.1\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
        client.sends(head.encode() + b"x" * size)
        assert (await client.hears()).endswith(str(size).encode())


async def test_requests_sent_ahead_of_their_answers_are_not_kept() -> None:
    async with site(Bounds()) as here:
        client = await here.connects()
        client.sends(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
        heard = await client.hears()
        assert b"400" in heard.partition(b"\r\n")[0]
        assert b"done" not in heard


async def test_the_second_request_of_a_connection_has_its_own_time_and_no_more() -> None:
    async with site(SOON) as here:
        client = await here.connects()
        assert await client.is_answered()
        client.sends(HEAD)
        assert await client.hears()  # the rest of the first answer, and then the end


async def test_a_whole_request_may_be_handled_as_long_as_it_takes() -> None:
    async with site(SOON) as here:
        client = await here.connects()
        client.sends(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await client.hears()).endswith(b"done")


async def test_of_too_many_connections_the_one_that_says_nothing_goes_and_the_new_one_is_served() -> (
    None
):
    async with site(FEW) as here:
        silent, other, new = [await here.connects() for _ in range(3)]
        assert await silent.hears() == b""
        assert await new.is_answered()
        assert await other.is_answered()

"""The one HTTP server, over a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.errors import PortInUseError
from bot.server import Check, failing_checks, listen, make_app, serving
from bot.values import networks

LOOPBACK = networks("127.0.0.0/8,::1/128")


async def good() -> bool:
    return True


async def bad() -> bool:
    return False


async def broken() -> bool:
    raise OSError("gone")


async def endless() -> bool:
    await asyncio.Event().wait()
    return True


async def length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def app_with(
    checks: Mapping[str, Check] | None = None, metrics_from: str = "127.0.0.0/8"
) -> ASGIApp:
    registry = CollectorRegistry()
    Counter("tinbao_probe", "For this test.", registry=registry).inc()
    routes = [Route("/length", length, methods=["POST"])]
    return make_app(checks or {}, registry, networks(metrics_from), routes, max_body=100)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as taken:
        yield taken


def client(listener: socket.socket) -> httpx.AsyncClient:
    port = listener.getsockname()[1]
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)


@pytest.fixture
async def web(listener: socket.socket) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app_with({"database": good}), listener), client(listener) as web:
        yield web


async def test_the_process_lives(web: httpx.AsyncClient) -> None:
    answer = await web.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_ready_when_everything_holds(web: httpx.AsyncClient) -> None:
    answer = await web.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "failing": []}


async def test_not_ready_names_what_fails_and_lives_all_the_same(listener: socket.socket) -> None:
    checks = {"database": good, "telegram": bad, "disk": broken}
    async with serving(app_with(checks), listener), client(listener) as web:
        answer = await web.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["failing"] == ["telegram", "disk"]
        assert (await web.get("/healthz")).status_code == 200


async def test_a_check_that_takes_too_long_fails() -> None:
    failing = await failing_checks({"slow": endless, "fast": good}, timedelta(milliseconds=1))
    assert failing == ["slow"]


async def test_metrics_are_for_this_machine(web: httpx.AsyncClient) -> None:
    answer = await web.get("/metrics")
    assert "tinbao_probe_total 1.0" in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
async def test_metrics_are_not_for_those_behind_a_proxy(
    web: httpx.AsyncClient, header: str
) -> None:
    assert (await web.get("/metrics", headers={header: "127.0.0.1"})).status_code == 404


async def test_metrics_are_not_for_other_networks(listener: socket.socket) -> None:
    app = app_with(metrics_from="10.0.0.0/8")
    async with serving(app, listener), client(listener) as web:
        assert (await web.get("/metrics")).status_code == 404


async def test_what_is_not_there_is_not_found(web: httpx.AsyncClient) -> None:
    assert (await web.get("/")).status_code == 404
    assert (await web.get("/docs")).status_code == 404
    assert (await web.post("/healthz")).status_code == 405


async def test_the_server_does_not_say_what_it_is(web: httpx.AsyncClient) -> None:
    assert "server" not in (await web.get("/healthz")).headers


async def test_a_body_within_the_limit_is_taken(web: httpx.AsyncClient) -> None:
    assert (await web.post("/length", content=b"x" * 100)).text == "100"


async def test_a_body_that_says_it_is_too_long_is_refused(web: httpx.AsyncClient) -> None:
    assert (await web.post("/length", content=b"x" * 101)).status_code == 413


async def test_a_body_that_goes_on_too_long_is_refused(web: httpx.AsyncClient) -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 10

    assert (await web.post("/length", content=drops())).status_code == 413


async def test_paths_are_not_logged(
    web: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="uvicorn")
    await web.get("/telegram-secret-path")
    assert "telegram-secret-path" not in caplog.text


async def test_a_request_under_way_ends_before_the_server_does(listener: socket.socket) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            begun.set()
            await go_on.wait()
            yield b"done"

        return StreamingResponse(body())

    app = make_app({}, CollectorRegistry(), LOOPBACK, [Route("/slow", slow)])
    async with client(listener) as web:
        async with serving(app, listener):
            asking = asyncio.create_task(web.get("/slow"))
            await begun.wait()
            asyncio.get_running_loop().call_later(0.05, go_on.set)
        assert (await asking).text == "done"


async def test_when_it_has_ended_nobody_listens(listener: socket.socket) -> None:
    host, port = listener.getsockname()
    async with serving(app_with(), listener):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port))


async def test_a_fault_of_the_body_reaches_the_caller(listener: socket.socket) -> None:
    with pytest.raises(ZeroDivisionError):
        async with serving(app_with(), listener):
            raise ZeroDivisionError


def test_a_port_in_use_is_said_plainly(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(PortInUseError, match=rf"port {port} is in use.*TINBAO_HTTP_PORT"):
        listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_said_plainly(host: str) -> None:
    with pytest.raises(PortInUseError, match=rf"cannot listen on {host}"):
        listen(host, 0)

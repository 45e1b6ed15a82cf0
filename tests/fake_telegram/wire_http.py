"""The wire with sockets: the model behind a real HTTP server on 127.0.0.1.

Paths are Telegram's own: `{url}/bot<token>/<method>` and `{url}/file/bot<token>/<path>`.
"""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.fake_telegram.params import Upload
from tests.fake_telegram.rules import (
    HALF,
    ApiError,
    ConnectionLost,
    HalfAnAnswer,
    Json,
    NoAnswer,
    bad_request,
)
from tests.fake_telegram.server import FakeTelegram


@asynccontextmanager
async def serve(telegram: FakeTelegram) -> AsyncIterator[str]:
    """Serve the model on a free port while the block runs; gives the URL."""
    # With the protocol named, asyncio sets TCP_NODELAY; else every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(
        application(telegram), log_level="critical", lifespan="off", timeout_graceful_shutdown=1
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        telegram.updates.interrupt_polls()
        server.should_exit = True
        await running


class _Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()  # the signals belong to the test run


def application(telegram: FakeTelegram) -> Starlette:
    async def call(request: Request) -> Response:
        token, method = request.path_params["token"], request.path_params["method"]
        try:
            said, uploads = await read_parameters(request)
            status, body = await telegram.answer(token, method, said, uploads)
        except ApiError as refused:
            status, body = refused.code, refused.body()
        except ConnectionLost:
            return _BrokenResponse()
        except HalfAnAnswer:
            return Response(HALF, media_type="application/json")
        except NoAnswer:
            return _SilentResponse()
        return JSONResponse(body, status)

    async def download(request: Request) -> Response:
        token, path = request.path_params["token"], request.path_params["path"]
        try:
            return Response(telegram.download(token, path))
        except ApiError as refused:
            return JSONResponse(refused.body(), refused.code)

    return Starlette(
        routes=[
            Route("/file/bot{token}/{path:path}", download),
            Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        ]
    )


class _BrokenResponse(Response):
    """Promises a body and ends: the server closes the connection halfway."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = [(b"content-length", b"100"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})


class _SilentResponse(Response):
    """Waits until the caller gives up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


async def read_parameters(request: Request) -> tuple[Json, dict[str, Upload]]:
    """Query string and body, whichever of the three documented kinds it is."""
    said: Json = dict(request.query_params)
    kind, body = request.headers.get("content-type", ""), await request.body()
    uploads: dict[str, Upload] = {}
    if kind.startswith("application/json"):
        said |= _from_json(body)
    elif kind.startswith("application/x-www-form-urlencoded"):
        said |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    elif kind.startswith("multipart/form-data"):
        fields, uploads = from_multipart(body, kind)
        said |= fields
    return said, uploads


def _from_json(body: bytes) -> Json:
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise bad_request("can't parse JSON object")
    return said


def from_multipart(body: bytes, content_type: str) -> tuple[Json, dict[str, Upload]]:
    """Fields and files. Read by hand: form data here are small and well formed."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        raise bad_request("boundary is missing")
    said: Json = {}
    uploads: dict[str, Upload] = {}
    for part in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        name, file_name, kind = _part_names(head.decode())
        if file_name is None:
            said[name] = content.decode()
        else:
            uploads[name] = Upload(file_name, content, kind)
    return said, uploads


def _part_names(head: str) -> tuple[str, str | None, str]:
    """Field name, file name if it is a file, media type."""
    name = re.search(r'[; ]name="([^"]*)"', head)
    file_name = re.search(r'filename="([^"]*)"', head)
    kind = re.search(r"(?i)content-type: *([^\r\n;]+)", head)
    return (
        name[1] if name else "",
        file_name[1] if file_name else None,
        kind[1] if kind else "application/octet-stream",
    )

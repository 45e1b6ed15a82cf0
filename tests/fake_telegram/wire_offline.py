"""The wire without sockets: what `telegram.Bot` takes as its request object."""

import json
import mimetypes
from typing import Any
from urllib.parse import unquote, urlsplit

from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from tests.fake_telegram.params import Upload
from tests.fake_telegram.rules import HALF, ApiError, ConnectionLost, HalfAnAnswer, NoAnswer
from tests.fake_telegram.server import FakeTelegram


class OfflineRequest(BaseRequest):
    """Hands each request to the model; broken wires raise what HTTPXRequest would."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram

    @property
    def read_timeout(self) -> float | None:
        return 5

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        kind, token, rest = split_path(urlsplit(url).path)
        if kind == "file":
            return self._download(token, rest)
        said = request_data.json_parameters if request_data else {}
        uploads = uploads_of(request_data) if request_data else {}
        try:
            status, body = await self._telegram.answer(token, rest, dict(said), uploads)
        except ConnectionLost as lost:
            raise NetworkError("httpx.ReadError: ") from lost
        except HalfAnAnswer:
            return 200, HALF
        except NoAnswer as silence:
            raise TimedOut from silence
        return status, json.dumps(body).encode()

    def _download(self, token: str, path: str) -> tuple[int, bytes]:
        try:
            return 200, self._telegram.download(token, path)
        except ApiError as refused:
            return refused.code, json.dumps(refused.body()).encode()


def offline_bot(telegram: FakeTelegram) -> Bot:
    """The real Bot on this wire; `async with` it, or `initialize()`."""
    wire = OfflineRequest(telegram)
    return Bot(telegram.token, request=wire, get_updates_request=wire)


def split_path(path: str) -> tuple[str, str, str]:
    """("bot", token, method) or ("file", token, file path)."""
    kind = "file" if path.startswith("/file/") else "bot"
    token, _, rest = unquote(path).removeprefix("/file").removeprefix("/bot").partition("/")
    return kind, token, rest


def uploads_of(said: RequestData) -> dict[str, Upload]:
    parts = said.multipart_data
    return {part: _upload(*content) for part, content in parts.items()}


def _upload(name: str, content: Any, mime_type: str | None = None) -> Upload:
    body = content if isinstance(content, bytes) else content.read()
    guessed = mime_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Upload(name, body, guessed)

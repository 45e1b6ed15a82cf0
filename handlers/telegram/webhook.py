"""Telegram in, by webhook: 200 only after the update is stored; anything else makes Telegram try again."""

import asyncio
import hmac
import json
from typing import Any

import structlog
from pydantic_core import from_json
from starlette.types import Receive, Scope, Send
from telegram import Bot, WebhookInfo

from handlers.telegram.connect import SetUpError, Sleep, persist
from handlers.telegram.receive import ALLOWED_UPDATES, to_raw
from handlers.telegram.spinners import Spinners
from storage.database import DatabaseError
from storage.inbox import RawUpdate
from tips.inbox import Inbox

log = structlog.get_logger()

PROOF_HEADER = "X-Telegram-Bot-Api-Secret-Token"
PROOF = PROOF_HEADER.lower().encode()  #: as ASGI names it
LARGEST_BODY = 1024 * 1024  #: bytes; an update is a few kilobytes
CONNECTIONS = 100  #: the most Telegram opens: those who wait together share a commit
#: An answer is a status and no more.
ANSWER = [(b"content-length", b"0")]
REFUSAL = [*ANSWER, (b"allow", b"POST")]


class Webhook:
    """Where Telegram, and nobody without `secret`, delivers updates: an ASGI app of its own.

    Every message of every citizen comes through here, so nothing stands before it and it does no more than
    it must.
    """

    def __init__(self, inbox: Inbox, spinners: Spinners, secret: str) -> None:
        if not secret:
            raise ValueError("a webhook without a secret would take anybody's word")
        self._inbox, self._spinners, self._secret = inbox, spinners, secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = self._refusal(scope) or await self._take(receive)
        headers = ANSWER if status == 200 else REFUSAL
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body"})

    def _refusal(self, scope: Scope) -> int | None:
        headers = dict(scope["headers"])
        if scope["method"] != "POST":
            return 405
        if not hmac.compare_digest(headers.get(PROOF, b""), self._secret):
            return 401
        media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        return None if media_type == b"application/json" else 415

    async def _take(self, receive: Receive) -> int:
        body = await _body(receive)
        if body is None:
            return 413
        try:
            update, raw = _read(body)
        except (ValueError, RecursionError):
            return 400
        try:
            await self._inbox.store([raw])
        except DatabaseError as error:
            log.error("telegram.update_not_stored", error=type(error).__name__)
            return 503
        self._spinners.stop(update)
        return 200


async def _body(receive: Receive) -> bytes | None:
    """The body, None as soon as it is too long; what was broken off comes out empty."""
    body, more = bytearray(), True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            return b""
        body += part.get("body", b"")
        if len(body) > LARGEST_BODY:
            return None
        more = part.get("more_body", False)
    return bytes(body)


def _read(body: bytes) -> tuple[dict[str, Any], RawUpdate]:
    update = _parsed(body)
    if not isinstance(update, dict):
        raise ValueError("an update is a JSON object")
    return update, to_raw(update, body)


def _parsed(body: bytes) -> Any:
    """Read JSON: by the quicker of two readers, and what it refuses (half a character) by the other."""
    try:
        return from_json(body)
    except ValueError:
        return json.loads(body)


async def set_up(bot: Bot, url: str, secret: str, sleep: Sleep = asyncio.sleep) -> None:
    """Tell Telegram where to deliver, and see that it knows; waits for as long as it is not reached.

    Raises SetUpError if Telegram refuses the address or the token.
    """
    info = await persist(lambda: _announce(bot, url, secret), sleep)
    if info.url != url:
        raise SetUpError(
            "Telegram delivers to another webhook; does a second program use this token?"
        )


async def _announce(bot: Bot, url: str, secret: str) -> WebhookInfo:
    await bot.set_webhook(
        url,
        secret_token=secret,
        max_connections=CONNECTIONS,
        allowed_updates=ALLOWED_UPDATES,
        drop_pending_updates=False,
    )
    return await bot.get_webhook_info()

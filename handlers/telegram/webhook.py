"""Telegram in, by webhook: 200 only after the update is stored; anything else makes Telegram try again."""

import asyncio
import hmac
import json
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, WebhookInfo

from handlers.telegram.connect import SetUpError, Sleep, persist
from handlers.telegram.receive import ALLOWED_UPDATES, to_raw
from handlers.telegram.spinners import Spinners
from storage.database import DatabaseError
from storage.inbox import RawUpdate
from tips.inbox import Inbox

log = structlog.get_logger()

PROOF_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_BODY = 1024 * 1024  #: bytes; an update is a few kilobytes
CONNECTIONS = 40


def webhook_route(inbox: Inbox, spinners: Spinners, path: str, secret: str) -> Route:
    """Return the route on which Telegram, and nobody without `secret`, delivers updates."""
    if not secret:
        raise ValueError("a webhook without a secret would take anybody's word")

    async def receive(request: Request) -> Response:
        if not _knows(request, secret):
            return Response(status_code=401)
        if _media_type(request) != "application/json":
            return Response(status_code=415)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        return await _take(body, inbox, spinners)

    return Route(path, receive, methods=["POST"])


def _knows(request: Request, secret: str) -> bool:
    given = request.headers.get(PROOF_HEADER, "")
    return hmac.compare_digest(given.encode(), secret.encode())


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _body(request: Request) -> bytes | None:
    """The body, None as soon as it is too long; what was broken off comes out short."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


async def _take(body: bytes, inbox: Inbox, spinners: Spinners) -> Response:
    try:
        update, raw = _read(body)
    except (ValueError, RecursionError):
        return Response(status_code=400)
    try:
        await inbox.store([raw])
    except DatabaseError as error:
        log.error("telegram.update_not_stored", error=type(error).__name__)
        return Response(status_code=503)
    spinners.stop(update)
    return Response(status_code=200)


def _read(body: bytes) -> tuple[dict[str, Any], RawUpdate]:
    update = json.loads(body)
    if not isinstance(update, dict):
        raise ValueError("an update is a JSON object")
    return update, to_raw(update)


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

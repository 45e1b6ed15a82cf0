"""Who may open the try-out page: a browser on this very machine, on this very page, and nobody else."""

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
#: A proxy adds one of these: then the loopback peer is the proxy, not the person.
FORWARDED = frozenset({"forwarded", "via", "x-real-ip"})
FORWARDED_PREFIX = "x-forwarded-"
SAFE_METHODS = frozenset({"GET", "HEAD"})

PROTECTION = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "media-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Guard:
    """Wraps the routes of the page: refuses with one sentence, and protects every answer.

    Args:
        refusal: the sentence.
    """

    def __init__(self, app: ASGIApp, refusal: str) -> None:
        self._app = app
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = fault_of(scope)
        if fault:
            structlog.get_logger().warning("web.refused", fault=fault)
            await PlainTextResponse(self._refusal, 403)(scope, receive, protected(send))
        else:
            await self._app(scope, receive, protected(send))


def fault_of(scope: Scope) -> str:
    """Return the name of what is wrong with a request, "" if nothing is."""
    headers = Headers(scope=scope)
    checks: dict[str, Callable[[], bool]] = {
        "peer": lambda: is_loopback(scope.get("client")),
        "host": lambda: is_local_name(headers.getlist("host")),
        "forwarded": lambda: not is_forwarded(headers),
        "origin": lambda: is_own_origin(scope, headers),
        "site": lambda: scope["path"] == "/" or is_same_site(headers),
    }
    return next((fault for fault, is_fine in checks.items() if not is_fine()), "")


def is_loopback(client: Sequence[Any] | None) -> bool:
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:  # a name, or the path of a socket
        return False


def is_local_name(hosts: Sequence[str]) -> bool:
    """A name that someone else's DNS points at this machine is not ours."""
    if len(hosts) != 1:
        return False
    name, _, port = hosts[0].rpartition(":")
    has_port = name and port.isdecimal()
    return (name if has_port else hosts[0]).lower() in LOCAL_NAMES


def is_forwarded(headers: Headers) -> bool:
    names = {name.lower() for name in headers}
    return bool(names & FORWARDED) or any(name.startswith(FORWARDED_PREFIX) for name in names)


def is_own_origin(scope: Scope, headers: Headers) -> bool:
    """Whoever changes something must be our page: same scheme, name and port."""
    origins = headers.getlist("origin")
    if not origins and scope["method"] in SAFE_METHODS:
        return True
    return origins == [f"{scope['scheme']}://{headers['host'].lower()}"]


def is_same_site(headers: Headers) -> bool:
    """Other pages may link to the page, not load its parts (where the browser says so)."""
    return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def protected(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(PROTECTION)
        await send(message)

    return sending

"""Fetching a file's bytes, never more than asked for. Its URL holds the token: no error may carry it."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from tips.messages import SendError

Download = Callable[[str, int], Awaitable[bytes]]  #: URL and the most bytes → content
PATIENCE = httpx.Timeout(30, connect=10)


async def download(url: str, limit: int) -> bytes:
    """Return the file at `url`.

    Raises SendError: "too_large", permanent, as soon as `limit` bytes are exceeded; "network" or
    "file_unavailable", where a retry may help.
    """
    try:
        return await _streamed(url, limit)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise SendError("network") from None


async def _streamed(url: str, limit: int) -> bytes:
    content = bytearray()
    trust = not is_loopback(url)
    async with (
        httpx.AsyncClient(timeout=PATIENCE, trust_env=trust) as client,
        client.stream("GET", url) as answer,
    ):
        if not answer.is_success:
            raise SendError("file_unavailable")
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > limit:
                raise SendError("too_large", permanent=True)
    return bytes(content)


def is_loopback(url: str) -> bool:
    """Tell whether a URL stays on this machine, where no proxy of the environment belongs."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

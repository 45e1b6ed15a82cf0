"""Files people send through the page, sealed in a folder until the desk fetches them."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from storage.files import FileStore

LARGEST = 20 * 1024 * 1024  #: bytes; what Telegram lets a bot download, so both doors take the same
KEPT = timedelta(hours=24)  #: longer than any fetch is retried
MOST = 100  #: files within that time: 2 GB at the worst

_NAME = re.compile(r"[0-9a-f]{32}")


class FullError(Exception):
    """So many files were sent today that no more are taken."""


class Uploads:
    """Keeps what was uploaded for a day, whatever becomes of the message it was meant for."""

    def __init__(self, files: FileStore, clock: Callable[[], datetime]) -> None:
        self._files = files
        self._clock = clock

    async def put(self, content: bytes) -> str:
        """Store; return the reference under which `get` finds it. Raises FullError."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, reference: str) -> bytes:
        """Return the content. Raises FileNotFoundError."""
        if not _NAME.fullmatch(reference):  # it comes from a browser and becomes a path
            raise FileNotFoundError(reference)
        return await asyncio.to_thread(self._files.get, reference)

    def _put(self, content: bytes) -> str:
        now = self._clock()
        for old in list(self._files.orphans((), now - KEPT)):
            self._files.delete(old)
        if len(list(self._files.orphans((), now))) >= MOST:
            raise FullError
        return self._files.put(content)

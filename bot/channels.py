"""What an open channel is; and the two-phone page, which is there when nothing is configured."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from bot.foundation import Foundation, now
from bot.metrics import Metrics
from bot.server import Check
from handlers.web.mailboxes import Mailboxes
from handlers.web.routes import routes as web_routes
from handlers.web.send import WebDoor
from handlers.web.uploads import LARGEST, Uploads
from storage.files import FileStore
from storage.states import Channel
from tips.inbox import Inbox
from tips.messages import Door


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """One channel, ready to serve."""

    channel: Channel
    door: Door
    routes: Sequence[BaseRoute]
    serve: Callable[[], Coroutine[Any, Any, None]]  #: runs as long as the channel does
    is_ready: Check
    largest_body: int = 1 << 20  #: bytes
    #: apps called for a path with nothing before them: they bound what they read
    straight: Mapping[str, ASGIApp] = field(default_factory=dict)
    bot_name: Callable[[], str] = str


@asynccontextmanager
async def web(
    base: Foundation, inbox: Inbox, _owner: str, _metrics: Metrics
) -> AsyncIterator[OpenDoor]:
    """Open the two-phone page: for trying out, on this machine only."""
    mailboxes = Mailboxes(now)
    uploads = Uploads(FileStore(base.settings.data_dir / "demo-uploads", base.keyring), now)
    door = WebDoor(mailboxes, uploads)

    def name_of(address: str) -> str:
        voice = base.desk.voices.speaking(base.settings.language)
        commune = base.desk.commune_name(address.partition(":")[2])
        return voice("unit.commune", commune=commune) if commune else voice("unit.desk")

    async def serve() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            mailboxes.close()

    async def is_ready() -> bool:
        return True

    pages = web_routes(inbox, door, name_of, base.texts, now)
    yield OpenDoor(Channel.WEB, door, pages, serve, is_ready, largest_body=LARGEST)

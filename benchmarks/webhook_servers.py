"""Two servers to deliver to: `python -m benchmarks.webhook_servers ours|library FOLDER`; prints its port.

Both run on the process's own HTTP server in its own loop, each in a process of its own.
"""

import asyncio
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp
from telegram import Bot, Update

from benchmarks.quiet import quiet
from bot import loop
from bot.foundation import now
from bot.server import listen, make_app, serving, settle
from handlers.telegram.spinners import Spinners
from handlers.telegram.webhook import Webhook
from storage import schema
from storage.database import Database
from storage.sealing import Keyring
from tips.inbox import Inbox

PATH, SECRET = "/telegram", "secret"
BOT = Bot("7000000001:AAFakeFakeFakeFakeFakeFakeFakeFakeFak")


def library() -> ASGIApp:
    """What python-telegram-bot's documents show for a server of one's own: parse, queue, 200."""
    queue: asyncio.Queue[Update] = asyncio.Queue()

    async def receive(request: Request) -> Response:
        update = Update.de_json(await request.json(), BOT)
        await queue.put(update)
        queue.get_nowait()  # whoever reads the queue; that what is read costs nothing is to its favour
        return Response()

    return Starlette(routes=[Route(PATH, receive, methods=["POST"])])


def ours(database: Database) -> ASGIApp:
    inbox = Inbox(database, now, asyncio.Event())
    door = Webhook(inbox, Spinners(BOT), SECRET)
    return make_app({}, CollectorRegistry(), (), straight={PATH: door})


async def serve(kind: str, folder: Path) -> None:
    url = f"sqlite:///{folder / 'webhook.db'}"
    schema.upgrade(url)
    database = Database(url, Keyring.fresh())
    listener = listen("127.0.0.1", 0)
    settle()
    async with serving(ours(database) if kind == "ours" else library(), listener) as served:
        print(listener.getsockname()[1], flush=True)
        await served


if __name__ == "__main__":
    quiet()
    loop.run(serve(sys.argv[1], Path(sys.argv[2])))

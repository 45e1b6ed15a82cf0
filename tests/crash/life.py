"""One life of the program in a process of its own, ended by SIGKILL at its nth step.

`python -m tests.crash.life` imports and loads everything once. Then it forks a life for each line of
orders it reads, and answers with a line that says how the life ended: forking takes milliseconds, a start
would take a second.

A life does what `tinbao run` does, one thing after the other, so that its steps can be counted: takes what
Telegram holds for it, by polling or by webhook, handles it, sends what is owed, and ends when nothing is
left. Its steps are all that others could see of it, and every change on the way there:

    a transaction has written · before its commit · after it · before a request · after its answer ·
    an update arrives at the webhook · before it is acknowledged · after it
"""

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, cast

import structlog
from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bot import loop
from bot.server import listen, serving
from handlers.telegram import connect, polling
from handlers.telegram.polling import Polling
from handlers.telegram.spinners import Spinners
from handlers.telegram.webhook import Webhook
from routing import Router
from storage.database import Database
from storage.sealing import Keyring
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram
from tests.overhearing import overhearing
from tests.town import Town, make_desk
from tips import deadlines

WRITES = ("INSERT", "UPDATE", "DELETE")
#: Nobody misses it when a life ends: a spinner turns a moment longer.
BESIDE = ("answerCallbackQuery",)
WEBHOOK = "/telegram"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Orders:
    """What a life is for."""

    url: str  #: of the database
    hash_key: str  #: hexadecimal, as the next
    sealing_key: str
    folder: Path
    api: str
    token: str
    at: datetime  #: its clock stands still there
    last: int  #: the step at which it is killed; 0 lets it live
    port: int = 0  #: where its webhook listens; 0: it polls
    secret: str = ""
    expected: int = 0  #: updates that its webhook waits for

    @property
    def keyring(self) -> Keyring:
        return Keyring(bytes.fromhex(self.hash_key), {1: bytes.fromhex(self.sealing_key)})


ORDERS = TypeAdapter(Orders)
Step = Callable[[], None]


class Fate:
    """Counts steps and ends the process at the last one."""

    left = sys.maxsize

    def step(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


# the steps ------------------------------------------------------------------------------------


@contextmanager
def watched_database(step: Step) -> Iterator[None]:
    """What a transaction has written beyond its first row nobody sees before the commit either."""
    written: set[Connection] = set()

    def write(connection: Connection, statement: str, _: object) -> None:
        if statement.lstrip().upper().startswith(WRITES) and connection not in written:
            written.add(connection)
            step()

    def commit(connection: Connection) -> None:
        if connection in written:
            step()

    def committed(*_: object) -> None:
        if written:
            written.clear()
            step()

    event.listen(Engine, "commit", commit)
    event.listen(Engine, "checkin", committed)  # of the connection, by whoever is done with it
    with overhearing(after=write):
        yield


class Wire(HTTPXRequest):
    """The library's own, counted."""

    step: Step

    async def do_request(self, url: str, *args: Any, **named: Any) -> tuple[int, bytes]:
        beside = url.endswith(BESIDE)
        if not beside:
            self.step()
        answer = await super().do_request(url, *args, **named)
        if not beside:
            self.step()
        return answer


def watched(bot: Bot, step: Step) -> Bot:
    for wire in cast(tuple[BaseRequest, ...], bot._request):
        wire.__class__ = Wire
        cast(Wire, wire).step = step
    return bot


class Acknowledging:
    """A webhook, counted: an update arrives, is to be acknowledged, is acknowledged."""

    def __init__(self, app: ASGIApp, step: Step, expected: int) -> None:
        self._app, self._step, self._left = app, step, expected
        self.done = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._step()
            await send(message)

        self._step()
        await self._app(scope, receive, counted)
        self._step()
        self._left -= 1
        if not self._left:
            self.done.set()


# the life -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Nursling:
    """The program, loaded and put together, before anything has been opened."""

    town: Town
    spinners: Spinners
    fate: Fate

    @classmethod
    def of(cls, orders: Orders, router: Router) -> "Nursling":
        fate = Fate()
        database = Database(orders.url, orders.keyring)
        bot = watched(connect.make_bot(orders.token, orders.api), fate.step)
        desk = make_desk(router, orders.folder, database)
        nobody = cast(FakeTelegram, None)  # it is at the other end of the wire
        return cls(Town(nobody, bot, database, desk, FakeClock()), Spinners(bot), fate)


async def live(nursling: Nursling, orders: Orders, listener: socket.socket | None) -> None:
    town, nursling.fate.left = nursling.town, orders.last or sys.maxsize
    town.clock.now = orders.at
    town._start_process(secrets.token_hex(4))
    if listener is None:
        await poll(town, nursling.spinners)
    elif orders.expected:
        await hear(nursling, orders, listener)
    while await _works(town):
        await town.deliveries.drain()
    await nursling.spinners.close()


async def _works(town: Town) -> bool:
    """Do the next thing there is to do; False if there is none."""
    return bool(
        await town.intake.take()
        or await town.deliveries.send_next()
        or await town.run(deadlines.look)
    )


async def poll(town: Town, spinners: Spinners) -> None:
    """Poll until nothing new comes: the last poll has confirmed what was stored."""
    polling.LONG_POLL = timedelta(0)
    door = Polling(town.bot, town.inbox, spinners, town.clock)
    await door.poll()
    while door._stored_below is not None:
        await door.poll()


async def hear(nursling: Nursling, orders: Orders, listener: socket.socket) -> None:
    """Serve the webhook until as many updates as are expected were acknowledged."""
    door = Webhook(nursling.town.inbox, nursling.spinners, orders.secret)
    app = Acknowledging(door, nursling.fate.step, orders.expected)
    async with serving(app, listener):
        await app.done.wait()


# the nursery ----------------------------------------------------------------------------------


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    router, nursling = Router.load(("37",)), None
    for line in sys.stdin.buffer:
        orders = ORDERS.validate_json(line)
        nursling = nursling or Nursling.of(orders, router)
        listener = listen(HOST, orders.port) if orders.port else None
        child = os.fork()
        if not child:
            begin(nursling, orders, listener)
        if listener is not None:
            listener.close()  # when the child ends nobody listens
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")


def begin(nursling: Nursling, orders: Orders, listener: socket.socket | None) -> NoReturn:
    try:
        with watched_database(nursling.fate.step):
            loop.run(live(nursling, orders, listener))
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()

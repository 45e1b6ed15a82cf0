"""How fast a webhook takes updates in: stored durably, and the library's way, kept in memory."""

import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from benchmarks.table import Line, Scale, at_least, at_most
from benchmarks.webhook_servers import PATH, SECRET
from bot.progress import Progress

ROUNDS = {Scale.TINY: 1, Scale.REDUCED: 15, Scale.FULL: 15}
UPDATES = {Scale.TINY: 50, Scale.REDUCED: 4_000, Scale.FULL: 20_000}  #: a round
KINDS = ("library", "ours")


async def measure(scale: Scale, show: Progress) -> Sequence[Line]:
    rounds, count = ROUNDS[scale], UPDATES[scale]
    speeds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    slowest: dict[str, list[float]] = {kind: [] for kind in KINDS}
    async with server("library") as library, server("ours") as ours:
        for number in range(1 + rounds):  # the first warms both up and is not counted
            for kind, (port, folder) in zip(KINDS, (library, ours), strict=True):
                speed, p99 = await _deliver(port, count, number * count)
                _empty(folder)
                if number:
                    speeds[kind].append(speed)
                    slowest[kind].append(p99 * 1000)
            show("webhook", number, rounds)
    theirs, our = (statistics.median(speeds[kind]) for kind in KINDS)
    their_p99, our_p99 = (statistics.median(slowest[kind]) for kind in KINDS)
    return [
        at_least("webhook intake, SQLite", our, theirs, "updates/s", 2),
        at_most("webhook intake, p99", our_p99, their_p99, "ms", 1),
    ]


@asynccontextmanager
async def server(kind: str) -> AsyncIterator[tuple[int, Path]]:
    """Run one of the servers while the block does; gives its port, and where its database is."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.webhook_servers", kind, folder,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            yield int(await process.stdout.readline()), Path(folder)
        finally:
            process.kill()
            await process.wait()


def _empty(folder: Path) -> None:
    """Let what has come be gone, as when it was handled: the inbox of a program at work stays small."""
    for database in folder.glob("*.db"):
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("DELETE FROM inbox")


async def _deliver(port: int, count: int, first: int) -> tuple[float, float]:
    arguments = [port, PATH, SECRET, count, first]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.load", *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await process.communicate()
    speed, p99 = json.loads(printed)
    return speed, p99

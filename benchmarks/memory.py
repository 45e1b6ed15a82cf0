"""Whether memory grows with what was handled: a process that takes one message after the other.

`python -m benchmarks.memory MESSAGES …` prints its resident megabytes after so many messages each.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import databases
from benchmarks.citizens import Citizen
from benchmarks.desks import open_office, store
from benchmarks.footprint import memory_of
from benchmarks.quiet import quiet
from benchmarks.table import Line, Scale, at_most
from bot import loop
from bot.progress import Progress
from routing import Router
from storage.sealing import Keyring
from tests.tips.offices import Office

EARLY = {Scale.TINY: 10, Scale.REDUCED: 1_000, Scale.FULL: 1_000}
LATE = {Scale.TINY: 20, Scale.REDUCED: 5_000, Scale.FULL: 100_000}
PEOPLE = 500  #: who write again and again
AT_ONCE = 100
WORDS = ("/start", "co trom xe o xom 5 hai xuan", "toi qua", "/status", "/cancel")


async def measure(scale: Scale, show: Progress) -> Sequence[Line]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.memory", str(EARLY[scale]), str(LATE[scale]),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    found: dict[int, float] = {}
    while line := await process.stdout.readline():
        handled, memory = json.loads(line)
        found[handled] = memory
        show("memory", handled, LATE[scale])
    assert await process.wait() == 0
    what = f"memory after {LATE[scale]:,} messages, by that after {EARLY[scale]:,}"
    return [at_most(what, found[LATE[scale]], found[EARLY[scale]], "MB", 1.1)]


async def handle(early: int, late: int) -> None:
    with databases.sqlite() as fresh, TemporaryDirectory() as folder:
        router = Router.load(("37",))
        office = await open_office(fresh(), Keyring.fresh(), router, Path(folder))
        handled = 0
        while handled < late:
            many = min(AT_ONCE, early - handled if handled < early else late - handled)
            await _hear(office, range(handled, handled + many))
            handled += many
            if handled in (early, late) or handled % 1000 == 0:
                print(json.dumps((handled, memory_of(os.getpid()))), flush=True)
        await office.database.close()


async def _hear(office: Office, numbers: range) -> None:
    """Let people write, everybody what they write next, and answer them."""
    said = [Citizen(1000 + n % PEOPLE).says(WORDS[n // PEOPLE % len(WORDS)]) for n in numbers]
    await store(office, said)
    worker, deliveries = office.intake(), office.deliveries()
    while await worker.take():
        pass
    await deliveries.send_due()
    await deliveries.drain()
    office.door.sent.clear()  # what the platform remembers is not ours


if __name__ == "__main__":
    quiet()
    loop.run(handle(*map(int, sys.argv[1:])))

"""Two worker processes on one PostgreSQL beside one, all of them and the server on the cores there are.

`python -m benchmarks.workers URL KEYFILE` is a worker: it says that it is ready, waits to be told to begin,
empties the inbox, and prints its own seconds of CPU.
"""

import asyncio
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import databases
from benchmarks.citizens import Citizen
from benchmarks.desks import WORDS, open_office, store
from benchmarks.quiet import quiet
from benchmarks.table import Line, Scale, at_least
from bot import loop
from bot.progress import Progress
from handlers.telegram.receive import decode
from routing import Router
from storage.database import Database
from storage.models import Inbox
from storage.sealing import Keyring, read_keyring, write_keyring
from tests.clock import FakeClock
from tests.tips.offices import make_office

ROUNDS = {Scale.TINY: 1, Scale.REDUCED: 3, Scale.FULL: 9}
UPDATES = {Scale.TINY: 10, Scale.REDUCED: 200, Scale.FULL: 4_000}


async def measure(scale: Scale, show: Progress) -> Sequence[Line]:
    router, keyring, count = Router.load(("37",)), Keyring.fresh(), UPDATES[scale]
    took: dict[int, list[float]] = {1: [], 2: []}
    shares = []
    with databases.postgresql() as fresh, TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        write_keyring(keyring, keys)
        for number in range(ROUNDS[scale]):
            for workers in took:
                url = fresh()
                office = await open_office(url, keyring, router, Path(folder))
                await store(office, [Citizen(1000 + n).says(WORDS) for n in range(count)])
                await office.database.close()
                seconds, cpu = await _empty(url, keys, workers)
                took[workers].append(seconds)
                if workers == 1:
                    shares.append(cpu / seconds)
            show("workers", number + 1, ROUNDS[scale])
    one, two = (count / statistics.median(times) for times in took.values())
    share = statistics.median(shares)
    what = f"two workers on PostgreSQL by one (of one's time {share:.0%} is its own, the rest the database's)"
    return [at_least(what, two, one, "turns/s", 1.3)]


async def _empty(url: str, keys: Path, workers: int) -> tuple[float, float]:
    """Let so many workers empty the inbox; return the seconds it took, and those of their CPU."""
    started = [await _start(url, keys) for _ in range(workers)]
    began = time.perf_counter()
    answers = await asyncio.gather(*(process.communicate(b"begin\n") for process in started))
    took = time.perf_counter() - began
    return took, sum(float(printed) for printed, _ in answers)


async def _start(url: str, keys: Path) -> Process:
    arguments = ["-m", "benchmarks.workers", url, str(keys)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=PIPE, stdout=PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def work(url: str, keys: Path) -> None:
    with TemporaryDirectory() as folder:
        database = Database(url, read_keyring(keys))
        office = make_office(database, Path(folder), Router.load(("37",)), FakeClock())
        office.door.reads = decode
        worker = office.intake(str(time.monotonic_ns()))
        office.desk.router.route(WORDS)  # what is loaded at the first use is loaded
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.process_time()
        while await worker.take() or (await office.depth(Inbox)).waiting:
            pass
        print(time.process_time() - began, flush=True)
        await database.close()


if __name__ == "__main__":
    quiet()
    loop.run(work(sys.argv[1], Path(sys.argv[2])))

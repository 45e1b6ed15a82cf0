"""Whether a step takes longer with millions of tips stored: one story on a full and an empty database."""

import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import databases
from benchmarks.citizens import Citizen
from benchmarks.desks import OFFICER, TURNS, open_office, steps, store
from benchmarks.filling import fill
from benchmarks.table import Line, Scale, at_most
from bot.progress import Progress
from routing import Router
from storage.sealing import Keyring
from tests.tips.offices import Office
from tips import deadlines

STORED = {Scale.TINY: 2_000, Scale.REDUCED: 200_000, Scale.FULL: 5_000_000}
ROUNDS = {Scale.TINY: 1, Scale.REDUCED: 25, Scale.FULL: 50}


async def measure(scale: Scale, show: Progress) -> Sequence[Line]:
    return [await _on(kind, scale, show) for kind in databases.DATABASES]


async def _on(kind: str, scale: Scale, show: Progress) -> Line:
    router, keyring = Router.load(("37",)), Keyring.fresh()
    with databases.DATABASES[kind]() as fresh, TemporaryDirectory() as folder:
        full, empty = fresh(), fresh()
        fill(full, STORED[scale], show)
        async with AsyncExitStack() as stack:
            offices = []
            for url in (full, empty):
                offices.append(await open_office(url, keyring, router, Path(folder)))
                stack.push_async_callback(offices[-1].database.close)
            took: list[list[float]] = [[], []]
            for number in range(ROUNDS[scale]):
                for office, times in zip(offices, took, strict=True):
                    times += await _story(office, 1_000 + number)
                show(f"steps, {kind}", number + 1, ROUNDS[scale])
    with_them, without = (statistics.median(times) * 1000 for times in took)
    what = f"a step with {STORED[scale]:,} tips stored, {kind}"
    return at_most(what, with_them, without, "ms", 1.2)


async def _story(office: Office, number: int) -> list[float]:
    """Tell, send, ask, and let the officer and the clock look; return the seconds of each step."""
    citizen, took = Citizen(number), []
    for step in range(TURNS):
        took.append(await _take(office, (await steps(office, [citizen], step))[0]))
    took.append(await _take(office, citizen.says("/status")))
    took.append(await _take(office, Citizen(OFFICER).says("/tips")))
    began = time.perf_counter()
    await office.run(deadlines.look)
    return [*took, time.perf_counter() - began]


async def _take(office: Office, update: dict[str, object]) -> float:
    await store(office, [update])
    began = time.perf_counter()
    await office.intake().take()
    return time.perf_counter() - began

"""Whole turns: from a stored update to everything it changes and owes, committed.

The yardstick is the same statements with the same values, said by a bare engine in one thread to a database
that was alike, plus the parse of the updates.
"""

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count as count_from
from pathlib import Path
from tempfile import TemporaryDirectory

from telegram import Update

from benchmarks import databases
from benchmarks.citizens import Citizen, Json
from benchmarks.desks import TURNS, open_office, steps, store
from benchmarks.statements import Recording, recording, say_again
from benchmarks.table import Line, Scale, at_least
from bot.progress import Progress
from routing import Router
from storage.sealing import Keyring

ROUNDS = {Scale.TINY: 1, Scale.REDUCED: 5, Scale.FULL: 9}
CITIZENS = {Scale.TINY: 3, Scale.REDUCED: 40, Scale.FULL: 300}
GOALS = {"SQLite": 0.5, "PostgreSQL": 0.7}


@dataclass(slots=True)
class Told:
    """What a run of everybody's story gave."""

    took: float = 0.0  #: seconds within turns
    updates: list[Json] = field(default_factory=list)


async def measure(scale: Scale, show: Progress) -> Sequence[Line]:
    return [await _on(kind, scale, show) for kind in databases.DATABASES]


async def _on(kind: str, scale: Scale, show: Progress) -> Line:
    router, keyring, count = Router.load(("37",)), Keyring.fresh(), CITIZENS[scale]
    ours, bare = [], []
    with databases.DATABASES[kind]() as fresh:
        url = fresh()
        with recording() as recorded:
            told = await _tell(url, keyring, router, count, recorded)
        said = recorded if kind == "SQLite" else recorded.joined()
        for number in range(ROUNDS[scale]):
            ours.append((await _tell(fresh(), keyring, router, count, Recording())).took)
            bare.append(say_again(fresh(), said) + _parse(told.updates))
            show(f"turns, {kind}", number + 1, ROUNDS[scale])
    turns = count * TURNS
    each = round(recorded.statements / turns, 1)
    return at_least(
        f"whole turn, {kind} ({each} statements)",
        turns / statistics.median(ours),
        turns / statistics.median(bare),
        "turns/s",
        GOALS[kind],
    )


async def _tell(
    url: str, keyring: Keyring, router: Router, count: int, recorded: Recording
) -> Told:
    """Let `count` citizens tell their story; each message is handled when it comes, as on most days."""
    told, turns = Told(), count_from(1)
    with TemporaryDirectory() as folder:
        office = await open_office(url, keyring, router, Path(folder))
        people, worker = [Citizen(1000 + n) for n in range(count)], office.intake()
        for step in range(TURNS):
            for update in await steps(office, people, step):
                await store(office, [update])
                told.updates.append(update)
                recorded.turn = next(turns)
                began = time.perf_counter()
                await worker.take()
                told.took += time.perf_counter() - began
                recorded.turn = 0
        await office.database.close()
    return told


def _parse(updates: Sequence[Json]) -> float:
    bodies = [json.dumps(update) for update in updates]
    began = time.perf_counter()
    for body in bodies:
        Update.de_json(json.loads(body), None)
    return time.perf_counter() - began

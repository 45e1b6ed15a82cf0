"""Whole turns: from a stored update to everything it changes and owes, committed.

Citizens of all communes, each of which has an officer, tell of a theft, say where, say when, and send: one
turn in four files a tip and alerts an officer, the others ask the next question. As on most days each
message is handled when it comes, in a commit of its own, and no commune has so many that they are grouped.

The yardstick is the same statements with the same values, said by a bare engine of SQLAlchemy Core in one
thread to a database that was alike, plus the parse of the updates. What it would be past Core, with the
driver's own text, is told beside it.
"""

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count as count_from
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from telegram import Update

from benchmarks import databases
from benchmarks.citizens import Citizen, Json
from benchmarks.desks import PRESSES, buttons, certain, open_office, store
from benchmarks.statements import Recording, Way, recording, say_again
from benchmarks.table import Line, Scale, at_least
from bot.progress import Progress
from bot.server import settle
from routing import Commune, Router
from storage.sealing import Keyring
from storage.states import Role
from tests.tips.offices import Office

ROUNDS = {Scale.TINY: 1, Scale.REDUCED: 15, Scale.FULL: 9}
CITIZENS = {Scale.TINY: 3, Scale.REDUCED: 30, Scale.FULL: 300}
TURNS = 2 + len(PRESSES)  #: until a tip is filed
OFFICER, CITIZEN = 10_000, 20_000  #: the first of each
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
    seconds: list[float] = []
    bare: dict[Way, list[float]] = {way: [] for way in Way}
    with databases.DATABASES[kind]() as fresh:
        url = fresh()
        with recording() as recorded:
            told = await _tell(url, keyring, router, count, recorded)
        said = recorded if kind == "SQLite" else recorded.joined()
        settle()  # as the program does when it begins to serve
        for number in range(ROUNDS[scale]):
            seconds.append((await _tell(fresh(), keyring, router, count, Recording())).took)
            for way, again in bare.items():
                again.append(say_again(fresh(), said, way) + _parse(told.updates))
            show(f"turns, {kind}", number + 1, ROUNDS[scale])
    turns = count * TURNS
    took, core, driver = map(statistics.median, (seconds, bare[Way.CORE], bare[Way.DRIVER]))
    each, past_core = round(recorded.statements / turns, 1), driver / took
    return at_least(
        f"whole turn, {kind} ({each} statements; by the driver's own text {past_core:.2f})",
        turns / took,
        turns / core,
        "turns/s",
        GOALS[kind],
    )


async def _tell(
    url: str, keyring: Keyring, router: Router, count: int, recorded: Recording
) -> Told:
    """Let `count` citizens tell their story."""
    told, turns, communes = Told(), count_from(1), certain(router)[:count]
    with TemporaryDirectory() as folder:
        office = await open_office(url, keyring, router, Path(folder))
        for number, commune in enumerate(communes):
            await office.officer(str(OFFICER + number), Role.OFFICER, commune.code)
        people, worker = [Citizen(CITIZEN + n) for n in range(count)], office.intake()
        for step in range(TURNS):
            for update in await _step(office, people, communes, step):
                await store(office, [update])
                told.updates.append(update)
                recorded.turn = next(turns)
                began = time.perf_counter()
                await worker.take()
                told.took += time.perf_counter() - began
                recorded.turn = 0
        await office.database.close()
    return told


async def _step(
    office: Office, people: Sequence[Citizen], communes: Sequence[Commune], step: int
) -> list[Json]:
    """What everybody sends in this step of their story."""
    if step == 0:
        return [citizen.says("mất trộm xe máy") for citizen in people]
    if step == 1:
        where = cycle(communes)
        return [citizen.says(f"ở {next(where).full_name}") for citizen in people]
    return await buttons(office, people, PRESSES[step - 2])


def _parse(updates: Sequence[Json]) -> float:
    bodies = [json.dumps(update) for update in updates]
    began = time.perf_counter()
    for body in bodies:
        Update.de_json(json.loads(body), None)
    return time.perf_counter() - began

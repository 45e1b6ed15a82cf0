"""A plan played out, from an empty database to its end."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TextIO

from bot.rehearsal.clockwork import NothingLeftError
from routing import Router
from storage import schema
from tests.simulation.plan import START, Plan
from tests.simulation.program import Outside, StoppableLoop
from tests.simulation.recording import logged, written
from tests.simulation.seeded import seeded
from tests.simulation.watching import BreachError
from tests.simulation.world import DATABASE, World


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a simulation."""

    digest: str
    counts: dict[str, int]  #: of lines of the history, by kind
    events: dict[str, int]  #: in the program's own history, by kind
    seconds: float  #: of a processor


class FailedError(Exception):
    """Something that must hold did not, or the program met a bug of its own."""

    def __init__(self, fault: BaseException, world: World) -> None:
        super().__init__(f"{type(fault).__name__}: {fault}".removeprefix("BreachError: "))
        self.at, self.last = world.loop.now(), list(world.history.last)


def simulate(
    plan: Plan,
    folder: Path,
    router: Router,
    book: TextIO | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Came:
    """Play a plan in an empty folder.

    Args:
        tell: called with how far it has come, every week of it.

    Raises:
        FailedError: it fails; the same plan will always fail so.
    """
    began = time.process_time()
    loop = StoppableLoop(START)
    folder.mkdir(exist_ok=True)
    (folder / DATABASE).write_bytes(_empty_database())
    with seeded(plan.seed), asyncio.Runner(loop_factory=lambda: loop) as runner:
        world = World(plan, loop, folder, router, book)
        world.tell = tell
        try:
            runner.run(_scene(world))
        except (BaseExceptionGroup, NothingLeftError) as group:
            raise FailedError(_first(group), world) from group
    counts = dict(world.history.counts)
    return Came(world.history.digest, counts, world.events, time.process_time() - began)


def _first(group: BaseException) -> BaseException:
    """What failed first: a breach, if there is one."""
    while isinstance(group, BaseExceptionGroup):
        breach = group.split(BreachError)[0]
        group = (breach or group).exceptions[0]
    return group


@cache
def _empty_database() -> bytes:
    """A SQLite file with every table. Migrations are no part of a history: they ask for no order."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        schema.upgrade(f"sqlite:///{path}")
        return path.read_bytes()


async def _scene(world: World) -> None:
    outside = Outside(world.loop, world, world.bot)
    with (
        outside.in_place(world.router),
        written(world.history),
        logged(world.history, world.faults),
    ):
        world.steps.attach()
        try:
            await world.play()
        finally:
            world.steps.detach()
            world.agenda.close()

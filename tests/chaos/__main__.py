"""python -m tests.chaos [--seed N] [--citizens N] [--rounds N] [--postgresql]: a long day in bad weather."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import structlog

from bot.progress import counted, showing
from routing import Router
from storage.database import Database
from storage.sealing import Keyring
from tests.chaos.day import Day, Progress, Report
from tests.clock import FakeClock
from tests.databases import CARELESS_SQLITE, Sqlite, postgres
from tests.town import make_town


async def play(url: str, folder: Path, seed: int, citizens: int, rounds: int) -> Report:
    """One day on an empty, migrated database."""
    database = Database(url, Keyring.fresh())
    try:
        async with make_town(database, FakeClock(), folder, Router.load(("37",))) as town:
            with showing() as progress:
                tell: Progress = counted(progress, "rounds", rounds)
                return await Day(town, seed, citizens).play(rounds, tell)
    finally:
        await database.close()


@contextmanager
def migrated(folder: Path, *, on_postgresql: bool) -> Iterator[str]:
    if on_postgresql:
        with postgres() as server:
            yield server.make_migrated()
    else:
        with patch("storage.database.PRAGMAS", CARELESS_SQLITE):
            yield Sqlite(folder).make_migrated(folder / "chaos.db")


def main() -> int:
    options = argparse.ArgumentParser(prog="make chaos")
    options.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options.add_argument("--citizens", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=300)
    options.add_argument("--postgresql", action="store_true")
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.flush()
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        migrated(Path(folder), on_postgresql=asked.postgresql) as url,
    ):
        report = asyncio.run(play(url, Path(folder), asked.seed, asked.citizens, asked.rounds))
    sys.stdout.write(f"{report}\n")
    return 1 if report.breaches else 0


if __name__ == "__main__":
    sys.exit(main())

"""make simulate SEED=… DAYS=…: play a history; say what came of it, or the shortest that fails."""

import argparse
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import TextIO

from bot.rehearsal.calendar import TIPS_A_WEEK
from routing import Router
from tests.simulation.failing import Failure, explained, played
from tests.simulation.plan import make_plan


def main() -> int:
    asked = argparse.ArgumentParser(prog="make simulate")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--days", type=float, default=365)
    asked.add_argument("--a-week", type=float, default=TIPS_A_WEEK, help="visits")
    asked.add_argument(
        "--harsh", type=float, default=1, help="times as often as usual things break"
    )
    given = asked.parse_args()
    router = Router.load(("37",))
    plan = make_plan(given.seed, given.days, given.a_week, given.harsh)
    came = played(plan, router, lambda said: _say(said, sys.stderr))
    if isinstance(came, Failure):
        for line in explained(plan, came, router):
            _say(line)
        return 1
    took = timedelta(seconds=round(came.seconds))
    _say(f"seed {plan.seed}, {plan.days:g} days in {took} of a processor: {came.digest}")
    _say(f"what passed: {_listed(came.counts)}")
    _say(f"what the program's history holds: {_listed(came.events)}")
    return 0


def _say(line: str, stream: TextIO = sys.stdout) -> None:
    stream.write(line + "\n")
    stream.flush()


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in sorted(counts.items()))


sys.exit(main())

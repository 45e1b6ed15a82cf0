"""make simulate SEED=… DAYS=…: play a history; say what came of it, or the shortest that fails."""

import argparse
import sys
from datetime import timedelta

from routing import Router
from tests.simulation.failing import Failure, explained, played
from tests.simulation.plan import make_plan


def main() -> int:
    asked = argparse.ArgumentParser(prog="make simulate")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--days", type=float, default=365)
    given = asked.parse_args()
    router, plan = Router.load(("37",)), make_plan(given.seed, given.days)
    came = played(plan, router)
    if isinstance(came, Failure):
        for line in explained(plan, came, router):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return 1
    took = timedelta(seconds=round(came.seconds))
    counts = ", ".join(f"{number:,} {what}" for what, number in sorted(came.counts.items()))
    sys.stdout.write(f"seed {plan.seed}, {plan.days:g} days in {took}: {came.digest}\n{counts}\n")
    return 0


sys.exit(main())

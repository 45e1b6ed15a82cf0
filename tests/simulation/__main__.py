"""make simulate SEED=… DAYS=…: play a history, and print what came of it."""

import argparse
import sys
import tempfile
from pathlib import Path

from routing import Router
from tests.simulation.plan import make_plan
from tests.simulation.world import simulate


def main() -> None:
    asked = argparse.ArgumentParser(prog="make simulate")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--days", type=float, default=365)
    given = asked.parse_args()
    router = Router.load(("37",))
    with tempfile.TemporaryDirectory() as folder:
        came = simulate(make_plan(given.seed, given.days), Path(folder), router)
    sys.stdout.write(f"seed {given.seed}, {given.days:g} days: {came}\n")


main()

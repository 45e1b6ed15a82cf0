"""One table of every measurement: `python -m benchmarks [--full] [name …]`."""

import argparse
import os
import platform
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

from benchmarks import delivery, journeys, memory, migration, millions, turns, webhook, workers
from benchmarks.publishing import publish
from benchmarks.quiet import quiet
from benchmarks.table import Line, Measure, Scale, markdown
from bot import loop
from bot.progress import Progress, showing

MEASUREMENTS: Mapping[str, Measure] = {
    "webhook": webhook.measure,
    "turns": turns.measure,
    "workers": workers.measure,
    "delivery": delivery.measure,
    "journeys": journeys.measure,
    "memory": memory.measure,
    "millions": millions.measure,
    "migration": migration.measure,
}


def main() -> None:
    asked = _arguments()
    quiet()
    scale = Scale.FULL if asked.full else Scale.REDUCED
    began = time.monotonic()
    lines = [line for name in asked.names or MEASUREMENTS for line in measured(name, scale)]
    took = timedelta(seconds=round(time.monotonic() - began))
    note = f"Sizes: {scale}. Took {took}. {_machine()}"
    print(f"\n{markdown(lines)}\n\n{note}")
    if not asked.names:
        publish(lines, note)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--full", action="store_true", help="the sizes of the goals")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(MEASUREMENTS)}")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(MEASUREMENTS):
        parser.error(f"no measurement is called {', '.join(sorted(unknown))}")
    return asked


def measured(name: str, scale: Scale) -> Sequence[Line]:
    """Run one measurement and print its lines as soon as they are known."""
    with showing() as show:
        lines = loop.run(_run(MEASUREMENTS[name], scale, show))
    for line in lines:
        verdict = "met" if line.met else "MISSED"
        print(f"{line.what}: {line.ours}, {line.ratio:.2f} × ({line.goal}) {verdict}", flush=True)
    return lines


async def _run(measure: Measure, scale: Scale, show: Progress) -> Sequence[Line]:
    return await measure(scale, show)


def _machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}."


if __name__ == "__main__":
    main()

"""What being ready costs, told as JSON: `python -m benchmarks.routing_start FOLDER`.

A process of its own, because memory is only given back when a process ends. The libraries come first:
what is counted is beyond them.
"""

import json
import random
import sys
import time
from pathlib import Path

import numpy as np
import rapidfuzz.distance
import shapely

LIBRARIES = (np, rapidfuzz, shapely)
ASKED = 3000  # former names with their district, and as many pins where there are boundaries


def main(folder: Path) -> None:
    """Load, ask, and tell."""
    before, processor, wall = _megabytes(), time.process_time(), time.perf_counter()
    from routing import Point, Router

    router = Router.load(None, folder)
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    ready = _megabytes() - before
    chance = random.Random(1)
    for former in chance.sample(list(router.gazetteer.former.values()), ASKED):
        router.route(former.full_name)
        if router.has_boundaries:
            near = Point(former.latitude, former.longitude)
            router.route("", near)
    router.route("xã Hải Xuânn, huyện Hải Hậu")
    used = _megabytes() - before
    told = {"processor": processor, "wall": wall, "ready": ready, "used": used, "asked": ASKED}
    print(json.dumps(told))


def _megabytes() -> float:
    """What this process holds in memory, as Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    main(Path(sys.argv[1]))

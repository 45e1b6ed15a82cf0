"""What routing costs: speed beside the reference, pins, and what it takes to be ready.

Times are the processor's, for this thread: the machine may be shared, and whoever waits for a turn
measures the others. Ours and the reference take turns, so that a busy moment meets both.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks import routing_cases as cases
from benchmarks.routing_cases import STYLES
from benchmarks.routing_score import SEED, reference
from routing import Point, Router
from routing.boundaries import Boundaries
from routing.boundary_import import import_boundaries
from routing.centres import Centres
from routing.gazetteer import Gazetteer

TURN = 100  # texts of ours, then half of them for the reference
BULK = 30_000  # pins located at once


def speed(router: Router, gazetteer: Gazetteer, size: int) -> None:
    """Texts never seen before, each once."""
    chance = random.Random(SEED + 1)
    texts = [
        chance.choice(list(STYLES.values()))(address, chance)
        for address in chance.sample(cases.addresses(gazetteer), 2 * size)
    ]
    ours: list[float] = []
    theirs: list[float] = []
    for start in range(0, len(texts), TURN):
        turn = texts[start : start + TURN]
        ours += [_timed(router.route, text) for text in turn]
        theirs += [_timed(reference, text) for text in turn[: TURN // 2]]
    ratio = statistics.mean(theirs) / statistics.mean(ours)
    late, median = statistics.quantiles(ours, n=100)[98], statistics.median(ours)
    longest = max(_timed(router.route, text) for text in _long_texts(texts))
    print(f"\nSpeed on one core, {len(ours)} texts of all ways of writing, each once,")
    print(f"processor time; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"  {1 / statistics.mean(ours):,.0f} texts/s, {ratio:.1f} x the reference")
    print(f"  median {median * 1e6:.0f} µs, 99 % within {late / median:.1f} x the median")
    print(f"  the slowest of the texts of 4,096 characters {longest * 1e3:.1f} ms")


def _timed(work: Callable[[str], object], text: str) -> float:
    """Seconds of this thread's processor time."""
    started = time.thread_time()
    work(text)
    return time.thread_time() - started


def _long_texts(texts: Sequence[str]) -> list[str]:
    joined = " ".join(texts)[:4096]
    return [
        joined,
        joined.replace(",", ""),
        "xã " * 1400,
        "Hải " * 1100,
        "xã Tân Lậpp " * 400,
        "a" * 4096,
        ("ha3i xua6n " * 400)[:4096],
        "Tân Thành, " * 380,
    ]


def pins(source: Path, folder: Path, gazetteer: Gazetteer, size: int) -> None:
    """Import the boundaries, then ask for random points whose commune is known."""
    started = time.thread_time()
    report = import_boundaries(source, folder, lambda _done, _all: None)
    print(f"\nPins: {report.communes} areas imported in {time.thread_time() - started:.1f} s,")
    print(f"  index {report.size / 1e6:.1f} MB")
    boundaries = Boundaries.load(folder)
    assert boundaries is not None
    points, truth = _random_points(boundaries, BULK)
    _one_by_one(Router.load(None, folder), Centres(gazetteer), points[: 2 * size], truth)
    _in_bulk(boundaries, points, truth)


def _one_by_one(router: Router, centres: Centres, points: list[Point], truth: list[str]) -> None:
    right = three = 0
    started = time.thread_time()
    for point, code in zip(points, truth, strict=False):
        route = router.route("", point)
        right += route.candidates[:1] != () and route.candidates[0].code == code
    each = (time.thread_time() - started) / len(points)
    for point, code in zip(points, truth, strict=False):
        three += code in [near for near, _ in centres.nearest(point)[:3]]
    print(f"  with boundaries right {100 * right / len(points):.3f} %, {each * 1e6:.0f} µs each")
    print(f"  without boundaries, among three {100 * three / len(points):.2f} %")


def _in_bulk(boundaries: Boundaries, points: list[Point], truth: list[str]) -> None:
    latitudes, longitudes = [p.latitude for p in points], [p.longitude for p in points]
    started = time.thread_time()
    found = boundaries.locate(latitudes, longitudes)
    rate = len(points) / (time.thread_time() - started)
    right = sum(a == b for a, b in zip(found, truth, strict=True))
    print(f"  {len(points):,} at once: right {100 * right / len(truth):.3f} %, {rate:,.0f} pins/s")


def _random_points(boundaries: Boundaries, count: int) -> tuple[list[Point], list[str]]:
    """Points in the country, found by brute force over the areas, so that truth is independent."""
    chance = np.random.default_rng(SEED)
    points: list[Point] = []
    truth: list[str] = []
    while len(points) < count:
        i = int(chance.integers(len(boundaries.codes)))
        west, south, east, north = boundaries.box(i)
        x, y = chance.uniform(west, east), chance.uniform(south, north)
        if boundaries.holds(i, Point(y, x)):
            points.append(Point(y, x))
            truth.append(boundaries.codes[i])
    return points, truth


def start(folder: Path) -> None:
    """Two processes of their own, one after the other, load what lies in the folder."""
    with_boundaries = "with" if any(folder.iterdir()) else "without"
    print(f"\nReady, {with_boundaries} boundaries, beyond the libraries' own cost")
    for which in ("first", "second"):
        command = [sys.executable, "-m", "benchmarks.routing_start", str(folder)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        print(
            f"  {which} process: {told['processor']:.2f} s of processor, {told['wall']:.2f} s by the"
            f" clock, {told['ready']:.0f} MB, {told['used']:.0f} MB after {told['asked']:,} questions"
        )

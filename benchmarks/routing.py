"""The router's table of the README: `python -m benchmarks.routing [--quick]`, seed fixed.

Both routers run in this one process, on the same texts. The reference library is asked as a program
would: as a present address first, as a former one where that finds no commune; its web geocoder is
switched off.
"""

import argparse
import csv
import random
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import vietnamadminunits
from vietnamadminunits.converter import converter_2025

from benchmarks import routing_cases as cases
from benchmarks.routing_cases import STYLES, Address, Style
from routing import Point, Route, Router, Status
from routing.boundaries import Boundaries
from routing.boundary_import import import_boundaries
from routing.centres import Centres
from routing.gazetteer import Gazetteer

SEED = 20261122
SHARED = Path(__file__).parents[1] / "../shared/data"
Question = tuple[str, Address]


@dataclass
class Score:
    """How a router did on some questions."""

    asked: int = 0
    first: int = 0
    among_three: int = 0
    among_all: int = 0
    certain: int = 0
    certain_wrong: int = 0
    wrong: list[str] = field(default_factory=list)
    grades: Counter[tuple[float, bool]] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def add(self, text: str, right: frozenset[str], route: Route) -> None:
        """Count one answer."""
        codes = [candidate.code for candidate in route.candidates]
        good = codes[:1] != [] and codes[0] in right
        self.asked += 1
        self.first += good
        self.among_three += not right.isdisjoint(codes[:3])
        self.among_all += right <= set(codes)
        self.certain += route.status is Status.CERTAIN
        self.certain_wrong += route.status is Status.CERTAIN and not good
        if codes:
            meant = self.chance.choice(sorted(right))  # one part of a divided commune
            self.grades[round(route.candidates[0].score, 1), codes[0] == meant] += 1
        if not good:
            self.wrong.append(f"{route.reason.code.value}: {text}")

    def line(self, name: str, reference: float | None) -> str:
        """A row of the table, in percent."""
        shares = (self.first, self.among_three, self.certain_wrong, self.asked - self.certain)
        figures = "  ".join(f"{100 * share / self.asked:6.2f}" for share in shares)
        beside = "" if reference is None else f"{100 * reference:8.2f}"
        return f"{name:34}  {self.asked:6}  {figures}  {beside}"


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the cases")
    size = 300 if parser.parse_args().quick else 3000
    converter_2025.get_geo_location = lambda _address: None
    started = time.perf_counter()
    router = Router.load(None)
    ready = time.perf_counter() - started
    gazetteer = Gazetteer()
    everything: Score = _written_names(router, gazetteer, size)
    without_district = _former_without_district(router, gazetteer, size)
    _full_official(router, gazetteer)
    _head_offices(router)
    _no_place(router)
    _pins(gazetteer, size)
    _speed(router, gazetteer, size)
    _cost(ready)
    _reliability(everything.grades + without_district.grades)
    _worst(everything)


def reference(text: str) -> str | None:
    """The reference library's code for a text."""
    for ask in (vietnamadminunits.parse_address, vietnamadminunits.convert_address):
        try:
            code = ask(text).ward_code
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue
        if code:
            return str(code)
    return None


def _written_names(router: Router, gazetteer: Gazetteer, size: int) -> Score:
    print("\nNames over the whole country, from all layers, percent")
    print(f"{'':34}   cases   first   three  certain&wrong  asked  reference first")
    chance = random.Random(SEED)
    everyone = cases.addresses(gazetteer)
    total = Score()
    ways: dict[str, Callable[[Address], str]] = {
        name: partial(_styled, style, chance) for name, style in STYLES.items()
    }
    ways["one slip anywhere"] = lambda address: _slip(address, chance, whole=True)
    ways["one slip in the commune"] = lambda address: _slip(address, chance, whole=False)
    ways["raw Telex"] = lambda address: cases.telex(cases.official(address, chance))
    ways["raw VNI"] = lambda address: cases.vni(cases.official(address, chance))
    for name, write in ways.items():
        questions = [(write(address), address) for address in chance.sample(everyone, size)]
        score = _asked(router, questions, total)
        print(score.line(name, _reference_score(questions[: size // 10])))
    print(total.line("all together", None))
    return total


def _styled(style: Style, chance: random.Random, address: Address) -> str:
    return style(address, chance)


def _slip(address: Address, chance: random.Random, *, whole: bool) -> str:
    text = cases.official(address, chance)
    return cases.slipped(text, chance, len(text) if whole else text.index(","))


def _asked(router: Router, questions: Iterable[Question], total: Score | None = None) -> Score:
    score = Score()
    for text, address in questions:
        route = router.route(text)
        score.add(text, address.right, route)
        if total is not None:
            total.add(text, address.right, route)
    return score


def _reference_score(questions: Sequence[Question]) -> float:
    return sum(reference(text) in address.right for text, address in questions) / len(questions)


def _former_without_district(router: Router, gazetteer: Gazetteer, size: int) -> Score:
    chance = random.Random(SEED)
    former = [a for a in cases.addresses(gazetteer) if a.layer == "former"]
    questions = [(_without_district(a), a) for a in chance.sample(former, size)]
    score = _asked(router, questions)
    beside = _reference_score(questions[: size // 10])
    print(f"\nFormer commune with its province, no district: {score.asked} cases")
    print(f"  every successor among the candidates {100 * score.among_all / score.asked:.2f} %")
    print(f"  first {100 * score.first / score.asked:.2f} %, reference {100 * beside:.2f} %")
    print(f"  certain but wrong {100 * score.certain_wrong / score.asked:.2f} %")
    return score


def _without_district(address: Address) -> str:
    return ", ".join(f"{kind} {name}" for kind, name in (address.parts[0], address.parts[-1]))


def _full_official(router: Router, gazetteer: Gazetteer) -> None:
    """Every commune in force, written in full."""
    alone, shared, current_first = Score(), Score(), 0
    for address in cases.addresses(gazetteer):
        if address.layer == "current":
            text = _without_district(address)
            (alone if address.names_one else shared).add(text, address.right, router.route(text))
    current_first = shared.first
    print(
        f"\nFull official addresses in force: {alone.asked} name one unit, {shared.asked} name two"
    )
    print(f"  of one unit, asked about {100 * (1 - alone.certain / alone.asked):.2f} %")
    print(f"  of two units, asked about {100 * (1 - shared.certain / shared.asked):.2f} %")
    print(f"  of two units, the current one first {100 * current_first / shared.asked:.2f} %")


def _head_offices(router: Router) -> None:
    path = SHARED / "addresses_dev.csv"
    if not path.exists():
        print("\nHead offices: not measured, ../shared/data/addresses_dev.csv is not there")
        return
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    prior, appended, right, wrong = Score(), Score(), 0, 0
    for row in rows:
        code, text = frozenset({row["commune_code"]}), f"{row['text']}, {row['province']}"
        prior.add(row["text"], code, router.route(row["text"], province=row["province"]))
        appended.add(text, code, router.route(text))
        found = reference(text)
        right += found in code
        wrong += found is not None and found not in code
    print("\nHead offices as officials typed them (development third), percent")
    print(appended.line("with the province in the text", right / len(rows)))
    print(prior.line("with the province as a prior", None))
    print(f"  the reference answers wrongly, never asking: {100 * wrong / len(rows):.2f}")


def _no_place(router: Router) -> None:
    local = Router.load(("37",))
    certain = [t for t in cases.NO_PLACE if router.route(t).status is Status.CERTAIN]
    certain += [t for t in cases.NO_PLACE if local.route(t).status is Status.CERTAIN]
    certain += [t for t in cases.OUTSIDE if local.route(t).status is Status.CERTAIN]
    asked = 2 * len(cases.NO_PLACE) + len(cases.OUTSIDE)
    print(f"\nNo place, or one outside the scope: certain {len(certain)} of {asked} {certain}")


def _pins(gazetteer: Gazetteer, size: int) -> None:
    source = SHARED / "communes.geojson.gz"
    if not source.exists():
        print("\nPins: not measured, ../shared/data/communes.geojson.gz is not there")
        return
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        report = import_boundaries(source, Path(folder), lambda _done, _all: None)
        print(f"\nPins: {report.communes} areas imported in {time.perf_counter() - started:.1f} s,")
        print(f"  index {report.size / 1e6:.1f} MB")
        _measured_pins(Path(folder), gazetteer, size)


def _measured_pins(folder: Path, gazetteer: Gazetteer, size: int) -> None:
    boundaries = Boundaries.load(folder)
    assert boundaries is not None
    router = Router.load(None, folder)
    points, truth = _random_points(boundaries, 10 * size)
    right = three = bulk_right = 0
    centres = Centres(gazetteer)
    for point, code in zip(points[: 2 * size], truth, strict=False):
        route = router.route("", point)
        right += route.candidates[:1] != () and route.candidates[0].code == code
        three += code in [near for near, _ in centres.nearest(point)[:3]]
    latitudes, longitudes = [p.latitude for p in points], [p.longitude for p in points]
    started = time.perf_counter()
    found = router.locate(latitudes, longitudes)
    speed = len(points) / (time.perf_counter() - started)
    bulk_right = sum(a == b for a, b in zip(found, truth, strict=True))
    print(
        f"  with boundaries right {50 * right / size:.3f} %, in bulk {100 * bulk_right / len(truth):.3f} %"
    )
    print(f"  without boundaries, among three {50 * three / size:.2f} %")
    print(f"  in bulk {speed:,.0f} pins/s")


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


def _speed(router: Router, gazetteer: Gazetteer, size: int) -> None:
    """Texts never seen before, in short turns with the reference, so that noise meets both."""
    chance = random.Random(SEED + 1)
    everyone = cases.addresses(gazetteer)
    texts = [
        chance.choice(list(STYLES.values()))(address, chance)
        for address in chance.sample(everyone, 2 * size)
    ]
    ours: list[float] = []
    ratios = []
    for start in range(0, len(texts), 100):
        turn = texts[start : start + 100]
        took = [_timed(router.route, text) for text in turn]
        theirs = sum(_timed(reference, text) for text in turn[:20]) / 20
        ours += took
        ratios.append(theirs / (sum(took) / len(took)))
    ours.sort()
    median, late = statistics.median(ours), ours[int(len(ours) * 0.99)]
    longest = max(_timed(router.route, text) for text in _long_texts(texts))
    print(f"\nSpeed on one core, {len(ours)} texts of all ways of writing, each once")
    print(
        f"  {len(ours) / sum(ours):,.0f} texts/s, {statistics.median(ratios):.1f} x the reference"
    )
    print(f"  median {median * 1e6:.0f} µs, 99 % within {late / median:.1f} x the median")
    print(f"  the slowest of the texts of 4,096 characters {longest * 1e3:.1f} ms")


def _timed(work: Callable[[str], object], text: str) -> float:
    """Seconds of this thread's processor time: what else runs on the machine does not count."""
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


def _cost(ready: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nReady in {ready:.2f} s; this whole process, reference and import included, {peak:.0f} MB"
    )


def _reliability(grades: Counter[tuple[float, bool]]) -> None:
    print(
        "\nReliability: of the answers given this score, how many named the place that was meant,"
    )
    print("which for a divided commune is one of its parts, drawn by chance")
    for grade in sorted({grade for grade, _ in grades}):
        good, bad = grades[grade, True], grades[grade, False]
        print(f"  {grade:.1f}  {good + bad:7}  {100 * good / (good + bad):6.1f} %")


def _worst(score: Score) -> None:
    print("\nThe ten kinds of error met most, with an example")
    kinds = Counter(wrong.split(":")[0] for wrong in score.wrong)
    for kind, count in kinds.most_common(10):
        example = next(wrong for wrong in score.wrong if wrong.startswith(kind))
        print(f"  {count:5}  {example}")


if __name__ == "__main__":
    main()

"""The router's table of the README: `python -m benchmarks.routing [--quick]`, seed fixed.

Both routers run in this one process, on the same texts. The reference library is asked as a program
would: as a present address first, as a former one where that finds no commune; its web geocoder is
switched off. Accuracy is counted here, speed and cost in `routing_cost`.
"""

import argparse
import csv
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import routing_cases as cases
from benchmarks import routing_cost as cost
from benchmarks.routing_cases import STYLES, Address, Style
from benchmarks.routing_score import SEED, Score, ask, reference, reference_share
from routing import Router, Status
from routing.gazetteer import Gazetteer

SHARED = Path(__file__).parents[1] / "../shared/data"


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the cases")
    size = 300 if parser.parse_args().quick else 3000
    router, gazetteer = Router.load(None), Gazetteer()
    everything = _written_names(router, gazetteer, size)
    without_district = _former_without_district(router, gazetteer, size)
    _full_official(router, gazetteer)
    _head_offices(router)
    _no_place(router)
    cost.speed(router, gazetteer, size)
    with tempfile.TemporaryDirectory() as folder:
        _cost_of_pins(Path(folder), gazetteer, size)
    _reliability(everything.grades + without_district.grades)
    _worst(everything)


def _cost_of_pins(folder: Path, gazetteer: Gazetteer, size: int) -> None:
    source = SHARED / "communes.geojson.gz"
    cost.start(folder)
    if not source.exists():
        print("\nPins: not measured, ../shared/data/communes.geojson.gz is not there")
        return
    cost.pins(source, folder, gazetteer, size)
    cost.start(folder)


def _written_names(router: Router, gazetteer: Gazetteer, size: int) -> Score:
    print("\nNames over the whole country, from all layers, percent")
    print(f"{'':34}   cases   first   three  certain&wrong  asked  reference first, ratio")
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
        score = ask(router, questions, total)
        print(score.line(name, reference_share(questions[: size // 10])))
    print(total.line("all together", None))
    return total


def _styled(style: Style, chance: random.Random, address: Address) -> str:
    return style(address, chance)


def _slip(address: Address, chance: random.Random, *, whole: bool) -> str:
    text = cases.official(address, chance)
    return cases.slipped(text, chance, len(text) if whole else text.index(","))


def _former_without_district(router: Router, gazetteer: Gazetteer, size: int) -> Score:
    chance = random.Random(SEED)
    former = [a for a in cases.addresses(gazetteer) if a.layer == "former"]
    questions = [(_without_district(a), a) for a in chance.sample(former, size)]
    score = ask(router, questions)
    beside = reference_share(questions[: size // 10])
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

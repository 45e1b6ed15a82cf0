"""Proving the gazetteer consistent, and comparing it with another list of communes."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from routing.gazetteer import CommuneState, Gazetteer
from routing.imported import METRES_PER_DEGREE
from routing.text import fold, syllables

VIETNAM = (6.0, 24.0, 102.0, 118.0)  # latitudes and longitudes, islands included
MOST_PEOPLE = 400_000  # no commune has more
FAR_APART = 120_000.0  # metres between a former commune's centre and its successor's
COLUMNS = {  # of another list -> ours, by the names such lists use
    "code": ("code", "commune_code", "ward_code", "ma", "maxa"),
    "name": ("name", "ward", "commune", "ten"),
    "kind": ("type", "kind", "loai"),
}


def check_gazetteer(other_list: Path | None = None) -> list[str]:
    """Every inconsistency, then every difference from a CSV list with code, name and type.

    Empty when all is well. A list that cannot be read is a finding too.
    """
    gazetteer = Gazetteer()
    checks = (_codes, _links, _former, _facts, _places)
    findings = [finding for check in checks for finding in check(gazetteer)]
    if other_list is not None:
        findings += _differences(gazetteer, other_list)
    return findings


def _codes(gazetteer: Gazetteer) -> Iterator[str]:
    in_force = Counter(s.code for s in gazetteer.states if not s.valid_to)
    yield from (f"commune {code} is in force twice" for code, n in in_force.items() if n > 1)
    for state in gazetteer.states:
        if len(state.code) != 5 or not state.code.isdigit():
            yield f"commune {state.code} ({state.name}) has no code of five digits"
        if state.province not in gazetteer.new_provinces:
            yield f"commune {state.code} is in no province in force ({state.province})"
        if state.valid_to and not state.valid_from < state.valid_to:
            yield f"commune {state.code} ends before it begins"


def _links(gazetteer: Gazetteer) -> Iterator[str]:
    current = gazetteer.current
    for state in gazetteer.states:
        if state.valid_to and not (state.successors and current.keys() >= set(state.successors)):
            yield f"retired commune {state.code} has no successor in force"
    for alias in gazetteer.aliases:
        if alias.former_commune not in gazetteer.former:
            yield f"the older name {alias.name} leads to no former commune"
    for code in current.keys() - gazetteer.predecessors.keys():
        yield f"commune {code} ({current[code].name}) was formed from nothing"


def _former(gazetteer: Gazetteer) -> Iterator[str]:
    for former in gazetteer.former.values():
        if not former.successors or not gazetteer.current.keys() >= set(former.successors):
            yield f"former commune {former.code} ({former.name}) has no successor in force"
        if former.district not in gazetteer.districts:
            yield f"former commune {former.code} ({former.name}) is in no district"
    for district in gazetteer.districts.values():
        if district.province not in gazetteer.old_provinces:
            yield f"district {district.code} ({district.name}) is in no former province"


def _facts(gazetteer: Gazetteer) -> Iterator[str]:
    south, north, west, east = VIETNAM
    for code, state in gazetteer.current.items():
        if state.population is not None and not 0 < state.population <= MOST_PEOPLE:
            yield f"commune {code} ({state.name}) has {state.population} people"
        if not (south <= state.latitude <= north and west <= state.longitude <= east):
            yield f"the centre of commune {code} ({state.name}) lies outside Vietnam"


def _places(gazetteer: Gazetteer) -> Iterator[str]:
    """A former commune far from every successor is linked to the wrong one."""
    for former in gazetteer.former.values():
        successors = [gazetteer.current[c] for c in former.successors if c in gazetteer.current]
        distances = [
            METRES_PER_DEGREE
            * max(abs(former.latitude - s.latitude), abs(former.longitude - s.longitude))
            for s in successors
        ]
        islands = any(state.kind == "đặc khu" for state in successors)
        if distances and min(distances) > FAR_APART and not islands:
            yield (
                f"former commune {former.code} ({former.name}) lies "
                f"{min(distances) / 1000:.0f} km from what it became"
            )


def _differences(gazetteer: Gazetteer, path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [_ours(row) for row in csv.DictReader(lines)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        yield f"{path.name} cannot be read ({error}); give a CSV file in UTF-8"
        return
    theirs = {row["code"].zfill(5): row for row in rows if row.get("code")}
    if not theirs:
        yield f"{path.name} has no column of codes; name it code"
        return
    current = gazetteer.current
    yield from (
        f"only the list has {c} ({theirs[c].get('name', '')})"
        for c in sorted(theirs.keys() - current.keys())
    )
    yield from (
        f"the list lacks {c} ({current[c].name})" for c in sorted(current.keys() - theirs.keys())
    )
    for code in sorted(theirs.keys() & current.keys()):
        yield from _difference(current[code], theirs[code])


def _ours(row: Mapping[str, str | None]) -> dict[str, str]:
    """A row of another list under our column names."""
    lower = {key.lower().strip(): (value or "").strip() for key, value in row.items() if key}
    return {ours: lower[name] for ours, names in COLUMNS.items() for name in names if name in lower}


def _difference(state: CommuneState, row: Mapping[str, str]) -> Iterator[str]:
    name, kind = row.get("name"), row.get("kind")
    if name and syllables(name) != syllables(state.name):
        same = " (accents only)" if fold(name) == fold(state.name) else ""
        yield f"{state.code} is {state.name} here and {name} in the list{same}"
    if kind and kind.casefold() != state.kind:
        yield f"{state.code} ({state.name}) is a {state.kind} here and a {kind} in the list"

"""The dated tables of units and names, read from `routing/data`, and how they hang together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from sys import intern  # one string for a type word, not one a row: small, and quick to compare

from routing.places import Commune

TABLES = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Province:
    """A province of one time; `successor` is the code of the one that holds it now."""

    code: str
    kind: str
    name: str
    successor: str
    valid_from: str
    valid_to: str
    spoken: tuple[str, ...]

    @property
    def former(self) -> bool:
        """Whether it ended with the reform (a later change of type does not make it former)."""
        return not self.valid_from


@dataclass(frozen=True, slots=True)
class District:
    """A district; all ended with the reform. Aliases are (kind, name without accents)."""

    code: str
    kind: str
    name: str
    province: str
    aliases: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CommuneState:
    """A commune during one stretch of days, `valid_from` inclusive, `valid_to` exclusive.

    `successors` follow an ended one: its own code after a change of name or type, that of the unit it
    was merged into, or those it was divided among, the largest part first.
    """

    code: str
    kind: str
    name: str
    province: str
    population: int | None
    latitude: float
    longitude: float
    valid_from: str
    valid_to: str
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormerCommune:
    """A commune that ended with the reform, and the codes it lies in now, largest part first."""

    code: str
    kind: str
    name: str
    district: str
    latitude: float
    longitude: float
    successors: tuple[str, ...]
    full_name: str  # "thị trấn Cồn, huyện Hải Hậu"


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that vanished before 2025, without accents, and the former commune it went into."""

    kind: str
    name: str
    district: str
    former_commune: str


class Gazetteer:
    """All tables in memory."""

    def __init__(self, tables: Path = TABLES) -> None:
        self.provinces = [_province(row) for row in _rows(tables, "provinces")]
        self.districts = {row[0]: _district(row) for row in _rows(tables, "districts")}
        self.states = [_state(row) for row in _rows(tables, "communes")]
        self.former = {
            row[0]: _former(row, self.districts[row[3]]) for row in _rows(tables, "former_communes")
        }
        self.aliases = [Alias(intern(row[0]), *row[1:4]) for row in _rows(tables, "aliases")]
        self.current = {s.code: s for s in self.states if not s.valid_to}

    @cached_property
    def old_provinces(self) -> dict[str, Province]:
        """Provinces before the reform, by their code then."""
        return {p.code: p for p in self.provinces if p.former}

    @cached_property
    def new_provinces(self) -> dict[str, Province]:
        """Provinces in force, by code."""
        return {p.code: p for p in self.provinces if not p.valid_to}

    @cached_property
    def predecessors(self) -> Mapping[str, tuple[FormerCommune, ...]]:
        """Commune code -> the former communes that lie in it, those that only partly do last."""
        found: dict[str, list[FormerCommune]] = defaultdict(list)
        for former in sorted(self.former.values(), key=lambda f: len(f.successors)):
            for code in former.successors:
                found[code].append(former)
        return {code: tuple(formers) for code, formers in found.items()}

    def commune(self, code: str, on: date | None = None) -> Commune:
        """The commune as it was on a day (before the reform: as it began). KeyError if unknown."""
        state = self._state_on(code, on)
        formers = self.predecessors.get(self.present_code(code), ())
        districts = [self.districts[former.district] for former in formers]
        return Commune(
            state.code,
            state.name,
            state.kind,
            self.new_provinces[state.province].name,
            state.province,
            tuple([former.full_name for former in formers]),
            tuple(dict.fromkeys([f"{d.kind} {d.name}" for d in districts])),
        )

    def present_code(self, code: str) -> str:
        """Follow successors to the code in force. KeyError if the code never was."""
        return code if code in self.current else self._retired[code].successors[0]

    def ended(self, code: str) -> CommuneState | None:
        """The last state of a commune whose code is no longer in force; None of any other code."""
        return None if code in self.current else self._retired.get(code)

    def renamed(self, code: str) -> str | None:
        """The code in force of exactly the territory that an ended one had; None if there is none.

        So it is where the only successor began when the commune ended, and succeeded nothing else.
        """
        ended = self.ended(code)
        if ended is None:
            return code if code in self.current else None
        if len(ended.successors) != 1:
            return None
        (successor,) = ended.successors
        sources = {s.code for s in self._earlier[successor]} - {successor}
        began = min(s.valid_from for s in self.states if s.code == successor)
        if sources != {code} or began != ended.valid_to:
            return None
        return self.renamed(successor)

    def codes(self, code: str) -> tuple[str, ...]:
        """The code in force and every one it succeeded, by which older tips are kept. KeyError too.

        Of a divided unit only the largest part is its successor here, so that nothing counts twice.
        """
        present = self.present_code(code)
        earlier = [s.code for s in self._earlier.get(present, ()) if s.successors[0] == present]
        return tuple(dict.fromkeys((present, *earlier)))

    @cached_property
    def _retired(self) -> dict[str, CommuneState]:
        return {s.code: s for s in self.states if s.code not in self.current}

    def _state_on(self, code: str, on: date | None) -> CommuneState:
        present = self.current[self.present_code(code)]
        if on is None:
            return present
        line = [*self._earlier.get(present.code, ()), present]
        day = max(on.isoformat(), line[0].valid_from)
        then = [s for s in line if s.valid_from <= day and (not s.valid_to or day < s.valid_to)]
        return next((state for state in then if state.code == code), then[0] if then else present)

    @cached_property
    def _earlier(self) -> Mapping[str, list[CommuneState]]:
        """Commune code -> the ended states that led to it, the oldest first."""
        found: dict[str, list[CommuneState]] = defaultdict(list)
        for state in sorted(self.states, key=lambda s: s.valid_from):
            for successor in state.successors:
                found[successor].append(state)
        return found


def _rows(tables: Path, name: str) -> Iterable[list[str]]:
    lines = (tables / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    return (line.split("\t") for line in lines[1:] if line)


def _province(row: list[str]) -> Province:
    code, kind, name, successor, valid_from, valid_to, spoken = row
    return Province(code, intern(kind), name, successor, valid_from, valid_to, _listed(spoken))


def _district(row: list[str]) -> District:
    code, kind, name, province, _valid_to, aliases = row
    pairs = tuple((a.split(":")[0], a.split(":")[1]) for a in _listed(aliases))
    return District(code, intern(kind), name, province, pairs)


def _state(row: list[str]) -> CommuneState:
    code, kind, name, province, population, lat, lon, since, until, successors = row
    people = int(population) if population else None
    facts = (people, float(lat), float(lon), since, until, tuple(successors.split()))
    return CommuneState(code, intern(kind), name, province, *facts)


def _former(row: list[str], district: District) -> FormerCommune:
    code, kind, name, _district, lat, lon, _valid_to, successors = row
    full = f"{kind} {name}"
    if (kind, name) != (district.kind, district.name):
        full = f"{full}, {district.kind} {district.name}"
    return FormerCommune(
        code,
        intern(kind),
        name,
        district.code,
        float(lat),
        float(lon),
        tuple(successors.split()),
        full,
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()

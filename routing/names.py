"""Every name people use for a unit, over three layers, found by its letters without accents."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum

from routing.gazetteer import Alias, CommuneState, District, FormerCommune, Gazetteer, Province
from routing.text import spell, strip_accents


Named = CommuneState | FormerCommune | District | Province | Alias


class Level(IntFlag):
    """What a name can be."""

    COMMUNE = 1
    DISTRICT = 2
    PROVINCE = 4
    ANY = 7


class Layer(StrEnum):
    """When a name was in force."""

    CURRENT = "current"  # since 1 July 2025
    FORMER = "former"  # until 30 June 2025
    OLDER = "older"  # vanished before 2025; known without accents only


class Parent(IntEnum):
    """Offsets that keep codes of different kinds apart in one set of whole numbers."""

    NEW_PROVINCE = 0
    OLD_PROVINCE = 100
    DISTRICT = 1000
    COMMUNE = 10000


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One unit under one of its names."""

    level: Level
    layer: Layer
    kind: str
    name: str
    code: str
    plain: str  # compact, without accents: "haixuan"
    exact: str | None  # compact, spelled with accents; None where only the plain form is known
    communes: tuple[str, ...]  # codes of the communes it covers now, the largest part first
    parents: frozenset[int]  # what it belonged or belongs to by law, itself and its communes
    around: frozenset[int]  # the same through the communes it lies in: looser


@dataclass(slots=True)
class Name:
    """The units that share one plain name, and what they mean as the parent of another name."""

    communes: list[Unit]
    areas: list[Unit]

    @property
    def units(self) -> list[Unit]:
        """All of them."""
        return self.communes + self.areas


def compact(name: str) -> tuple[str, str]:
    """`("haixuan", "hai\\u0309xuân")`: plain and exact."""
    exact = "".join(spell(word) for word in name.replace("-", " ").split())
    return strip_accents(exact), exact


class Names:
    """The index: compact plain name -> `Name`."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._family = {code: self._family_of(code) for code in gazetteer.current}
        self.by_plain: dict[str, Name] = {}
        for unit in self._units():
            name = self.by_plain.setdefault(unit.plain, Name([], []))
            (name.communes if unit.level is Level.COMMUNE else name.areas).append(unit)

    def _family_of(self, code: str) -> frozenset[int]:
        """Everything that holds or held a part of this commune, and itself."""
        gazetteer = self._gazetteer
        keys = {int(gazetteer.current[code].province), Parent.COMMUNE + int(code)}
        for former in gazetteer.predecessors.get(code, ()):
            district = gazetteer.districts[former.district]
            keys |= {
                Parent.DISTRICT + int(district.code),
                Parent.OLD_PROVINCE + int(district.province),
            }
        return frozenset(int(key) for key in keys)

    def _units(self) -> Iterator[Unit]:
        gazetteer = self._gazetteer
        for state in gazetteer.states:
            code = gazetteer.present_code(state.code)
            keys = frozenset({int(state.province), int(Parent.COMMUNE + int(code))})
            if not state.valid_to or state.kind != gazetteer.current[code].kind:
                yield self._unit(Level.COMMUNE, Layer.CURRENT, state, (code,), keys)
        for former in gazetteer.former.values():
            yield self._unit(
                Level.COMMUNE, Layer.FORMER, former, former.successors, self._law(former)
            )
        for alias in gazetteer.aliases:
            into = gazetteer.former[alias.former_commune]
            yield self._unit(Level.COMMUNE, Layer.OLDER, alias, into.successors, self._law(into))
        yield from self._areas()

    def _areas(self) -> Iterator[Unit]:
        covered = self._covered()
        gazetteer = self._gazetteer
        for district in gazetteer.districts.values():
            key = Parent.DISTRICT + int(district.code)
            communes = covered[key]
            old = gazetteer.old_provinces[district.province]
            keys = frozenset(
                {int(key), int(old.successor), int(Parent.OLD_PROVINCE + int(old.code))}
            )
            yield self._unit(Level.DISTRICT, Layer.FORMER, district, communes, keys)
            for kind, name in district.aliases:
                yield self._unit(
                    Level.DISTRICT,
                    Layer.OLDER,
                    Alias(kind, name, district.code, ""),
                    communes,
                    keys,
                )
        for province in gazetteer.provinces:
            if province.former or not province.valid_to:
                yield from self._province_units(province, covered)

    def _province_units(
        self, province: Province, covered: dict[int, tuple[str, ...]]
    ) -> Iterator[Unit]:
        key = (Parent.OLD_PROVINCE if province.former else Parent.NEW_PROVINCE) + int(province.code)
        keys = frozenset({int(key)})
        layer = Layer.FORMER if province.former else Layer.CURRENT
        yield self._unit(Level.PROVINCE, layer, province, covered[key], keys)
        for spoken in province.spoken:
            yield self._unit(
                Level.PROVINCE, layer, Alias(province.kind, spoken, "", ""), covered[key], keys
            )

    def _covered(self) -> dict[int, tuple[str, ...]]:
        """Parent key -> codes of the communes it covers."""
        found: dict[int, list[str]] = defaultdict(list)
        for code, keys in self._family.items():
            for key in keys:
                found[key].append(code)
        return {key: tuple(codes) for key, codes in found.items()}

    def _law(self, former: FormerCommune) -> frozenset[int]:
        district = self._gazetteer.districts[former.district]
        old = self._gazetteer.old_provinces[district.province]
        keys = {
            int(old.successor),
            Parent.OLD_PROVINCE + int(old.code),
            Parent.DISTRICT + int(district.code),
        }
        return frozenset(
            {int(k) for k in keys} | {Parent.COMMUNE + int(c) for c in former.successors}
        )

    def _unit(
        self,
        level: Level,
        layer: Layer,
        source: Named,
        communes: tuple[str, ...],
        parents: frozenset[int],
    ) -> Unit:
        plain, exact = compact(source.name)
        known = None if isinstance(source, Alias) else exact
        code = "" if isinstance(source, Alias) else source.code
        families = [self._family[c] for c in communes]
        around = families[0] if len(families) == 1 else frozenset().union(*families)
        if level is not Level.COMMUNE:
            around = parents
        return Unit(
            level, layer, source.kind, source.name, code, plain, known, communes, parents, around
        )

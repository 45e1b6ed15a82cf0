"""Every name people use for a unit, over three layers, found word by word without accents."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from routing.cues import Kinds, Level
from routing.gazetteer import Alias, CommuneState, District, FormerCommune, Gazetteer, Province
from routing.text import fold, strip_accents, syllables

Named = CommuneState | FormerCommune | District | Province | Alias


class Layer(StrEnum):
    """When a name was in force."""

    CURRENT = "current"  # since 1 July 2025
    FORMER = "former"  # until 30 June 2025
    OLDER = "older"  # vanished before 2025; known without accents only


class Key(IntEnum):
    """Offsets that keep codes of different kinds of unit apart in one set of whole numbers."""

    NEW_PROVINCE = 0
    OLD_PROVINCE = 100
    DISTRICT = 1_000
    COMMUNE = 10_000

    def of(self, code: str) -> int:
        """The whole number that stands for a unit."""
        return self.value + int(code)


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One unit under one of its names."""

    level: Level
    layer: Layer
    kind: str
    name: str
    code: str
    exact: str | None  # spelled with accents, without spaces; None where only the plain is known
    district: int  # key of the district it belonged to by law, 0 if none
    communes: tuple[str, ...]  # codes of the communes it covers now, the largest part first
    parents: frozenset[int]  # what it belongs or belonged to by law, and the communes it covers
    around: frozenset[int]  # the same by way of the communes it lies in: looser


@dataclass(slots=True)
class View:
    """What a name may be once its accents and its type word are known."""

    communes: list[Unit]
    areas: list[Unit]
    area_keys: frozenset[int]  # what it stands for as the parent of another name
    keys: frozenset[int]  # the same, and the communes it covers if it may be one itself
    accents_differ: bool  # accents were typed, and no unit of this name has them
    two_levels: bool  # it may be a district or a province


@dataclass(slots=True)
class Name:
    """The units that share one plain name."""

    units: list[Unit] = field(default_factory=list)
    exacts: set[str] = field(default_factory=set)
    views: dict[tuple[str, Kinds | None], View] = field(default_factory=dict)

    def add(self, unit: Unit) -> None:
        """Put a unit under this name."""
        self.units.append(unit)
        if unit.exact:
            self.exacts.add(unit.exact)

    def view(self, exact: str, plain: str, kinds: Kinds | None) -> View:
        """The units that go with what was typed; exact accents outrank missing ones."""
        view = self.views.get((exact, kinds))
        if view is None:
            units = self._spelled(exact) if exact != plain else self.units
            view = view_of(units or self.units, kinds, accents_differ=not units)
            if exact == plain or exact in self.exacts:  # other spellings are without number
                self.views[exact, kinds] = view
        return view

    def _spelled(self, exact: str) -> list[Unit]:
        """The units with these accents, and those whose accents are not known."""
        return [unit for unit in self.units if unit.exact in (None, exact)]


def view_of(units: Sequence[Unit], kinds: Kinds | None, *, accents_differ: bool) -> View:
    """What these units may be after this type word."""
    communes = [unit for unit in units if unit.level is Level.COMMUNE]
    areas = [unit for unit in units if unit.level is not Level.COMMUNE]
    if kinds is not None:
        same = [unit for unit in areas if unit.kind in kinds.names]
        areas = same or [unit for unit in areas if unit.level & kinds.levels]
        communes = communes if kinds.levels & Level.COMMUNE else []
    area_keys = frozenset([key for unit in areas for key in _own_keys(unit)])
    own = [Key.COMMUNE.value + int(code) for unit in communes for code in unit.communes]
    return View(
        communes,
        areas,
        area_keys,
        area_keys.union(own),
        accents_differ,
        len({unit.level for unit in areas}) > 1,
    )


@dataclass(slots=True)
class Node:
    """A step in the tree of names: the name that ends here, and the words that may follow."""

    name: Name | None = None
    following: dict[str, "Node"] | None = None


class Names:
    """All names: a tree by words, and by their letters without spaces."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._family = {code: self._family_of(code) for code in gazetteer.current}
        self._covered = self._covers()
        self.tree: dict[str, Node] = {}
        self.compact: dict[str, Name] = {}
        self.words: set[str] = set()  # of all names, plain and exact, and the compact names
        for unit in self._units():
            words = syllables(unit.name)
            plain = [strip_accents(word) for word in words]
            self._plant(unit, plain)
            if "'" in unit.name:  # "M'Drắk" is also typed "M Drắk"
                self._plant(unit, fold(unit.name).split())
            self.compact.setdefault("".join(plain), Name()).add(unit)
            self.words.update(plain, words if unit.exact else ())
        self._plant_compact()

    def _plant_compact(self) -> None:
        """A name written in one word is found too."""
        for letters, name in self.compact.items():
            node = self.tree.setdefault(letters, Node())
            node.name = node.name or name
        self.words.update(self.compact)

    def _plant(self, unit: Unit, plain: Iterable[str]) -> None:
        branch = self.tree
        for word in plain:
            node = branch.get(word)
            if node is None:
                node = branch[word] = Node()
            if node.following is None:
                node.following = {}
            branch = node.following
        if node.name is None:
            node.name = Name()
        node.name.add(unit)

    def _family_of(self, code: str) -> frozenset[int]:
        """Everything that holds or held a part of this commune, and itself."""
        gazetteer = self._gazetteer
        province = gazetteer.current[code].province
        keys = {Key.NEW_PROVINCE.of(province), Key.COMMUNE.of(code)}
        for former in gazetteer.predecessors.get(code, ()):
            old = gazetteer.districts[former.district].province
            keys |= {Key.DISTRICT.of(former.district), Key.OLD_PROVINCE.of(old)}
        return frozenset(keys)

    def _covers(self) -> dict[int, tuple[str, ...]]:
        """Key of an area -> codes of the communes it covers."""
        found: dict[int, list[str]] = defaultdict(list)
        for code, keys in self._family.items():
            for key in keys:
                found[key].append(code)
        return {key: tuple(codes) for key, codes in found.items()}

    def _units(self) -> Iterator[Unit]:
        yield from self._communes()
        yield from self._districts()
        for province in self._gazetteer.provinces:
            if province.former or not province.valid_to:
                yield from self._province(province)

    def _communes(self) -> Iterator[Unit]:
        gazetteer = self._gazetteer
        for state in gazetteer.states:
            code = gazetteer.present_code(state.code)
            keys = frozenset({Key.NEW_PROVINCE.of(state.province), Key.COMMUNE.of(code)})
            if not state.valid_to or state.kind != gazetteer.current[code].kind:
                yield self._unit(Level.COMMUNE, Layer.CURRENT, state, (code,), keys)
        for former in gazetteer.former.values():
            law = self._law(former)
            yield self._unit(Level.COMMUNE, Layer.FORMER, former, former.successors, law)
        for alias in gazetteer.aliases:
            into = gazetteer.former[alias.former_commune]
            law = self._law(into)
            yield self._unit(Level.COMMUNE, Layer.OLDER, alias, into.successors, law)

    def _law(self, former: FormerCommune) -> frozenset[int]:
        own = {Key.COMMUNE.of(code) for code in former.successors}
        return self._district_keys(self._gazetteer.districts[former.district]) | own

    def _district_keys(self, district: District) -> frozenset[int]:
        old = self._gazetteer.old_provinces[district.province]
        return frozenset(
            {
                Key.DISTRICT.of(district.code),
                Key.OLD_PROVINCE.of(old.code),
                Key.NEW_PROVINCE.of(old.successor),
            }
        )

    def _districts(self) -> Iterator[Unit]:
        for district in self._gazetteer.districts.values():
            keys = self._district_keys(district)
            covered = self._covered[Key.DISTRICT.of(district.code)]
            yield self._unit(Level.DISTRICT, Layer.FORMER, district, covered, keys)
            for kind, name in district.aliases:
                alias = Alias(kind, name, district.code, "")
                yield self._unit(Level.DISTRICT, Layer.OLDER, alias, covered, keys)

    def _province(self, province: Province) -> Iterator[Unit]:
        key = (Key.OLD_PROVINCE if province.former else Key.NEW_PROVINCE).of(province.code)
        layer = Layer.FORMER if province.former else Layer.CURRENT
        spoken = [Alias(province.kind, name, "", "") for name in province.spoken]
        for named in (province, *spoken):
            keys = frozenset({key})
            yield self._unit(Level.PROVINCE, layer, named, self._covered[key], keys)

    def _unit(
        self,
        level: Level,
        layer: Layer,
        named: Named,
        communes: tuple[str, ...],
        parents: frozenset[int],
    ) -> Unit:
        exact = None if isinstance(named, Alias) else "".join(syllables(named.name))
        code = "" if isinstance(named, Alias) else named.code
        around = parents
        if level is Level.COMMUNE:
            families = [self._family[code] for code in communes]
            around = families[0] if len(families) == 1 else frozenset().union(*families)
        district = max((key for key in parents if key < Key.COMMUNE), default=0)
        district = district if district >= Key.DISTRICT else 0
        kind, name = named.kind, named.name
        return Unit(level, layer, kind, name, code, exact, district, communes, parents, around)


def _own_keys(area: Unit) -> Iterable[int]:
    """What stands for the area itself, without what holds it."""
    if area.level is Level.DISTRICT:
        return (key for key in area.parents if key >= Key.DISTRICT)
    return area.parents

"""Every name people use for a unit, over three layers, found word by word without accents."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from routing.cues import Kinds, Level
from routing.gazetteer import Alias, CommuneState, District, FormerCommune, Gazetteer, Province
from routing.text import fold, strip_accents, syllables

Named = CommuneState | FormerCommune | District | Province | Alias


COMMUNE = Level.COMMUNE  # looked up once: inner loops compare with it


class Layer(StrEnum):
    """When a name was in force."""

    CURRENT = "current"  # since 1 July 2025
    FORMER = "former"  # until 30 June 2025
    OLDER = "older"  # vanished before 2025; known without accents only


LAYER_ODDS = {Layer.CURRENT: 3.0, Layer.FORMER: 2.0, Layer.OLDER: 0.03}


class Key(IntEnum):
    """Offsets that keep codes of different kinds of unit apart in one set of whole numbers."""

    NEW_PROVINCE = 0
    OLD_PROVINCE = 100
    DISTRICT = 1_000
    COMMUNE = 10_000


NONE = -1  # no unit's key
Law = tuple[int, int, int]  # keys of district, old province, new province


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One unit under one of its names."""

    level: Level
    layer: Layer
    odds: float  # by its layer
    kind: str
    name: str
    code: str
    words: tuple[str, ...]  # of the name, spelled
    exact: str | None  # spelled with accents, without spaces; None where only the plain is known
    communes: tuple[str, ...]  # codes of the communes it covers now, the largest part first
    district: int  # keys of what it belongs or belonged to by law, -1 where there is none
    old_province: int
    new_province: int
    own: frozenset[int]  # keys of the communes it covers; an area's own key
    around: frozenset[int]  # keys of all that holds or held a part of where it lies


NO_KEYS: frozenset[int] = frozenset()


@dataclass(slots=True, eq=False)
class View:
    """What a name may be once its accents and its type word are known."""

    communes: Sequence[Unit]
    areas: Sequence[Unit]
    area_keys: frozenset[int]  # what it stands for as the parent of another name
    accents_differ: bool  # accents were typed, and no unit of this name has them
    two_levels: bool  # it may be a district or a province
    _commune_keys: frozenset[int] | None = None

    @property
    def commune_keys(self) -> frozenset[int]:
        """The communes it covers, if it may be one itself. Few are asked for, so made then."""
        if self._commune_keys is None:
            self._commune_keys = _own(self.communes)
        return self._commune_keys


@dataclass(slots=True)
class Name:
    """The units that share one plain name."""

    letters: str  # without accents and spaces
    communes: tuple[Unit, ...] = ()
    areas: tuple[Unit, ...] = ()
    views: dict[tuple[str, Kinds | None], View] | None = None  # those asked for so far

    def add(self, unit: Unit) -> None:
        """One unit more."""
        if unit.level is COMMUNE:
            self.communes += (unit,)
        else:
            self.areas += (unit,)

    def view(self, exact: str, plain: str, kinds: Kinds | None) -> View:
        """The units that go with what was typed; exact accents outrank missing ones."""
        if self.views is None:
            self.views = {}
        view = self.views.get((exact, kinds))
        if view is None:
            view, own_spelling = self._view(exact, plain, kinds)
            if own_spelling:  # other spellings are without number
                self.views[exact, kinds] = view
        return view

    def _view(self, exact: str, plain: str, kinds: Kinds | None) -> tuple[View, bool]:
        if exact != plain:
            communes, areas = _spelled(self.communes, exact), _spelled(self.areas, exact)
            if communes or areas:
                return view_of(communes, areas, kinds), True
        view = view_of(self.communes, self.areas, kinds, accents_differ=exact != plain)
        return view, exact == plain


def _spelled(units: Sequence[Unit], exact: str) -> Sequence[Unit]:
    """The units with these accents, and those whose accents are not known."""
    return [unit for unit in units if unit.exact is None or unit.exact == exact] if units else units


def view_of(
    communes: Sequence[Unit],
    areas: Sequence[Unit],
    kinds: Kinds | None,
    *,
    accents_differ: bool = False,
) -> View:
    """What these units may be after this type word."""
    if kinds is not None:
        communes = communes if kinds.levels & COMMUNE else ()
        areas = areas and _of_kind(areas, kinds)
    two_levels = len(areas) > 1 and len({unit.level for unit in areas}) > 1
    return View(communes, areas, _own(areas), accents_differ, two_levels)


def _of_kind(areas: Sequence[Unit], kinds: Kinds) -> Sequence[Unit]:
    """Those of this very kind; where there are none, those of its level."""
    same = [unit for unit in areas if unit.kind in kinds.names]
    return same or [unit for unit in areas if unit.level & kinds.levels]


def _own(units: Sequence[Unit]) -> frozenset[int]:
    """The keys of all these units."""
    if len(units) > 1:
        return frozenset([key for unit in units for key in unit.own])
    return units[0].own if units else NO_KEYS


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
        self._own = {code: frozenset({_key(Key.COMMUNE, code)}) for code in self._family}
        self._laws = {code: self._law(code) for code in gazetteer.districts}
        self._covered = self._covers()
        self.tree: dict[str, Node] = {}
        self.compact: dict[str, Name] = {}
        self.words: set[str] = set()  # of all names, plain and exact, and the compact names
        spaced: dict[tuple[str, ...], Name] = {}
        for unit in self._units():
            words = unit.words
            plain = tuple([strip_accents(word) for word in words])
            spaced.setdefault(plain, Name("".join(plain))).add(unit)
            if "'" in unit.name:  # "M'Drắk" is also typed "M Drắk"
                apart = tuple(fold(unit.name).split())
                spaced.setdefault(apart, Name("".join(apart))).add(unit)
            self.words.update(plain, words if unit.exact else ())
        for plain, name in spaced.items():
            self._plant(plain, name)
            self._add_compact(name)
        self._plant_compact()

    def _add_compact(self, name: Name) -> None:
        """Two names with the same letters, "Tân An" and "Tà Nan", are one when written in one."""
        letters = name.letters
        other = self.compact.get(letters)
        if other is not None:
            name = Name(letters, other.communes + name.communes, other.areas + name.areas)
        self.compact[letters] = name

    def _plant_compact(self) -> None:
        """A name written in one word is found too."""
        for letters, name in self.compact.items():
            node = self.tree.setdefault(letters, Node())
            node.name = node.name or name
        self.words.update(self.compact)

    def _plant(self, plain: Sequence[str], name: Name) -> None:
        node = self.tree.setdefault(plain[0], Node())
        for word in plain[1:]:
            if node.following is None:
                node.following = {}
            node = node.following.setdefault(word, Node())
        node.name = name

    def _family_of(self, code: str) -> frozenset[int]:
        """Everything that holds or held a part of this commune, and itself."""
        gazetteer = self._gazetteer
        province = gazetteer.current[code].province
        keys = {_key(Key.NEW_PROVINCE, province), _key(Key.COMMUNE, code)}
        for former in gazetteer.predecessors.get(code, ()):
            old = gazetteer.districts[former.district].province
            keys |= {_key(Key.DISTRICT, former.district), _key(Key.OLD_PROVINCE, old)}
        return frozenset(keys)

    def _covers(self) -> dict[int, tuple[str, ...]]:
        """Key of an area -> codes of the communes it covers."""
        found: dict[int, list[str]] = defaultdict(list)
        for code, keys in self._family.items():
            for key in keys:
                found[key].append(code)
        return {key: tuple(codes) for key, codes in found.items()}

    def _units(self) -> Iterator[Unit]:
        yield from self._current()
        yield from self._former()
        yield from self._districts()
        for province in self._gazetteer.provinces:
            if province.former or not province.valid_to:
                yield from self._province(province)

    def _current(self) -> Iterator[Unit]:
        gazetteer = self._gazetteer
        for state in gazetteer.states:
            code = gazetteer.present_code(state.code)
            if not state.valid_to or state.kind != gazetteer.current[code].kind:
                law = (NONE, NONE, _key(Key.NEW_PROVINCE, state.province))
                yield self._commune(Layer.CURRENT, state, (code,), law)

    def _former(self) -> Iterator[Unit]:
        for former in self._gazetteer.former.values():
            law = self._laws[former.district]
            yield self._commune(Layer.FORMER, former, former.successors, law)
        for alias in self._gazetteer.aliases:
            into = self._gazetteer.former[alias.former_commune]
            yield self._commune(Layer.OLDER, alias, into.successors, self._laws[into.district])

    def _commune(self, layer: Layer, named: Named, communes: tuple[str, ...], law: Law) -> Unit:
        families = [self._family[code] for code in communes]
        around = families[0] if len(families) == 1 else frozenset().union(*families)
        own = self._own[communes[0]]
        if len(communes) > 1:
            own = own.union(*[self._own[code] for code in communes])
        return _unit(Level.COMMUNE, layer, named, _Place(communes, law, own, around))

    def _law(self, district: str) -> Law:
        """The keys of a district and of its provinces, old and new."""
        old = self._gazetteer.old_provinces[self._gazetteer.districts[district].province]
        return (
            _key(Key.DISTRICT, district),
            _key(Key.OLD_PROVINCE, old.code),
            _key(Key.NEW_PROVINCE, old.successor),
        )

    def _districts(self) -> Iterator[Unit]:
        for district in self._gazetteer.districts.values():
            law = self._laws[district.code]
            own = frozenset(law[:1])
            aliases = [Alias(kind, name, district.code, "") for kind, name in district.aliases]
            covered = self._covered[law[0]]
            place = _Place(covered, law, own, frozenset(law))
            yield _unit(Level.DISTRICT, Layer.FORMER, district, place)
            for alias in aliases:
                yield _unit(Level.DISTRICT, Layer.OLDER, alias, place)

    def _province(self, province: Province) -> Iterator[Unit]:
        old, new = NONE, _key(Key.NEW_PROVINCE, province.successor)
        if province.former:
            old = _key(Key.OLD_PROVINCE, province.code)
        layer = Layer.FORMER if province.former else Layer.CURRENT
        own = frozenset({old if province.former else new})
        spoken = [Alias(province.kind, name, "", "") for name in province.spoken]
        place = _Place(self._covered[next(iter(own))], (NONE, old, new), own, own)
        yield _unit(Level.PROVINCE, layer, province, place)
        for alias in spoken:
            yield _unit(Level.PROVINCE, layer, alias, place)


class _Place(NamedTuple):
    """Where a unit lies: what its names share."""

    communes: tuple[str, ...]
    law: Law
    own: frozenset[int]
    around: frozenset[int]


def _key(key: int, code: str) -> int:
    return key + int(code)


def _unit(
    level: Level,
    layer: Layer,
    named: Named,
    place: _Place,
) -> Unit:
    alias = isinstance(named, Alias)
    code = "" if isinstance(named, Alias) else named.code
    words = syllables(named.name)
    exact = None if alias else "".join(words)
    odds = LAYER_ODDS[layer]
    return Unit(
        level,
        layer,
        odds,
        named.kind,
        named.name,
        code,
        words,
        exact,
        place.communes,
        *place.law,
        place.own,
        place.around,
    )

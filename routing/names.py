"""Every name people use for a unit, over three layers, found word by word without accents."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from routing.cues import Level
from routing.gazetteer import Alias, CommuneState, District, FormerCommune, Gazetteer, Province
from routing.text import fold, strip_accents, syllables
from routing.units import LAYER_ODDS, NONE, Key, Law, Layer, Name, Node, Unit

Named = CommuneState | FormerCommune | District | Province | Alias


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
            words = syllables(unit.name)
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
            law = (NONE, NONE, _key(Key.NEW_PROVINCE, state.province))
            if not state.valid_to:
                yield self._commune(Layer.CURRENT, state, (state.code,), law)
            elif _renamed(state, gazetteer.current[state.successors[0]]):
                yield self._commune(Layer.FORMER, state, state.successors, law)

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
        before = None if isinstance(named, Alias) else self._gazetteer.former.get(named.code)
        former_name = None if before is None else before.full_name
        place = _Place(communes, law, own, around)
        return _unit(Level.COMMUNE, layer, named, place, former_name)

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


def _renamed(state: CommuneState, successor: CommuneState) -> bool:
    return (state.kind, state.name) != (successor.kind, successor.name)


def _key(key: int, code: str) -> int:
    return key + int(code)


def _unit(
    level: Level,
    layer: Layer,
    named: Named,
    place: _Place,
    former_name: str | None = None,
) -> Unit:
    exact = None if isinstance(named, Alias) else "".join(syllables(named.name))
    district, old_province, new_province = place.law
    return Unit(
        LAYER_ODDS[layer],
        named.kind,
        district,
        new_province,
        old_province,
        place.communes,
        level,
        layer,
        named.name,
        exact,
        former_name,
        place.own,
        place.around,
    )

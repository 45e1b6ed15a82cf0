"""What a name may stand for: the units that share it, narrowed by type word and accents."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from routing.cues import Kinds, Level

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


NO_KEYS: frozenset[int] = frozenset()
NONE = -1  # no unit's key
Law = tuple[int, int, int]  # keys of district, old province, new province


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One unit under one of its names. What weighing asks for comes first, as in a `Word`."""

    odds: float  # by its layer
    kind: str
    district: int  # keys of what it belongs or belonged to by law, -1 where there is none
    new_province: int
    old_province: int
    communes: tuple[str, ...]  # codes of the communes it covers now, the largest part first
    level: Level
    layer: Layer
    name: str
    exact: str | None  # spelled with accents, without spaces; None where only the plain is known
    former_name: str | None  # in full, of the commune that had its code before the reform
    own: frozenset[int]  # keys of the communes it covers; an area's own key
    around: frozenset[int]  # keys of all that holds or held a part of where it lies


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
    views: dict[str, View] | None = None  # those asked for so far, by spelling and type word

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
        asked = exact if kinds is None else exact + kinds.sign
        view = self.views.get(asked)
        if view is None:
            view, own_spelling = self._view(exact, plain, kinds)
            if own_spelling:  # other spellings are without number
                self.views[asked] = view
        return view

    def _view(self, exact: str, plain: str, kinds: Kinds | None) -> tuple[View, bool]:
        if exact != plain:
            communes, areas = _spelled(self.communes, exact), _spelled(self.areas, exact)
            if communes or areas:
                return view_of(communes, areas, kinds), True
        view = view_of(self.communes, self.areas, kinds, accents_differ=exact != plain)
        return view, exact == plain


@dataclass(slots=True, eq=False)
class Node:
    """A step in the tree of names: the name that ends here, and the words that may follow."""

    name: Name | None = None
    following: dict[str, "Node"] | None = None


NO_NAME = Node()


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

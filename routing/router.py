"""From words and a point to a commune, a question, or an honest "unknown"."""

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from routing.agreement import decide_both, decide_pin
from routing.cues import Level
from routing.evidence import Reading
from routing.gazetteer import Gazetteer
from routing.imported import FILE, BoundariesError
from routing.interpretation import Interpreter
from routing.names import Names
from routing.pins import locate
from routing.places import Candidate, Commune, Point, Route
from routing.text import fold
from routing.units import Key
from routing.verdict import Scope, decide

# These bring numpy and shapely, 15 MB: with boundaries, with the first pin, with the first slip to mend.
if TYPE_CHECKING:
    from routing.boundaries import Boundaries
    from routing.centres import Centres


class Router:
    """Knows the whole country, answers for its scope. Safe to share between threads."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        provinces: Collection[str] | None,
        boundaries: "Boundaries | None" = None,
    ) -> None:
        self.gazetteer = gazetteer
        self._names = Names(gazetteer)
        self._interpreter = Interpreter(self._names)
        self._communes: dict[str, Commune] = {}  # filled as they are asked for
        self._scope, self._prior = _scope(gazetteer, provinces)
        self._boundaries = boundaries
        self.has_boundaries = boundaries is not None

    @classmethod
    def load(
        cls, provinces: Collection[str] | None = ("37",), data_dir: Path | None = None
    ) -> "Router":
        """The router for some provinces (official codes), or for the whole country with None.

        Args:
            data_dir: holds the boundaries, if any were imported.

        Raises:
            BoundariesError: the imported boundaries are damaged.
            ValueError: no such province.
        """
        with _not_collecting():
            return cls._loaded(provinces, data_dir)

    @classmethod
    def _loaded(cls, provinces: Collection[str] | None, data_dir: Path | None) -> "Router":
        gazetteer = Gazetteer()
        unknown = set(provinces or ()) - gazetteer.new_provinces.keys()
        if unknown:
            raise ValueError(f"no province has the code {min(unknown)}; Ninh Bình is 37")
        boundaries = None if data_dir is None else _boundaries(data_dir)
        return cls(gazetteer, provinces, boundaries)

    @cached_property
    def _centres(self) -> "Centres":
        from routing.centres import Centres

        return Centres(self.gazetteer)

    def commune(self, code: str) -> Commune:
        """A commune by its code, current or retired. KeyError if there never was one."""
        return self._present(self.gazetteer.present_code(code))

    def codes(self, code: str) -> tuple[str, ...]:
        """The commune's code in force and those it succeeded, by which its older tips are kept."""
        return self.gazetteer.codes(code)

    def _present(self, code: str) -> Commune:
        commune = self._communes.get(code)
        if commune is None:
            commune = self._communes[code] = self.gazetteer.commune(code)
        return commune

    def communes(self) -> list[Commune]:
        """The communes in scope, by code."""
        return [self._present(code) for code in self.gazetteer.current if code in self._scope]

    def route(
        self,
        text: str = "",
        point: Point | None = None,
        *,
        accuracy: float | None = None,
        province: str | None = None,
        on: date | None = None,
    ) -> Route:
        """Answer for words, a point, or both. Never raises for what people send.

        Args:
            accuracy: of the point, in metres.
            province: where the place is expected: name or code, current or former.
            on: the day whose units are answered with; today's by default.
        """
        prior = self._prior if province is None else self._expected(province)
        route = self._route(text, point, accuracy, prior)
        return route if on is None else self._on_day(route, on)

    def _route(
        self,
        text: str,
        point: Point | None,
        accuracy: float | None,
        prior: frozenset[int] | None,
    ) -> Route:
        if point is None:
            said = self._interpreter.interpret(text, prior)
            return decide(said, self._scope, self._candidate)
        located = locate(point, accuracy, self._centres, self._boundaries)
        pin = decide_pin(located, self._scope, self._candidate)
        if not text:
            return pin
        said = self._interpreter.interpret(text, prior)
        words = decide(said, self._scope, self._candidate)
        return decide_both(words, pin, said, located, self._candidate)

    def _on_day(self, route: Route, on: date) -> Route:
        """The same with each commune as it was on a day."""
        then = [self.gazetteer.commune(c.code, on) for c in route.candidates]
        candidates = tuple(
            candidate._replace(code=commune.code, name=commune.full_name)
            for candidate, commune in zip(route.candidates, then, strict=True)
        )
        return route._replace(candidates=candidates)

    def locate(self, latitudes: Sequence[float], longitudes: Sequence[float]) -> list[str | None]:
        """The commune's code for each of many positions, by exact areas only.

        Raises:
            BoundariesError: no boundaries were imported.
        """
        if self._boundaries is None:
            raise BoundariesError("no boundaries are imported; run `tinbao boundaries import`")
        return self._boundaries.locate(latitudes, longitudes)

    def _expected(self, province: str) -> frozenset[int] | None:
        """The keys of the province that is expected; the scope's where it is unknown."""
        if province in self.gazetteer.new_provinces:
            return frozenset({Key.NEW_PROVINCE + int(province)})
        if province in self.gazetteer.old_provinces:
            return frozenset({Key.OLD_PROVINCE + int(province)})
        name = self._names.compact.get(fold(province).replace(" ", ""))
        areas = name.areas if name else ()
        keys = [unit.own for unit in areas if unit.level is Level.PROVINCE]
        return frozenset().union(*keys) if keys else self._prior

    def _candidate(self, code: str, score: float, reading: Reading | None) -> Candidate:
        commune = self._communes.get(code) or self._present(code)
        former = None if reading is None else reading.unit.former_name
        names = commune.formerly
        if former is not None and former != names[0]:
            names = _first(former, names)
        return Candidate(
            commune.code,
            commune.full_name,
            commune.province,
            commune.province_code,
            int(score * 1e4 + 0.5) / 1e4,  # as `round` to four places, in a tenth of the time
            names,
            commune.old_districts,
        )


def _first(matched: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, the one that the words matched first."""
    if matched not in names:
        return names
    return (matched, *[name for name in names if name != matched])


def _boundaries(data_dir: Path) -> "Boundaries | None":
    if not (data_dir / FILE).exists():
        return None
    from routing.boundaries import (
        Boundaries,
    )

    return Boundaries.load(data_dir)


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Everything made while loading stays: looking for garbage in it, then or later, is wasted.

    Without this a full collection walks all names every few thousand texts.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collecting:
            gc.enable()


def _scope(
    gazetteer: Gazetteer, provinces: Collection[str] | None
) -> tuple[Scope, frozenset[int] | None]:
    """The communes answered for, and the keys of their provinces as a prior."""
    if provinces is None:
        return Scope(None), None
    codes = frozenset(s.code for s in gazetteer.current.values() if s.province in provinces)
    return Scope(codes), frozenset(Key.NEW_PROVINCE + int(province) for province in provinces)

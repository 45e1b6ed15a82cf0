"""From words and a point to a commune, a question, or an honest "unknown"."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from routing.cues import GLUED
from routing.evidence import NO_PLACE, Reading, read_areas, read_communes
from routing.gazetteer import Gazetteer
from routing.mentions import find_mentions
from routing.names import Layer, Names
from routing.places import Candidate, Commune, Point, Reason, ReasonCode, Route, Status
from routing.text import Reader

CERTAIN = 0.9


class Router:
    """Knows the whole country, answers for its scope."""

    def __init__(self, gazetteer: Gazetteer, provinces: Collection[str] | None) -> None:
        self._gazetteer = gazetteer
        self._names = Names(gazetteer)
        self._reader = Reader(self._names.by_plain, GLUED)
        self._scope = None if provinces is None else frozenset(map(int, provinces))
        self._communes = {code: gazetteer.commune(code) for code in gazetteer.current}
        self.has_boundaries = False

    @classmethod
    def load(
        cls, provinces: Collection[str] | None = ("37",), data_dir: Path | None = None
    ) -> "Router":
        """The router for some provinces (official codes), or for the whole country with None."""
        return cls(Gazetteer(), provinces)

    def commune(self, code: str) -> Commune:
        """A commune by its code, current or retired. KeyError if there never was one."""
        return self._communes[self._gazetteer.present_code(code)]

    def communes(self) -> list[Commune]:
        """The communes in scope, by code."""
        return [c for c in self._communes.values() if self._in_scope(c.code)]

    def route(
        self,
        text: str = "",
        point: Point | None = None,
        *,
        accuracy: float | None = None,
        province: str | None = None,
        on: date | None = None,
    ) -> Route:
        """Answer for words, a point, or both. Never raises for what people send."""
        mentions = find_mentions(self._reader.read(text), self._names.by_plain)
        readings = read_communes(mentions, self._scope)
        if not any(r.supported for r in readings):
            readings += read_areas(mentions, self._scope)
        return self._decide(readings)

    def _decide(self, readings: Sequence[Reading]) -> Route:
        weights: dict[str, float] = defaultdict(float)
        for reading in readings:
            part = 1.0
            for code in reading.unit.communes:
                weights[code] += reading.weight * part / len(reading.unit.communes)
                part = 0.9
        if not weights:
            return Route(Status.UNKNOWN, (), Reason(ReasonCode.NO_PLACE))
        total = sum(weights.values()) + NO_PLACE
        ranked = sorted(weights, key=lambda code: -weights[code])
        candidates = tuple(
            self._candidate(code, weights[code] / total)
            for code in ranked
            if self._in_scope(code) and weights[code] / total > 0.001
        )
        if not self._in_scope(ranked[0]) or not candidates:
            return Route(Status.UNKNOWN, (), Reason(ReasonCode.OUTSIDE_SCOPE), outside=True)
        if candidates[0].score >= CERTAIN:
            former = any(r.unit.layer is Layer.FORMER for r in readings)
            code = ReasonCode.FORMER_NAME if former else ReasonCode.EXACT_NAME
            return Route(Status.CERTAIN, candidates, Reason(code))
        return Route(Status.ASK, candidates, Reason(ReasonCode.AMBIGUOUS_NAME))

    def _in_scope(self, code: str) -> bool:
        return self._scope is None or int(self._communes[code].province_code) in self._scope

    def _candidate(self, code: str, score: float) -> Candidate:
        commune = self._communes[code]
        return Candidate(
            code,
            commune.full_name,
            commune.province,
            commune.province_code,
            round(score, 4),
            commune.formerly,
            commune.old_districts,
        )

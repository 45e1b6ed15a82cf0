"""From words and a point to a commune, a question, or an honest "unknown"."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from routing.evidence import NOTHING, Reading, read_areas, read_communes
from routing.gazetteer import Gazetteer
from routing.cues import Level
from routing.mending import Mender, decode_keys
from routing.mentions import Mention, find_mentions
from routing.names import Layer, Names
from routing.places import Candidate, Commune, Point, Reason, ReasonCode, Route, Status
from routing.text import Reader, fold


def compact(name: str) -> str:
    return fold(name).replace(" ", "")


def _better(one: Route, other: Route) -> bool:
    if not other.candidates:
        return bool(one.candidates)
    return bool(one.candidates) and one.candidates[0].score > other.candidates[0].score


CERTAIN = 0.9


class Router:
    """Knows the whole country, answers for its scope."""

    def __init__(self, gazetteer: Gazetteer, provinces: Collection[str] | None) -> None:
        self._gazetteer = gazetteer
        self._names = Names(gazetteer)
        self._reader = Reader(self._names.words)
        self._scope = None if provinces is None else frozenset(map(int, provinces))
        self._communes = {code: gazetteer.commune(code) for code in gazetteer.current}
        self._mender = Mender(self._names.compact)
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
        prior = self._prior(province)
        words = self._reader.read(text)
        mentions = find_mentions(words, self._names.tree)
        route = self._weigh(mentions, prior)
        if route.status is Status.CERTAIN:
            return route
        decoded = decode_keys(text)
        if decoded != text.lower():
            words2 = self._reader.read(decoded)
            mentions2 = find_mentions(words2, self._names.tree)
            route2 = self._weigh(mentions2, prior)
            if _better(route2, route):
                words, mentions, route = words2, mentions2, route2
        if route.status is not Status.CERTAIN:
            mended = self._mender.mend(words, mentions)
            if mended is not mentions:
                route3 = self._weigh(mended, prior)
                if _better(route3, route):
                    return route3
        return route

    def _prior(self, province: str | None) -> frozenset[int] | None:
        if province is None:
            return self._scope
        name = self._names.compact.get(compact(province))
        keys = {
            k for u in (name.areas if name else ()) if u.level is Level.PROVINCE for k in u.parents
        }
        return frozenset(keys) if keys else self._scope

    def _weigh(self, mentions: Sequence[Mention], prior: frozenset[int] | None) -> Route:
        readings = read_communes(mentions, prior)
        if not any(r.supported for r in readings):
            readings += read_areas(mentions, prior)
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
        total = sum(weights.values()) + NOTHING
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

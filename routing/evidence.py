"""Weighing what a text says for each commune: every sign multiplies the odds."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.cues import Cue
from routing.mentions import Mention
from routing.names import Layer, Level, Unit

# Odds, measured on generated names and set round (docs/routing.md says how).
LAYER = {Layer.CURRENT: 3.0, Layer.FORMER: 2.0, Layer.OLDER: 1.0}
KIND_AGREES = 60.0
KIND_DIFFERS = 1.0
NO_KIND = 3.0
ACCENTS_CONFLICT = 0.02
BY_LAW = 100.0  # a parent beside it that it belonged to by law
AROUND = 20.0  # a parent that held a part of where it lies now
CONTRADICTED = 0.02  # a parent that has nothing to do with it
CUE = {Cue.DECOY: 0.03, Cue.LONG_DECOY: 0.01, Cue.NEAR: 0.3, Cue.AT: 5.0, Cue.HAMLET: 5.0}
IN_SCOPE = 30.0
NO_PLACE = 10.0  # what stands against all readings: that no commune is meant


@dataclass(frozen=True, slots=True)
class Reading:
    """One unit read at one mention, and its odds."""

    unit: Unit
    mention: Mention
    weight: float
    supported: bool


def read_communes(mentions: Sequence[Mention], scope: frozenset[int] | None) -> list[Reading]:
    """Every commune-level reading of every mention."""
    readings = []
    for mention in mentions:
        if mention.levels & Level.COMMUNE:
            context = _context(mention, mentions)
            for unit in mention.name.communes:
                readings.append(_reading(unit, mention, context, scope))
    return readings


def read_areas(mentions: Sequence[Mention], scope: frozenset[int] | None) -> list[Reading]:
    """Every district or province reading, each spread over its communes by who asks."""
    readings = []
    for mention in mentions:
        context = _context(mention, mentions)
        for unit in mention.name.areas:
            if unit.level & mention.levels:
                readings.append(_reading(unit, mention, context, scope))
    return readings


Context = list[tuple[frozenset[int], bool]]


def _context(mention: Mention, mentions: Sequence[Mention]) -> Context:
    """What each other mention may stand for as a parent, and whether it says so itself."""
    context = []
    for other in mentions:
        if other is mention or other.cue in (Cue.DECOY, Cue.LONG_DECOY):
            continue
        keys = [key for unit in other.name.areas if unit.level & other.levels for key in _own(unit)]
        if other.levels & Level.COMMUNE:
            keys += [10000 + int(c) for unit in other.name.communes for c in unit.communes]
        explicit = bool(other.kinds) and not other.levels & Level.COMMUNE
        if keys:
            context.append((frozenset(keys), explicit))
    return context


def _own(unit: Unit) -> tuple[int, ...]:
    """The unit's own key as a parent."""
    if unit.level is Level.DISTRICT:
        return tuple(key for key in unit.parents if key >= 1000)
    return tuple(unit.parents)


def _reading(
    unit: Unit, mention: Mention, context: Context, scope: frozenset[int] | None
) -> Reading:
    weight = LAYER[unit.layer] * _kind_odds(unit, mention) * _accent_odds(unit, mention)
    if mention.cue:
        weight *= CUE[mention.cue]
    if mention.formerly:
        weight *= 0.2 if unit.layer is Layer.CURRENT else 2.0
    supported = False
    for keys, explicit in context:
        if not keys.isdisjoint(unit.parents):
            weight *= BY_LAW
            supported = True
        elif not keys.isdisjoint(unit.around):
            weight *= AROUND
            supported = True
        elif explicit:
            weight *= CONTRADICTED
    if scope is not None and not scope.isdisjoint(unit.around):
        weight *= IN_SCOPE
    return Reading(unit, mention, weight, supported)


def _kind_odds(unit: Unit, mention: Mention) -> float:
    if not mention.kinds:
        return NO_KIND
    return KIND_AGREES if unit.kind in mention.kinds else KIND_DIFFERS


def _accent_odds(unit: Unit, mention: Mention) -> float:
    typed = mention.exact
    if unit.exact is None or typed == unit.exact or typed == mention.plain:
        return 1.0
    return ACCENTS_CONFLICT

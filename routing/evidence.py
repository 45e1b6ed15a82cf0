"""Weighing what a text says for each commune: every sign multiplies the odds."""

from collections.abc import Sequence
from typing import NamedTuple

from routing.cues import Cue
from routing.mentions import Mention
from routing.names import Layer, Unit

# Odds, measured on generated names and set round; docs/routing.md says how.
LAYER = {Layer.CURRENT: 3.0, Layer.FORMER: 2.0, Layer.OLDER: 0.3}
KIND_AGREES = 60.0
NO_KIND = 3.0
SHORT_BARE_NAME = 0.1  # "An", "Lâm", "Cồn": words of every day
SHORT = 4  # letters
ACCENTS_DIFFER = 0.02
DISTRICT = 300.0  # the district is named that it belonged to
BY_LAW = 30.0  # the province is, or the commune it became
AROUND = 20.0  # a parent is named that held a part of where it lies now
OTHER_PARENT = 0.02  # a parent is named, as such, that has nothing to do with it
OTHER_NAME = 0.3  # a name is there that may be such a parent
CUE = {Cue.DECOY: 0.03, Cue.LONG_ROAD: 0.01, Cue.NEAR: 0.3, Cue.AT: 5.0, Cue.HAMLET: 5.0}
FORMERLY = {Layer.CURRENT: 0.2, Layer.FORMER: 2.0, Layer.OLDER: 2.0}
PRIOR = 30.0  # it lies where the operator or the caller expects it
NOTHING = 10.0  # what stands against all readings: that no commune is meant


class Reading(NamedTuple):
    """One unit read at one mention, and its odds."""

    weight: float
    unit: Unit
    mention: Mention
    supported: bool  # a parent of it is named too


class Context(NamedTuple):
    """What another mention may be as a parent."""

    keys: frozenset[int]
    explicit: bool  # a type word says that it is a parent
    doubtful: bool  # it may be a district, or the province of the same name
    trust: float


def read_communes(mentions: Sequence[Mention], prior: frozenset[int] | None) -> list[Reading]:
    """Every commune-level reading of every mention."""
    readings: list[Reading] = []
    for mention in mentions:
        if mention.may_be_commune and mention.name.communes:
            context = _context(mention, mentions)
            readings += [_read(unit, mention, context, prior) for unit in mention.name.communes]
    return readings


def read_areas(mentions: Sequence[Mention], prior: frozenset[int] | None) -> list[Reading]:
    """Every district or province reading; who asks spreads it over the communes."""
    readings: list[Reading] = []
    for mention in mentions:
        areas = mention.name.areas_of(mention.kinds)
        if areas:
            context = _context(mention, mentions)
            readings += [_read(unit, mention, context, prior) for unit in areas]
    return readings


def _context(mention: Mention, mentions: Sequence[Mention]) -> list[Context]:
    """What each other mention may stand for as a parent."""
    context = []
    for other in mentions:
        if other is not mention and other.cue not in (Cue.DECOY, Cue.LONG_ROAD):
            keys = other.name.stands_for(other.kinds)
            if keys:
                explicit = not other.may_be_commune
                context.append(Context(keys, explicit, _doubtful(other, mentions), other.trust))
    return context


def _doubtful(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """A bare "Hà Tĩnh" is a city or a province; said twice, it is both."""
    if mention.kinds is not None or len(mention.name.areas) < 2:
        return False
    if len({unit.level for unit in mention.name.areas}) < 2:
        return False
    return not any(other.name is mention.name for other in mentions if other is not mention)


def _read(
    unit: Unit, mention: Mention, context: Sequence[Context], prior: frozenset[int] | None
) -> Reading:
    weight = LAYER[unit.layer] * mention.trust
    if mention.kinds is None:
        weight *= _bare(mention)
    elif unit.kind in mention.kinds.names:
        weight *= KIND_AGREES
    if mention.exact != mention.plain and unit.exact not in (None, mention.exact):
        weight *= _other_accents(unit, mention)
    if mention.formerly:
        weight *= FORMERLY[unit.layer]
    supported = False
    for keys, explicit, doubtful, trust in context:
        if not doubtful and unit.district in keys:
            weight *= DISTRICT * trust
            supported = True
        elif not keys.isdisjoint(unit.parents):
            weight *= BY_LAW * trust
            supported = True
        elif not keys.isdisjoint(unit.around):
            weight *= AROUND * trust
            supported = True
        else:
            weight *= OTHER_PARENT if explicit else OTHER_NAME
    if prior is not None and not prior.isdisjoint(unit.around):
        weight *= PRIOR
    return Reading(weight, unit, mention, supported)


def _bare(mention: Mention) -> float:
    odds = NO_KIND if len(mention.plain) > SHORT else NO_KIND * SHORT_BARE_NAME
    return odds if mention.cue is None else odds * CUE[mention.cue]


def _other_accents(unit: Unit, mention: Mention) -> float:
    """Accents left out on some words are no contradiction; different ones are."""
    return ACCENTS_DIFFER

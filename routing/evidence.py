"""Weighing what a text says for each commune: every sign multiplies the odds."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.cues import Cue
from routing.mentions import Mention, unread_type
from routing.text import Words
from routing.units import NONE, Layer, Unit, View

# Odds, measured on generated names and set round; docs/routing.md says how.
KIND_AGREES = 60.0
NO_KIND = 3.0
ONE_WORD = 0.03  # "An", "Lâm", "Cồn" without a type word: words of every day
SHORT = 5  # letters of such a word
LOOSE = 0.2  # a name without type word, parent or cue, in a longer text: a person, a shop
ACCENTS_DIFFER = 0.02
DISTRICT = 300.0  # the district is named that it belonged to
BY_LAW = 30.0  # the province is, or the commune it became
AROUND = 20.0  # a parent is named that held a part of where it lies now
OTHER_PARENT = 0.02  # a parent is named, as such, that has nothing to do with it
OTHER_NAME = 0.3  # a name is there that may be such a parent
CUE = {Cue.DECOY: 0.03, Cue.LONG_ROAD: 0.01, Cue.NEAR: 0.3, Cue.AT: 5.0, Cue.HAMLET: 5.0}
FORMERLY = {Layer.CURRENT: 0.2, Layer.FORMER: 2.0, Layer.OLDER: 2.0}
MOST_AGAINST = 1e-4  # a text with many places does not make each of them impossible
BEFORE = 0.5  # the parent stands before the name, not after it
UNREAD = 0.03  # a commune's type word stands before a name nobody knows, elsewhere
PRIOR = 30.0  # it lies where the operator or the caller expects it
NOTHING = 10.0  # what stands against all readings: that no commune is meant
NOTHING_ELSE = 1.0  # the same where the text says nothing but names


DECOYS = (Cue.DECOY, Cue.LONG_ROAD)


@dataclass(slots=True, eq=False)
class Reading:
    """One unit read at one mention, and its odds."""

    weight: float
    unit: Unit
    mention: Mention
    supported: bool  # a parent of it is named too
    contradicted: bool  # a parent is named, as such, that has nothing to do with it

    @property
    def settled(self) -> bool:
        """Whether nothing in the text speaks against it."""
        return not self.contradicted and not self.mention.view.accents_differ


# What another mention may be as a parent: keys of its areas; what it names where it may be a commune, of
# another name; how much it is trusted; the odds where it is the unit's district, and where it has nothing
# to do with the unit. A plain tuple, since each text makes several.
Context = tuple[frozenset[int], View | None, float, float, float]


def read_communes(
    text: Words, mentions: Sequence[Mention], prior: frozenset[int] | None, *, bare: bool
) -> list[Reading]:
    """Every commune-level reading of every mention. `bare`: the text is `only_names`."""
    readings: list[Reading] = []
    loose = 1.0 if bare else LOOSE
    unread = None  # looked for when it first matters
    for mention in mentions:
        units = mention.view.communes
        if units:
            context = _context(mention, mentions)
            odds = _odds(mention)
            if mention.kinds is None:
                if unread is None:
                    unread = UNREAD if unread_type(text, mentions) else 1.0
                odds *= unread
                if mention.cue is None and not context:
                    odds *= loose
            if len(units) > 1:
                units = _likely(units, context)
            readings += _read(units, mention, odds, context, prior)
    return readings


def _likely(units: Sequence[Unit], context: Sequence[Context]) -> Sequence[Unit]:
    """Without former units of other districts than the one named: thousands to one."""
    for areas, _, _, _, other in context:
        if other == OTHER_PARENT:
            inside = [
                unit
                for unit in units
                if unit.district == NONE
                or unit.district in areas
                or unit.new_province in areas
                or unit.old_province in areas
            ]
            units = inside or units
    return units


def read_areas(mentions: Sequence[Mention], prior: frozenset[int] | None) -> list[Reading]:
    """Every district or province reading; who asks spreads it over the communes."""
    readings: list[Reading] = []
    for mention in mentions:
        if mention.view.areas:
            context = _context(mention, mentions)
            readings += _read(mention.view.areas, mention, _odds(mention), context, prior)
    return readings


def only_names(text: Words, mentions: Sequence[Mention]) -> bool:
    """Whether the text is names and type words and nothing else."""
    unread = len(text.words)
    for mention in mentions:
        unread -= mention.end - mention.left
    return not unread


def _context(mention: Mention, mentions: Sequence[Mention]) -> list[Context]:
    """What each other mention may stand for as a parent."""
    context = []
    for other in mentions:
        if other is mention:
            continue
        view = other.view
        if not (view.areas or view.communes):
            continue
        if other.cue is not None and other.cue in DECOYS:
            continue
        same_name = other.plain == mention.plain  # it stands for areas only, then
        if same_name and not view.areas:
            continue
        trust = other.trust if other.start > mention.start else other.trust * BEFORE
        doubtful = view.two_levels and not _said_twice(other, mentions)
        district = BY_LAW if doubtful else DISTRICT
        communes, differs = (view, OTHER_NAME) if view.communes else (None, OTHER_PARENT)
        context.append((view.area_keys, None if same_name else communes, trust, district, differs))
    return context


def _said_twice(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """A bare "Hà Tĩnh" is a city or a province; said twice, it is both."""
    return any(other.plain == mention.plain for other in mentions if other is not mention)


def _odds(mention: Mention) -> float:
    """What the mention alone is worth."""
    odds = mention.trust
    if mention.view.accents_differ:
        odds *= ACCENTS_DIFFER
    if mention.kinds is None:
        odds *= NO_KIND
        if mention.end - mention.start == 1 and len(mention.plain) <= SHORT:
            odds *= ONE_WORD
        if mention.cue is not None:
            odds *= CUE[mention.cue]
    return odds


def _beside(unit: Unit, context: Context) -> float:
    """The odds of a unit beside one other mention."""
    areas, communes, trust, district, other = context
    if unit.district in areas:
        return district * trust
    if unit.new_province in areas or unit.old_province in areas:
        return BY_LAW * trust
    if communes is not None and not communes.commune_keys.isdisjoint(unit.own):
        return BY_LAW * trust
    if unit.district == NONE and not areas.isdisjoint(unit.around):
        return AROUND * trust  # only a unit in force needs its parents of old
    return other


def _read(
    units: Sequence[Unit],
    mention: Mention,
    odds: float,
    context: Sequence[Context],
    prior: frozenset[int] | None,
) -> list[Reading]:
    """The odds of each unit at one mention. The inner loop of all routing by words."""
    kinds = mention.kinds.names if mention.kinds is not None else ()
    parents_count = mention.cue is None or mention.cue not in DECOYS
    formerly = mention.formerly
    readings = []
    for unit in units:
        weight, against = odds * unit.odds, 1.0
        supported = contradicted = False
        if unit.kind in kinds:
            weight *= KIND_AGREES
        if formerly:
            weight *= FORMERLY[unit.layer]
        for beside in context:
            odds_beside = _beside(unit, beside)
            if odds_beside > 1.0:
                weight *= odds_beside
                supported = parents_count
            else:
                against *= odds_beside
                contradicted = contradicted or odds_beside <= OTHER_PARENT
        weight *= against if against > MOST_AGAINST else MOST_AGAINST
        if prior is not None and not prior.isdisjoint(unit.around):
            weight *= PRIOR
        readings.append(Reading(weight, unit, mention, supported, contradicted))
    return readings

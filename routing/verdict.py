"""Turning the odds of a text into a status, complete candidates and a reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from routing.calibration import calibrated
from routing.cues import Cue, Level
from routing.evidence import Reading
from routing.interpretation import Interpretation
from routing.places import Candidate, Reason, ReasonCode, Route, Status
from routing.units import Layer

CERTAIN = 0.9  # share of the odds from which nobody is asked
FAINT = 0.1  # share of all odds together below which the text names no place
FLOOR = 0.02  # of the best candidate's share: what is less likely is not offered
NOT_OURS = 0.9  # share outside the scope from which the place is not ours

# Looked up once: asking an enumeration for a member takes as long as a short function.
SURE, ASK = Status.CERTAIN, Status.ASK
CURRENT = Layer.CURRENT
EXACT_NAME, FORMER_NAME = ReasonCode.EXACT_NAME, ReasonCode.FORMER_NAME

MakeCandidate = Callable[[str, float, Reading | None], Candidate]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the operator answers for: official codes of communes, None for the whole country."""

    codes: frozenset[str] | None

    def __contains__(self, code: str) -> bool:
        return self.codes is None or code in self.codes


def decide(said: Interpretation, scope: Scope, candidate: MakeCandidate) -> Route:
    """The route for words alone."""
    inside = said.shares
    if scope.codes is not None:
        inside = {code: share for code, share in inside.items() if code in scope.codes}
    ours = sum(inside.values())
    all_odds = ours if inside is said.shares else sum(said.shares.values())
    if all_odds < FAINT:
        return Route(Status.UNKNOWN, (), Reason(ReasonCode.NO_PLACE))
    if ours < (1 - NOT_OURS) * all_odds:
        if _only_a_name(said.reading):
            return Route(Status.UNKNOWN, (), Reason(ReasonCode.NO_PLACE))
        return Route(Status.UNKNOWN, (), _outside(said), outside=True)
    candidates = _candidates(inside, said, candidate)
    first = next(iter(inside))
    best = said.best[first]
    certain = inside[first] >= CERTAIN and not best.contradicted
    code = _certain_code(best, said) if certain else _ask_code(candidates, said)
    return Route(SURE if certain else ASK, candidates, Reason(code, facts(best, said)))


def _only_a_name(reading: Reading) -> bool:
    """Nothing but a name: perhaps a person, perhaps a shop."""
    said_as_place = reading.mention.kinds is not None or reading.mention.cue is Cue.AT
    area = reading.unit.level is not Level.COMMUNE
    return not (said_as_place or area or reading.supported)


def _candidates(
    inside: Mapping[str, float], said: Interpretation, candidate: MakeCandidate
) -> tuple[Candidate, ...]:
    floor = next(iter(inside.values())) * FLOOR
    found = []
    for code, share in inside.items():
        if share < floor:
            break  # so are all that follow
        found.append(candidate(code, calibrated(share), said.best[code]))
    return tuple(found)


def _certain_code(best: Reading, said: Interpretation) -> ReasonCode:
    if said.repaired:
        return ReasonCode.REPAIRED_NAME
    return EXACT_NAME if best.unit.layer is CURRENT else FORMER_NAME


def _ask_code(candidates: tuple[Candidate, ...], said: Interpretation) -> ReasonCode:
    readings = [said.best[candidate.code] for candidate in candidates]
    level = readings[0].unit.level
    if level is not Level.COMMUNE:
        only = level is Level.DISTRICT
        return ReasonCode.DISTRICT_ONLY if only else ReasonCode.PROVINCE_ONLY
    if len({id(reading.unit) for reading in readings}) == 1:
        return ReasonCode.BARE_NAME if len(candidates) == 1 else ReasonCode.DIVIDED_NAME
    if len({reading.mention.start for reading in readings}) > 1:
        return ReasonCode.SEVERAL_NAMED
    return ReasonCode.AMBIGUOUS_NAME


def facts(best: Reading, said: Interpretation) -> dict[str, str]:
    """What the words matched, for the sentence that explains."""
    unit, mention = best.unit, best.mention
    return {
        "words": said.words.typed(mention.left, mention.end),
        "name": f"{unit.kind} {unit.name if unit.exact else said.words.typed(mention.start, mention.end)}",
        "layer": unit.layer,
    }


def _outside(said: Interpretation) -> Reason:
    best = said.reading
    return Reason(ReasonCode.OUTSIDE_SCOPE, facts(best, said))

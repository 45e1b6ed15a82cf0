"""The route for a pin, and for words and a pin together."""

from routing.interpretation import Interpretation
from routing.pins import Located
from routing.places import Candidate, Reason, ReasonCode, Route, Status
from routing.verdict import MakeCandidate, Scope, facts

SURE = 0.999  # share of the position's circle from which it lies in one commune
BY_CENTRES = 0.05  # share from which a commune is proposed where no areas are known
WEAK_WORDS = frozenset({ReasonCode.NO_PLACE, ReasonCode.BARE_NAME, ReasonCode.PROVINCE_ONLY})


def decide_pin(located: Located, scope: Scope, candidate: MakeCandidate) -> Route:
    """The route for a position alone."""
    if not located.shares:
        return Route(Status.UNKNOWN, (), Reason(ReasonCode.PIN_NOWHERE))
    candidates = tuple(
        candidate(code, share, None) for code, share in located.shares.items() if code in scope
    )
    if not candidates:
        place = candidate(next(iter(located.shares)), 1.0, None)
        why = Reason(ReasonCode.OUTSIDE_SCOPE, {"name": f"{place.name}, {place.province}"})
        return Route(Status.UNKNOWN, (), why, outside=True)
    if not located.exact:
        facts = {"metres": str(round(located.metres))}
        return Route(Status.ASK, candidates, Reason(ReasonCode.PIN_NEAREST, facts))
    if candidates[0].score >= SURE:
        return Route(Status.CERTAIN, candidates[:1], Reason(ReasonCode.PIN_INSIDE))
    return Route(Status.ASK, candidates, Reason(ReasonCode.PIN_NEAR_BORDER))


def decide_both(
    words: Route, pin: Route, said: Interpretation, located: Located, candidate: MakeCandidate
) -> Route:
    """Words and a pin: agreement is certain, disagreement is asked with both shown."""
    if words.reason.code in WEAK_WORDS and not words.outside:
        return _narrowed(words, pin) or pin
    if pin.reason.code is ReasonCode.PIN_NOWHERE:
        return words
    if words.outside and pin.outside:
        return words
    return _agreed(words, said, located, candidate) or _disagreed(words, pin)


def _narrowed(words: Route, pin: Route) -> Route | None:
    """A pin that several communes share, where weak words name one of them."""
    if pin.status is not Status.ASK or len(words.candidates) != 1:
        return None
    named = words.candidates[0]
    rest = [candidate for candidate in pin.candidates if candidate.code != named.code]
    if len(rest) == len(pin.candidates):
        return None
    return Route(Status.ASK, (named, *rest), pin.reason)


def _agreed(
    words: Route, said: Interpretation, located: Located, candidate: MakeCandidate
) -> Route | None:
    """What both allow, by the product of both shares."""
    named = {candidate.code for candidate in words.candidates}
    both = {
        code: said.shares[code] * located.shares[code] for code in located.shares if code in named
    }
    if not both:
        return None
    total = sum(both.values())
    ranked = sorted(both, key=both.__getitem__, reverse=True)
    candidates = tuple(candidate(c, both[c] / total, said.best[c]) for c in ranked)
    certain = located.exact or words.status is Status.CERTAIN
    status = Status.CERTAIN if certain and len(candidates) == 1 else Status.ASK
    why = Reason(ReasonCode.TEXT_AND_PIN_AGREE, facts(said.best[ranked[0]], said))
    return Route(status, candidates, why)


def _disagreed(words: Route, pin: Route) -> Route:
    """Both, the words first; each side's doubts are halved by the other."""
    candidates = tuple(_halved(candidate) for candidate in words.candidates + pin.candidates)
    both = {**words.reason.facts, "named": _name(words), "pinned": _name(pin)}
    return Route(Status.ASK, candidates, Reason(ReasonCode.TEXT_AND_PIN_DISAGREE, both))


def _halved(candidate: Candidate) -> Candidate:
    return candidate._replace(score=round(candidate.score / 2, 4))


def _name(route: Route) -> str:
    """What a side points to, within the scope or not."""
    return route.candidates[0].name if route.candidates else route.reason.facts.get("name", "")

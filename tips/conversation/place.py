"""Finding the commune: from words, a pin, and what the person chooses. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from routing import Candidate, Point, ReasonCode, Route, Status, fold
from tips.conversation.draft import Option, Place
from tips.conversation.world import World
from tips.understanding.hamlet import hamlet_in

MOST_OPTIONS = 5  #: communes offered at once; beyond it the old district is asked first
MOST_DISTRICTS = 12  #: offered at once

DIVIDED = "ask.where.divided"
_ASK = {
    ReasonCode.SEVERAL_NAMED: "ask.where.several",
    ReasonCode.DIVIDED_NAME: DIVIDED,
    ReasonCode.TEXT_AND_PIN_DISAGREE: "ask.where.disagree",
    ReasonCode.PIN_NEAREST: "ask.where.nearest",
    ReasonCode.PIN_NEAR_BORDER: "ask.where.nearest",
}
_BY_PIN = frozenset({"ask.where.disagree", "ask.where.nearest"})  #: never by district: near is near
#: Communes found by a pin or by their old district, not by a name of their own.
_NOT_BY_NAME = frozenset(
    {
        ReasonCode.PIN_INSIDE,
        ReasonCode.PIN_NEAREST,
        ReasonCode.PIN_NEAR_BORDER,
        ReasonCode.DISTRICT_ONLY,
        ReasonCode.PROVINCE_ONLY,
    }
)
OLDER = "older"  #: the layer of names that vanished before the reform
#: Some of the communes were found by a name of their own, some otherwise.
_PERHAPS_BY_NAME = frozenset({ReasonCode.AMBIGUOUS_NAME, ReasonCode.TEXT_AND_PIN_DISAGREE})


def find(place: Place, text: str, world: World) -> tuple[Place, Route]:
    """Return the place after hearing `text`, and the router's answer to it and the pin together."""
    if place.point is None:
        route = world.route(text)
    else:
        route = world.route(text, place.point, accuracy=place.accuracy)
    return located(place, text, route, world), route


def located(place: Place, text: str, route: Route, world: World) -> Place:
    """Return the place as `text` and its route leave it: settled, with options, or as it was."""
    if route.outside:
        return place
    hamlet = _hamlet(text, route) or place.hamlet
    if route.status is Status.UNKNOWN:
        return _not_found(replace(place, hamlet=hamlet), route, world)
    options = tuple(_option(candidate, route) for candidate in _ranked(route))
    matched = route.reason.facts.get("words", "")
    found = _open_again(place, hamlet=hamlet, why=world.explain(route), matched=matched)
    if route.status is Status.CERTAIN:
        return replace(found, commune=options[0])
    options = tuple(option for option in options if option.code not in place.not_these)
    ask = _ASK.get(route.reason.code, "")
    return replace(found, options=options, ask=ask) if options else replace(place, hamlet=hamlet)


def _hamlet(text: str, route: Route) -> str:
    """Where several places are told of, nobody knows which of them the hamlet is in."""
    if route.reason.code in (ReasonCode.SEVERAL_NAMED, ReasonCode.TEXT_AND_PIN_DISAGREE):
        return ""
    return hamlet_in(text, route.reason.facts.get("words", ""))


def _not_found(place: Place, route: Route, world: World) -> Place:
    """What was found before stays; else the desk is told why nothing was."""
    if place.settled or place.options:
        return place
    if route.reason.code is ReasonCode.PIN_NOWHERE:
        return replace(place, why=world.explain(route), ask="ask.where.nowhere")
    return replace(place, why=place.why or world.explain(route), ask="")


def _ranked(route: Route) -> Sequence[Candidate]:
    """Best first; where words and pin disagree, so that both are among the first."""
    if route.reason.code is not ReasonCode.TEXT_AND_PIN_DISAGREE:
        return route.candidates
    return sorted(route.candidates, key=lambda candidate: -candidate.score)


def _open_again(place: Place, **found: Any) -> Place:
    """The place as before any was found, with what is found now."""
    return replace(
        place,
        commune=None,
        unknown=False,
        options=(),
        district="",
        ask="",
        turned_down=0,
        **found,
    )


def _option(candidate: Candidate, route: Route) -> Option:
    """With the former name that was said; where none was, the one that the commune kept."""
    names = candidate.formerly
    if _by_older_name(candidate, route):
        names = (_older_name(candidate, route), *names)
    elif not _named(candidate, route):
        kept = f"{candidate.name.partition(' ')[2]},"
        names = tuple(sorted(names, key=lambda name: kept not in name))
    district = next(iter(candidate.old_districts), "")
    return Option(candidate.code, candidate.name, next(iter(names), ""), district)


def _by_older_name(candidate: Candidate, route: Route) -> bool:
    """Whether it was found by a name that vanished before the reform: that one was said."""
    if route.reason.code in _NOT_BY_NAME or route.reason.facts.get("layer") != OLDER:
        return False
    return candidate is route.candidates[0] or route.reason.code is ReasonCode.DIVIDED_NAME


def _older_name(candidate: Candidate, route: Route) -> str:
    """As it was typed, since nobody knows its accents: "xã Hải Phúc, huyện Hải Hậu"."""
    words = route.reason.facts["name"].split()
    kind = 2 if words[0] == "thị" else 1  # words of it: "thị trấn"
    named = " ".join([*words[:kind], *[word[:1].upper() + word[1:] for word in words[kind:]]])
    return ", ".join([named, *candidate.old_districts[:1]])


def _named(candidate: Candidate, route: Route) -> bool:
    """Whether the commune was found by a name of its own, and not by its district or a pin."""
    if route.reason.code not in _PERHAPS_BY_NAME:
        return route.reason.code not in _NOT_BY_NAME
    said = fold(route.reason.facts.get("words", ""))
    names = (candidate.name, *candidate.formerly[:1])
    return any(fold(name.partition(",")[0].partition(" ")[2]) in said for name in names)


def pinned(place: Place, point: Point, accuracy: float | None) -> Place:
    """Take a pin; what it means is asked next."""
    return replace(place, point=point, accuracy=accuracy, pin_asked=False)


def unpinned(place: Place) -> Place:
    return replace(place, point=None, accuracy=None, pin_asked=True)


def districts(place: Place) -> tuple[str, ...]:
    """The old districts to choose from first; empty if the options can be shown at once."""
    by_pin = place.ask in _BY_PIN
    if len(place.options) <= MOST_OPTIONS or place.district or by_pin:
        return ()
    names = tuple(dict.fromkeys(o.district for o in place.options if o.district))
    return names[:MOST_DISTRICTS] if len(names) > 1 else ()


def offered(place: Place) -> tuple[Option, ...]:
    """The options to show now."""
    first = place.turned_down
    return _possible(place)[first : first + MOST_OPTIONS]


def _possible(place: Place) -> tuple[Option, ...]:
    return tuple(o for o in place.options if place.district in ("", o.district))


def choose(place: Place, code: str) -> Place:
    """Settle on an option; the others are kept for whoever goes back."""
    chosen = next((o for o in place.options if o.code == code), None)
    return replace(place, commune=chosen, unknown=False) if chosen else place


def in_district(place: Place, name: str) -> Place:
    return replace(place, district=name, turned_down=0, commune=None, unknown=False)


def elsewhere(place: Place) -> Place | None:
    """Turn down what is offered: the next options; None if there are no more."""
    seen = place.turned_down + MOST_OPTIONS
    if districts(place) or seen >= len(_possible(place)):
        return None
    return replace(place, turned_down=seen, commune=None, unknown=False)


def from_the_first(place: Place) -> Place:
    """The options as they were first offered."""
    return replace(place, district="", turned_down=0)


def forget(place: Place) -> Place:
    """Ask anew: keep the words and what a poster suggested, turn down what was made of them."""
    turned_down = tuple(option.code for option in place.options)
    return Place(
        words=place.words,
        hamlet=place.hamlet,
        suggested=place.suggested,
        not_these=(*place.not_these, *turned_down),
        why=place.why,
    )


def asked_anew(place: Place) -> Place:
    """The place before the question is answered again: the pin stays, the words go."""
    hamlet = "" if place.settled else place.hamlet
    return _open_again(place, words="", hamlet=hamlet, why="")

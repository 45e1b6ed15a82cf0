"""Finding the commune: from words, a pin, and what the person chooses. Pure."""

from dataclasses import replace

from routing import Candidate, Point, ReasonCode, Route, Status
from tips.draft import Option, Place
from tips.world import World

MOST_OPTIONS = 5  #: communes offered at once; beyond it the old district is asked first

_ASK = {
    ReasonCode.TEXT_AND_PIN_DISAGREE: "ask.where.disagree",
    ReasonCode.PIN_NEAREST: "ask.where.nearest",
    ReasonCode.PIN_NEAR_BORDER: "ask.where.nearest",
}


def find(place: Place, text: str, world: World) -> tuple[Place, Route]:
    """Return the place after hearing `text`, and the router's answer to it and the pin together."""
    route = world.route(text, place.point, accuracy=place.accuracy)
    return located(place, route, world), route


def located(place: Place, route: Route, world: World) -> Place:
    """Return the place as `route` leaves it: settled, with options, or as it was."""
    options = tuple(option(candidate) for candidate in route.candidates)
    if route.outside or route.status is Status.UNKNOWN or not options:
        return place
    place = replace(place, why=world.explain(route), options=(), district="", ask="")
    if route.status is Status.CERTAIN:
        return replace(place, commune=options[0])
    return replace(place, options=options, ask=_ASK.get(route.reason.code, ""))


def option(candidate: Candidate) -> Option:
    formerly = next(iter(candidate.formerly), "")
    return Option(candidate.code, candidate.name, formerly, next(iter(candidate.old_districts), ""))


def pinned(place: Place, point: Point, accuracy: float | None) -> Place:
    """Take a pin: what was chosen before is open again."""
    return replace(
        place, point=point, accuracy=accuracy, pin_asked=False, commune=None, unknown=False
    )


def districts(place: Place) -> tuple[str, ...]:
    """The old districts to choose from first; empty if the options can be shown at once."""
    if len(place.options) <= MOST_OPTIONS or place.district:
        return ()
    names = tuple(dict.fromkeys(o.district for o in place.options if o.district))
    return names if len(names) > 1 else ()


def offered(place: Place) -> tuple[Option, ...]:
    """The options to show now."""
    of_district = [o for o in place.options if place.district in ("", o.district)]
    return tuple(of_district[: MOST_OPTIONS if not place.district else 10])


def choose(place: Place, code: str) -> Place:
    chosen = next((o for o in place.options if o.code == code), None)
    return replace(place, commune=chosen, options=()) if chosen else place


def forget(place: Place) -> Place:
    """Ask anew: keep the words, drop what was made of them."""
    return Place(words=place.words)

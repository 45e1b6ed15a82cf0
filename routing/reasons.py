"""Why a route came out as it did, as a sentence."""

from routing.places import Route


def explain(route: Route, language: str) -> str:
    return str(route.reason.facts.get("words", ""))

"""Taking in what a person says freely: category, urgency, place and time where still open. Pure."""

from dataclasses import replace

from routing import Route
from tips import place as places
from tips.draft import Draft, Time
from tips.guess import (
    Urgency,
    guess_category,
    guess_urgency,
    mentions_injury_or_weapon,
    mentions_local_official,
)
from tips.when import understand_when
from tips.world import World


def listen(draft: Draft, text: str, world: World) -> tuple[Draft, Route]:
    """Return the draft with `text` added and everything it tells, and where the text may be."""
    draft = draft.hears(text)
    place, route = draft.place, world.route(text)
    if not place.settled and not place.options:
        place = places.located(place, route, world)
    draft = draft.having(
        place=place,
        harm=draft.harm or mentions_injury_or_weapon(text),
        official_mentioned=draft.official_mentioned or mentions_local_official(text),
    )
    return listen_for_time(_listen_for_kind(draft, text), text, world), route


def _listen_for_kind(draft: Draft, text: str) -> Draft:
    if not draft.category and (guess := guess_category(text).key):
        draft = draft.having(category=guess, guessed=True)
    if draft.urgency is None and (urgency := guess_urgency(text)):
        draft = draft.having(urgency=urgency)
    return draft


def listen_for_time(draft: Draft, text: str, world: World) -> Draft:
    if draft.time is None and (when := understand_when(text, world.now, world.voice.zone)):
        draft = draft.having(time=Time(when.said, when.start, when.end))
    if draft.urgency is None and draft.time is not None:
        draft = draft.having(urgency=Urgency.EARLIER)
    return now_is_now(draft, world)


def now_is_now(draft: Draft, world: World) -> Draft:
    """What is happening or has just happened needs no question about its time."""
    if draft.time is None and draft.urgency in (Urgency.NOW, Urgency.JUST):
        said = world.voice(f"choice.urgency.{draft.urgency}")
        draft = draft.having(time=Time(said, world.now, world.now))
    return draft


def tells_something(draft: Draft, route: Route) -> bool:
    """Tell whether a first message is about an incident: an act, a danger or a place is in it.

    Nothing else is looked for: what people think or say has no detector here.
    """
    found_place = draft.place.settled or bool(draft.place.options) or route.outside
    return bool(draft.category or found_place or draft.evidence or draft.harm)


def edited(draft: Draft, message_id: str, text: str) -> Draft | None:
    """Return the draft with an edited message's new words; None if it is not part of it."""
    index = next((index for known, index in draft.messages if known == message_id), None)
    if index is None or not text:
        return None
    words = (*draft.words[:index], text, *draft.words[index + 1 :])
    return replace(draft, words=words)

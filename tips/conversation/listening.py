"""Taking in what a person says freely: category, urgency, place and time where still open. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from routing import ReasonCode, Route, fold
from tips.conversation import place as places
from tips.conversation.draft import Draft, Place, Time
from tips.conversation.world import World
from tips.understanding.guess import (
    Urgency,
    guess_category,
    guess_urgency,
    mentions_injury_or_weapon,
    mentions_local_official,
)
from tips.understanding.when import understand_when

FAINT = 0.05  #: score of one bare word below which nobody is asked whether it was a place
RECENT = timedelta(hours=1)  #: what happened within it may be going on still


def listen(draft: Draft, text: str, world: World) -> tuple[Draft, Route]:
    """Return the draft with `text` added and everything it tells, and where the text may be."""
    return understand(draft.hears(text), text, world)


def understand(draft: Draft, text: str, world: World) -> tuple[Draft, Route]:
    """Return the draft with everything that `text` tells and that was still open."""
    route = world.route(text)
    guess = None if draft.category else guess_category(text).key
    draft = draft.having(
        place=_heard_place(draft.place, text, route, world),
        harm=draft.harm or mentions_injury_or_weapon(text),
        official_mentioned=draft.official_mentioned or mentions_local_official(text),
        category=guess or draft.category,
        guessed=draft.guessed or guess is not None,
        urgency=draft.urgency or guess_urgency(text),
    )
    return listen_for_time(draft, text, world), route


def _heard_place(place: Place, text: str, route: Route, world: World) -> Place:
    """Where it is still open: what the words say, together with a pin. Options yield to certainty only."""
    if place.settled or (place.point is None and _is_an_everyday_word(route)):
        return place
    if place.point is not None and place.pin_asked:
        found, _ = places.find(place, text, world)
    else:
        found = places.located(place, text, route, world)
    return found if found.settled or not place.options else place


def _is_an_everyday_word(route: Route) -> bool:
    """Whether all that was found is one word that hardly names a place: "goi dien" is not in Gôi."""
    one_word = " " not in route.reason.facts.get("words", "").strip()
    bare = route.reason.code is ReasonCode.BARE_NAME
    return bare and one_word and route.candidates[0].score < FAINT


def listen_for_time(draft: Draft, text: str, world: World) -> Draft:
    if draft.time is None and (when := understand_when(text, world.now, world.voice.zone)):
        draft = draft.having(time=Time(when.said, when.start, when.end, heard=True))
    if draft.urgency is None and is_over(draft.time, world.now):
        draft = draft.having(urgency=Urgency.EARLIER)
    return urgency_is_time(draft, world)


def is_over(time: Time | None, now: datetime) -> bool:
    """Tell whether it began so long ago that it needs no asking whether it is going on."""
    return time is not None and time.start is not None and now - time.start > RECENT


def urgency_is_time(draft: Draft, world: World) -> Draft:
    """What is happening, has just happened, or happens again and again needs no question "when?"."""
    if draft.time is not None or draft.urgency in (None, Urgency.EARLIER):
        return draft
    said = world.voice(f"choice.urgency.{draft.urgency}")
    now = None if draft.urgency is Urgency.REPEATED else world.now
    return draft.having(time=Time(said, now, now))


def tells_something(draft: Draft, route: Route) -> bool:
    """Tell whether a first message is about an incident: an act, a danger or a place is in it.

    Or it is a time and no more, as people begin who tell one thing a message.

    Nothing else is looked for: what people think or say has no detector here.
    """
    found_place = draft.place.settled or bool(draft.place.options) or route.outside
    told = draft.category or found_place or draft.evidence or draft.harm
    return bool(told) or only_tells_when(draft)


def only_tells_when(draft: Draft) -> bool:
    """Tell whether a time is all that was said so far."""
    return draft.time is not None and fold(draft.time.said) == fold(draft.what)


def tells_more(text: str) -> bool:
    """Tell whether an act or a danger is in it: then it is story, whatever was asked."""
    return guess_category(text).key is not None or mentions_injury_or_weapon(text)


def reworded(draft: Draft, index: int, text: str, world: World) -> Draft:
    """Return the draft with other words in one place, and what was heard in them heard anew."""
    words = (*draft.words[:index], text, *draft.words[index + 1 :])
    after = replace(
        draft,
        words=words,
        category="" if draft.guessed else draft.category,
        place=draft.place if draft.place.was_answered else Place(suggested=draft.place.suggested),
        time=None if draft.time and draft.time.heard else draft.time,
    )
    after, _ = understand(after, after.what, world)
    if draft.place.commune and not after.place.settled:  # chosen before, and still possible
        return after.having(place=places.choose(after.place, draft.place.commune.code))
    return after

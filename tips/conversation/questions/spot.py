"""Where it happened: what a pin means, the place in words, and which of the communes it may be."""

from dataclasses import replace

from tips.conversation import place as places
from tips.conversation.draft import Draft, Place, Step
from tips.conversation.listening import tells_more
from tips.conversation.questions.question import Question, answer, data
from tips.conversation.summary import shown_back
from tips.conversation.world import World
from tips.messages import Choice, Reply
from tips.understanding.hamlet import hamlet_in

LONGEST_SAID = 60  #: characters of their words repeated in the question


# what a pin means -----------------------------------------------------------------------------


def _ask_pin(draft: Draft, world: World) -> Reply:
    here = answer(draft, world, "choice.where.here", "here")
    standing = answer(draft, world, "choice.where.standing", "standing")
    return Reply(world.voice("ask.pin"), [[here, standing]])


def _press_pin(draft: Draft, value: str, world: World) -> Draft | None:
    """The place it happened at is kept; where somebody stands only finds the commune."""
    if value not in ("here", "standing"):
        return None
    if value == "here":
        return draft.having(place=_routed(draft, world))
    if draft.place.settled:  # the words have found it already
        return draft.having(place=places.unpinned(draft.place))
    place = places.unpinned(_routed(draft, world))
    return draft.having(
        place=replace(place, why=draft.place.why)
    )  # not beside which border they stand


def _routed(draft: Draft, world: World) -> Place:
    """The place after words and pin together, or by the pin alone where the words lead away."""
    place = replace(draft.place, pin_asked=True)
    found, route = places.find(place, draft.place.words or draft.what, world)
    if route.outside:
        found, _ = places.find(place, "", world)
    return found


# the place in words ---------------------------------------------------------------------------


def _ask_where(draft: Draft, world: World) -> Reply:
    place = draft.place
    choices = (
        [Choice(place.suggested.name, data(draft, place.suggested.code))] if place.suggested else []
    )
    choices.append(answer(draft, world, "choice.where.unknown", "unknown"))
    return Reply(world.voice(_where_key(place)), [choices], ask_location=True)


def _where_key(place: Place) -> str:
    if place.settled or place.options:  # gone back to
        return "ask.where"
    if place.ask:
        return place.ask
    if place.not_these:
        return "ask.where.else"
    return "ask.where.unknown" if place.words else "ask.where"


def _press_where(draft: Draft, value: str, _: World) -> Draft | None:
    place = draft.place
    if place.suggested and value == place.suggested.code:
        return draft.having(place=replace(place, commune=place.suggested, unknown=False))
    if value == "unknown":
        return draft.having(place=_unknown(place))
    return None


def _unknown(place: Place) -> Place:
    return replace(place, commune=None, unknown=True)


def _listen_where(draft: Draft, text: str, world: World) -> Draft | None:
    """Each answer adds to the words, until they name a commune; then an answer replaces them."""
    found = draft.place.settled or draft.place.options
    before = places.asked_anew(draft.place) if found else draft.place
    words = f"{before.words}, {text}".strip(", ")
    place, route = places.find(before, text, world)
    if route.outside:
        return None
    if not place.settled and not place.options and before.words:
        place, _ = places.find(before, words, world)
    if not place.settled and not place.options and tells_more(text):
        return None  # the story goes on
    return draft.having(place=replace(place, words=words))


def _listen_which(draft: Draft, text: str, world: World) -> Draft | None:
    """Another place in place of a choice; words that name none are no answer, a hamlet is kept."""
    after = _listen_where(draft, text, world)
    before = draft.place
    if after is None or (after.place.options, after.place.commune) == (before.options, None):
        return None
    if after.place.options or after.place.settled:
        return after
    hamlet = hamlet_in(text)
    return draft.having(place=replace(before, hamlet=hamlet)) if hamlet else None


# which of the communes ------------------------------------------------------------------------


def _ask_which(draft: Draft, world: World) -> Reply:
    place, voice = draft.place, world.voice
    if names := places.districts(place):
        rows = [[Choice(name, data(draft, f"d{n}"))] for n, name in enumerate(names)]
        return Reply(voice("ask.where.district"), [*rows, _neither(draft, world)])
    options = places.offered(place)
    if len(place.options) == 1 and not place.ask:
        yes = answer(draft, world, "choice.yes", options[0].code)
        text = voice("ask.where.confirm", place=shown_back(options[0], voice))
        return Reply(text, [[yes, *_neither(draft, world)]])
    rows = [[Choice(shown_back(o, voice), data(draft, o.code))] for o in options]
    text = voice(place.ask or "ask.where.which", said=_said(draft))
    return Reply(text, [*rows, _neither(draft, world)], ask_location=place.ask == places.DIVIDED)


def _said(draft: Draft) -> str:
    said = draft.place.matched or draft.place.words or " ".join(draft.what.split())
    return said if len(said) <= LONGEST_SAID else said[:LONGEST_SAID] + "…"


def _neither(draft: Draft, world: World) -> list[Choice]:
    return [
        answer(draft, world, "choice.where.elsewhere", "elsewhere"),
        answer(draft, world, "choice.where.unknown", "unknown"),
    ]


def _press_which(draft: Draft, value: str, _: World) -> Draft | None:
    place = draft.place
    if value == "elsewhere":
        return _elsewhere(draft)
    if value == "unknown":
        return draft.having(place=_unknown(place))
    if value == "yes":
        value = place.options[0].code if len(place.options) == 1 else ""
    if value.startswith("d"):
        return _press_district(draft, value.removeprefix("d"))
    chosen = places.choose(place, value)
    return draft.having(place=chosen) if chosen.commune else None


def _press_district(draft: Draft, number: str) -> Draft | None:
    names = places.districts(draft.place)
    if not number.isdecimal() or int(number) >= len(names):
        return None
    return draft.having(place=places.in_district(draft.place, names[int(number)]))


def _elsewhere(draft: Draft) -> Draft:
    """The options not shown yet; then the question in words."""
    if further := places.elsewhere(draft.place):
        return draft.having(place=further)
    return draft.having(place=places.forget(draft.place), at=Step.WHERE)


def _has_open_pin(draft: Draft) -> bool:
    return draft.place.point is not None and not draft.place.pin_asked


def _has_options(draft: Draft) -> bool:
    return bool(draft.place.options)


PIN = Question(_has_open_pin, _ask_pin, _press_pin, makes_sense=lambda d: d.place.point is not None)
WHICH = Question(
    lambda d: _has_options(d) and not d.place.settled,
    _ask_which,
    _press_which,
    _listen_which,
    makes_sense=_has_options,
    yes="yes",
    no="elsewhere",
)
WHERE = Question(lambda d: not d.place.settled, _ask_where, _press_where, _listen_where)

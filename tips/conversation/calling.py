"""Whom to call before writing, and how that is said: nobody who comes at once reads this chat. Pure."""

from collections.abc import Sequence

from tips.conversation.draft import Draft
from tips.conversation.world import World
from tips.understanding.guess import mentions_accident
from words.categories import services_to_call

#: Nobody is to be caught there; the danger is the place itself.
DANGEROUS_PLACES = frozenset({"fire_rescue", "traffic"})


def is_happening(draft: Draft) -> bool:
    return draft.urgency in ("now", "just")


def call_first(draft: Draft, world: World) -> str:
    """The numbers to call before writing, "" where nobody need come at once."""
    services, voice = _services(draft), world.voice
    if not services:
        return ""
    numbers = voice.numbers(services)
    if draft.category in DANGEROUS_PLACES:
        known = is_happening(draft) or draft.harm
        return voice("call.danger" if known else "call.danger_if_now", numbers=numbers)
    first = voice("call.first", numbers=numbers)
    if draft.category != "fraud":
        return first
    return f"{voice('call.bank')}\n\n{first}" if draft.harm else voice("call.bank")


def outside(draft: Draft, world: World) -> str:
    """What is said of a place outside the province: whoever needs help at once reads that first."""
    services, voice, province = _services(draft), world.voice, world.policy.province
    if not services:
        return voice("outside.province", province=province)
    if draft.category == "fraud" and not draft.harm:
        return f"{voice('call.bank')}\n\n{voice('outside.province', province=province)}"
    return voice("outside.urgent", province=province, numbers=voice.numbers(services))


def _services(draft: Draft) -> Sequence[str]:
    """The services to call before anything else, most fitting first; none for what is over."""
    if not draft.category or not (is_happening(draft) or _may_be_happening(draft)):
        return ()
    hurt = draft.harm or _is_accident(draft)
    return services_to_call(draft.category, happening=True, harm=hurt)


def _may_be_happening(draft: Draft) -> bool:
    """No time was said, and such things are told while they go on."""
    told_at_once = draft.harm or draft.category == "fire_rescue" or _is_accident(draft)
    return draft.urgency is None and told_at_once


def _is_accident(draft: Draft) -> bool:
    return draft.category == "traffic" and mentions_accident(draft.what)

"""Asking the next question: what is said before it, what it offers besides answers. Pure."""

from dataclasses import replace

from tips.conversation import place as places
from tips.conversation.calling import call_first, is_happening
from tips.conversation.draft import Draft, Step
from tips.conversation.listening import only_tells_when
from tips.conversation.questions import QUESTIONS, next_step
from tips.conversation.turn import Turn
from tips.conversation.world import World
from tips.messages import Choice, Press
from words.categories import priority_of

LONGEST_TRAIL = 20  #: steps back


def start_guided(draft: Draft | None, world: World) -> Turn:
    """/report: step by step. A tip that is unfinished is taken up again, not thrown away."""
    if draft is None:
        return proceed(Draft(world.fresh_number, world.now, guided=True), world)
    if draft.at is Step.ATTACH:
        return proceed(draft.having(guided=True), world)
    if draft.at is Step.ADD:
        return start_guided(draft.aside, world)
    return ask(draft, world, world.voice("start.resume"))


def moved(before: Draft, after: Draft, world: World, said: str = "") -> Turn:
    """Go on after an answer: where it leads, or to the next missing question."""
    at = next_step(after) if after.at is before.at else after.at
    trail = after.trail
    if at is not before.at and before.revision and before.at in QUESTIONS:
        trail = (*trail, before.at)[-LONGEST_TRAIL:]
    return ask(after.having(at=at, trail=trail), world, said)


def proceed(draft: Draft, world: World, said: str = "") -> Turn:
    """Ask the first question whose answer is missing."""
    return ask(draft.having(at=next_step(draft)), world, said)


def back(draft: Draft, world: World) -> Turn:
    """The question before, if it still makes sense; in a list, its beginning."""
    if _is_further_down(draft):
        return ask(draft.having(place=places.from_the_first(draft.place)), world)
    trail = [step for step in draft.trail if QUESTIONS[step].makes_sense(draft)]
    while trail and trail[-1] is draft.at:
        trail.pop()
    if not trail:
        return ask(draft, world)
    place = places.from_the_first(draft.place)
    return ask(draft.having(at=trail[-1], trail=tuple(trail[:-1]), place=place), world)


def _is_further_down(draft: Draft) -> bool:
    """In a list of communes, past its first page."""
    return draft.at is Step.WHICH and places.from_the_first(draft.place) != draft.place


def skip(draft: Draft, world: World) -> Turn:
    if not QUESTIONS[draft.at].skippable:
        return ask(draft, world, world.voice("ask.again"))
    return moved(draft, draft.passing(draft.at), world)


def ask(draft: Draft, world: World, said: str = "") -> Turn:
    """Ask the question at hand, after what there is to say first."""
    call = "" if draft.told_to_call else call_first(draft, world)
    scope = world.voice("outside.what_we_take") if _needs_scope(draft) else ""
    draft = draft.having(
        revision=draft.revision + 1,
        told_to_call=draft.told_to_call or bool(call),
        told_scope=draft.told_scope or bool(scope),
    )
    question = QUESTIONS[draft.at]
    reply = question.ask(draft, world)
    text = "\n\n".join(part for part in (said, call, scope, reply.text) if part)
    rows = [*reply.choices, *_controls(draft, world, skippable=question.skippable)]
    return Turn(draft, [replace(reply, text=text, choices=rows)])


def _needs_scope(draft: Draft) -> bool:
    """Whether something was told that names no act: what this channel takes is said then, once."""
    told = bool(draft.words) and not draft.category and not only_tells_when(draft)
    return draft.at is Step.CATEGORY and told and not draft.told_scope


def _controls(draft: Draft, world: World, *, skippable: bool) -> list[list[Choice]]:
    def control(key: str, verb: str) -> Choice:
        return world.voice.choice(key, Press(verb, draft.number, draft.revision))

    row = [control("choice.skip", "skip")] if skippable else []
    if draft.trail or _is_further_down(draft):
        row.append(control("choice.back", "back"))
    return [[*row, control("choice.cancel", "drop")]]


def is_urgent(draft: Draft) -> bool:
    """Tell whether the tip would be P1 if it were sent now."""
    if not draft.category:
        return False
    return priority_of(draft.category, happening=is_happening(draft), harm=draft.harm) == "P1"

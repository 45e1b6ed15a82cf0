"""The conversation: a pure function from a draft and a message to the next draft and what to say.

  first words, photo, pin, /report
             │
             ▼
┌──▶ next missing question ◀── back, edit
│            │ a press or words
│            ▼
└──────── answered?  no: the same question again, with help
             │ nothing missing
             ▼
          summary ── «Đồng ý và gửi» ──▶ File
"""

from dataclasses import replace

from tips import place as places
from tips.actions import File
from tips.commands import command_of, greet, menu, menu_press, obey
from tips.draft import MOST_EVIDENCE, Draft, Step
from tips.guess import looks_empty
from tips.listening import edited, listen, tells_something
from tips.messages import Choice, Incoming, Press, Reply
from tips.questions import QUESTIONS, next_step
from tips.supplement import ask_whose, supplement, whose
from tips.turn import Turn
from tips.world import World
from words.categories import priority_of, services_to_call

LONGEST_MESSAGE = 4096  #: characters; the longest any of our channels sends


def advance(draft: Draft | None, incoming: Incoming, evidence_id: int | None, world: World) -> Turn:
    """Answer one message from one person.

    Args:
        evidence_id: the row of the photo, video or voice that came with the message.
    """
    if incoming.edited:
        return _edited(draft, incoming, world)
    if incoming.choice:
        return _pressed(draft, incoming.choice, world)
    if evidence_id is not None:
        return _shown(draft, incoming, evidence_id, world)
    if incoming.point is not None:
        return _pinned(draft, incoming, world)
    if incoming.text:
        return _said(draft, incoming, world)
    if incoming.unsupported:
        return Turn(draft, [Reply(world.voice("errors.unsupported"))])
    return Turn(draft)


# buttons --------------------------------------------------------------------------------------


def _pressed(draft: Draft | None, data: str, world: World) -> Turn:
    press = Press.read(data)
    if press is None:
        return _old_button(draft, world)
    if press.verb == "menu" and press.detail == "report":
        return start_guided(draft, world)
    if turn := menu_press(draft, press, world):
        return turn
    if draft is None or press.number != draft.number:
        return _old_button(draft, world)
    if draft.at in (Step.ADD, Step.ATTACH):
        return _pressed_apart(draft, press, world)
    if press.revision != draft.revision:
        return _old_button(draft, world)
    return _answered(draft, press, world)


def _pressed_apart(draft: Draft, press: Press, world: World) -> Turn:
    if draft.at is Step.ADD:
        return Turn(None, [Reply(world.voice("status.thanks"))])
    turn = whose(draft, press.detail, world)
    return turn or proceed(draft.having(at=Step.WHAT), world)


def _answered(draft: Draft, press: Press, world: World) -> Turn:
    common = {"drop": _drop, "back": _back, "skip": _skip}.get(press.verb)
    if common:
        return common(draft, world)
    if draft.at is Step.SUMMARY and press.detail == "send":
        return Turn(None, actions=[File(draft)])
    after = QUESTIONS[draft.at].press(draft, press.detail, world)
    if after is None:
        return _old_button(draft, world)
    if after == draft and draft.at is Step.WHEN:
        return _ask(draft, world, world.voice("ask.when.type"))
    return moved(draft, after, world)


def _old_button(draft: Draft | None, world: World) -> Turn:
    """Say so, change nothing, and ask again what is open."""
    if draft is None or draft.at not in QUESTIONS:
        return Turn(draft, [Reply(world.voice("officer.old_button"), menu(world.voice))])
    return _ask(draft, world, world.voice("officer.old_button"))


def _drop(_: Draft, world: World) -> Turn:
    return Turn(None, [Reply(world.voice("draft.cancelled"), menu(world.voice))])


def _back(draft: Draft, world: World) -> Turn:
    if not draft.trail:
        return _ask(draft, world)
    return _ask(draft.having(at=draft.trail[-1], trail=draft.trail[:-1]), world)


def _skip(draft: Draft, world: World) -> Turn:
    if not QUESTIONS[draft.at].skippable:
        return _ask(draft, world)
    return moved(draft, draft.passing(draft.at), world)


# words ----------------------------------------------------------------------------------------


def _said(draft: Draft | None, incoming: Incoming, world: World) -> Turn:
    if command := command_of(incoming.text):
        if command[0] == "report":
            return start_guided(draft, world)
        return obey(draft, *command, world)
    if looks_empty(incoming.text):
        return _nothing_in_it(draft, world)
    if draft is None:
        return _first_words(incoming, world)
    if draft.at is Step.ADD:
        return supplement(draft, incoming, None, world)
    if draft.at is Step.ATTACH:
        draft = draft.having(at=Step.WHAT)
    return _told(draft, incoming, world)


def _nothing_in_it(draft: Draft | None, world: World) -> Turn:
    again = Reply(world.voice("ask.what.empty"))
    return Turn(draft, [again])


def _first_words(incoming: Incoming, world: World) -> Turn:
    """Free text first: words sent out of nowhere start a tip, if they tell of one."""
    empty = Draft(world.fresh_number, world.now)
    draft, route = listen(empty, incoming.text, world)
    draft = draft.from_message(incoming.message_id, empty)
    if route.outside and not draft.place.settled:
        return Turn(None, [_outside(world)])
    if not tells_something(draft, route):
        return Turn(None, [_not_an_incident(incoming.text, world)])
    return proceed(draft, world)


def _not_an_incident(text: str, world: World) -> Reply:
    """A greeting gets the greeting; longer words are answered politely and not kept."""
    if len(text.split()) <= 4:
        return greet(world)
    voice = world.voice
    return Reply(voice("outside.scope"), menu(voice))


def _outside(world: World) -> Reply:
    return Reply(world.voice("outside.province", province=world.policy.province))


def _told(draft: Draft, incoming: Incoming, world: World) -> Turn:
    """Words while a question is open: its answer, or more of the story."""
    text = incoming.text
    route = world.route(text)
    if route.outside and draft.at in (Step.WHERE, Step.WHICH):
        return _ask(draft, world, _outside(world).text)
    after = QUESTIONS[draft.at].listen(draft, text, world)
    if after is not None:
        after = after.from_message(incoming.message_id, draft)
        if after.place == draft.place and draft.at is Step.WHERE:
            return _ask(after, world)
        return moved(draft, after, world)
    after, _ = listen(draft, text, world)
    after = after.from_message(incoming.message_id, draft)
    if draft.at is Step.SUMMARY or next_step(after) != next_step(draft):
        return moved(draft, after, world)
    return _ask(after, world, world.voice("ask.again"))


def _edited(draft: Draft | None, incoming: Incoming, world: World) -> Turn:
    """An edited message replaces what it said, while the tip is not sent."""
    if draft is None or incoming.message_id is None or draft.at not in QUESTIONS:
        return Turn(draft)
    after = edited(draft, incoming.message_id, incoming.text)
    return _ask(after, world, world.voice("draft.edited")) if after else Turn(draft)


# pins and pictures ----------------------------------------------------------------------------


def _pinned(draft: Draft | None, incoming: Incoming, world: World) -> Turn:
    assert incoming.point is not None
    if draft is not None and draft.at is Step.ADD:
        return supplement(draft, incoming, None, world)
    route = world.route("", incoming.point, accuracy=incoming.accuracy)
    if route.outside:
        reply = _outside(world)
        return Turn(None, [reply]) if draft is None else _ask(draft, world, reply.text)
    before = draft or Draft(world.fresh_number, world.now)
    place = places.pinned(before.place, incoming.point, incoming.accuracy)
    return moved(before, before.having(place=place), world)


def _shown(draft: Draft | None, incoming: Incoming, evidence_id: int, world: World) -> Turn:
    if draft is not None and draft.at is Step.ADD:
        return supplement(draft, incoming, evidence_id, world)
    fresh = draft is None
    before = draft or Draft(world.fresh_number, world.now)
    if len(before.evidence) >= MOST_EVIDENCE:
        return Turn(draft, [Reply(world.voice("evidence.full", most=MOST_EVIDENCE))])
    after = _with_evidence(before, incoming, evidence_id)
    if incoming.text:
        after, _ = listen(after, incoming.text, world)
        after = after.from_message(incoming.message_id, before)
    if incoming.album and incoming.album == before.album:
        return Turn(after)  # one answer an album
    if fresh and not incoming.text and any(tip.is_open for tip in world.mine):
        return ask_whose(after, world)
    if after.at is Step.ATTACH:
        return Turn(after)
    kept = world.voice("evidence.kept_short", count=len(after.evidence))
    return moved(before, after, world, kept)


def _with_evidence(draft: Draft, incoming: Incoming, evidence_id: int) -> Draft:
    assert incoming.media is not None
    return replace(
        draft,
        evidence=(*draft.evidence, evidence_id),
        album=incoming.album or "",
        has_sound=draft.has_sound or incoming.media.kind in ("video", "voice"),
    )


# asking ---------------------------------------------------------------------------------------


def start_guided(draft: Draft | None, world: World) -> Turn:
    """/report: step by step. A tip that is unfinished is taken up again, not thrown away."""
    if draft is not None and draft.at in QUESTIONS:
        return _ask(draft, world, world.voice("start.resume"))
    return proceed(Draft(world.fresh_number, world.now, guided=True), world)


def moved(before: Draft, after: Draft, world: World, said: str = "") -> Turn:
    """Go on after an answer: where it leads, or to the next missing question."""
    trail = (*after.trail, before.at)[-20:]
    if after.at is not before.at:
        return _ask(after.having(trail=trail), world, said)
    return proceed(after.having(trail=trail if before.revision else ()), world, said)


def proceed(draft: Draft, world: World, said: str = "") -> Turn:
    """Ask the first question whose answer is missing."""
    return _ask(draft.having(at=next_step(draft)), world, said)


def _ask(draft: Draft, world: World, said: str = "") -> Turn:
    """Ask the question at hand, after what there is to say first."""
    draft = draft.having(revision=draft.revision + 1)
    call = _call_first(draft, world)
    if call:
        draft = draft.having(told_to_call=True)
    question = QUESTIONS[draft.at]
    reply = question.ask(draft, world)
    text = "\n\n".join(part for part in (said, call, reply.text) if part)
    rows = [*reply.choices, *_controls(draft, question.skippable, world)]
    return Turn(draft, [replace(reply, text=text, choices=rows)])


def _call_first(draft: Draft, world: World) -> str:
    """The numbers to call before writing: said once, and no tap is asked for it."""
    if draft.told_to_call or not draft.category or draft.urgency is None:
        return ""
    happening = draft.urgency in ("now", "just")
    services = services_to_call(draft.category, happening=happening, harm=draft.harm)
    if not services or not happening:
        return ""
    voice = world.voice
    call = voice("call.first", numbers=voice.numbers(services))
    return f"{call}\n{voice('call.bank')}" if draft.category == "fraud" else call


def _controls(draft: Draft, skippable: bool, world: World) -> list[list[Choice]]:
    def control(key: str, verb: str) -> Choice:
        return world.voice.choice(key, Press(verb, draft.number, draft.revision))

    row = [control("choice.skip", "skip")] if skippable else []
    if draft.trail:
        row.append(control("choice.back", "back"))
    return [[*row, control("choice.cancel", "drop")]]


def is_urgent(draft: Draft) -> bool:
    """Tell whether the tip would be P1 if it were sent now."""
    if not draft.category:
        return False
    happening = draft.urgency in ("now", "just")
    return priority_of(draft.category, happening=happening, harm=draft.harm) == "P1"

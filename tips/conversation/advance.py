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

from routing import fold
from tips.conversation import place as places
from tips.conversation.actions import File
from tips.conversation.asking import ask, back, moved, proceed, skip
from tips.conversation.calling import outside
from tips.conversation.commands import command_of, greet, greeting, menu, menu_press, obey
from tips.conversation.draft import Draft, Step
from tips.conversation.listening import listen, reworded, tells_more, tells_something
from tips.conversation.pictures import shown
from tips.conversation.questions import QUESTIONS
from tips.conversation.quoting import readable
from tips.conversation.status import newest_line
from tips.conversation.supplement import (
    ask_whose,
    dropped,
    filed_just_now,
    pressed,
    sent_just_now,
    still_adding,
    supplement,
    waiting,
    whose,
)
from tips.conversation.turn import Turn
from tips.conversation.world import World
from tips.messages import Incoming, Press, Reply
from tips.understanding.guess import looks_empty
from words.phrases import NO, SEND, YES

SHORTEST_REMARK = (
    3  #: words; what is shorter and tells of nothing is a slip, not a part of the story
)


def advance(draft: Draft | None, incoming: Incoming, evidence_id: int | None, world: World) -> Turn:
    """Answer one message from one person.

    Args:
        evidence_id: the row of the photo, video or voice that came with the message.
    """
    turn = _answer(still_adding(draft, world), incoming, evidence_id, world)
    return _welcomed(turn, incoming, world)


def _answer(draft: Draft | None, incoming: Incoming, evidence_id: int | None, world: World) -> Turn:
    if incoming.choice and not incoming.edited:
        return _pressed(draft, incoming.choice, world)
    clean = replace(incoming, text=readable(incoming.text))
    if incoming.edited:
        return _edited(draft, clean, world)
    if evidence_id is not None:
        return shown(draft, clean, evidence_id, world)
    if incoming.point is not None:
        return _pinned(draft, incoming, world)
    if incoming.text:
        return _said(draft, clean, world)
    if incoming.unsupported:
        return Turn(draft, [Reply(world.voice("errors.unsupported"))])
    return Turn(draft)


def _welcomed(turn: Turn, incoming: Incoming, world: World) -> Turn:
    """Whoever writes for the first time and begins to tell at once is greeted as well."""
    if not world.is_new or turn.draft is None or incoming.text.startswith("/start"):
        return turn
    return replace(turn, replies=[Reply(greeting(world)), *turn.replies])


# buttons --------------------------------------------------------------------------------------


def _pressed(draft: Draft | None, data: str, world: World) -> Turn:
    press = Press.read(data)
    if press is None:
        return _old_button(draft, world)
    if turn := menu_press(draft, press, world):
        return turn
    if draft is None or press.number != draft.number:
        return _old_button(draft, world, press)
    if draft.at in (Step.ADD, Step.ATTACH):
        return _pressed_apart(draft, press, world)
    if press.revision != draft.revision:
        return _old_button(draft, world)
    return _answered(draft, press, world)


def _pressed_apart(draft: Draft, press: Press, world: World) -> Turn:
    if draft.at is Step.ADD:
        return pressed(draft, press.detail, world)
    if press.verb == "drop":
        return dropped(draft, world)
    if press.detail == "new" and not draft.is_blank:
        return proceed(draft, world)
    return whose(draft, press.detail, world) or _old_button(draft, world)


def _answered(draft: Draft, press: Press, world: World) -> Turn:
    if press.verb == "drop":
        return dropped(draft, world)
    if press.verb == "back":
        return back(draft, world)
    if press.verb == "skip":
        return skip(draft, world)
    if draft.at is Step.SUMMARY and press.detail == "send":
        return Turn(draft.aside, actions=[File(draft)])
    after = QUESTIONS[draft.at].press(draft, press.detail, world)
    return moved(draft, after, world) if after else _old_button(draft, world)


def _old_button(draft: Draft | None, world: World, press: Press | None = None) -> Turn:
    """Say so, change nothing, and show what is true now: the open question, or the newest tip."""
    said = world.voice("officer.old_button")
    if draft is None and press and press.detail == "send" and sent_just_now(world):
        return Turn(None, [Reply(world.voice("receipt.sent_already"))])
    if draft is None:
        newest = newest_line(world)
        return Turn(None, [Reply(f"{said}\n{newest}".strip(), menu(world.voice))])
    if draft.at in QUESTIONS:
        return ask(draft, world, said)
    return Turn(draft, [Reply(said)])


# words ----------------------------------------------------------------------------------------


def _said(draft: Draft | None, incoming: Incoming, world: World) -> Turn:
    if incoming.early and draft is not None and draft.at in QUESTIONS:
        return ask(draft, world, world.voice("ask.early"))
    if draft is not None and draft.at in QUESTIONS and (after := _meant(draft, incoming, world)):
        return moved(draft, after, world)
    if command := command_of(incoming.text):
        return obey(draft, *command, world)
    if looks_empty(incoming.text):
        return _nothing_in_it(draft, world)
    if draft is None:
        return _first_words(incoming, world)
    if draft.at is Step.ADD:
        return supplement(draft, incoming, (), world)
    if draft.at is Step.ATTACH:
        return _said_while_asked_whose(draft, incoming, world)
    return _told(draft, incoming, world)


def _nothing_in_it(draft: Draft | None, world: World) -> Turn:
    if draft is not None and draft.at in QUESTIONS:
        return ask(draft, world, world.voice("ask.again"))
    return Turn(draft, [Reply(world.voice("ask.what.empty"))])


def _first_words(incoming: Incoming, world: World) -> Turn:
    """Free text first: words sent out of nowhere start a tip, if they tell of one."""
    empty = Draft(world.fresh_number, world.now)
    draft, route = listen(empty, incoming.text, world)
    if route.outside and not draft.place.settled:
        return Turn(None, [Reply(outside(draft, world))])
    if tells_something(draft, route):
        return proceed(draft.noting(incoming.message_id, empty), world)
    if filed_just_now(world):
        return ask_whose(waiting(None, world, words=incoming.text), world)
    return Turn(None, [_not_an_incident(incoming.text, world)])


def _not_an_incident(text: str, world: World) -> Reply:
    """A greeting gets the greeting; longer words are answered politely and not kept."""
    if len(text.split()) <= 4:
        return greet(world)
    voice = world.voice
    return Reply(voice("outside.scope"), menu(voice))


def _said_while_asked_whose(draft: Draft, incoming: Incoming, world: World) -> Turn:
    after, _ = listen(draft, incoming.text, world)
    after = after.noting(incoming.message_id, draft)
    if draft.aside is None and tells_more(incoming.text):
        return proceed(after, world)
    return ask_whose(after, world)


def _told(draft: Draft, incoming: Incoming, world: World) -> Turn:
    """Words while a question is open: its answer, or more of the story."""
    question, text = QUESTIONS[draft.at], incoming.text
    if draft.at is Step.SUMMARY and fold(text) in SEND:
        return Turn(draft.aside, actions=[File(draft)])
    if not draft.place.settled and world.route(text).outside:
        return ask(draft, world, outside(listen(draft, text, world)[0], world))
    after = question.listen(draft, text, world)
    if after is not None:
        return moved(draft, after.noting(incoming.message_id, draft), world)
    if question.private or not _is_remark(draft, text):
        again = world.voice("ask.again")
        return ask(draft.noting(incoming.message_id, draft), world, again)
    return _remarked(draft, incoming, world)


def _meant(draft: Draft, incoming: Incoming, world: World) -> Draft | None:
    """What "có", "không", "đúng" answer."""
    question, said = QUESTIONS[draft.at], fold(incoming.text)
    value = question.yes if said in YES else question.no if said in NO else ""
    return question.press(draft, value, world) if value else None


def _is_remark(draft: Draft, text: str) -> bool:
    if fold(text) in YES | NO:
        return False
    return draft.at is Step.SUMMARY or len(text.split()) >= SHORTEST_REMARK or tells_more(text)


def _remarked(draft: Draft, incoming: Incoming, world: World) -> Turn:
    """The story goes on. It may have answered the question all the same."""
    after, _ = listen(draft, incoming.text, world)
    room = len(after.what) - len(draft.what) >= len(incoming.text)
    said = world.voice("draft.noted" if room else "draft.too_long")
    after = after.noting(incoming.message_id, draft)
    question = QUESTIONS[draft.at]
    if draft.at is Step.SUMMARY or (question.needed(draft) and not question.needed(after)):
        return moved(draft, after, world, said)
    return ask(after, world, said)


# corrections and pins -------------------------------------------------------------------------


def _edited(draft: Draft | None, incoming: Incoming, world: World) -> Turn:
    """An edited message says again what it said, while the tip is not sent."""
    if draft is None or draft.at not in QUESTIONS or looks_empty(incoming.text):
        return Turn(draft)
    said = next((s for s in draft.messages if s.message_id == incoming.message_id), None)
    if said is None:
        return Turn(draft)
    if said.index is not None and said.index < len(draft.words):
        after: Draft | None = reworded(draft, said.index, incoming.text, world)
    else:
        after = _answered_anew(draft, said.step, incoming.text, world)
    return moved(draft, after, world, world.voice("draft.edited")) if after else Turn(draft)


def _answered_anew(draft: Draft, step: Step, text: str, world: World) -> Draft | None:
    if step in (Step.WHERE, Step.WHICH):
        draft = draft.having(place=places.asked_anew(draft.place))
    if step not in QUESTIONS:
        return None
    after = QUESTIONS[step].listen(draft, text, world)
    return after.having(at=draft.at) if after else None


def _pinned(draft: Draft | None, incoming: Incoming, world: World) -> Turn:
    """A pin: what it means is asked at once, because it may have to be forgotten."""
    assert incoming.point is not None
    if draft is not None and draft.at is Step.ADD:
        return supplement(draft, incoming, (), world)
    if world.route("", incoming.point, accuracy=incoming.accuracy).outside:
        said = outside(draft or Draft(world.fresh_number, world.now), world)
        asked = draft is not None and draft.at in QUESTIONS
        return ask(draft, world, said) if draft and asked else Turn(draft, [Reply(said)])
    if draft is not None and draft.aside is not None:
        return ask_whose(draft, world)
    before = draft or Draft(world.fresh_number, world.now)
    place = places.pinned(before.place, incoming.point, incoming.accuracy)
    after = before.having(place=place, at=Step.PIN)
    return ask(after, world) if before.at is Step.PIN else moved(before, after, world)

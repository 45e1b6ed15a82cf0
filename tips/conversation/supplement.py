"""Sending more for a tip already filed; an unfinished one waits meanwhile. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from tips.conversation.actions import Add
from tips.conversation.asking import ask
from tips.conversation.draft import Draft, Place, Step
from tips.conversation.questions import QUESTIONS
from tips.conversation.turn import Turn
from tips.conversation.world import TipFact, World
from tips.messages import Choice, Incoming, Press, Reply

ADDING = timedelta(minutes=30)  #: after so long in silence, what is sent is something new
JUST_FILED = timedelta(hours=1)  #: so long, words that tell of no incident may belong to the tip
SENT_JUST_NOW = timedelta(minutes=1)  #: so long, «Đồng ý và gửi» is a second press of the same
MOST_OFFERED = 5


def still_adding(draft: Draft | None, world: World) -> Draft | None:
    """The draft, or what waited behind an addition that nobody ended."""
    if draft is None or draft.at is not Step.ADD:
        return draft
    since = draft.added_at or draft.started_at
    return draft if world.now - since <= ADDING else draft.aside


def open_tips(world: World) -> Sequence[TipFact]:
    return [tip for tip in world.mine if tip.is_open][:MOST_OFFERED]


def filed_just_now(world: World) -> bool:
    return any(world.now - tip.received_at <= JUST_FILED for tip in open_tips(world))


def sent_just_now(world: World) -> bool:
    return any(world.now - tip.received_at <= SENT_JUST_NOW for tip in world.mine)


def add(
    draft: Draft | None,
    words: str,
    world: World,
    *,
    evidence: tuple[int, ...] = (),
    album: str | None = None,
) -> Turn:
    """BS: more for a tip filed from this chat, now or in the next messages."""
    tips = open_tips(world)
    if not tips:
        return Turn(draft, [Reply(world.voice("status.none"))])
    more = waiting(draft, world, words=words, evidence=evidence, album=album)
    return _give(more, tips[0], world) if len(tips) == 1 else ask_whose(more, world)


def waiting(
    draft: Draft | None,
    world: World,
    *,
    words: str = "",
    evidence: tuple[int, ...] = (),
    album: str | None = None,
) -> Draft:
    """What waits to be given to a tip; the tip that was being told waits behind it."""
    aside = draft if draft is None or draft.at in QUESTIONS else draft.aside
    more = Draft(world.fresh_number, world.now, at=Step.ATTACH, evidence=evidence, aside=aside)
    return more.having(album=album or "").hears(words)


def begin(draft: Draft | None, tip: TipFact, world: World) -> Turn:
    """From here on what is sent goes to the tip, until «Xong»."""
    if draft is not None and draft.at is Step.ATTACH:
        return _give(draft, tip, world)
    return _give(waiting(draft, world), tip, world)


def _give(draft: Draft, tip: TipFact, world: World) -> Turn:
    """Give the tip what waits, and wait for more."""
    after = Draft(
        world.fresh_number,
        world.now,
        at=Step.ADD,
        adding_to=tip.number,
        album=draft.album,
        aside=draft.aside,
    )
    if draft.is_blank:
        return Turn(after, [_ask_more(after, "add.ask", world)])
    said = _ask_more(after, "add.done", world)
    more = Add(tip.number, draft.what, draft.place.point, draft.evidence, said)
    return Turn(after, actions=[more])


def supplement(draft: Draft, incoming: Incoming, evidence: tuple[int, ...], world: World) -> Turn:
    """Give what was sent to the tip that is being added to."""
    if not any(tip.number == draft.adding_to for tip in world.mine if tip.takes_more):
        return resumed(draft.aside, world, world.voice("add.closed"))
    if incoming.point is not None:
        return _ask_pin(draft, incoming, world)
    same_album = bool(incoming.album) and incoming.album == draft.album
    after = draft.having(album=incoming.album or "", added_at=world.now)
    said = None if same_album else _ask_more(after, "add.done", world)
    return Turn(after, actions=[Add(draft.adding_to, incoming.text, None, evidence, said)])


def _ask_pin(draft: Draft, incoming: Incoming, world: World) -> Turn:
    after = draft.having(place=Place(point=incoming.point), added_at=world.now)
    voice = world.voice
    here = _button(voice("choice.where.here"), draft, "here")
    standing = _button(voice("choice.where.standing"), draft, "standing")
    return Turn(after, [Reply(voice("ask.pin"), [[here, standing]])])


def pressed(draft: Draft, value: str, world: World) -> Turn:
    """«Xong», or what the pin just sent means: only the place it happened at is given."""
    if value not in ("here", "standing") or draft.place.point is None:
        return dropped(draft, world)
    after = draft.having(place=Place(), added_at=world.now)
    if value == "standing":
        return Turn(after, [_ask_more(after, "add.pin_dropped", world)])
    said = _ask_more(after, "add.done", world)
    return Turn(after, actions=[Add(draft.adding_to, "", draft.place.point, (), said)])


def dropped(draft: Draft, world: World) -> Turn:
    """Stop what is unfinished: adding, choosing a tip, or the tip being told."""
    if draft.at is Step.ADD:
        return resumed(draft.aside, world, world.voice("status.thanks"))
    return resumed(draft.aside, world, world.voice("draft.cancelled"))


def resumed(aside: Draft | None, world: World, said: str) -> Turn:
    """Go back to the tip that was being told, if there was one."""
    if aside is None:
        return Turn(None, [Reply(said)])
    return ask(aside, world, f"{said} {world.voice('start.resume')}")


def ask_whose(draft: Draft, world: World) -> Turn:
    """For which tip is this? Or is it the start of a new one?"""
    draft, voice = draft.having(at=Step.ATTACH), world.voice
    rows = [[_button(_label(tip, world), draft, str(tip.number))] for tip in open_tips(world)]
    if not draft.is_blank and draft.aside is None:
        rows.append([_button(voice("choice.menu.report"), draft, "new")])
    rows.append([voice.choice("choice.cancel_this", Press("drop", draft.number))])
    return Turn(draft, [Reply(voice("add.which"), rows)])


def _label(tip: TipFact, world: World) -> str:
    return world.voice("choice.attach.tip", time=world.voice.clock(tip.received_at, world.now))


def whose(draft: Draft, chosen: str, world: World) -> Turn | None:
    """Give what waits to the chosen tip; None if there is no such tip."""
    tip = next((t for t in open_tips(world) if str(t.number) == chosen), None)
    return _give(draft, tip, world) if tip else None


def _ask_more(draft: Draft, key: str, world: World) -> Reply:
    return Reply(world.voice(key), [[_button(world.voice("choice.done"), draft, "done")]])


def _button(label: str, draft: Draft, value: str) -> Choice:
    return Choice(label, str(Press("answer", draft.number, 0, value)))

"""Photos, videos, voices and documents in the conversation. Pure."""

from tips.conversation.asking import ask, moved
from tips.conversation.calling import outside
from tips.conversation.commands import command_of
from tips.conversation.draft import MOST_EVIDENCE, Draft, Step
from tips.conversation.listening import listen
from tips.conversation.questions import QUESTIONS
from tips.conversation.supplement import add, ask_whose, supplement
from tips.conversation.turn import Turn
from tips.conversation.world import World
from tips.messages import Incoming, Reply


def shown(draft: Draft | None, incoming: Incoming, evidence_id: int, world: World) -> Turn:
    """Take in one piece; an album gets one answer."""
    command = command_of(incoming.text)
    if command and command[0] == "add":  # «BS» under a picture
        return add(draft, command[1], world, evidence=(evidence_id,), album=incoming.album)
    if draft is not None and draft.at is Step.ADD:
        return supplement(draft, incoming, (evidence_id,), world)
    before = draft or Draft(world.fresh_number, world.now)
    if len(before.evidence) >= MOST_EVIDENCE:
        return _full(before, incoming, world)
    words = (
        "" if command else incoming.text
    )  # a command, or a receipt code, is no part of the story
    return _taken(draft, before, incoming, words, evidence_id, world)


def _taken(
    draft: Draft | None,
    before: Draft,
    incoming: Incoming,
    words: str,
    evidence_id: int,
    world: World,
) -> Turn:
    after = _with_evidence(before, incoming, evidence_id)
    if words:
        after, route = listen(after, words, world)
        if route.outside and not after.place.settled:
            return _outside(draft, after, world)
        after = after.noting(incoming.message_id, before)
    if incoming.album and incoming.album == before.album:
        return Turn(after)
    if before.at is Step.ATTACH and (before.aside or not words):
        return Turn(after)
    if draft is None and not words and any(tip.is_open for tip in world.mine):
        return ask_whose(after, world)
    key = "evidence.kept_album" if after.album else "evidence.kept"
    return moved(before, after, world, world.voice(key, count=len(after.evidence)))


def _outside(draft: Draft | None, heard: Draft, world: World) -> Turn:
    text = outside(heard, world)
    if draft is None or draft.at not in QUESTIONS:
        return Turn(draft, [Reply(text)])
    return ask(draft, world, text)


def _full(draft: Draft, incoming: Incoming, world: World) -> Turn:
    """No room in this tip. Of an album that is said once."""
    if incoming.album and incoming.album == draft.full_album:
        return Turn(draft)
    said = world.voice("evidence.full", most=MOST_EVIDENCE)
    return Turn(draft.having(full_album=incoming.album or ""), [Reply(said)])


def _with_evidence(draft: Draft, incoming: Incoming, evidence_id: int) -> Draft:
    assert incoming.media is not None
    return draft.having(
        evidence=(*draft.evidence, evidence_id),
        album=incoming.album or "",
        has_sound=draft.has_sound or incoming.media.kind in ("video", "voice"),
    )

"""Sending more for a tip already filed. Pure."""

from tips.actions import Add
from tips.commands import ask_more
from tips.draft import Draft, Step
from tips.messages import Choice, Incoming, Press, Reply
from tips.turn import Turn
from tips.world import World


def supplement(draft: Draft, incoming: Incoming, evidence_id: int | None, world: World) -> Turn:
    """Give what was sent to the tip that is being added to."""
    evidence = () if evidence_id is None else (evidence_id,)
    add = Add(draft.adding_to, incoming.text, incoming.point, evidence)
    same_album = bool(incoming.album) and incoming.album == draft.album
    after = draft.having(album=incoming.album or "")
    replies = [] if same_album else [ask_more(after, "add.done", world)]
    return Turn(after, replies, [add])


def ask_whose(draft: Draft, world: World) -> Turn:
    """A picture without words, while a tip is open: for that one, or the start of a new one?"""
    draft = draft.having(at=Step.ATTACH)
    voice = world.voice
    rows = [
        [Choice(voice("choice.attach.tip", time=voice.clock(t.received_at, world.now)),
                str(Press("answer", draft.number, 0, str(t.number))))]
        for t in world.mine[:4]
        if t.is_open
    ]  # fmt: skip
    rows.append([voice.choice("choice.menu.report", Press("answer", draft.number, 0, "new"))])
    return Turn(draft, [Reply(voice("add.which"), rows)])


def whose(draft: Draft, chosen: str, world: World) -> Turn | None:
    """Attach what waits to the chosen tip; None if it starts a new one."""
    tip = next((t for t in world.mine if str(t.number) == chosen and t.is_open), None)
    if tip is None:
        return None
    after = draft.having(at=Step.ADD, adding_to=tip.number)
    add = Add(tip.number, draft.what, draft.place.point, draft.evidence)
    return Turn(after, [ask_more(after, "add.done", world)], [add])

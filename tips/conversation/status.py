"""What a reporter reads about a tip: state and result; never category, place or words. Pure."""

from tips.conversation.world import TipFact, World
from tips.messages import Press, Reply

MOST_SHOWN = 5  #: of the newest tips


def status_replies(world: World) -> list[Reply]:
    """The tips of this chat, the newest last: they need no code here."""
    if not world.mine:
        return [Reply(world.voice("status.none"))]
    return [status_reply(tip, world) for tip in reversed(world.mine[:MOST_SHOWN])]


def status_reply(tip: TipFact, world: World, named: str = "") -> Reply:
    """A tip of this chat, and what its reporter may still do with it."""
    voice = world.voice
    row = []
    if tip.takes_more:
        row.append(voice.choice("choice.add", Press("add", tip.number)))
    if tip.is_open:
        row.append(voice.choice("choice.withdraw", Press("withdraw", tip.number, tip.revision)))
    return Reply(status_line(tip, named or _sent_at(tip, world), world), [row] if row else [])


def newest_line(world: World) -> str:
    """The state of the newest tip, "" where there is none."""
    if not world.mine:
        return ""
    return status_line(world.mine[0], _sent_at(world.mine[0], world), world)


def _sent_at(tip: TipFact, world: World) -> str:
    return world.voice("status.sent_at", time=world.voice.clock(tip.received_at, world.now))


def status_line(tip: TipFact, named: str, world: World) -> str:
    """Args: named: how the tip is called here: by its code, or by when it was sent."""
    voice = world.voice
    time = voice.clock(tip.updated_at, world.now)
    told = voice(tip.outcome) if tip.outcome else ""
    return voice(
        "status.line",
        tip=named,
        state=voice.label("state", tip.state),
        time=time,
        result=voice(f"status.{tip.state}", time=time, result=told, missing=told),
    )

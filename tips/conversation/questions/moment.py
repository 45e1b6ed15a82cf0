"""When it happened."""

from datetime import datetime, timedelta

from tips.conversation.draft import Draft, Step, Time
from tips.conversation.listening import is_over, tells_more
from tips.conversation.questions.question import Question, answer, pairs
from tips.conversation.world import World
from tips.messages import Reply
from tips.understanding.guess import Urgency
from tips.understanding.when import understand_when

LONGEST_SAID = 60  #: characters kept as said; in a longer answer the part about the time


def _ask_when(draft: Draft, world: World) -> Reply:
    keys = ("now", "today", "yesterday", "other", "repeated", "unknown")
    choices = [answer(draft, world, f"choice.when.{key}", key) for key in keys]
    key = "ask.when.type" if Step.WHEN in draft.passed else "ask.when"
    return Reply(world.voice(key), pairs(choices))


def _press_when(draft: Draft, value: str, world: World) -> Draft | None:
    if value == "other":  # the same question again: the date is typed
        return draft.having(time=None).passing(Step.WHEN)
    if value == "unknown":
        return draft.having(time=Time())
    if value not in ("now", "today", "yesterday", "repeated"):
        return None
    if value in ("now", "repeated"):
        draft = draft.having(urgency=Urgency(value))
    return _dated(draft, _quick_time(value, world), world.now)


def _quick_time(value: str, world: World) -> Time:
    said = world.voice(f"choice.when.{value}")
    midnight = _midnight(world)
    spans: dict[str, tuple[datetime, datetime]] = {
        "now": (world.now, world.now),
        "today": (midnight, world.now),
        "yesterday": (midnight - timedelta(days=1), midnight),
    }
    start, end = spans.get(value, (None, None))
    return Time(said, start, end)


def _midnight(world: World) -> datetime:
    return world.now.astimezone(world.voice.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _listen_when(draft: Draft, text: str, world: World) -> Draft | None:
    when = understand_when(text, world.now, world.voice.zone)
    short = len(text) <= LONGEST_SAID
    if when is None:
        return draft.having(time=Time(text)) if short and not tells_more(text) else None
    time = Time(text if short else when.said, when.start, when.end)
    return _dated(draft if short else draft.hears(text), time, world.now)


def _dated(draft: Draft, time: Time, now: datetime) -> Draft:
    """What turns out to be over is not happening now."""
    over = draft.urgency in (Urgency.NOW, Urgency.JUST) and is_over(time, now)
    return draft.having(time=time, urgency=Urgency.EARLIER if over else draft.urgency)


WHEN = Question(lambda d: d.time is None, _ask_when, _press_when, _listen_when)

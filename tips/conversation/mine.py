"""What people may do with what they sent: see it, add, withdraw, erase. Pure."""

from datetime import datetime

from tips.conversation.actions import EraseMine, LookUp, SayWhetherSafe, WipeChat, Withdraw
from tips.conversation.draft import Draft
from tips.conversation.supplement import add, begin
from tips.conversation.turn import Turn
from tips.conversation.world import TipFact, World
from tips.messages import Choice, Press, Reply
from tips.receipts import looks_like_code, read_code

_DATA_BUTTONS = (("mydata.erase", "erase"), ("wipe", "wipe"))


def day(moment: datetime) -> int:
    """What a button carries whose press must not come back to life later, under another's finger."""
    return moment.toordinal()


def _is_fresh(press: Press, world: World) -> bool:
    """Tell whether a button was drawn today or yesterday."""
    return 0 <= day(world.now) - press.revision <= 1


def data_buttons(world: World) -> list[list[Choice]]:
    today = day(world.now)
    return [
        [world.voice.choice(f"choice.{key}", Press(verb, 0, today))] for key, verb in _DATA_BUTTONS
    ]


def show_data(draft: Draft | None, _: str, world: World) -> Turn:
    """Dates and states, no more."""
    voice = world.voice
    lines = [
        voice("mydata.line", date=voice.date(t.received_at), state=voice.label("state", t.state))
        for t in world.mine
    ]
    if draft is not None:
        until = voice.clock(draft.began_at + world.policy.draft, world.now)
        lines.append(voice("mydata.draft", time=until))
    if not lines:
        return Turn(draft, [Reply(voice("mydata.none"))])
    return Turn(draft, [Reply(voice("mydata.list", lines="\n".join(lines)), data_buttons(world))])


def erase(draft: Draft | None, press: Press, world: World) -> Turn:
    voice = world.voice
    if press.detail == "yes" and _is_fresh(press, world):
        return Turn(None, actions=[EraseMine()])
    yes = voice.choice("choice.mydata.erase", Press("erase", 0, day(world.now), "yes"))
    keep = voice.choice("choice.mydata.keep", Press("menu", detail="mydata"))
    return Turn(draft, [Reply(voice("mydata.erase_ask"), [[yes], [keep]])])


def wipe(*_: object) -> Turn:
    """An unfinished tip goes as well: its questions would be deleted, its reminders would come."""
    return Turn(None, actions=[WipeChat()])


def wipe_by_button(draft: Draft | None, press: Press, world: World) -> Turn:
    if not _is_fresh(press, world):
        return Turn(draft, [Reply(world.voice("errors.old_choice"))])
    return wipe()


def look_up(draft: Draft | None, text: str, _: World) -> Turn:
    return Turn(draft, actions=[LookUp(read_code(text))])


def add_by_word(draft: Draft | None, rest: str, world: World) -> Turn:
    """BS, with or without the words to add. With a code: what it names, and a button to add."""
    if looks_like_code(rest):
        return look_up(draft, rest, world)
    return add(draft, rest, world)


def add_by_button(draft: Draft | None, press: Press, world: World) -> Turn:
    tip = _tip(press, world)
    if tip is None or not tip.takes_more:
        return Turn(draft, [Reply(world.voice("add.closed" if tip else "errors.old_choice"))])
    return begin(draft, tip, world)


def withdraw(draft: Draft | None, press: Press, world: World) -> Turn:
    voice, tip = world.voice, _tip(press, world)
    if tip is None:
        return Turn(draft, [Reply(voice("errors.old_choice"))])
    if not tip.is_open:
        return Turn(draft, [Reply(voice("withdraw.closed"))])
    if press.detail == "yes":
        return Turn(draft, actions=[Withdraw(tip.number)])
    yes = voice.choice("choice.withdraw", Press("withdraw", tip.number, tip.revision, "yes"))
    keep = voice.choice("choice.mydata.keep", Press("menu", detail="status"))
    kept = voice.duration(world.policy.rejected)
    return Turn(draft, [Reply(voice("withdraw.confirm", rejected=kept), [[yes, keep]])])


def say_whether_safe(draft: Draft | None, press: Press, world: World) -> Turn:
    """«Không» holds whenever it is pressed; «Có» only while the question is fresh."""
    safe = press.detail == "yes"
    if safe and not _is_fresh(press, world):
        return Turn(draft, [Reply(world.voice("errors.old_choice"))])
    return Turn(draft, actions=[SayWhetherSafe(press.number, safe)])


def _tip(press: Press, world: World) -> TipFact | None:
    return next((tip for tip in world.mine if tip.number == press.number), None)

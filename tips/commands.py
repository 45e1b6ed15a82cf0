"""Commands and the menu: everything a citizen may ask for besides reporting. Pure.

`COMMANDS` is the one list of them; the platform's menu, /help and the documents are made from it.
"""

from collections.abc import Callable

from routing import fold
from tips.actions import (
    ChangeLanguage,
    EraseMine,
    LookUp,
    OfficerTips,
    SayWhetherSafe,
    UseInvitation,
    WipeChat,
    Withdraw,
)
from tips.draft import Draft, Option, Place, Step
from tips.messages import Choice, Press, Reply
from tips.receipts import looks_like_code, read_code
from tips.turn import Turn
from tips.voice import Voice
from tips.world import TipFact, World

#: command → key of its one-line description
COMMANDS = {
    "start": "command.start",
    "report": "command.report",
    "status": "command.status",
    "help": "command.help",
    "privacy": "command.privacy",
    "mydata": "command.mydata",
    "language": "command.language",
    "cancel": "command.cancel",
    "tips": "command.tips",
}
#: Words that do what a command does, folded: for channels and people without commands.
WORDS = {
    "dulieu": "mydata",
    "du lieu": "mydata",
    "tro giup": "help",
    "help": "help",
    "huy": "cancel",
    "bo": "cancel",
    "bs": "add",
    "bo sung": "add",
    "xoa cuoc tro chuyen": "wipe",
    "bao tin": "report",
    "bao tin moi": "report",
    "ket qua": "status",
    "english": "language",
    "that hay gia": "real",
    "hello": "start",
    "hi": "start",
    "alo": "start",
    "xin chao": "start",
    "chao": "start",
}


def command_of(text: str) -> tuple[str, str] | None:
    """Return the command a message is, and what follows it; None if it is none."""
    if text.startswith("/"):
        name, _, rest = text[1:].partition(" ")
        return name.casefold(), rest.strip()
    folded = fold(text)
    if folded in WORDS:
        return WORDS[folded], ""
    if text[:3].casefold() == "bs ":
        return "add", text[3:].strip()
    return ("code", text) if looks_like_code(text) else None


def menu(voice: Voice) -> list[list[Choice]]:
    keys = ("report", "status", "privacy", "real", "language")
    return [[voice.choice(f"choice.menu.{key}", Press("menu", detail=key))] for key in keys]


def greet(world: World) -> Reply:
    """First contact: the emergency numbers first, what this is, what it never asks for."""
    voice, policy = world.voice, world.policy
    parts = [voice("start.hello", province=policy.province)]
    if not voice.trial:
        facts = {"agency": policy.agency, "decision": policy.decision, "url": policy.url}
        parts.append(voice("start.agency", **facts))
    return Reply(voice.frame("\n\n".join(parts)), menu(voice))


def menu_press(draft: Draft | None, press: Press, world: World) -> Turn | None:
    """Do what a button outside of any question says; None if it is not one of those."""
    handler = _PRESSES.get(press.verb)
    return handler(draft, press, world) if handler else None


def obey(draft: Draft | None, command: str, rest: str, world: World) -> Turn:
    """Do what a command says. An unknown one is answered with help."""
    return _COMMANDS.get(command, _help)(draft, rest, world)


def _start(draft: Draft | None, rest: str, world: World) -> Turn:
    if rest.startswith("c") and (name := world.commune_named(rest[1:])):
        return _poster(Option(rest[1:], name), world)
    if rest.startswith("i"):
        return Turn(draft, actions=[UseInvitation(rest[1:])])
    return Turn(draft, [greet(world)])


def _poster(suggested: Option, world: World) -> Turn:
    """A QR code suggests a commune and no more: words or a pin win."""
    draft = Draft(world.fresh_number, world.now, place=Place(suggested=suggested))
    hint = world.voice("start.poster", commune=suggested.name)
    ask = world.voice("ask.what")
    return Turn(draft, [greet(world), Reply(f"{hint}\n\n{ask}")])


def _help(draft: Draft | None, _: str, world: World) -> Turn:
    voice = world.voice
    commands = "\n".join(
        f"/{name}: {voice(key)}"
        for name, key in COMMANDS.items()
        if world.is_officer or name != "tips"
    )
    text = voice("help.citizen", commands=commands)
    if world.is_officer:
        text = f"{voice('help.officer')}\n\n{text}"
    return Turn(draft, [Reply(text, menu(voice))])


def _status(draft: Draft | None, _: str, world: World) -> Turn:
    """The tips of this chat need no code here."""
    if not world.mine:
        return Turn(draft, [Reply(world.voice("status.none"))])
    return Turn(draft, [status_reply(tip, world) for tip in reversed(world.mine[:5])])


def status_reply(tip: TipFact, world: World) -> Reply:
    voice = world.voice
    rows = []
    if tip.is_open:
        add = voice.choice("choice.add", Press("add", tip.number))
        withdraw = voice.choice("choice.withdraw", Press("withdraw", tip.number, tip.revision))
        rows = [[add, withdraw]]
    return Reply(status_line(tip, voice.moment(tip.received_at), world), rows)


def status_line(tip: TipFact, named: str, world: World) -> str:
    """State and result; no category, place or words."""
    voice = world.voice
    return voice(
        "status.line",
        code=named,
        state=voice.label("state", tip.state),
        time=voice.clock(tip.updated_at, world.now),
        result=_result(tip, world),
    )


def _result(tip: TipFact, world: World) -> str:
    voice = world.voice
    told = voice(tip.outcome) if tip.outcome else ""
    return voice(
        f"status.{tip.state}",
        time=voice.clock(tip.updated_at, world.now),
        result=told,
        missing=told,
    )


def _code(draft: Draft | None, text: str, _: World) -> Turn:
    return Turn(draft, actions=[LookUp(read_code(text))])


def _privacy(draft: Draft | None, _: str, world: World) -> Turn:
    voice, policy = world.voice, world.policy
    how_long = voice(
        "privacy.how_long",
        draft=voice.duration(policy.draft),
        rejected=voice.duration(policy.rejected),
        resolved=voice.duration(policy.resolved),
        phone=voice.duration(policy.contact),
        chat=voice.duration(policy.unlink),
    )
    rights = voice("privacy.rights", version=policy.version)
    text = "\n\n".join([voice("privacy.what"), how_long, rights])
    rows = [[voice.choice(f"choice.{key}", Press(verb))] for key, verb in _DATA_BUTTONS]
    return Turn(draft, [Reply(text, rows)])


_DATA_BUTTONS = (("mydata.erase", "erase"), ("wipe", "wipe"))


def _mydata(draft: Draft | None, _: str, world: World) -> Turn:
    voice = world.voice
    lines = [
        voice("mydata.line", date=voice.date(t.received_at), state=voice.label("state", t.state))
        for t in world.mine
    ]
    if draft is not None:
        until = voice.clock(draft.started_at + world.policy.draft, world.now)
        lines.append(voice("mydata.draft", time=until))
    if not lines:
        return Turn(draft, [Reply(voice("mydata.none"))])
    rows = [[voice.choice(f"choice.{key}", Press(verb))] for key, verb in _DATA_BUTTONS]
    return Turn(draft, [Reply(voice("mydata.list", lines="\n".join(lines)), rows)])


def _erase(draft: Draft | None, press: Press, world: World) -> Turn:
    voice = world.voice
    if press.detail == "yes":
        return Turn(None, actions=[EraseMine()])
    yes = voice.choice("choice.mydata.erase", Press("erase", detail="yes"))
    keep = voice.choice("choice.mydata.keep", Press("menu", detail="mydata"))
    return Turn(draft, [Reply(voice("mydata.erase_ask"), [[yes], [keep]])])


def _language(draft: Draft | None, _: str, world: World) -> Turn:
    both = [
        Choice("Tiếng Việt", str(Press("language", detail="vi"))),
        Choice("English", str(Press("language", detail="en"))),
    ]
    return Turn(draft, [Reply(world.voice("language.ask"), [both])])


def _change_language(draft: Draft | None, press: Press, _: World) -> Turn:
    language = press.detail if press.detail in ("vi", "en") else "vi"
    return Turn(draft, actions=[ChangeLanguage(language)])


def _cancel(draft: Draft | None, _: str, world: World) -> Turn:
    key = "draft.cancelled" if draft else "draft.nothing"
    return Turn(None, [Reply(world.voice(key))])


def _real(draft: Draft | None, _: str, world: World) -> Turn:
    voice, policy = world.voice, world.policy
    if voice.trial:
        return Turn(draft, [Reply(voice("real.trial"))])
    return Turn(draft, [Reply(voice("real.check", url=policy.url, bot=policy.bot_name()))])


def _add(draft: Draft | None, rest: str, world: World) -> Turn:
    """BS: more for a tip filed from this chat. With a code of another chat: its status only."""
    if rest and looks_like_code(rest.split(" ")[0]):
        return Turn(draft, actions=[LookUp(read_code(rest.split(" ")[0]))])
    still_open = [tip for tip in world.mine if tip.is_open]
    if not still_open:
        return Turn(draft, [Reply(world.voice("status.none"))])
    if len(still_open) == 1:
        return adding(still_open[0].number, world)
    rows = [
        [Choice(world.voice.moment(t.received_at), str(Press("add", t.number)))]
        for t in still_open[:5]
    ]
    return Turn(draft, [Reply(world.voice("add.which"), rows)])


def adding(number: int, world: World) -> Turn:
    """From here on what is sent goes to the tip, until «Xong»."""
    draft = Draft(world.fresh_number, world.now, at=Step.ADD, adding_to=number)
    return Turn(draft, [ask_more(draft, "add.ask", world)])


def ask_more(draft: Draft, key: str, world: World) -> Reply:
    done = world.voice.choice("choice.done", Press("answer", draft.number, 0, "done"))
    return Reply(world.voice(key), [[done]])


def _add_press(draft: Draft | None, press: Press, world: World) -> Turn:
    tip = next((tip for tip in world.mine if tip.number == press.number), None)
    if tip is None or not tip.is_open:
        return Turn(draft, [Reply(world.voice("add.closed" if tip else "errors.old_choice"))])
    return adding(tip.number, world)


def _withdraw(draft: Draft | None, press: Press, world: World) -> Turn:
    voice = world.voice
    tip = next((tip for tip in world.mine if tip.number == press.number), None)
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


def _safe(draft: Draft | None, press: Press, _: World) -> Turn:
    return Turn(draft, actions=[SayWhetherSafe(press.number, press.detail == "yes")])


def _wipe(draft: Draft | None, *_: object) -> Turn:
    return Turn(draft, actions=[WipeChat()])


def _tips(draft: Draft | None, rest: str, world: World) -> Turn:
    if not world.is_officer:
        return _help(draft, rest, world)
    return Turn(draft, actions=[OfficerTips()])


_COMMANDS: dict[str, Callable[[Draft | None, str, World], Turn]] = {
    "start": _start,
    "status": _status,
    "help": _help,
    "privacy": _privacy,
    "mydata": _mydata,
    "language": _language,
    "cancel": _cancel,
    "real": _real,
    "add": _add,
    "wipe": _wipe,
    "code": _code,
    "tips": _tips,
}
_PRESSES: dict[str, Callable[[Draft | None, Press, World], Turn]] = {
    "menu": lambda draft, press, world: obey(draft, press.detail, "", world),
    "erase": _erase,
    "wipe": _wipe,
    "language": _change_language,
    "add": _add_press,
    "withdraw": _withdraw,
    "safe": _safe,
}

"""Commands and the menu: everything a citizen may ask for besides reporting. Pure.

`COMMANDS` is the one list of them; the platform's menu, /help and the documents are made from it.
"""

from collections.abc import Callable
from dataclasses import replace

from routing import fold
from tips.conversation import mine
from tips.conversation.actions import ChangeLanguage, OfficerTips, UseInvitation
from tips.conversation.asking import ask, back, skip, start_guided
from tips.conversation.draft import Draft, Option, Step
from tips.conversation.questions import QUESTIONS
from tips.conversation.status import status_replies
from tips.conversation.supplement import dropped
from tips.conversation.turn import Turn
from tips.conversation.world import World
from tips.messages import Choice, Press, Reply
from tips.receipts import code_in, looks_like_code
from tips.voice import Voice
from words.phrases import CODE
from words.phrases import COMMANDS as WORDS

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
#: What the platform shows to everybody; officers learn theirs from /help.
CITIZENS_COMMANDS = [name for name in COMMANDS if name != "tips"]


def command_of(text: str) -> tuple[str, str] | None:
    """Return the command a message is, and what follows it; None if it is none."""
    text = text.strip()
    if text.startswith("/"):
        name, _, rest = text[1:].partition(" ")
        return name.casefold(), rest.strip()
    if (folded := fold(text)) in WORDS:
        return WORDS[folded], ""
    if text[:3].casefold() == "bs ":
        return "add", text[3:].strip()
    code = _without_its_name(text)
    if not looks_like_code(code):
        code = code_in(text) or ""
    return ("code", code) if code else None


def _without_its_name(text: str) -> str:
    """ "mã tra cứu: K7M4-…" → "K7M4-…"."""
    name, colon, code = text.partition(":")
    if colon and fold(name) in CODE:
        return code.strip()
    name, _, code = text.rpartition(" ")
    return code if fold(name) in CODE else text


def menu(voice: Voice) -> list[list[Choice]]:
    keys = ("report", "status", "privacy", "real", "language")
    return [[voice.choice(f"choice.menu.{key}", Press("menu", detail=key))] for key in keys]


def greet(world: World) -> Reply:
    """The greeting, and everything that may be asked for."""
    return Reply(greeting(world), menu(world.voice))


def greeting(world: World) -> str:
    """First contact: the emergency numbers first, what this is, what it never asks for."""
    voice, policy = world.voice, world.policy
    if voice.trial:
        return voice.frame(voice("start.hello.trial"))
    agency = voice("start.agency", agency=policy.agency, decision=policy.decision, url=policy.url)
    hello = voice("start.hello", province=policy.province)
    return f"{hello}\n\n{agency}"


def menu_press(draft: Draft | None, press: Press, world: World) -> Turn | None:
    """Do what a button outside of any question says; None if it is not one of those."""
    handler = _PRESSES.get(press.verb)
    return handler(draft, press, world) if handler else None


def obey(draft: Draft | None, command: str, rest: str, world: World) -> Turn:
    """Do what a command says. An unknown one is answered with help."""
    return _COMMANDS.get(command, _help)(draft, rest, world)


def _start(draft: Draft | None, rest: str, world: World) -> Turn:
    if rest.startswith("c") and (name := world.commune_named(rest[1:])):
        return _poster(draft, Option(rest[1:], name), world)
    if rest.startswith("i"):
        return Turn(draft, actions=[UseInvitation(rest[1:])])
    return _greeted(draft, world)


def _greeted(draft: Draft | None, world: World, hint: str = "") -> Turn:
    """The greeting; then whatever was left open."""
    if draft is None or draft.at not in QUESTIONS:
        return Turn(draft, [greet(world)])
    asked = ask(draft, world, hint or world.voice("start.resume"))
    return replace(asked, replies=[greet(world), *asked.replies])


def _poster(draft: Draft | None, suggested: Option, world: World) -> Turn:
    """A QR code suggests a commune and no more: words or a pin win."""
    hint = world.voice("start.poster", commune=suggested.name)
    begun = draft or Draft(world.fresh_number, world.now)
    place = replace(begun.place, suggested=suggested)
    return _greeted(begun.having(place=place), world, hint)


def _help(draft: Draft | None, _: str, world: World) -> Turn:
    voice = world.voice
    commands = "\n".join(
        f"/{name}: {voice(key)}"
        for name, key in COMMANDS.items()
        if world.is_officer() or name != "tips"
    )
    text = voice("help.citizen", commands=commands)
    if world.is_officer():
        text = f"{voice('help.officer')}\n\n{text}"
    return Turn(draft, [Reply(text, menu(voice))])


def _report(draft: Draft | None, _: str, world: World) -> Turn:
    return start_guided(draft, world)


def _status(draft: Draft | None, _: str, world: World) -> Turn:
    """What was sent, the newest last; what is not sent yet below it only where that is all."""
    sent, unsent = status_replies(world), _unsent(draft, world)
    return Turn(draft, [*unsent, *sent] if world.mine else [*sent, *unsent])


def _unsent(draft: Draft | None, world: World) -> list[Reply]:
    """That a tip is not sent yet, and how to go on with it."""
    told = draft.aside if draft is not None and draft.at in (Step.ADD, Step.ATTACH) else draft
    if told is None or told.is_blank:
        return []
    resume = world.voice.choice("choice.resume", Press("menu", detail="report"))
    return [Reply(world.voice("draft.unsent"), [[resume]])]


def _privacy(draft: Draft | None, _: str, world: World) -> Turn:
    voice, policy = world.voice, world.policy
    how_long = voice(
        "privacy.how_long",
        draft=voice.keeping(policy.draft),
        rejected=voice.keeping(policy.rejected),
        resolved=voice.keeping(policy.resolved),
        phone=voice.keeping(policy.contact),
        chat=voice.keeping(policy.unlink),
    )
    rights = voice("privacy.rights", version=policy.version)
    text = "\n\n".join([voice("privacy.what"), how_long, rights])
    return Turn(draft, [Reply(text, mine.data_buttons(world))])


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
    if draft is None:
        return Turn(None, [Reply(world.voice("draft.nothing"), menu(world.voice))])
    return dropped(draft, world)


def _back(draft: Draft | None, _: str, world: World) -> Turn:
    return _at_a_question(back, draft, world)


def _skip(draft: Draft | None, _: str, world: World) -> Turn:
    return _at_a_question(skip, draft, world)


def _at_a_question(go: Callable[[Draft, World], Turn], draft: Draft | None, world: World) -> Turn:
    if draft is None or draft.at not in QUESTIONS:
        return _greeted(draft, world)
    return go(draft, world)


def _thanks(draft: Draft | None, _: str, world: World) -> Turn:
    if draft is not None and draft.at in QUESTIONS:
        return ask(draft, world)
    return Turn(draft, [Reply(world.voice("status.thanks"))])


def _real(draft: Draft | None, _: str, world: World) -> Turn:
    voice, policy = world.voice, world.policy
    if voice.trial:
        return Turn(draft, [Reply(voice("real.trial"))])
    return Turn(draft, [Reply(voice("real.check", url=policy.url, bot=policy.bot_name()))])


def _tips(draft: Draft | None, rest: str, world: World) -> Turn:
    if not world.is_officer():
        return _help(draft, rest, world)
    return Turn(draft, actions=[OfficerTips()])


_COMMANDS: dict[str, Callable[[Draft | None, str, World], Turn]] = {
    "start": _start,
    "report": _report,
    "status": _status,
    "help": _help,
    "privacy": _privacy,
    "mydata": mine.show_data,
    "language": _language,
    "cancel": _cancel,
    "back": _back,
    "skip": _skip,
    "thanks": _thanks,
    "real": _real,
    "add": mine.add_by_word,
    "wipe": mine.wipe,
    "code": mine.look_up,
    "tips": _tips,
}
_PRESSES: dict[str, Callable[[Draft | None, Press, World], Turn]] = {
    "menu": lambda draft, press, world: obey(draft, press.detail, "", world),
    "erase": mine.erase,
    "wipe": mine.wipe_by_button,
    "language": _change_language,
    "add": mine.add_by_button,
    "withdraw": mine.withdraw,
    "safe": mine.say_whether_safe,
}

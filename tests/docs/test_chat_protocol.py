"""docs/chat-protocol.md says what the code does, and leaves nothing out."""

import importlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.settings import Settings
from bot.values import duration
from handlers.telegram.receive import UNSUPPORTED
from routing import Point, Router
from storage.states import COMMUNE_ROLES, DESK_ONLY, FOLLOWS, RIGHTS, Channel, DeskReason
from tests.docs.tables import DOCS, code, codes, table
from tips.conversation import commands
from tips.conversation.advance import advance
from tips.conversation.draft import Draft, Option, Place, Step
from tips.conversation.questions import QUESTIONS
from tips.conversation.world import Policy, World
from tips.messages import Incoming, Press, Reply
from tips.officers import burst_presses, review
from tips.understanding.guess import Urgency
from tips.voice import Voice
from words import phrases
from words.labels import label
from words.texts import Language, Texts

PROTOCOL = DOCS / "chat-protocol.md"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    router = Router.load(("37",))
    return World(
        now=NOW,
        voice=Voice(Texts(), Language.VI, ZoneInfo("Asia/Ho_Chi_Minh"), trial=True),
        policy=Policy("Ninh Bình"),
        route=router.route,
        commune_named=lambda code: router.commune(code).full_name,
        explain=lambda _: "",
        fresh_number=1,
    )


# commands, words, links -----------------------------------------------------------------------


def test_every_command_is_documented_and_no_other() -> None:
    documented = [code(row[0]).removeprefix("/") for row in table(PROTOCOL, "command", "for")]
    assert documented == list(commands.COMMANDS)


def test_only_officers_are_told_of_their_commands(world: World) -> None:
    told = advance(None, _text("/help"), None, world).replies[0].text
    for row in table(PROTOCOL, "command", "for"):
        assert (f"{code(row[0])}:" in told) == (row[1] == "all")


def test_every_typed_word_is_documented_with_what_it_does() -> None:
    rows = table(PROTOCOL, "does", "words")
    documented = {word: codes(does)[0] for does, words in rows for word in codes(words)}
    assert documented == phrases.COMMANDS


def test_every_word_that_answers_is_documented() -> None:
    documented = [frozenset(codes(words)) for _, words in table(PROTOCOL, "as", "words")]
    assert documented == [phrases.YES, phrases.NO, phrases.SEND]
    (before_a_code,) = table(PROTOCOL, "before a code")
    assert codes(before_a_code[0]) == list(phrases.CODE)


def test_a_poster_suggests_and_a_strange_code_only_greets(world: World) -> None:
    assert [code(row[0]) for row in table(PROTOCOL, "parameter")] == ["c<code>", "i<secret>"]
    suggested = advance(None, _text("/start c14308"), None, world).draft
    assert suggested is not None
    assert suggested.place.suggested is not None
    assert suggested.place.commune is None


def test_the_command_of_groups_is_documented() -> None:
    (row,) = table(PROTOCOL, "command", "who")
    assert code(row[0]) == "/register"


# questions ------------------------------------------------------------------------------------


def test_every_step_is_documented_and_no_other() -> None:
    assert {code(row[0]) for row in table(PROTOCOL, "step")} == set(Step)


def test_every_answer_a_question_offers_is_documented_and_every_other_is_not(world: World) -> None:
    for row in table(PROTOCOL, "step"):
        step = Step(code(row[0]))
        if step in QUESTIONS:
            assert offered(step, world) == set(codes(row[2])), step


def test_questions_that_may_be_skipped_say_so() -> None:
    skippable = {step for step, question in QUESTIONS.items() if question.skippable}
    rows = table(PROTOCOL, "step")
    assert {code(row[0]) for row in rows if "may be skipped" in row[2]} == skippable


def offered(step: Step, world: World) -> set[str]:
    """Return every answer that buttons offer at a step, in any of the situations below."""
    replies = [QUESTIONS[step].ask(draft, world) for draft in situations(step)]
    return {_plain(press.detail) for reply in replies for press in presses(reply)}


def situations(step: Step) -> list[Draft]:
    draft = Draft(1, NOW, at=step, category="violence", urgency=Urgency.NOW)
    if step is Step.WHERE:
        return [draft, draft.having(place=Place(suggested=_commune(1)))]
    if step is Step.WHICH:
        few, many = (tuple(map(_commune, range(n))) for n in (2, 12))
        return [draft.having(place=Place(options=options)) for options in (few, many)]
    return [draft, draft.having(evidence=(1,), place=Place(point=Point(20.1, 106.2)))]


def _commune(n: int) -> Option:
    return Option(str(14300 + n), f"xã {n}", district=f"huyện {n % 2}")


def _plain(detail: str) -> str:
    if re.fullmatch(r"\d{5}", detail):
        return "<code>"
    return re.sub(r"^d\d+$", "d<n>", detail)


# buttons --------------------------------------------------------------------------------------


def test_every_button_is_documented_and_no_other() -> None:
    documented = {code(row[0]): row[1] for row in table(PROTOCOL, "verb")}
    officers = {verb for verb, who in documented.items() if who == "officer"}
    citizens = {verb for verb, who in documented.items() if who == "citizen"}
    assert officers == {*review._ACTIONS, *burst_presses._ACTIONS}
    assert citizens == {*commands._PRESSES, "answer", "back", "skip", "drop"}
    assert documented.keys() - officers - citizens == {"confirm"}


def test_every_button_a_talk_offers_is_documented(world: World) -> None:
    documented = {code(row[0]) for row in table(PROTOCOL, "verb")}
    assert verbs_in_a_talk(world) <= documented
    assert {"answer", "back", "skip", "drop", "menu"} <= verbs_in_a_talk(world)


def test_the_menu_names_the_commands_it_can_give(world: World) -> None:
    row = next(row for row in table(PROTOCOL, "verb") if code(row[0]) == "menu")
    given = {choice.data for row in commands.menu(world.voice) for choice in row}
    given |= {str(Press("menu", detail="mydata"))}  # «Giữ lại», under the question about erasing
    assert given == {str(Press("menu", detail=detail)) for detail in codes(row[2])}


def verbs_in_a_talk(world: World) -> set[str]:
    """Answer every question of a step-by-step tip by its first answer; return all verbs offered."""
    turn = advance(None, _text("/report"), None, world)
    seen = {press.verb for press in presses(commands.greet(world))}
    for _ in Step:
        assert turn.draft is not None
        buttons = presses(turn.replies[-1])
        seen |= {press.verb for press in buttons}
        if turn.draft.at is Step.SUMMARY:
            break
        wanted = "skip" if any(press.verb == "skip" for press in buttons) else "answer"
        press = next((press for press in buttons if press.verb == wanted), None)
        said = _press(press) if press else _text("đánh nhau ở xã Hải Xuân")
        turn = advance(turn.draft, said, None, world)
    return seen


def presses(reply: Reply) -> list[Press]:
    found = [Press.read(choice.data) for row in reply.choices for choice in row]
    assert None not in found
    return [press for press in found if press is not None]


def _text(text: str) -> Incoming:
    return Incoming(Channel.WEB, "a", "a", text=text)


def _press(press: Press) -> Incoming:
    return Incoming(Channel.WEB, "a", "a", choice=str(press))


# states and roles -----------------------------------------------------------------------------


def test_the_states_of_a_tip_are_documented_with_what_follows() -> None:
    documented = {code(row[0]): (row[1], set(codes(row[2]))) for row in table(PROTOCOL, "state")}
    assert documented == {
        state: (label("state", state, Language.VI), set(following))
        for state, following in FOLLOWS.items()
    }


def test_the_roles_are_documented_with_their_rights() -> None:
    documented = {code(row[0]): (row[1], row[2], set(codes(row[3]))) for row in _roles()}
    assert documented == {
        role: (
            label("role", role, Language.VI),
            "commune" if role in COMMUNE_ROLES else "province",
            set(rights),
        )
        for role, rights in RIGHTS.items()
    }


def _roles() -> list[tuple[str, ...]]:
    return table(PROTOCOL, "role")


def test_the_reasons_of_the_desk_are_documented_with_what_they_hide() -> None:
    documented = {code(row[0]): (row[1], row[2]) for row in table(PROTOCOL, "reason")}
    assert documented == {
        reason: (
            label("desk_reason", reason, Language.VI),
            "yes" if reason in DESK_ONLY else "no",
        )
        for reason in DeskReason
    }


def test_the_outcomes_and_their_templates_are_documented() -> None:
    documented = {code(row[0]): codes(row[1]) for row in table(PROTOCOL, "outcome")}
    assert documented == {state: list(known) for state, (known, _) in review._TEMPLATES.items()}


# limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", table(PROTOCOL, "what", "value"), ids=lambda row: code(row[2]))
def test_a_limit_is_documented_with_its_value(row: tuple[str, ...]) -> None:
    assert _amount(row[1]) == _value(code(row[2]))


def _amount(written: str) -> object:
    number, _, unit = written.partition(" ")
    lengths = {"minutes": "minutes", "minute": "minutes", "hours": "hours", "hour": "hours"}
    return timedelta(**{lengths[unit]: int(number)}) if unit in lengths else int(number)


def _value(where: str) -> Any:
    if where.startswith("TINBAO_"):
        default = Settings.model_fields[where.removeprefix("TINBAO_").lower()].default
        return duration(default) if isinstance(default, str) else default
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(module), name)


def test_what_gets_a_kind_refusal_is_documented() -> None:
    (row,) = (row for row in table(PROTOCOL, "what", "answer") if "sticker" in row[0])
    assert {"sticker", "poll", "contact", "dice", "game", "story"} <= set(UNSUPPORTED)
    assert all(kind in row[0] for kind in ("sticker", "poll", "contact", "dice", "game", "story"))

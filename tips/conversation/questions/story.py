"""What was seen: the story, one further question, pictures, and who may hear a voice."""

from tips.conversation.draft import MOST_EVIDENCE, Draft, Step
from tips.conversation.listening import listen
from tips.conversation.questions.question import Question, answer, none
from tips.conversation.world import World
from tips.messages import Reply


def _ask_what(_: Draft, world: World) -> Reply:
    return Reply(world.voice("ask.what"))


def _listen_what(draft: Draft, text: str, world: World) -> Draft | None:
    """Answered again, the story is told anew."""
    heard, _ = listen(draft.having(words=(), messages=()), text, world)
    return heard


def _ask_detail(draft: Draft, world: World) -> Reply:
    return Reply(world.voice(f"ask.detail.{draft.category}"))


def _listen_detail(draft: Draft, text: str, world: World) -> Draft | None:
    heard, _ = listen(draft, text, world)
    return heard.passing(Step.DETAIL)


def _ask_evidence(draft: Draft, world: World) -> Reply:
    if not draft.evidence:
        return Reply(world.voice("ask.evidence", most=MOST_EVIDENCE))
    done = answer(draft, world, "choice.done", "done")
    remove = answer(draft, world, "choice.evidence.remove", "remove")
    return Reply(world.voice("evidence.more"), [[done, remove]])


def _press_evidence(draft: Draft, value: str, _: World) -> Draft | None:
    if value == "remove":
        return draft.having(evidence=(), has_sound=False, sound_to_commune=None, album="")
    return draft.passing(Step.EVIDENCE) if value == "done" else None


def _ask_voice(draft: Draft, world: World) -> Reply:
    commune = answer(draft, world, "choice.voice.commune", "commune")
    province = answer(draft, world, "choice.voice.province", "province")
    return Reply(world.voice("ask.voice"), [[commune, province]])


def _press_voice(draft: Draft, value: str, _: World) -> Draft | None:
    if value not in ("commune", "province"):
        return None
    return draft.having(sound_to_commune=value == "commune")


WHAT = Question(lambda d: not d.words and not d.evidence, _ask_what, none, _listen_what)
DETAIL = Question(
    lambda d: d.guided and Step.DETAIL not in d.passed,
    _ask_detail,
    none,
    _listen_detail,
    makes_sense=lambda d: bool(d.category),
    skippable=True,
)
EVIDENCE = Question(
    lambda d: d.guided and Step.EVIDENCE not in d.passed,
    _ask_evidence,
    _press_evidence,
    skippable=True,
    no="done",
)
VOICE = Question(
    lambda d: d.has_sound and d.sound_to_commune is None,
    _ask_voice,
    _press_voice,
    makes_sense=lambda d: d.has_sound,
)

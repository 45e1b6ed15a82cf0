"""What kind of incident, and how urgent."""

from tips.conversation.draft import Draft
from tips.conversation.listening import listen, listen_for_time, urgency_is_time
from tips.conversation.questions.question import Question, answer, pairs
from tips.conversation.world import World
from tips.messages import Reply
from tips.understanding.guess import Urgency, guess_urgency, guess_within
from words.categories import CHOICES


def _ask_category(draft: Draft, world: World) -> Reply:
    choices = [answer(draft, world, choice.label_key, choice.key) for choice in CHOICES]
    return Reply(world.voice("ask.category"), pairs(choices))


def _press_category(draft: Draft, value: str, _: World) -> Draft | None:
    choice = next((choice for choice in CHOICES if choice.key == value), None)
    if choice is None:
        return None
    return draft.having(category=guess_within(choice, draft.what), guessed=False)


def _listen_category(draft: Draft, text: str, world: World) -> Draft | None:
    heard, _ = listen(draft.having(category=""), text, world)
    return heard if heard.category else None


def _ask_urgency(draft: Draft, world: World) -> Reply:
    choices = [answer(draft, world, f"choice.urgency.{u}", u.value) for u in Urgency]
    return Reply(world.voice("ask.urgency"), pairs(choices))


def _press_urgency(draft: Draft, value: str, world: World) -> Draft | None:
    if value not in set(Urgency):
        return None
    return urgency_is_time(draft.having(urgency=Urgency(value)), world)


def _listen_urgency(draft: Draft, text: str, world: World) -> Draft | None:
    if urgency := guess_urgency(text):
        draft = draft.having(urgency=urgency)
    heard = listen_for_time(draft, text, world)
    return heard.hears(text) if heard.urgency is not None else None


CATEGORY = Question(lambda d: not d.category, _ask_category, _press_category, _listen_category)
URGENCY = Question(lambda d: d.urgency is None, _ask_urgency, _press_urgency, _listen_urgency)

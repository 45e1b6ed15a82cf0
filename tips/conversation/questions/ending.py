"""The summary before sending, and which part of it to change."""

from tips.conversation.draft import Draft, Step
from tips.conversation.questions.question import Question, always, answer, never, pairs
from tips.conversation.summary import summary
from tips.conversation.world import World
from tips.messages import Reply

EDITABLE = {
    "what": Step.WHAT,
    "category": Step.CATEGORY,
    "where": Step.WHERE,
    "when": Step.WHEN,
    "evidence": Step.EVIDENCE,
    "contact": Step.CONTACT,
    "official": Step.OFFICIAL,
}


def _ask_summary(draft: Draft, world: World) -> Reply:
    send = answer(draft, world, "choice.send", "send")
    edit = answer(draft, world, "choice.edit", "edit")
    official = answer(draft, world, "choice.edit.official", "official")
    rows = [[send], [edit] if draft.local_official else [edit, official]]
    return Reply(summary(draft, world), rows)


def _press_summary(draft: Draft, value: str, _: World) -> Draft | None:
    if value == "edit":
        return draft.having(at=Step.EDIT)
    return draft.having(at=Step.OFFICIAL) if value == "official" else None


def _ask_edit(draft: Draft, world: World) -> Reply:
    choices = [answer(draft, world, f"choice.edit.{key}", key) for key in EDITABLE]
    return Reply(world.voice("ask.edit"), pairs(choices))


def _press_edit(draft: Draft, value: str, _: World) -> Draft | None:
    """Nothing is dropped before the new answer is there: who goes back keeps the old one."""
    return draft.having(at=EDITABLE[value]) if value in EDITABLE else None


SUMMARY = Question(always, _ask_summary, _press_summary)
EDIT = Question(never, _ask_edit, _press_edit)

"""The questions in the order in which what is missing is asked."""

from tips.conversation.draft import Draft, Step
from tips.conversation.questions import ending, kind, moment, people, spot, story
from tips.conversation.questions.question import Question

QUESTIONS: dict[Step, Question] = {
    Step.CATEGORY: kind.CATEGORY,
    Step.URGENCY: kind.URGENCY,
    Step.PIN: spot.PIN,
    Step.WHICH: spot.WHICH,
    Step.WHERE: spot.WHERE,
    Step.WHEN: moment.WHEN,
    Step.WHAT: story.WHAT,
    Step.DETAIL: story.DETAIL,
    Step.EVIDENCE: story.EVIDENCE,
    Step.VOICE: story.VOICE,
    Step.OFFICIAL: people.OFFICIAL,
    Step.CONTACT: people.CONTACT,
    Step.PHONE: people.PHONE,
    Step.SUMMARY: ending.SUMMARY,
    Step.EDIT: ending.EDIT,
}


def next_step(draft: Draft) -> Step:
    """Return the first question whose answer is missing."""
    return next(step for step, question in QUESTIONS.items() if question.needed(draft))

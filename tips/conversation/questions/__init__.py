"""The questions a tip is asked: when each is needed, how it is asked, what answers it. Pure."""

from tips.conversation.questions.question import Question
from tips.conversation.questions.table import QUESTIONS, next_step

__all__ = ["QUESTIONS", "Question", "next_step"]

"""The outcome of one message."""

from collections.abc import Sequence
from dataclasses import dataclass

from tips.conversation.actions import Action
from tips.conversation.draft import Draft
from tips.messages import Reply


@dataclass(frozen=True, slots=True)
class Turn:
    """What is unfinished now, what to say, and what is to be done in the same transaction."""

    draft: Draft | None
    replies: Sequence[Reply] = ()
    actions: Sequence[Action] = ()

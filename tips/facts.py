"""What the conversation may know about the tips of a chat."""

from collections.abc import Sequence

from storage import tips
from storage.database import Session
from storage.models import Chat, Tip
from tips.conversation.world import TipFact
from words.categories import category


def facts_of(session: Session, chat: Chat) -> Sequence[TipFact]:
    """Return the tips filed from a chat, newest first."""
    return tuple(fact(tip) for tip in tips.reported_from(session, chat))


def fact(tip: Tip) -> TipFact:
    return TipFact(
        tip.id,
        tip.state,
        tip.received_at,
        tip.updated_at or tip.received_at,
        tip.revision,
        tip.outcome or "",
        category(tip.category).sensitive,
    )

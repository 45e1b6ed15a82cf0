"""What the conversation may know about the tips of a chat."""

from collections.abc import Sequence

from storage import officers, tips
from storage.database import Session
from storage.models import Chat, Tip
from storage.states import TipState
from tips.conversation.world import TipFact
from words.categories import category


def facts_of(session: Session, chat: Chat) -> Sequence[TipFact]:
    """Return the tips filed from a chat, newest first."""
    return tuple(fact(session, tip) for tip in tips.reported_from(session, chat))


def fact(session: Session, tip: Tip) -> TipFact:
    return TipFact(
        tip.id,
        tip.state,
        tip.received_at,
        tip.updated_at or tip.received_at,
        tip.revision,
        tip.outcome or "",
        category(tip.category).sensitive,
        _lacks_more(session, tip),
    )


def _lacks_more(session: Session, tip: Tip) -> bool:
    """Closed for want of more, and there is a desk that reads what comes and can reopen it."""
    if tip.state is not TipState.INSUFFICIENT or tip.words_sealed is None:
        return False
    return bool(officers.of_desk(session, tip.province_code))

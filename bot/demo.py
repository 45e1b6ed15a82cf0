"""The try-out page's people: an officer for whichever commune a tip reaches, and a province desk."""

from datetime import datetime

from storage import chats, officers
from storage.database import Session
from storage.models import Officer, OfficerChat
from storage.states import Channel, OfficerState, Role

DESK = "desk"  #: addresses as the web door knows them


def enlist(session: Session, commune: str | None, province: str, now: datetime) -> None:
    """Make sure that the commune (None: the province desk) has an officer on the right-hand phone."""
    name = DESK if commune is None else f"officer:{commune}"
    chat = chats.reach(session, chats.Address(Channel.WEB, name), now)
    if officers.acting_in(session, chat) is not None:
        return
    officer = Officer(
        role=Role.DESK if commune is None else Role.OFFICER,
        commune_code=commune,
        province_code=province,
        state=OfficerState.ACTIVE,
        created_at=now,
    )
    session.add(officer)
    session.flush()
    session.add(OfficerChat(chat_id=chat.id, officer_id=officer.id))
    session.flush()

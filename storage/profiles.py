"""What a channel's account said about itself when the operator last agreed to it. It is public."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from storage.database import insert_new
from storage.models import Profile
from storage.states import Channel


def is_known(session: Session, channel: Channel, said: Mapping[str, str]) -> bool:
    """Tell whether `said` is what we know; the first time, it becomes that."""
    session.execute(insert_new(session, Profile).values(channel=channel, said=dict(said)))
    return session.get_one(Profile, channel, populate_existing=True).said == said


def accept(session: Session, channel: Channel, said: Mapping[str, str]) -> None:
    """Know `said` from now on."""
    if not is_known(session, channel, said):
        session.get_one(Profile, channel).said = dict(said)

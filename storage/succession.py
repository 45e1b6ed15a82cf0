"""A unit that goes on under another code: its officers, groups, open tips and bursts with it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.models import Burst, Group, Officer, Tip
from storage.states import OPEN_STATES


def rename(session: Session, code: str, present: str) -> None:
    """Let what stands under `code` stand under `present`. Closed tips keep the unit of their day."""
    for model in (Officer, Group, Burst):
        session.execute(
            update(model).where(model.commune_code == code).values(commune_code=present)
        )
    session.execute(
        update(Tip)
        .where(Tip.commune_code == code, Tip.state.in_(OPEN_STATES))
        .values(commune_code=present)
    )

"""What one process at a time does: a lease by name, renewed by whoever has it, free when it runs out."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from storage.database import insert_new
from storage.models import Duty


def take(session: Session, name: str, owner: str, now: datetime, length: timedelta) -> bool:
    """Take a duty that is free, or renew one's own; False while another process has it."""
    row = {"name": name, "owner": owner, "until": now + length}
    session.execute(insert_new(session, Duty).values(row))
    duty = session.get_one(Duty, name, with_for_update=True, populate_existing=True)
    if duty.owner != owner and duty.until > now:
        # Whoever lives renews it; what a clock that was ahead wrote keeps nobody out for longer than that.
        duty.until = min(duty.until, now + length)
        return False
    duty.owner, duty.until = owner, now + length
    return True


def give_up(session: Session, name: str, owner: str) -> None:
    """Let the next process have it at once."""
    session.execute(delete(Duty).where(Duty.name == name, Duty.owner == owner))


def release(session: Session) -> None:
    """Free every duty. Only for a process that knows that it is the only one."""
    session.execute(delete(Duty))

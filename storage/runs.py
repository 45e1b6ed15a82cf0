"""Slots of scheduled jobs: each claimed with a lease, done once, whatever restarts or second processes do."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from storage.database import insert_new
from storage.models import Installation, JobRun

LEASE = timedelta(minutes=30)


def claim(session: Session, job: str, slot: str, owner: str, now: datetime) -> bool:
    """Claim a slot; False if it is done, or under way in a process that may still be alive."""
    row = {"job": job, "slot": slot, "owner": owner, "leased_until": now + LEASE}
    session.execute(insert_new(session, JobRun).values(row))
    run = session.get_one(JobRun, (job, slot), with_for_update=True, populate_existing=True)
    if run.owner == owner and run.leased_until == now + LEASE and run.done_at is None:
        return True
    if run.done_at is not None or run.leased_until > now:
        return False
    run.owner, run.leased_until = owner, now + LEASE
    return True


def finish(session: Session, job: str, slot: str, now: datetime) -> None:
    session.get_one(JobRun, (job, slot)).done_at = now


def write_nothing(session: Session, now: datetime) -> None:
    """Write a row and take it away: whoever comes back from the commit could have stored something."""
    row = {"job": "write_nothing", "slot": ""}  # SQLite writes nothing at all of a value that stays
    session.execute(insert(JobRun).values(**row, owner="", leased_until=now))
    session.execute(delete(JobRun).filter_by(**row))


def installed_at(session: Session) -> datetime:
    return session.get_one(Installation, 1).created_at

"""What is in the inbox, and an inbox that fails when it is told to."""

from collections.abc import Sequence

from sqlalchemy import select

from storage import models
from storage.database import Database, DatabaseError, Session
from storage.inbox import RawUpdate
from tips.inbox import Inbox


async def stored(database: Database) -> list[str]:
    """The update ids of every row, in the order they came."""

    def external_ids(session: Session) -> list[str]:
        return list(session.scalars(select(models.Inbox.external_id).order_by(models.Inbox.id)))

    return await database.read(external_ids)


class FailingInbox(Inbox):
    """Fails this many times, then works."""

    failures = 1

    async def store(self, updates: Sequence[RawUpdate]) -> None:
        if self.failures:
            self.failures -= 1
            raise DatabaseError("the disk is full")
        await super().store(updates)

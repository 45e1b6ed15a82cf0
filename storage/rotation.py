"""Sealing every row anew after a rotation of keys, a few hundred at a time, while others work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import LargeBinary, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage import aside, chats, deliveries, evidence, inbox, officers, tips
from storage.database import sync_engine
from storage.models import (
    Chat,
    Conversation,
    Delivery,
    Event,
    Evidence,
    Inbox,
    Invitation,
    Model,
    Officer,
    Reporter,
    Tip,
)
from storage.sealing import Keyring, key_id_of

BATCH = 200

#: Every sealed column, and the purpose bound to it. A test holds this against the models.
SEALED: dict[InstrumentedAttribute[Any], str] = {
    Chat.address_sealed: chats.ADDRESS,
    Conversation.draft_sealed: chats.DRAFT,
    Conversation.menu_sealed: chats.MENU,
    Inbox.body_sealed: inbox.BODY,
    Delivery.body_sealed: deliveries.BODY,
    Tip.words_sealed: tips.WORDS,
    Tip.place_sealed: tips.PLACE,
    Tip.time_sealed: tips.TIME,
    Reporter.contact_sealed: tips.CONTACT,
    Evidence.reference_sealed: evidence.REFERENCE,
    Event.note_sealed: aside.NOTE,
    Officer.name_sealed: officers.NAME,
    Invitation.name_sealed: officers.NAME,
}


def reseal(url: str, keyring: Keyring) -> int:
    """Seal with the newest key whatever an older one sealed; return how many values."""
    engine = sync_engine(url)
    try:
        with Session(engine) as session:
            return sum(
                _column(session, column, purpose, keyring) for column, purpose in SEALED.items()
            )
    finally:
        engine.dispose()


def _column(
    session: Session, column: InstrumentedAttribute[Any], purpose: str, keyring: Keyring
) -> int:
    table = column.class_.__table__
    key: Any = next(iter(table.primary_key))
    done, after = 0, 0
    while rows := _rows(session, key, column, after):
        for row_id, sealed in rows:
            if key_id_of(sealed) != max(keyring.sealing_keys):
                value = keyring.seal(keyring.unseal(sealed, purpose), purpose)
                unchanged = (
                    key == row_id,
                    column == sealed,
                )  # a writer meanwhile has the last word
                session.execute(update(table).where(*unchanged).values({column.key: value}))
                done += 1
        session.commit()
        after = rows[-1][0]
    return done


def _rows(
    session: Session, key: Any, column: InstrumentedAttribute[Any], after: int
) -> Sequence[Any]:
    query = select(key, column).where(key > after, column.is_not(None)).order_by(key).limit(BATCH)
    return session.execute(query).all()


def sealed_columns() -> set[str]:
    """Return "table.column" for every column of the models that is named as sealed."""
    return {
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed") and isinstance(column.type, LargeBinary)
    }

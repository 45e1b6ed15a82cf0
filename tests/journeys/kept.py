"""Everything the database keeps, opened with its key: so that a story can say what is not there."""

from collections.abc import Iterator

from storage import chats, deliveries, evidence, inbox, tips
from storage.database import Session, keyring_of
from storage.models import Chat, Conversation, Delivery, Evidence, Inbox, Model, Reporter, Tip
from tests.town import Town

SEALED: dict[tuple[type[Model], str], str] = {
    (Chat, "address_sealed"): chats.ADDRESS,
    (Conversation, "draft_sealed"): chats.DRAFT,
    (Conversation, "menu_sealed"): chats.MENU,
    (Delivery, "body_sealed"): deliveries.BODY,
    (Evidence, "reference_sealed"): evidence.REFERENCE,
    (Inbox, "body_sealed"): inbox.BODY,
    (Reporter, "contact_sealed"): tips.CONTACT,
    (Tip, "words_sealed"): tips.WORDS,
    (Tip, "place_sealed"): tips.PLACE,
    (Tip, "time_sealed"): tips.TIME,
}


async def all_that_is_kept(town: Town, *leaving_out: type[Model]) -> str:
    """Every sealed text in the database, but for the tables left out."""
    return await town.database.read(lambda session: "\n".join(_opened(session, leaving_out)))


def _opened(session: Session, leaving_out: tuple[type[Model], ...]) -> Iterator[str]:
    keys = keyring_of(session)
    for (table, column), context in SEALED.items():
        if table in leaving_out:
            continue
        for row in session.query(table).all():
            if sealed := getattr(row, column):
                yield keys.unseal(sealed, context).decode()


async def count(town: Town, table: type[Model]) -> int:
    return await town.database.read(lambda session: session.query(table).count())

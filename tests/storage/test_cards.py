"""Cards: of each there is one in a chat, whoever makes it."""

import asyncio
import threading
from collections.abc import Callable

from storage import chats, deliveries
from storage.database import Database, Session
from storage.models import Card, Delivery
from storage.states import CardKind
from tests.clock import FakeClock
from tests.reports.rows import tip
from tests.storage.test_chats import ADDRESS, somebody_waits
from tests.town import rows


async def test_a_card_that_two_make_at_once_is_one_and_shows_both_changes(
    postgresql_url: str, open_database: Callable[[str], Database], clock: FakeClock
) -> None:
    """An officer asks for what is open while a unit's tips go to whoever is left of it."""
    ours, theirs = open_database(postgresql_url), open_database(postgresql_url)
    made, awaited = threading.Event(), threading.Event()

    def show(session: Session) -> None:
        chat = chats.find(session, ADDRESS)
        assert chat is not None
        card = deliveries.card(session, 1, chat, CardKind.ALERT)
        deliveries.show(session, card, clock())
        session.flush()

    def show_until_awaited(session: Session) -> None:
        show(session)
        made.set()
        awaited.wait()

    await ours.run(lambda session: chats.reach(session, ADDRESS, clock()))
    await ours.run(lambda session: session.add(tip(clock())))
    first = asyncio.create_task(theirs.run(show_until_awaited))
    await asyncio.to_thread(made.wait)
    second = asyncio.create_task(ours.run(show))
    while not await theirs.read(somebody_waits):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    awaited.set()
    await asyncio.gather(first, second)
    (card,) = await rows(ours, Card)
    assert card.wanted == 2
    assert len(await rows(ours, Delivery)) == 1

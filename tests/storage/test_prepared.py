"""Statements said past SQLAlchemy give what it would give, on both databases."""

from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.chats import Address, known, reach
from storage.database import Database, Session, is_away, table_of
from storage.models import Chat, Event
from storage.prepared import Prepared, is_one_of, one_of
from storage.states import Channel, ChatKind, ChatState, EventKind
from tests.clock import FakeClock

EVENTS = table_of(Event)
COLUMNS = ("at", "kind", "facts", "note_sealed")
ADDING = Prepared(insert(EVENTS).returning(EVENTS.c.id), COLUMNS)
READING = Prepared(select(EVENTS).where(EVENTS.c.kind == bindparam("kind")).order_by(EVENTS.c.id))
CHATS = table_of(Chat)


@pytest.fixture
def event(clock: FakeClock) -> dict[str, Any]:
    facts = {"từ": "đâu", "n": 1}
    return {"at": clock(), "kind": EventKind.FILED, "facts": facts, "note_sealed": b"\x00\xff"}


async def test_what_is_written_past_the_session_comes_back_as_it_was_by_either_way(
    database: Database, event: dict[str, Any]
) -> None:
    def work(session: Session) -> None:
        added = ADDING.first(session, event)
        assert added is not None
        (row,) = READING.all(session, {"kind": EventKind.FILED})
        stored = session.get_one(Event, added.id)
        for name, value in event.items():
            assert getattr(row, name) == getattr(stored, name) == value
        assert (row.tip_id, row.officer_id) == (None, None)

    await database.run(work)


async def test_rows_come_in_their_order_and_none_is_nothing(
    database: Database, event: dict[str, Any]
) -> None:
    some = Prepared(
        select(EVENTS.c.id).where(is_one_of(EVENTS.c.id, 2)).order_by(EVENTS.c.id.desc())
    )

    def work(session: Session) -> None:
        assert READING.first(session, {"kind": EventKind.CLOSED}) is None
        for _ in range(3):
            ADDING.first(session, event)
        assert [row.id for row in some.all(session, one_of([1, 3]))] == [3, 1]

    await database.run(work)


async def test_it_tells_how_many_rows_it_wrote(database: Database, event: dict[str, Any]) -> None:
    moving = Prepared(update(EVENTS).where(EVENTS.c.id == bindparam("this")).values(tip_id=None))

    def work(session: Session) -> None:
        ADDING.first(session, event)
        assert [moving.run(session, {"this": number}) for number in (1, 2)] == [1, 0]

    await database.run(work)


async def test_what_a_driver_refuses_is_sqlalchemys_error_and_quotes_no_value(
    database: Database, clock: FakeClock
) -> None:
    names = ("channel", "digest", "address_sealed", "kind", "created_at", "state", "language")
    adding = Prepared(insert(CHATS).inline(), names)
    values = (Channel.WEB, b"1", b"secret", ChatKind.PRIVATE, clock(), ChatState.OPEN, "secret")

    def work(session: Session) -> None:
        for _ in range(2):
            adding.run(session, dict(zip(names, values, strict=True)))

    with pytest.raises(IntegrityError) as refused:
        await database.run(work)
    assert "secret" not in str(refused.value)
    assert not is_away(refused.value)


async def test_a_list_of_any_length_is_refused_and_told_what_to_say(database: Database) -> None:
    some = Prepared(select(EVENTS.c.id).where(EVENTS.c.id.in_([1, 2])))
    with pytest.raises(AssertionError, match="is_one_of"):
        await database.run(lambda session: some.all(session, {}))


async def test_a_chat_that_is_read_past_the_session_is_its_own_object_all_the_same(
    database: Database, clock: FakeClock
) -> None:
    def change(session: Session) -> None:
        here = reach(session, Address(Channel.WEB, "1"), clock())
        here.language = "en"
        assert session.get(Chat, here.id) is here

    def read_again(session: Session) -> None:
        row = Prepared(select(CHATS)).first(session, {})
        assert row is not None
        here = known(session, row)
        here.state = ChatState.CLOSED  # was not written, and is read over
        assert known(session, row) is here
        assert (here.language, here.state) == ("en", ChatState.OPEN)

    await database.run(change)
    await database.run(read_again)

"""Transactions: all or nothing, on both databases."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, Engine, event, func, make_url, select, text

from storage.database import PRAGMAS, Connected, Database, DatabaseError, Session, is_away
from storage.models import Chat, Installation
from storage.sealing import Keyring
from storage.states import Channel, ChatKind
from tests.clock import FakeClock


def add_chat(session: Session, digest: bytes = b"1") -> Chat:
    chat = Chat(
        channel=Channel.WEB,
        digest=digest,
        address_sealed=b"",
        kind=ChatKind.PRIVATE,
        created_at=datetime(2026, 11, 18, tzinfo=UTC),
    )
    session.add(chat)
    session.flush()
    return chat


def count_chats(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Chat)) or 0


async def test_what_a_transaction_wrote_is_there_for_the_next(database: Database) -> None:
    await database.run(add_chat)
    assert await database.read(count_chats) == 1


async def test_only_what_may_be_lost_with_the_machine_is_not_synced(
    database_url: str, open_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.PRAGMAS", (*PRAGMAS, "PRAGMA synchronous=FULL"))
    sqlite = database_url.startswith("sqlite")
    asked, no, yes = (
        ("PRAGMA synchronous", 1, 2) if sqlite else ("SHOW synchronous_commit", "off", "on")
    )
    options = {} if sqlite else {"options": "-csynchronous_commit=on"}
    url = make_url(database_url).update_query_dict(options)
    database = open_database(url.render_as_string(hide_password=False))

    def level(session: Connected) -> object:
        return session.connection().scalar(text(asked))

    def plan() -> list[object]:
        return [database.transact(level), database.lightly(level), database.transact(level)]

    assert await database.follow(plan) == [yes, no, yes]


async def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    def work(session: Session) -> None:
        add_chat(session)
        raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        await database.run(work)
    assert await database.read(count_chats) == 0


async def test_a_transaction_after_a_failed_one_works(database: Database) -> None:
    await database.run(add_chat)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.run(add_chat)
    await database.run(lambda session: add_chat(session, b"2"))
    assert await database.read(count_chats) == 2


async def test_times_come_back_aware_and_in_utc(database: Database, clock: FakeClock) -> None:
    hanoi = clock().astimezone(timezone(timedelta(hours=7)))
    await database.run(lambda session: session.add(Installation(fingerprint=b"", created_at=hanoi)))
    stored = await database.read(lambda session: session.scalar(select(Installation.created_at)))
    assert stored == clock()
    assert stored is not None
    assert stored.utcoffset() == timedelta(0)


async def test_a_transaction_whose_caller_is_cancelled_ends_before_the_database_closes(
    database_url: str, keyring: Keyring
) -> None:
    database = Database(database_url, keyring)
    begun, may_end = threading.Event(), threading.Event()

    def work(session: Session) -> None:
        begun.set()
        may_end.wait()
        add_chat(session)

    caller = asyncio.create_task(database.run(work))
    await asyncio.to_thread(begun.wait)
    caller.cancel()
    closing = asyncio.create_task(database.close())
    may_end.set()
    await closing
    assert caller.cancelled()
    again = Database(database_url, keyring)
    assert await again.read(count_chats) == 1
    await again.close()


async def test_a_connection_whose_server_went_is_replaced_before_anybody_uses_it(
    postgresql_url: str, open_database: Callable[[str], Database]
) -> None:
    ours, operator = open_database(postgresql_url), open_database(postgresql_url)
    number = await ours.run(lambda session: session.scalar(select(func.pg_backend_pid())))

    def end(session: Session) -> None:
        session.execute(select(func.pg_terminate_backend(number, 10_000)))

    await operator.run(end)
    assert await ours.run(lambda session: session.scalar(select(func.pg_backend_pid()))) != number


async def test_what_a_client_holds_that_has_gone_without_a_word_is_free_again(
    postgresql_url: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine lost power in the middle of a transaction: nobody will tell the server."""
    monkeypatch.setattr("storage.database.SILENCE", timedelta(milliseconds=100))
    database = Database(postgresql_url, keyring)
    await database.run(add_chat)
    held, others_are_done = threading.Event(), threading.Event()
    locking = text("SELECT id FROM chats FOR UPDATE")

    def falls_silent(session: Session) -> None:
        session.execute(locking)
        held.set()
        others_are_done.wait(30)

    silent = asyncio.create_task(database.run(falls_silent))
    await asyncio.to_thread(held.wait)
    await database.run(lambda session: session.execute(locking))
    others_are_done.set()
    with pytest.raises(DatabaseError) as ended:
        await silent
    assert is_away(ended.value)  # it was only slow: what it wanted is done anew
    await database.close()


async def test_a_server_that_is_lost_before_the_first_word_of_a_claim_is_away(
    postgresql_url: str, open_database: Callable[[str], Database]
) -> None:
    """It is gone without a word: nothing shows that when the connection is taken."""
    database = open_database(postgresql_url)

    def lose(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.close()

    event.listen(Engine, "begin", lose, insert=True)
    try:
        with pytest.raises(DatabaseError) as lost:
            await database.follow(lambda: database.lightly(lambda light: light.connection()))
    finally:
        event.remove(Engine, "begin", lose)
    assert is_away(lost.value)
    await database.run(add_chat)
    assert await database.read(count_chats) == 1

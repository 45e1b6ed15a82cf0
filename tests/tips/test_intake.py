"""The inbox emptied: each update once, in its chat's order, whatever it does to us."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text, update
from sqlalchemy.exc import NoResultFound, OperationalError

from storage.aside import Queue
from storage.database import Database, is_synced
from storage.inbox import RawUpdate
from storage.models import Delivery, Inbox
from storage.states import Channel, QueueState
from tests.mortal import Fate, KilledError, MortalDatabase
from tests.tips.offices import Office
from tips import inbox
from tips.intake import LEASE, NO_DOOR, TRIES
from tips.messages import Incoming

Heard = list[tuple[str, str]]  #: (chat, text), in the order they were handled


@pytest.fixture
def heard(office: Office) -> Heard:
    """Every message that reached the desk; «lỗi» is one that our own bug cannot digest."""
    heard: Heard = []

    def read(body: bytes) -> Incoming:
        chat, _, said = body.decode().partition(":")
        heard.append((chat, said))
        if said == "lỗi":
            raise ZeroDivisionError
        return Incoming(Channel.TELEGRAM, chat, chat, text=said)

    office.door.reads = read
    return heard


async def take_all(office: Office) -> None:
    worker = office.intake()
    while await worker.take():
        pass


async def answers_to(office: Office, address: str) -> list[str]:
    worker = office.deliveries()
    while await worker.send_due():
        await worker.drain()
    return office.door.texts_to(address)


# order ----------------------------------------------------------------------------------------


async def test_a_chats_messages_are_heard_in_their_order(office: Office, heard: Heard) -> None:
    await office.hear(("1", "một"), ("2", "hai"), ("1", "ba"), ("1", "bốn"))
    await take_all(office)
    assert [said for chat, said in heard if chat == "1"] == ["một", "ba", "bốn"]
    assert len(heard) == 4


async def test_several_processes_at_once_hear_everything_once_and_in_order(
    office: Office,
    heard: Heard,
    database_url: str,
    open_database: Callable[[str], Database],
) -> None:
    people, each = [str(n) for n in range(15)], 4
    await office.hear(*[(person, str(n)) for n in range(each) for person in people])
    workers = [office.intake(str(n), open_database(database_url)) for n in range(4)]
    while (await office.depth(Inbox)).waiting:
        await asyncio.gather(*(worker.take() for worker in workers))
    assert len(heard) == each * len(people)
    for person in people:
        assert [said for chat, said in heard if chat == person] == ["0", "1", "2", "3"]


# our own bugs -----------------------------------------------------------------------------------


async def test_a_message_we_cannot_digest_is_set_aside_whole_after_three_tries(
    office: Office, heard: Heard
) -> None:
    await office.officer("99")
    await office.hear(("1", "xin chào"))
    await take_all(office)
    await office.hear(("1", "lỗi"), ("1", "sau lỗi"), ("2", "thông"))
    for _ in range(TRIES):
        await take_all(office)
        office.clock.advance(timedelta(seconds=10))
    assert heard.count(("1", "lỗi")) == 1 + TRIES  # among others, and then alone
    assert heard[-1] == ("1", "sau lỗi")
    assert ("2", "thông") in heard
    (aside,) = [u for u in await office.all(Inbox) if u.state is QueueState.SET_ASIDE]
    assert aside.error == "ZeroDivisionError"
    assert aside.body_sealed is not None, "it can be looked at, and tried again"


async def test_a_row_that_we_take_for_being_there_is_our_own_bug_and_no_database_away(
    office: Office,
) -> None:
    def read(body: bytes) -> Incoming:
        raise NoResultFound

    office.door.reads = read
    await office.hear(("1", "một"))
    for _ in range(TRIES):
        await take_all(office)
        office.clock.advance(timedelta(seconds=10))
    (update,) = await office.all(Inbox)
    assert (update.state, update.error) == (QueueState.SET_ASIDE, "NoResultFound")


async def test_a_process_started_without_the_channel_leaves_its_messages_to_one_that_has_it(
    office: Office, heard: Heard
) -> None:
    doorless = office.intake()
    doorless.doors = {}
    await office.hear(("1", "một"), ("1", "hai"))
    for _ in range(TRIES + 2):
        assert await doorless.take() == 1
        assert await doorless.take() == 0
        office.clock.advance(NO_DOOR)
    assert {u.state for u in await office.all(Inbox)} == {QueueState.WAITING}
    await take_all(office)
    assert heard == [("1", "một"), ("1", "hai")]


async def test_its_sender_gets_one_apology_and_the_operator_one_word(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if it is the first we hear of them."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tips.intake.converse", fail)
    await office.officer("99")
    await office.hear(("1", "xin chào"))
    for _ in range(TRIES + 2):
        await take_all(office)
        office.clock.advance(timedelta(seconds=10))
    (apology,) = await answers_to(office, "1")
    assert "Có lỗi ở phía chúng tôi" in apology
    assert len(office.door.texts_to("99")) == 1


async def test_what_is_set_aside_again_after_a_replay_is_told_again(
    office: Office, heard: Heard
) -> None:
    """To the operator, who thought that it was mended; the sender has been apologised to."""
    await office.officer("99")
    await office.hear(("1", "xin chào"), ("1", "lỗi"))
    for times in (1, 2):
        for _ in range(TRIES):
            await take_all(office)
            office.clock.advance(timedelta(seconds=10))
        answers = await answers_to(office, "1")
        assert len([said for said in answers if "Có lỗi" in said]) == 1
        assert len(office.door.texts_to("99")) == times
        await office.replay(Queue.INBOX)


async def test_a_message_that_fails_takes_nothing_of_its_batch_with_it(
    office: Office, heard: Heard
) -> None:
    await office.hear(*[(str(n), "lỗi" if n == 3 else "tốt") for n in range(8)])
    await take_all(office)
    states = [update.state for update in await office.all(Inbox)]
    assert states.count(QueueState.DONE) == 7


async def test_a_message_that_kills_the_process_is_set_aside_and_its_batch_is_not(
    office: Office,
) -> None:
    """Each life ends over the same message; those that were claimed beside it must not pay for it."""
    lives = 0

    def read(body: bytes) -> Incoming:
        chat, _, said = body.decode().partition(":")
        if said == "giết":
            raise KilledError
        return Incoming(Channel.TELEGRAM, chat, chat, text=said)

    office.door.reads = read
    await office.hear(*[(str(n), "giết" if n == 2 else "tốt") for n in range(6)])
    while (await office.depth(Inbox)).waiting:
        worker = office.intake(f"life {lives}")
        try:
            while await worker.take():
                pass
        except KilledError:
            lives += 1
        office.clock.advance(LEASE)
        assert lives <= TRIES
    assert lives == TRIES
    updates = await office.all(Inbox)
    assert [u.error for u in updates if u.state is QueueState.SET_ASIDE] == ["interrupted"]
    assert [u.state for u in updates].count(QueueState.DONE) == 5


# a database that goes away ----------------------------------------------------------------------


async def test_an_update_is_taken_up_again_as_soon_as_the_database_is_back(
    office: Office, heard: Heard
) -> None:
    class Away(MortalDatabase):
        """Gone for one transaction, right after something was claimed."""

        runs = 0

        def transact(self, work: Any) -> Any:
            self.runs += 1
            if self.runs == 1:
                raise OperationalError("", None, Exception("away"))
            return super().transact(work)

    await office.hear(("1", "một"))
    worker = office.intake(database=Away(office.database, Fate()))
    with pytest.raises(OperationalError):
        await worker.take()
    while await worker.take():
        pass
    assert heard == [("1", "một")]


async def test_a_database_that_goes_away_in_the_middle_of_a_turn_is_not_blamed_on_the_message(
    office: Office, heard: Heard
) -> None:
    """However often: a full disk takes a claim, which is small, and not what a turn writes."""

    def go_away(body: bytes) -> Incoming:
        raise OperationalError("", None, Exception("away"))

    await office.hear(("1", "một"))
    office.door.reads, reads = go_away, office.door.reads
    worker = office.intake()
    for _ in range(2 * TRIES):
        with pytest.raises(OperationalError):
            await worker.take()
    office.door.reads = reads
    await worker.take()
    (update,) = await office.all(Inbox)
    assert (update.state, update.error) == (QueueState.DONE, None)


async def test_all_but_the_claim_waits_for_the_disk(office: Office) -> None:
    """Of a batch that goes through, and of one that is undone and done again one by one."""

    def fail_over_two(body: bytes) -> Incoming | None:
        if body.endswith(b"hai"):
            raise ValueError("ours")
        return None

    commits: list[bool] = []

    def on_commit(connection: Connection) -> None:
        commits.append(is_synced(connection))

    worker, office.door.reads = office.intake(), fail_over_two
    event.listen(Engine, "commit", on_commit)
    try:
        for words, expected in (("một", [False, True]), ("hai", [False, True, True])):
            await office.hear(("1", "một"), ("2", words))
            commits.clear()
            await worker.take()
            assert commits == expected
    finally:
        event.remove(Engine, "commit", on_commit)


async def test_a_claim_that_was_lost_with_the_machine_is_made_again_by_whoever_comes(
    office: Office, heard: Heard
) -> None:
    class Crashed(MortalDatabase):
        """Loses what was committed and not synced, once."""

        def transact(self, work: Any) -> Any:
            unclaimed = {"owner": None, "attempts": 0, "due_at": office.clock()}
            super().transact(lambda session: session.execute(update(Inbox).values(unclaimed)))
            return super().transact(work)

    await office.hear(("1", "một"))
    await office.intake(database=Crashed(office.database, Fate())).take()
    assert heard == []
    await office.intake("b").take()
    assert heard == [("1", "một")]


# the way in -------------------------------------------------------------------------------------


async def test_what_could_not_be_stored_is_told_to_everybody_who_waits_for_it(
    office: Office,
) -> None:
    class Gone(Database):
        def __init__(self) -> None:
            self.keyring = office.database.keyring

        async def run(self, work: Any) -> Any:
            raise OperationalError("", None, Exception("away"))

    way_in = inbox.Inbox(Gone(), office.clock, asyncio.Event())
    update = RawUpdate(Channel.TELEGRAM, "1", "1", 1, b"1:mot")
    ends = await asyncio.gather(*(way_in.store([update]) for _ in range(3)), return_exceptions=True)
    assert [type(end) for end in ends] == [OperationalError] * 3


class Commits(MortalDatabase):
    """Counts them, each of which is waited for alone, and calls `meanwhile` as the first begins."""

    def __init__(self, real: Database, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__(real, Fate())
        self.count, self._meanwhile = 0, meanwhile

    async def follow(self, plan: Any) -> Any:
        self.count += 1
        if self.count == 1:
            self._meanwhile()
        return await super().follow(plan)


def thirty_updates() -> list[RawUpdate]:
    return [RawUpdate(Channel.TELEGRAM, str(n), "1", n, b"1:x") for n in range(30)]


async def test_what_arrives_together_shares_a_commit(office: Office) -> None:
    commits = Commits(office.database)
    way_in = inbox.Inbox(commits, office.clock, asyncio.Event())

    async def arrives(turn: int, update: RawUpdate) -> None:
        for _ in range(turn):
            await asyncio.sleep(0)
        await way_in.store([update])

    await asyncio.gather(*(arrives(*one) for one in enumerate(thirty_updates())))
    assert (await office.depth(Inbox)).waiting == 30
    assert commits.count == 1


async def test_what_arrives_during_a_commit_shares_the_next(office: Office) -> None:
    first, *others = thirty_updates()
    stored: list[asyncio.Task[None]] = []

    def meanwhile() -> None:
        stored.extend(asyncio.create_task(way_in.store([update])) for update in others)

    commits = Commits(office.database, meanwhile)
    way_in = inbox.Inbox(commits, office.clock, asyncio.Event())
    await way_in.store([first])
    await asyncio.gather(*stored)
    assert (await office.depth(Inbox)).waiting == 30
    assert commits.count == 2


async def test_no_word_of_an_update_stays_in_the_database_when_it_is_done(
    office: Office, heard: Heard
) -> None:
    await office.hear(("1", "một"))
    await take_all(office)
    query = text("SELECT body_sealed FROM inbox")
    assert await office.database.read(lambda session: session.scalar(query)) is None
    assert await office.all(Delivery), "it was answered"

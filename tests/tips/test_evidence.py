"""Files fetched, cleaned and kept: whatever the channel, the cleaner, the disk or we ourselves do."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import chats, evidence
from storage.aside import Queue
from storage.chats import Address
from storage.database import Database
from storage.files import FileStore
from storage.models import Evidence, Inbox
from storage.states import EvidenceKind, EvidenceVerdict, QueueState
from tests.mortal import Fate, KilledError, MortalDatabase
from tests.tips.cleaning_samples import a_picture
from tests.tips.doors import away, refused
from tests.tips.offices import TELEGRAM, Office
from tips import evidence as room_module
from tips import retention
from tips.cleaning.cleaner import Cleaner, CleaningUnavailableError
from tips.cleaning.verdicts import Cleaned, Limits, MediaKind, Verdict
from tips.desk import Transaction
from tips.evidence import LEASE, WAITS, EvidenceRoom
from tips.messages import SendError

CITIZEN = "1"


class QuickCleaner(Cleaner):
    """Finds every picture clean, or fails as it is told to."""

    def __init__(self, *faults: Exception) -> None:
        super().__init__(Limits())
        self.faults = list(faults)

    async def clean(self, content: bytes, *, without_sound: bool = False) -> Verdict:
        if self.faults:
            raise self.faults.pop(0)
        return Cleaned(MediaKind.PHOTO, b"clean " + content, "image/jpeg", "jpg", 1, 1)


@pytest.fixture
def files(office: Office) -> FileStore:
    return office.desk.files


Room = Callable[..., EvidenceRoom]


@pytest.fixture
def room(office: Office, files: FileStore) -> Room:
    def make(
        cleaner: Cleaner | None = None, owner: str = "a", database: Database | None = None
    ) -> EvidenceRoom:
        return EvidenceRoom(
            database or office.database,
            {TELEGRAM: office.door},
            cleaner or QuickCleaner(),
            files,
            office.clock,
            owner,
            limit=1000,
        )

    return make


async def send_photo(office: Office, reference: str = "photo", content: bytes = b"photo") -> None:
    def take(tx: Transaction) -> None:
        chat = chats.reach(tx.session, Address(TELEGRAM, CITIZEN), tx.now)
        evidence.take(tx.session, chat, EvidenceKind.PHOTO, reference, len(content), tx.now)

    office.door.files[reference] = content
    await office.run(take)


async def piece_of(office: Office) -> Evidence:
    (piece,) = await office.all(Evidence)
    return piece


async def told(office: Office, address: str = CITIZEN) -> list[str]:
    """What somebody reads once the outcome has gone through the inbox."""
    intake, deliveries = office.intake(), office.deliveries()
    while await intake.take():
        pass
    await deliveries.send_due()
    await deliveries.drain()
    return office.door.texts_to(address)


async def test_a_photo_is_fetched_cleaned_and_sealed(
    office: Office, room: Room, files: FileStore
) -> None:
    await send_photo(office)
    cleaning = room()
    assert await cleaning.take() == 1
    assert cleaning.told.is_set()
    piece = await piece_of(office)
    assert (piece.verdict, piece.state) == (EvidenceVerdict.CLEAN, QueueState.DONE)
    assert piece.reference_sealed is None
    assert piece.file is not None
    assert files.get(piece.file) == b"clean photo"
    assert await told(office) == []


async def test_the_real_cleaner_serves_too(office: Office, room: Room, files: FileStore) -> None:
    photo = a_picture("JPEG")
    await send_photo(office, content=photo)
    await replace(room(Cleaner(Limits())), limit=10**6).take()
    piece = await piece_of(office)
    assert piece.verdict is EvidenceVerdict.CLEAN
    assert piece.file is not None
    assert files.get(piece.file)[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    "fault",
    [away(), CleaningUnavailableError("no child"), OSError("disk full"), ZeroDivisionError()],
    ids=["network", "cleaner", "disk", "our bug"],
)
async def test_what_may_pass_is_tried_again_and_the_reporter_hears_nothing_of_it(
    office: Office, room: Room, fault: Exception
) -> None:
    await send_photo(office)
    cleaner = QuickCleaner()
    if isinstance(fault, SendError):
        office.door.troubles["photo"].append(fault)
    else:
        cleaner.faults = [fault]
    await room(cleaner).take()
    assert await room(cleaner).take() == 0, "not before its time"
    office.clock.advance(WAITS[0] * 1.2)
    assert await room(cleaner).take() == 1
    assert (await piece_of(office)).verdict is EvidenceVerdict.CLEAN
    assert await told(office) == []


async def test_what_never_passes_is_set_aside_and_reporter_and_operator_are_told_once(
    office: Office, room: Room
) -> None:
    await office.officer("99")
    await send_photo(office)
    cleaner = QuickCleaner(*[ZeroDivisionError() for _ in range(99)])
    while (await piece_of(office)).state is QueueState.WAITING:
        assert await room(cleaner).take() == 1
        due_at = (await piece_of(office)).due_at
        assert due_at is not None
        office.clock.now = max(due_at, office.clock.now)
    piece = await piece_of(office)
    assert (piece.verdict, piece.state) == (EvidenceVerdict.LOST, QueueState.SET_ASIDE)
    assert piece.error == "ZeroDivisionError"
    assert len(await told(office)) == 1
    assert len(await told(office, "99")) == 1


async def test_a_file_the_channel_no_longer_has_is_lost_at_once(office: Office, room: Room) -> None:
    await send_photo(office)
    office.door.troubles["photo"].append(refused())
    await room().take()
    assert (await piece_of(office)).verdict is EvidenceVerdict.LOST
    assert len(await told(office)) == 1


async def test_a_lost_file_can_be_fetched_once_what_was_wrong_is_mended(
    office: Office, room: Room
) -> None:
    await send_photo(office)
    office.door.troubles["photo"].append(refused())
    await room().take()
    await office.replay(Queue.EVIDENCE)
    await room().take()
    piece = await piece_of(office)
    assert (piece.verdict, piece.reference_sealed) == (EvidenceVerdict.CLEAN, None)


async def test_a_file_over_the_limit_is_refused_with_what_to_do(office: Office, room: Room) -> None:
    await send_photo(office)
    office.door.files["photo"] = SendError("too_large", permanent=True)
    await room().take()
    assert (await piece_of(office)).verdict is EvidenceVerdict.REFUSED
    (answer,) = await told(office)
    assert "20 MB" in answer


async def test_a_fetch_that_does_not_come_back_ends_and_is_tried_again(
    office: Office, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "PATIENCE", timedelta(milliseconds=20))
    office.door.stuck["photo"] = asyncio.Event()
    await send_photo(office)
    await room().take()
    piece = await piece_of(office)
    assert (piece.state, piece.error) == (QueueState.WAITING, "timed_out")


async def test_two_fetchers_never_take_the_same_file(
    office: Office, room: Room, database_url: str, open_database: Callable[[str], Database]
) -> None:
    await send_photo(office)
    both = [room(owner=n, database=open_database(database_url)) for n in "ab"]
    assert sum(await asyncio.gather(*(each.take() for each in both))) == 1


@pytest.mark.parametrize("last_step", [1, 2, 3, 4])
async def test_a_process_killed_at_any_step_leaves_one_file_and_one_verdict(
    office: Office, room: Room, files: FileStore, last_step: int
) -> None:
    """Before and after the claim's commit, and before and after the commit that names the file."""
    await send_photo(office)
    with pytest.raises(KilledError):
        await room(database=MortalDatabase(office.database, Fate(last_step)), owner="dead").take()
    office.clock.advance(LEASE)
    while await room(owner="living").take():
        pass
    piece = await piece_of(office)
    assert (piece.verdict, piece.state) == (EvidenceVerdict.CLEAN, QueueState.DONE)
    outcomes = [u for u in await office.all(Inbox) if u.external_id.startswith("evidence:")]
    assert len(outcomes) == 1
    later = datetime.now(UTC) + timedelta(hours=1)
    await retention.sweep_files(office.database, files, later)
    assert files.names() == [piece.file]


async def test_a_file_whose_row_is_about_to_be_written_is_not_swept(
    office: Office, files: FileStore
) -> None:
    name = files.put(b"fresh")
    await retention.sweep_files(office.database, files, datetime.now(UTC))
    assert files.names() == [name]

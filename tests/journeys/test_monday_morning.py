"""The weekly summary: Monday 07:30, once for each week and recipient, whatever happens to the process."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from bot.summaries import PICTURES, Summaries
from reports.plots import DrawingError, Picture
from routing import Router
from storage import schema
from storage.database import Database
from storage.files import FileStore
from storage.models import Delivery, JobRun
from storage.sealing import Keyring
from storage.states import DeliveryClass, Role
from tests.clock import FakeClock
from tests.journeys.telling import THEFT, WIFE, tells
from tests.tips.cleaning_samples import a_picture
from tests.town import HAI_HAU, ZONE, Person, Town, make_town, rows

DRAWN = a_picture("PNG")
MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=ZONE).astimezone(UTC)


class Pencil:
    """Draws nothing, quickly, and counts. `fault` is raised instead."""

    def __init__(self) -> None:
        self.drawn: list[Picture] = []
        self.fault: Exception | None = None

    async def __call__(self, picture: Picture) -> bytes:
        if self.fault is not None:
            raise self.fault
        self.drawn.append(picture)
        return DRAWN


@pytest.fixture
def pencil() -> Pencil:
    return Pencil()


@pytest.fixture
async def town(
    database: Database, clock: FakeClock, tmp_path: Path, router: Router, pencil: Pencil
) -> AsyncIterator[Town]:
    """A town installed on Wednesday, whose pictures are drawn quickly."""
    await database.run(lambda s: schema.recognise(s, database.keyring, clock()))
    async with make_town(database, clock, tmp_path, router) as made:
        with patch("bot.summaries.draw", pencil):
            yield made


@dataclass(frozen=True, slots=True)
class Clerk:
    """Does on Monday what the process does every minute."""

    town: Town
    pictures: FileStore

    def summaries(self, owner: str = "first") -> Summaries:
        town = self.town
        at = (0, time(7, 30))
        return Summaries(town.database, town.desk, self.pictures, town.clock, owner, *at)

    async def morning(self, owner: str = "first") -> int:
        owed = await self.summaries(owner).catch_up()
        await self.town.settle()
        return owed


@pytest.fixture
def clerk(town: Town, tmp_path: Path) -> Clerk:
    return Clerk(town, FileStore(tmp_path / "media" / PICTURES, town.database.keyring))


def summaries_on(person: Person) -> list[str]:
    return [text for text in person.texts if text.startswith("📋 TỔNG HỢP TUẦN")]


def pictures_on(person: Person) -> list[bytes]:
    return [message.photo for message in person.user.from_bot if message.photo]


async def broadcasts(town: Town) -> int:
    found = await rows(town.database, Delivery)
    return sum(row.klass is DeliveryClass.BROADCAST and row.dedup_key is not None for row in found)


async def test_each_officer_gets_their_communes_and_the_desk_the_provinces(
    town: Town, clerk: Clerk
) -> None:
    officer, lead = await town.officer(900), await town.officer(901, Role.LEAD)
    neighbour = await town.officer(902, commune=HAI_HAU)
    desk = await town.desk_officer()
    others = [await town.officer(903, Role.ADMIN, None), await town.officer(904, Role.BOARD, None)]
    an = town.citizen()
    await tells(an, THEFT)
    await tells(an, WIFE)
    town.clock.now = MONDAY
    assert await clerk.morning() == 4

    for person in (officer, lead):
        (text,) = summaries_on(person)
        head, received, *_ = text.split("\n")
        assert head == "📋 TỔNG HỢP TUẦN 47/2026 (16/11/2026–22/11/2026) · Công an xã Hải Xuân"
        assert received.startswith("Tiếp nhận: 2 tin")
        assert pictures_on(person) == [DRAWN]
    assert "Tuần này không có tin mới." in summaries_on(neighbour)[0]
    assert "129 đơn vị, 1 đơn vị có tin." in summaries_on(desk)[0]
    assert not any(summaries_on(person) for person in (an, *others))


async def test_the_summary_tells_no_word_of_any_tip(town: Town, clerk: Clerk) -> None:
    officer, desk = await town.officer(900), await town.desk_officer()
    await tells(town.citizen(), "mất xe QUAMUOP7731 ở xóm 5 xã Hải Xuân tối qua")
    town.clock.now = MONDAY
    await clerk.morning()
    for person in (officer, desk):
        assert "QUAMUOP7731" not in summaries_on(person)[0]
        assert "xóm" not in summaries_on(person)[0]


async def test_one_picture_is_drawn_for_each_commune(
    town: Town, clerk: Clerk, pencil: Pencil
) -> None:
    for number in (900, 901, 902):
        await town.officer(number)
    await town.officer(903, commune=HAI_HAU)
    town.clock.now = MONDAY
    await clerk.morning()
    assert len(pencil.drawn) == 2


async def test_it_is_sent_once_whatever_restarts(town: Town, clerk: Clerk, pencil: Pencil) -> None:
    officer = await town.officer(900)
    town.clock.now = MONDAY - timedelta(seconds=1)
    assert await clerk.morning() == 0
    for owner in ("first", "first", "second", "third"):
        town.clock.now += timedelta(minutes=1)
        town.restart()
        await clerk.morning(owner)
    town.clock.advance(days=6, hours=23)
    await clerk.morning("fourth")
    assert len(summaries_on(officer)) == len(pictures_on(officer)) == len(pencil.drawn) == 1
    town.clock.advance(hours=2)
    await clerk.morning("fourth")
    assert len(summaries_on(officer)) == 2


async def test_two_processes_at_once_send_it_once(town: Town, clerk: Clerk, pencil: Pencil) -> None:
    officer = await town.officer(900)
    town.clock.now = MONDAY
    owed = await asyncio.gather(*(clerk.summaries(f"process {n}").catch_up() for n in range(3)))
    await town.settle()
    assert sorted(owed) == [0, 0, 1]
    assert len(summaries_on(officer)) == 1


async def test_a_clock_that_is_set_back_and_forth_sends_it_once(town: Town, clerk: Clerk) -> None:
    officer = await town.officer(900)
    for minutes in (0, -90, 1, -60 * 24, 2, -60 * 24 * 3, 5):
        town.clock.now = MONDAY + timedelta(minutes=minutes)
        await clerk.morning()
    assert len(summaries_on(officer)) == 1


async def test_a_process_killed_in_the_middle_is_taken_over_and_repeats_nobody(
    town: Town, clerk: Clerk, pencil: Pencil
) -> None:
    officer, neighbour = await town.officer(900), await town.officer(901, commune=HAI_HAU)
    town.clock.now = MONDAY
    killed = replace(clerk.summaries(), owner="killed")
    pencil_works = pencil.__call__
    calls = 0

    async def dies(picture: Picture) -> bytes:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise asyncio.CancelledError
        return await pencil_works(picture)

    with patch("bot.summaries.draw", dies), pytest.raises(asyncio.CancelledError):
        await killed.catch_up()
    await town.settle()
    assert len(summaries_on(officer)) + len(summaries_on(neighbour)) == 1
    town.clock.advance(minutes=29)
    assert await clerk.morning("next") == 0, "the other may still be alive"
    town.clock.advance(minutes=2)
    await clerk.morning("next")
    assert len(summaries_on(officer)) == len(summaries_on(neighbour)) == 1


async def test_a_slot_missed_while_nobody_ran_is_caught_up_and_only_the_newest(
    town: Town, clerk: Clerk
) -> None:
    officer = await town.officer(900)
    town.clock.now = MONDAY + timedelta(days=16, hours=5)
    await clerk.morning()
    (text,) = summaries_on(officer)
    assert "TUẦN 49/2026" in text


async def test_processes_whose_clocks_jump_send_each_week_once(town: Town, clerk: Clerk) -> None:
    officer = await town.officer(900)
    hours = [0, 2, -1, -30, 24 * 9, -24 * 3, 24 * 3, 1]  # from one moment to the next
    town.clock.now = MONDAY
    for n, jump in enumerate(hours):
        town.clock.advance(hours=jump)
        owners = [clerk.summaries(f"process {n} {m}").catch_up() for m in range(3)]
        await asyncio.gather(*owners)
    await town.settle()
    weeks = [text.splitlines()[0] for text in summaries_on(officer)]
    assert len(weeks) == len(set(weeks)) == 2


async def test_nobody_gets_a_week_from_before_the_installation(town: Town, clerk: Clerk) -> None:
    officer = await town.officer(900)
    assert await clerk.morning() == 0
    town.clock.now = MONDAY - timedelta(minutes=1)
    assert await clerk.morning() == 0
    assert summaries_on(officer) == []
    assert await rows(town.database, JobRun) == []


@pytest.mark.parametrize("fault", [DrawingError("no picture"), OSError("no room")])
async def test_where_the_picture_fails_the_text_is_sent(
    town: Town, clerk: Clerk, pencil: Pencil, fault: Exception
) -> None:
    officer = await town.officer(900)
    pencil.fault = fault
    town.clock.now = MONDAY
    await clerk.morning()
    assert len(summaries_on(officer)) == 1
    assert pictures_on(officer) == []


async def test_a_picture_that_is_gone_stops_nobody(town: Town, clerk: Clerk) -> None:
    officer = await town.officer(900)
    town.clock.now = MONDAY
    await clerk.summaries().catch_up()
    pictures = clerk.pictures
    for name in pictures.names():
        pictures.delete(name)
    await town.settle()
    assert len(summaries_on(officer)) == 1
    await officer.says("/tips")
    assert officer.text == "Không có tin nào đang mở."


async def test_who_cannot_be_reached_is_passed_over(town: Town, clerk: Clerk) -> None:
    officer, other = await town.officer(900), await town.officer(901)
    await other.user.blocks()
    await town.settle()
    town.clock.now = MONDAY
    assert await clerk.morning() == 1
    assert len(summaries_on(officer)) == 1
    assert await broadcasts(town) == 2


async def test_an_english_reader_gets_english(town: Town, clerk: Clerk) -> None:
    officer = await town.officer(900)
    await officer.says("/language")
    await officer.presses("English")
    town.clock.now = MONDAY
    await clerk.morning()
    assert any("WEEK" in text.upper() for text in officer.texts[-2:])


async def test_the_real_picture_is_a_png(
    sqlite_url: str, keyring: Keyring, clock: FakeClock, tmp_path: Path, router: Router
) -> None:
    database = Database(sqlite_url, keyring)
    await database.run(lambda s: schema.recognise(s, keyring, clock()))
    async with make_town(database, clock, tmp_path, router) as town:
        officer = await town.officer(900)
        await tells(town.citizen(), THEFT)
        clock.now = MONDAY
        await Clerk(town, FileStore(tmp_path / "media" / PICTURES, keyring)).morning()
        (picture,) = pictures_on(officer)
        assert picture.startswith(b"\x89PNG")
    await database.close()

"""What time itself does about a tip nobody has taken: 15 minutes, 2 hours, 24 hours."""

import asyncio
from datetime import timedelta

import pytest

from storage.models import Delivery, Event
from storage.states import EventKind, Role
from tests.journeys.telling import FIGHT, THEFT, WIFE, tells
from tests.town import Person, Town, rows
from tips import deadlines

P3 = "ô nhiễm, đổ trộm rác ở xóm 5 xã Hải Xuân hôm qua"
DO_NOT_WAIT = "🚨 Chưa có cán bộ nào nhận tin. Đừng chờ thêm, hãy gọi 113."


def said(person: Person, words: str) -> int:
    return sum(words in text for text in person.texts)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        (FIGHT, timedelta(minutes=15)),
        (THEFT, timedelta(hours=2)),
        (P3, timedelta(hours=24)),
    ],
)
async def test_a_reminder_at_two_thirds_and_the_desk_at_the_target(
    sqlite_town: Town, words: str, target: timedelta
) -> None:
    town = sqlite_town
    desk = await town.desk_officer()
    officer = await town.officer(900)
    await tells(town.citizen(), words)
    minutes = int(target.total_seconds()) // 60

    await town.pass_time(minutes=minutes * 2 // 3 - 1)
    assert said(officer, "⏰") == 0
    await town.pass_time(minutes=1)
    assert "còn" in officer.text
    assert "là quá mốc, chưa có cán bộ nhận" in officer.text
    assert said(desk, "Tin số 1") == 0

    await town.pass_time(minutes=minutes - minutes * 2 // 3)
    assert officer.text.startswith("⏰ Tin số 1 đã quá mốc")
    assert said(desk, "vì: quá mốc chưa có cán bộ nhận.") == 1
    assert desk.text.startswith("⏰ Tin số 1 (xã Hải Xuân) quá mốc")
    await town.pass_time(hours=30)
    assert said(officer, "⏰") == 2
    assert said(desk, "⏰") == 1


async def test_each_is_said_once_by_two_processes_and_across_restarts(town: Town) -> None:
    desk = await town.desk_officer()
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an, FIGHT)
    for minutes in (10, 5):
        town.clock.advance(minutes=minutes)
        await asyncio.gather(*(town.run(deadlines.look) for _ in range(3)))
        town.restart()
        await town.run(deadlines.look)
        await town.settle()
    assert said(officer, "⏰") == 2
    assert said(desk, "⏰") == 1
    assert said(an, DO_NOT_WAIT) == 1
    kinds = [event.kind for event in await rows(town.database, Event)]
    assert kinds.count(EventKind.REMINDED) == kinds.count(EventKind.OVERDUE) == 1


async def test_a_missed_urgent_tip_is_told_to_its_reporter(town: Town) -> None:
    await town.officer(900)
    an = town.citizen()
    await tells(an, FIGHT)
    await town.pass_time(minutes=14)
    assert said(an, DO_NOT_WAIT) == 0
    await town.pass_time(minutes=1)
    assert an.text == DO_NOT_WAIT


async def test_a_missed_tip_that_is_not_urgent_is_not(sqlite_town: Town) -> None:
    await sqlite_town.officer(900)
    an = sqlite_town.citizen()
    await tells(an, THEFT)
    await sqlite_town.pass_time(hours=3)
    assert said(an, DO_NOT_WAIT) == 0


@pytest.mark.parametrize(
    ("answer", "told"), [("An toàn, cứ nhắn", 1), ("Không an toàn", 0), ("", 0)]
)
async def test_in_a_sensitive_one_only_where_the_phone_is_safe(
    town: Town, answer: str, told: int
) -> None:
    await town.officer(900)
    an = town.citizen()
    await tells(an, WIFE)
    if answer:
        await an.presses(answer)
    await town.pass_time(minutes=20)
    assert said(an, DO_NOT_WAIT) == told


async def test_what_somebody_took_is_not_reminded_of(town: Town) -> None:
    desk = await town.desk_officer()
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an, FIGHT)
    await officer.presses("Nhận xử lý")
    await town.pass_time(hours=1)
    assert said(officer, "⏰") + said(desk, "⏰") + said(an, DO_NOT_WAIT) == 0


async def test_the_desk_is_not_told_that_the_desk_will_be_told(town: Town) -> None:
    desk = await town.desk_officer()
    await tells(town.citizen(), FIGHT)
    await town.pass_time(minutes=10)
    assert said(desk, "còn") == 1
    await town.pass_time(minutes=6)
    assert said(desk, "chuyển trực ban tỉnh") == 0
    assert said(desk, "quá mốc 1 phút") == 1


async def test_a_group_is_reminded_by_number_only(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    group = town.telegram.group(-500, "Đơn vị", [officer.user])
    await group.adds_bot(officer.user)
    await group.says(officer.user, "/register")
    await town.settle()
    await tells(town.citizen(), THEFT)
    await town.pass_time(minutes=80)
    assert group.texts[-1] == "⏰ Tin số 1 còn 40 phút là quá mốc, chưa có cán bộ nhận."
    assert said(officer, "⏰") == 0


async def test_after_an_outage_nobody_is_reminded_of_what_is_already_late(town: Town) -> None:
    desk = await town.desk_officer()
    officer = await town.officer(900)
    await tells(town.citizen(), FIGHT)
    await town.pass_time(days=2)
    assert said(officer, "còn") == 0
    assert said(officer, "đã quá mốc") == 1
    assert said(desk, "⏰") == 1


async def test_who_became_an_officer_since_is_reminded_too(sqlite_town: Town) -> None:
    town = sqlite_town
    await town.desk_officer()
    await town.officer(900)
    await tells(town.citizen(), THEFT)
    new = await town.officer(901, Role.LEAD)
    assert said(new, "Tin số 1") == 1
    await town.pass_time(minutes=81)
    assert said(new, "⏰") == 1


async def test_a_look_with_nothing_due_owes_nothing(town: Town) -> None:
    await town.officer(900)
    await tells(town.citizen())
    before = len(await rows(town.database, Delivery))
    assert await town.run(deadlines.look) == 0
    assert len(await rows(town.database, Delivery)) == before

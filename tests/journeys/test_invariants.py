"""The invariants hold over an ordinary day, and each of them notices its breach."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.database import Session
from storage.models import Card, Delivery, Event, Inbox, Model, Officer, Reporter, Tip
from storage.states import EventKind, OfficerState, QueueState, Role, TipState
from tests.invariants import (
    AT_REST,
    PlatformLog,
    Said,
    breaches,
    log_of,
    read_only_where_they_may_be,
)
from tests.town import Town

AN, BINH = 70_000_007, 70_000_008
MARKS = {str(AN): "xom 5", str(BINH): "xom 6"}
ALL = (*AT_REST, read_only_where_they_may_be(MARKS))


@pytest.fixture
async def day(sqlite_town: Town) -> Town:
    """Two tips: one taken and read, one as it came."""
    town = sqlite_town
    officer = await town.officer(900)
    await town.officer(950, Role.ADMIN, None)
    for number, spot in MARKS.items():
        person = town.citizen(int(number))
        await person.says(f"co trom xe o {spot} hai xuan")
        await person.presses("Đang xảy ra")
        await person.presses("Đồng ý và gửi")
    await officer.presses("Nhận xử lý")
    await officer.presses("Xem chi tiết")
    return town


async def broken(town: Town, log: PlatformLog | None = None) -> set[str]:
    log = log or log_of(town.telegram)
    found = await town.database.read(lambda session: breaches(session, log, ALL))
    return {breach.partition(":")[0] for breach in found}


async def test_they_hold_over_an_ordinary_day(day: Town) -> None:
    assert await broken(day) == set()
    await day.citizen(AN).says("/mydata")
    await day.pass_time(hours=30)
    assert await broken(day) == set()


Breach = Callable[[Session], object]


def with_changed(kind: type[Model], **values: Any) -> Breach:
    """The newest row of a table says something else."""

    def work(session: Session) -> None:
        row = list(session.query(kind))[-1]
        for name, value in values.items():
            setattr(row, name, value)

    return work


def filed_again(session: Session) -> None:
    tip = session.query(Tip).first()
    assert tip is not None
    session.add(Event(at=tip.received_at, kind=EventKind.FILED, tip_id=tip.id))


def without_cards(session: Session) -> None:
    session.query(Delivery).delete()
    session.query(Card).delete()


@pytest.mark.parametrize(
    ("invariant", "work"),
    [
        ("what_waits_can_be_done", with_changed(Inbox, state=QueueState.WAITING)),
        ("what_waits_can_be_done", with_changed(Inbox, owner="somebody")),
        ("a_handled_update_is_emptied_and_one_set_aside_is_whole",
         with_changed(Inbox, body_sealed=b"x")),
        ("a_handled_update_is_emptied_and_one_set_aside_is_whole",
         with_changed(Inbox, state=QueueState.SET_ASIDE)),
        ("tries_are_bounded", with_changed(Inbox, attempts=9)),
        ("nothing_is_left_undone", with_changed(Delivery, state=QueueState.WAITING)),
        ("a_tip_is_filed_once", filed_again),
        ("a_tips_history_is_a_walk_of_its_states", with_changed(Tip, state=TipState.UNFOUNDED)),
        ("an_open_tip_is_with_somebody", without_cards),
        ("a_withdrawn_or_closed_tip_is_out_of_sight",
         lambda session: session.query(Tip).update({Tip.state: TipState.WITHDRAWN})),
        ("a_withdrawn_or_closed_tip_is_out_of_sight",
         lambda session: session.query(Officer).update({Officer.state: OfficerState.REMOVED})),
        ("every_card_shows_the_newest", with_changed(Card, wanted=99)),
        ("every_receipt_is_a_tip", with_changed(Reporter, receipt_digest=b"x")),
        ("every_tip_has_its_receipt", with_changed(Reporter, receipt_digest=b"x")),
    ],
)  # fmt: skip
async def test_a_breach_in_the_database_is_noticed(day: Town, invariant: str, work: Breach) -> None:
    await day.database.run(work)
    assert invariant in await broken(day)


async def test_updates_set_aside_of_which_no_admin_heard_are_noticed(day: Town) -> None:
    def work(session: Session) -> None:
        session.query(Inbox).update({Inbox.state: QueueState.SET_ASIDE, Inbox.body_sealed: b"x"})

    await day.database.run(work)
    assert "what_was_set_aside_was_answered" in await broken(day)


async def test_a_breach_on_the_screens_is_noticed(day: Town) -> None:
    log = log_of(day.telegram)
    codes = [said for said in log.handed if said.codes]
    to_others = [Said("71", said.text) for said in codes]
    assert await broken(day, PlatformLog(log.shown, [*log.handed, *to_others])) == {
        "a_receipt_is_its_reporters_alone"
    }
    leaks = [Said("71", f"từ {AN}"), Said(str(BINH), "o xom 5")]
    assert await broken(day, PlatformLog(log.shown, [*log.handed, *leaks])) == {
        "nobody_is_shown_anothers_address",
        "words_are_read_only_where_they_may_be",
    }
    nobody_sees = PlatformLog([said for said in log.shown if said.chat != "900"], log.handed)
    assert await broken(day, nobody_sees) == {"every_open_tip_is_on_a_phone"}

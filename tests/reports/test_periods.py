"""The calendar of reports: weeks from Monday to Sunday, and the slots in which they are told."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.periods import Week, last_due_slot, week_of, week_to_report, weeks_until

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HALF_PAST_SEVEN = time(7, 30)

instants = st.timedeltas(timedelta(), timedelta(days=20 * 365)).map(
    lambda since: datetime(2020, 1, 1, tzinfo=UTC) + since
)
#: Where years end and 53rd weeks are.
around_new_year = st.builds(
    lambda year, shift: datetime(year, 1, 1, tzinfo=UTC) + shift,
    st.integers(2020, 2040),
    st.timedeltas(timedelta(days=-10), timedelta(days=10)),
)
moments = instants | around_new_year


def test_a_week_begins_on_monday_at_midnight_in_the_zone() -> None:
    week = Week.parse("2026-W47", ZONE)
    assert week.start == datetime(2026, 11, 15, 17, tzinfo=UTC)
    assert week.end == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_instants_of_a_week_are_in_utc() -> None:
    assert Week.parse("2026-W47", ZONE).start.tzinfo is UTC


def test_a_year_can_have_a_53rd_week() -> None:
    week = Week.parse("2026-W53", ZONE)
    assert week.monday == date(2026, 12, 28)
    assert str(week.after()) == "2027-W01"


@pytest.mark.parametrize(
    "written", ["2025-W53", "2026-W00", "2026-W54", "2026-47", "W47", "", "2026-W4", "0000-W01"]
)
def test_what_is_no_week_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match="2026-W47"):
        Week.parse(written, ZONE)


def test_a_week_is_read_in_small_letters_too() -> None:
    assert Week.parse(" 2026-w47 ", ZONE) == Week.parse("2026-W47", ZONE)


@given(moments)
def test_an_instant_lies_within_its_week(instant: datetime) -> None:
    week = week_of(instant, ZONE)
    assert week.start <= instant < week.end


@given(moments)
def test_a_week_is_written_as_it_is_read(instant: datetime) -> None:
    week = week_of(instant, ZONE)
    assert Week.parse(str(week), ZONE) == week


@given(moments)
def test_weeks_follow_each_other_without_gap(instant: datetime) -> None:
    week = week_of(instant, ZONE)
    assert week.before().end == week.start
    assert week.after().before() == week
    assert week_of(week.end, ZONE) == week.after()
    assert week.end - week.start == timedelta(days=7)


def test_the_weeks_until_one_end_with_it() -> None:
    week = Week.parse("2027-W01", ZONE)
    assert [str(each) for each in weeks_until(week, 3)] == ["2026-W52", "2026-W53", "2027-W01"]


@given(moments, st.integers(0, 6), st.times())
def test_the_last_due_slot_is_at_its_hour_and_less_than_a_week_ago(
    now: datetime, weekday: int, at: time
) -> None:
    slot = last_due_slot(now, weekday, at, ZONE)
    local = slot.astimezone(ZONE)
    assert (local.weekday(), local.time()) == (weekday, at)
    assert timedelta() <= now - slot < timedelta(days=7)


def test_a_slot_is_due_at_its_very_minute_and_not_before() -> None:
    slot = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert last_due_slot(slot, 0, HALF_PAST_SEVEN, ZONE) == slot
    before = slot - timedelta(seconds=1)
    assert last_due_slot(before, 0, HALF_PAST_SEVEN, ZONE) == slot - timedelta(weeks=1)


def test_a_missed_monday_is_still_the_last_due_slot_on_thursday() -> None:
    thursday = datetime(2026, 11, 26, 5, tzinfo=UTC)
    slot = last_due_slot(thursday, 0, HALF_PAST_SEVEN, ZONE)
    assert slot == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert str(week_to_report(slot, ZONE)) == "2026-W47"


def test_where_clocks_change_a_week_still_begins_at_midnight() -> None:
    week = Week.parse("2026-W13", ZoneInfo("Europe/Paris"))
    assert week.end - week.start == timedelta(days=7, hours=-1)

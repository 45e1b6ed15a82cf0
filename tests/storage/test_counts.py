"""What the reports count, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.periods import weeks_until
from storage.counts import (
    Scope,
    Tally,
    counted_since,
    hidden_closings,
    open_tips,
    tallies,
    waits,
)
from storage.database import Database
from storage.models import Installation
from storage.states import DESK_ONLY, HIDDEN_STATES, DeskReason, TipState
from tests.overhearing import overhearing
from tests.reports.rows import (
    HAI_XUAN,
    HOA_LU,
    MONDAY,
    NINH_BINH,
    WEDNESDAY,
    WEEK,
    resolved,
    store,
    tip,
)

BOUNDS = [weeks_until(WEEK, 2)[0].start, WEEK.start, WEEK.end]


async def tallied(database: Database, scope: Scope = HAI_XUAN) -> list[Tally]:
    return list(await database.read(lambda session: tallies(session, scope, BOUNDS, MONDAY)))


async def takings(database: Database, scope: Scope = HAI_XUAN) -> dict[str, int]:
    return {tally.taking.value: tally.count for tally in await tallied(database, scope)}


async def test_tips_that_are_alike_are_one_tally(database: Database) -> None:
    await store(database, tip(), tip(), tip(category="fraud"))
    counted = {tally.category: tally.count for tally in await tallied(database)}
    assert counted == {"theft_robbery": 2, "fraud": 1}


async def test_a_week_ends_where_the_next_begins(database: Database) -> None:
    instant = timedelta(microseconds=1)
    received = (WEEK.start - instant, WEEK.start, WEEK.end - instant, WEEK.end)
    await store(database, *(tip(each, taken=5) for each in received))
    assert {tally.week: tally.count for tally in await tallied(database)} == {0: 1, 1: 2}


async def test_a_tip_is_taken_in_time_late_or_not(database: Database) -> None:
    target = MONDAY + timedelta(minutes=1)
    await store(
        database,
        tip(taken=24 * 60),
        tip(taken=24 * 60 + 1),
        tip(),
        tip(target_at=MONDAY),
        tip(target_at=target),
    )
    assert await takings(database) == {"in_time": 1, "late": 1, "missed": 2, "awaited": 1}


@pytest.mark.parametrize("reason", sorted(DeskReason))
async def test_a_commune_counts_no_tip_that_only_the_desk_may_see(
    database: Database, reason: DeskReason
) -> None:
    await store(database, tip(desk_reason=reason))
    assert bool(await tallied(database)) is (reason not in DESK_ONLY)
    assert await tallied(database, NINH_BINH)
    listed = await database.read(lambda session: open_tips(session, HAI_XUAN))
    assert bool(listed) is (reason not in DESK_ONLY)


async def test_a_commune_counts_only_its_own(database: Database) -> None:
    await store(database, tip(), tip(commune_code=HOA_LU.code), tip(commune_code=None))
    assert sum(tally.count for tally in await tallied(database)) == 1
    assert sum(tally.count for tally in await tallied(database, NINH_BINH)) == 3


async def test_another_province_is_another_count(database: Database) -> None:
    await store(database, tip(province_code="01", commune_code="00004"))
    assert await tallied(database, NINH_BINH) == []


async def test_open_tips_come_in_the_order_of_their_numbers(database: Database) -> None:
    await store(database, tip(), resolved(), tip(taken=5), tip(state=TipState.IN_PROGRESS))
    found = await database.read(lambda session: open_tips(session, HAI_XUAN))
    assert [each.number for each in found] == [1, 3, 4]
    assert found[0].target_at == WEDNESDAY + timedelta(hours=24)


async def test_hidden_closings_are_of_the_week_in_which_they_were_closed(
    database: Database,
) -> None:
    long_ago = WEEK.start - timedelta(days=40)
    closings = [tip(long_ago, state=state, closed_at=WEDNESDAY) for state in sorted(HIDDEN_STATES)]
    later = tip(long_ago, state=TipState.UNFOUNDED, closed_at=WEEK.end)
    await store(database, *closings, later, resolved())
    found = await database.read(lambda s: hidden_closings(s, NINH_BINH, WEEK.start, WEEK.end))
    assert [(each.number, each.state) for each in found] == list(
        enumerate(sorted(HIDDEN_STATES), start=1)
    )


async def test_waits_are_of_tips_somebody_took_within_the_scope(database: Database) -> None:
    outside = tip(taken=3, state=TipState.OUT_OF_SCOPE)
    await store(database, tip(taken=7), tip(), outside)
    found = await database.read(lambda s: waits(s, HAI_XUAN, WEEK.start, WEEK.end))
    assert [each.acknowledged_at - each.received_at for each in found] == [timedelta(minutes=7)]


async def test_counting_begins_with_the_installation_or_with_an_older_tip(
    database: Database,
) -> None:
    assert await database.read(counted_since) is None
    began = datetime(2026, 11, 20, tzinfo=UTC)
    await database.run(lambda s: s.add(Installation(fingerprint=b"", created_at=began)))
    assert await database.read(counted_since) == began
    await store(database, tip(WEDNESDAY))
    assert await database.read(counted_since) == WEDNESDAY


async def test_no_sealed_column_is_ever_read(database: Database) -> None:
    await store(database, tip(), resolved())
    seen: list[str] = []
    with overhearing(lambda _, sql, __: seen.append(sql)):
        await tallied(database, NINH_BINH)
        await database.read(lambda s: open_tips(s, NINH_BINH))
        await database.read(lambda s: waits(s, NINH_BINH, WEEK.start, WEEK.end))
        await database.read(lambda s: hidden_closings(s, NINH_BINH, WEEK.start, WEEK.end))
    selected = [statement for statement in seen if "tips" in statement]
    assert len(selected) == 4
    assert not [statement for statement in selected if "sealed" in statement]

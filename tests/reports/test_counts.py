"""The counts of a week: who counts as received, valid, taken, resolved, late."""

from datetime import timedelta

import pytest

from reports.counts import (
    Cohort,
    CommuneScope,
    Counts,
    ProvinceScope,
    Scope,
    cohort,
    count,
    ranked,
)
from storage.counts import Taking, Tally
from storage.database import Database
from storage.models import Installation
from storage.states import DeskReason, TipState
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
from words.categories import Goal


def tally(
    state: TipState = TipState.ACKNOWLEDGED,
    taking: Taking = Taking.IN_TIME,
    category: str = "fraud",
    count: int = 1,
) -> Tally:
    return Tally(11, taking, HAI_XUAN.code, category, state, None, count)


async def counted(database: Database, scope: Scope = HAI_XUAN) -> Counts:
    return await count(database, WEEK, scope, MONDAY)


def test_a_tip_out_of_scope_is_received_and_not_valid() -> None:
    told = cohort([tally(), tally(TipState.OUT_OF_SCOPE, count=2)])
    assert (told.received, told.valid, told.outside) == (3, 1, 2)


def test_a_tip_taken_back_before_anybody_took_it_is_not_valid() -> None:
    told = cohort([tally(TipState.WITHDRAWN, Taking.MISSED), tally(TipState.WITHDRAWN)])
    assert (told.received, told.valid, told.withdrawn, told.otherwise) == (2, 1, 1, 1)


def test_a_tip_that_still_has_time_is_not_yet_due() -> None:
    told = cohort([tally(), tally(TipState.NEW, Taking.AWAITED), tally(taking=Taking.LATE)])
    assert (told.due, told.in_time, told.taken) == (2, 1, 2)


def test_a_missed_tip_counts_against_its_target() -> None:
    told = cohort([tally(TipState.NEW, Taking.MISSED)])
    assert (told.due, told.in_time, told.taken) == (1, 0, 0)


def test_only_resolved_tips_are_resolved() -> None:
    states = (TipState.RESOLVED, TipState.INSUFFICIENT, TipState.UNFOUNDED, TipState.IN_PROGRESS)
    told = cohort(tally(state) for state in states)
    assert (told.valid, told.resolved, told.otherwise) == (4, 1, 2)


def test_every_group_is_told_even_at_zero() -> None:
    told = cohort([tally(category="fraud", count=2), tally(category="drugs")])
    assert told.groups == {Goal.PEOPLE: 0, Goal.PROPERTY: 2, Goal.AREA: 1}


def test_what_is_as_frequent_is_ranked_by_its_name() -> None:
    assert ranked({"b": 1, "a": 1, "c": 2}) == [("c", 2), ("a", 1), ("b", 1)]


async def test_results_belong_to_the_week_in_which_the_tip_was_received(
    database: Database,
) -> None:
    last_week = WEDNESDAY - timedelta(weeks=1)
    await store(database, resolved(last_week, closed_at=WEDNESDAY), resolved(), tip())
    counts = await counted(database)
    assert (counts.this.received, counts.this.resolved) == (2, 1)
    assert counts.before is not None
    assert (counts.before.received, counts.before.resolved) == (1, 1)


async def test_twelve_weeks_are_told_the_week_itself_last(database: Database) -> None:
    weeks_ago = (0, 1, 1, 11, 12)
    await store(database, *(tip(WEDNESDAY - timedelta(weeks=back)) for back in weeks_ago))
    counts = await counted(database)
    received = [column.received if column else None for column in counts.columns]
    assert received == [1, *[0] * 9, 2, 1]


async def test_weeks_before_the_installation_are_unknown_not_empty(database: Database) -> None:
    installed = Installation(fingerprint=b"", created_at=WEDNESDAY - timedelta(weeks=1))
    await database.run(lambda session: session.add(installed))
    counts = await counted(database)
    assert counts.columns[:-2] == [None] * 10
    assert all(isinstance(column, Cohort) for column in counts.columns[-2:])


async def test_in_an_empty_database_the_week_itself_is_still_told(database: Database) -> None:
    counts = await counted(database)
    assert counts.this.received == 0
    assert counts.before is None
    assert counts.open == []


async def test_categories_are_of_the_last_four_weeks(database: Database) -> None:
    await store(
        database,
        tip(WEDNESDAY - timedelta(weeks=4), category="drugs"),
        tip(WEDNESDAY - timedelta(weeks=3), category="fraud"),
        tip(category="fraud"),
    )
    assert (await counted(database)).recent == {"fraud": 2}


async def test_open_tips_are_late_at_their_target_and_near_it_before(database: Database) -> None:
    in_an_hour, in_ten = MONDAY + timedelta(hours=1), MONDAY + timedelta(minutes=10)
    await store(
        database,
        tip(target_at=MONDAY),
        tip(target_at=in_an_hour),
        tip(target_at=in_ten),
        tip(taken=9, target_at=MONDAY),
    )
    counts = await counted(database)
    assert [each.number for each in counts.open] == [1, 2, 3, 4]
    assert [each.number for each in counts.late] == [1]
    assert [each.number for each in counts.soon] == [3, 2]


async def test_waits_run_from_the_shortest_to_the_longest(database: Database) -> None:
    await store(database, tip(taken=20), tip(taken=5), tip(taken=9))
    waits = (await counted(database)).waits
    assert list(waits) == [timedelta(minutes=minutes) for minutes in (5, 9, 20)]


async def test_waits_are_a_matter_of_one_commune(database: Database) -> None:
    await store(database, tip(taken=20))
    assert not (await counted(database, NINH_BINH)).waits


async def test_a_commune_is_told_nothing_of_the_desk(database: Database) -> None:
    assert (await counted(database)).desk is None


async def test_the_desk_is_told_how_many_communes_had_tips(database: Database) -> None:
    await store(
        database,
        tip(),
        tip(),
        tip(commune_code=HOA_LU.code),
        tip(commune_code="14362", desk_reason=DeskReason.LOCAL_OFFICIAL),
        tip(commune_code=None, desk_reason=DeskReason.PLACE_UNKNOWN),
        tip(WEDNESDAY - timedelta(weeks=1), commune_code="14400"),
    )
    desk = (await counted(database, NINH_BINH)).desk
    assert desk is not None
    assert (desk.communes, desk.active) == (129, 2)


async def test_the_five_communes_with_most_late_tips_are_named(database: Database) -> None:
    late = [tip(commune_code=f"1400{index}") for index in range(1, 8) for _ in range(index)]
    await store(database, *late)
    named = (await counted(database, NINH_BINH)).late_communes
    assert named == [("14007", 7), ("14006", 6), ("14005", 5), ("14004", 4), ("14003", 3)]


@pytest.mark.parametrize("reason", [DeskReason.LOCAL_OFFICIAL, DeskReason.NOT_OURS])
async def test_a_tip_a_commune_may_not_see_is_not_its_delay(
    database: Database, reason: DeskReason
) -> None:
    await store(database, tip(desk_reason=reason), tip(commune_code=None))
    counts = await counted(database, NINH_BINH)
    assert len(counts.late) == 2
    assert counts.late_communes == []


async def test_tips_at_the_desk_are_listed_by_reason(database: Database) -> None:
    await store(
        database,
        tip(desk_reason=DeskReason.FLOOD),
        tip(desk_reason=DeskReason.OVERDUE),
        resolved(desk_reason=DeskReason.FLOOD),
        tip(desk_reason=DeskReason.FLOOD),
        tip(),
    )
    at_desk = (await counted(database, NINH_BINH)).at_desk
    numbers = {reason: [each.number for each in tips] for reason, tips in at_desk.items()}
    assert numbers == {DeskReason.FLOOD: [1, 4], DeskReason.OVERDUE: [2]}


async def test_the_province_counts_what_its_communes_and_its_desk_count(
    database: Database,
) -> None:
    await store(database, tip(), tip(commune_code=HOA_LU.code), tip(commune_code=None))
    whole = await counted(database, NINH_BINH)
    parts = [await counted(database, CommuneScope(code)) for code in ("14215", "14329")]
    assert whole.this.received == 3
    assert [part.this.received for part in parts] == [1, 1]


async def test_tips_of_units_that_ended_count_for_the_one_that_succeeded_them(
    database: Database,
) -> None:
    await store(
        database, tip(), tip(commune_code="90001"), tip(commune_code="90002"), tip(taken=30)
    )
    commune = await counted(database, CommuneScope("14215", ("90001",)))
    assert commune.this.received == 3
    assert {each.commune_code for each in commune.open} == {"14215"}
    followed = (("90001", "14215"), ("90002", "14215"))
    province = await counted(database, ProvinceScope("37", 129, followed))
    assert province.this.received == 4
    assert province.desk is not None
    assert province.desk.active == 1
    assert [tip.commune_code for tip in province.open] == ["14215"] * 4

"""A plan is a year of a unit's life: people write, alone and together; officers leave and come."""

from collections import defaultdict
from datetime import timedelta

from tests.simulation.entries import Gathering, GroupChange, Handover, Visit
from tests.simulation.plan import AT_ONCE, MANY, make_plan

PLAN = make_plan(1, 365)


def test_what_many_see_is_told_by_many_within_minutes() -> None:
    told = defaultdict(list)
    for visit in PLAN.entries:
        if isinstance(visit, Visit):
            told[visit.story].append(visit.at)
    together = [moments for moments in told.values() if len(moments) > 1]
    assert len(together) > 10
    for moments in together:
        assert MANY[0] <= len(moments) <= MANY[1]
        assert max(moments) - min(moments) < AT_ONCE


def test_whoever_leaves_was_there_and_leaves_once() -> None:
    serving = {post.number: post for post in PLAN.posts}
    for change in PLAN.entries:
        if isinstance(change, Handover):
            assert serving.pop(change.post).commune == change.successor.commune
            serving[change.successor.number] = change.successor
    assert len(serving) == len(PLAN.posts)


def test_a_group_is_founded_before_it_moves_or_ends() -> None:
    lives = defaultdict(list)
    for change in PLAN.entries:
        if isinstance(change, GroupChange):
            lives[change.commune].append(change.change)
    assert lives
    for life in lives.values():
        assert life == list(Gathering)[: len(life)]


def test_the_same_seed_makes_the_same_plan() -> None:
    assert make_plan(3, 60) == make_plan(3, 60)
    assert make_plan(3, 60) != make_plan(4, 60)
    assert PLAN.end - PLAN.entries[0].at > timedelta(days=360)

"""The fifteen categories, and the six choices citizens see."""

import pytest

from words.categories import (
    CATEGORIES,
    CHOICES,
    EMERGENCY_NUMBERS,
    category,
    choice_of,
    priority_of,
    services_to_call,
)
from words.texts import Language, catalog


def test_there_are_fifteen_categories_behind_six_choices() -> None:
    assert (len(CATEGORIES), len(CHOICES)) == (15, 6)


def test_every_category_stands_behind_exactly_one_choice() -> None:
    covered = [key for choice in CHOICES for key in choice.covers]
    assert sorted(covered) == sorted(kind.key for kind in CATEGORIES)


def test_a_choice_defaults_to_a_category_it_covers() -> None:
    assert all(choice.default in choice.covers for choice in CHOICES)


def test_services_to_call_have_numbers() -> None:
    assert {name for kind in CATEGORIES for name in kind.call} <= EMERGENCY_NUMBERS.keys()


@pytest.mark.parametrize("language", Language)
def test_categories_and_choices_have_words(language: Language) -> None:
    wanted = {kind.label_key for kind in CATEGORIES} | {kind.detail_key for kind in CATEGORIES}
    wanted |= {choice.label_key for choice in CHOICES}
    wanted |= {f"group.{kind.goal}" for kind in CATEGORIES}
    wanted |= {f"report_group.{kind.report_group}" for kind in CATEGORIES}
    assert wanted <= catalog(language).keys()


def test_a_crash_is_urgent_only_when_someone_is_hurt() -> None:
    assert priority_of("traffic", happening=True, harm=False) == "P2"
    assert priority_of("traffic", happening=False, harm=True) == "P1"
    assert services_to_call("traffic", happening=True, harm=False) == ()
    assert services_to_call("traffic", happening=False, harm=True) == ("ambulance", "police")


def test_a_theft_is_urgent_while_it_happens() -> None:
    assert priority_of("theft_robbery", happening=True, harm=False) == "P1"
    assert priority_of("theft_robbery", happening=False, harm=False) == "P2"
    assert services_to_call("theft_robbery", happening=True, harm=False) == ("police",)


def test_gambling_asks_for_no_call() -> None:
    assert services_to_call("gambling", happening=True, harm=True) == ()


def test_tips_that_could_expose_a_victim_are_sensitive() -> None:
    sensitive = {kind.key for kind in CATEGORIES if kind.sensitive}
    assert {"domestic_violence", "child_harm", "missing_trafficking"} <= sensitive
    assert category("drugs").sensitive


def test_a_category_leads_back_to_its_choice() -> None:
    assert choice_of("fraud").key == "property"

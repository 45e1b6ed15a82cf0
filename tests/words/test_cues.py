"""The words by which people name an incident, as data."""

import pytest

from words.categories import CATEGORIES
from words.cues import GAP, cues, section_names, spellings

QUESTIONS = {"now", "just", "earlier", "repeated", "harm", "accident", "local_official", "child"}
EXPLAINED_AWAY = {f"not_{question}" for question in QUESTIONS}
GRAMMAR = {"spellings", "negation", "negation_filler", "nothing", "cruelty", "place"}


def test_cues_name_incidents_and_nothing_else() -> None:
    """No section may listen for opinions, beliefs or complaints: these are all there are."""
    categories = {category.key for category in CATEGORIES}
    assert section_names() == categories | QUESTIONS | EXPLAINED_AWAY | GRAMMAR


@pytest.mark.parametrize("section", sorted(section_names() - {"spellings"}))
def test_a_cue_has_words_and_a_weight(section: str) -> None:
    assert cues(section)
    for cue in cues(section):
        assert cue.weight in (1, 2, 3)
        assert cue.words[0] != GAP != cue.words[-1]
        assert not set("()|,") & set("".join(cue.words)), cue


def test_alternatives_are_written_out() -> None:
    written = {cue.words for cue in cues("domestic_violence")}
    assert ("chồng", GAP, "đánh") in written
    assert ("chồng", GAP, "bóp", "cổ") in written


def test_short_forms_stand_for_whole_words() -> None:
    assert spellings()["ko"] == spellings()["hok"] == "không"
    assert spellings()["đc"] == "được"

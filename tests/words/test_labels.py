"""What people read for a stored value."""

import pytest

from storage.states import DeskReason, Priority, Role, TipState
from words.labels import LABELLED, label, label_key
from words.texts import Language, TextError, catalog


@pytest.mark.parametrize(
    ("kind", "stored"),
    [("state", TipState), ("role", Role), ("priority", Priority), ("desk_reason", DeskReason)],
)
def test_every_stored_value_has_a_label_and_no_other_has(
    kind: str, stored: type[TipState] | type[Role] | type[Priority] | type[DeskReason]
) -> None:
    assert set(LABELLED[kind]) == {value.value for value in stored}


def test_an_outcome_is_a_state_a_tip_can_be_closed_with() -> None:
    assert set(LABELLED["outcome"]) <= {state.value for state in TipState}


@pytest.mark.parametrize("language", Language)
def test_every_labelled_value_has_words(language: Language) -> None:
    wanted = {label_key(kind, value) for kind, values in LABELLED.items() for value in values}
    assert wanted <= catalog(language).keys()


def test_a_state_is_said_in_the_words_of_the_glossary() -> None:
    assert label("state", "acknowledged", Language.VI) == "đã nhận xử lý"
    assert label("role", "desk", Language.EN) == "province desk"


def test_a_value_without_words_is_an_error_naming_it() -> None:
    with pytest.raises(TextError, match="purple"):
        label("state", "purple", Language.VI)

"""Sentences: asked by key, filled with facts, and the same in every language."""

import pytest

from words.texts import Language, TextError, Texts, catalog, fields

# Each of these says something that may not be said shorter, or in two messages.
LONG_BY_NEED = {
    "privacy.what": "the law asks for all of it at once, and nobody in danger meets it",
}


def test_a_sentence_is_filled_with_its_facts() -> None:
    texts = Texts()
    facts = {"commune": "xã Hải Xuân", "former": "xã Hải Hòa"}
    said = texts("summary.place.former", Language.EN, **facts)
    assert said == "xã Hải Xuân (formerly xã Hải Hòa)"


def test_emergency_numbers_come_from_the_settings_of_the_house() -> None:
    assert "999" in Texts({"police": "999"})("trial.notice", Language.VI)
    assert "113" in Texts()("trial.notice", Language.VI)


def test_an_unknown_key_is_named_in_the_error() -> None:
    with pytest.raises(TextError, match=r"ask\.nothing"):
        Texts()("ask.nothing", Language.VI)


def test_a_missing_fact_is_named_with_its_key() -> None:
    with pytest.raises(TextError, match=r"ask\.where\.which.*said"):
        Texts()("ask.where.which", Language.VI)


def test_what_a_citizen_writes_is_never_read_as_a_template() -> None:
    said = Texts()("ask.where.which", Language.EN, said="{police} {0} {x.y}")
    assert "{police} {0} {x.y}" in said


def test_every_key_is_in_both_languages() -> None:
    assert catalog(Language.VI).keys() == catalog(Language.EN).keys()


@pytest.mark.parametrize("key", sorted(catalog(Language.VI)))
def test_a_sentence_takes_the_same_facts_in_both_languages(key: str) -> None:
    assert fields(catalog(Language.VI)[key]) == fields(catalog(Language.EN)[key])


@pytest.mark.parametrize("language", Language)
def test_no_sentence_is_empty_or_over_900_characters(language: Language) -> None:
    lengths = {key: len(text) for key, text in catalog(language).items()}
    assert not {key: size for key, size in lengths.items() if not 0 < size <= 900}


@pytest.mark.parametrize("language", Language)
def test_sentences_over_300_characters_are_listed_with_a_reason(language: Language) -> None:
    long = {key for key, text in catalog(language).items() if len(text) > 300}
    assert long <= LONG_BY_NEED.keys()


@pytest.mark.parametrize("language", Language)
def test_sentences_carry_no_markup_and_no_menu_digits(language: Language) -> None:
    offending = {
        key: text
        for key, text in catalog(language).items()
        if "**" in text or any(line.startswith(("1.", "2.", "3.")) for line in text.split("\n"))
    }
    assert not offending


def test_citizens_never_read_the_police_word_for_a_suspect() -> None:
    assert not [key for key, text in catalog(Language.VI).items() if "đối tượng" in text.lower()]

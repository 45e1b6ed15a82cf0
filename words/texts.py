"""The sentences people read: one gettext catalog a language, asked by key and filled with facts."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.pofile import read_po

from words.categories import EMERGENCY_NUMBERS


class Language(StrEnum):
    VI = "vi"  # Vietnamese, the language of the service and the default
    EN = "en"  # English


class TextError(LookupError):
    """A sentence that cannot be said: a slip of ours, so the message names the key."""


class Texts:
    """Says a sentence in a language.

    Facts that never change while the process runs (emergency numbers, the agency's name) are given
    once as `standing`, so that a caller only brings the facts of the moment.
    """

    def __init__(self, standing: Mapping[str, object] | None = None) -> None:
        self._standing = {**EMERGENCY_NUMBERS, **(standing or {})}
        for language in Language:
            catalog(language)  # so that a broken catalog ends the start, not a conversation

    def __call__(self, key: str, language: Language, **facts: object) -> str:
        """The sentence, with every `{field}` filled.

        Raises:
            TextError: the key is unknown or a fact is missing.
        """
        try:
            return sentence(key, language).format_map(self._standing | facts)
        except KeyError as missing:
            raise TextError(f"text {key!r} ({language}) needs the fact {missing}") from missing

    def number(self, service: str) -> str:
        """The telephone number of an emergency service. Raises KeyError for an unknown one."""
        return str(self._standing[service])


def sentence(key: str, language: Language) -> str:
    """The sentence as written in the catalog, its fields unfilled."""
    try:
        return catalog(language)[key]
    except KeyError:
        raise TextError(f"no text {key!r} in words/{language}.po") from None


@cache
def catalog(language: Language) -> Mapping[str, str]:
    """Every key of a language with its sentence; read from the file once in a process."""
    path = Path(__file__).with_name(f"{language}.po")
    with path.open("rb") as file:
        entries = read_po(file, locale=language.value, abort_invalid=True)
    return {_plain(entry.id): _plain(entry.string) for entry in entries if entry.id}


def fields(template: str) -> frozenset[str]:
    """The names of the facts a sentence needs."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def _plain(text: Any) -> str:
    # Babel gives tuples for plural entries. We have none: "3 tin" needs no plural in Vietnamese.
    if not isinstance(text, str):
        raise TextError(f"plural entries are not used in words/*.po: {text!r}")
    return text

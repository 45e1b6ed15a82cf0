"""Keys in the code and keys in the catalogs: each is in the other."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from words.categories import CATEGORIES, EMERGENCY_NUMBERS
from words.labels import LABELLED, label_key
from words.texts import Language, catalog, fields

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "tips", "reports", "words", "storage")
KEY = re.compile(r"[a-z_]+(?:\.[A-Za-z0-9_]+)+")
KEYS = frozenset(catalog(Language.VI))
SECTIONS = frozenset(key.split(".")[0] for key in KEYS)

# Written like keys of a section, but names of something else.
NOT_KEYS = frozenset({"evidence.reference"})  # what storage/evidence.py seals


@cache
def literals() -> frozenset[str]:
    """Every string written in the code, and every key on the pages of the web door."""
    strings = {node.value for node in _nodes() if isinstance(node, ast.Constant)}
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "handlers").rglob("*.html")]
    shown = {key for page in pages for key in KEY.findall(page)}
    return frozenset(one for one in strings if isinstance(one, str)) | shown


@cache
def beginnings() -> frozenset[str]:
    """What f-strings begin with before the first field: f"status.{state}" begins with "status."."""
    firsts = (node.values[0] for node in _nodes() if isinstance(node, ast.JoinedStr))
    return frozenset(str(one.value) for one in firsts if isinstance(one, ast.Constant))


@cache
def _nodes() -> tuple[ast.AST, ...]:
    paths = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    return tuple(node for tree in trees for node in ast.walk(tree))


def from_data() -> set[str]:
    """Keys that tables name: the labels, and what each category counts as in police reports."""
    labels = {label_key(kind, value) for kind, values in LABELLED.items() for value in values}
    return labels | {f"report_group.{kind.report_group}" for kind in CATEGORIES}


def _splits(key: str) -> Iterator[tuple[str, str]]:
    """ "a.b.c" -> ("a.", "b.c") and ("a.b.", "c")."""
    for dot in re.finditer(r"\.", key):
        yield key[: dot.end()], key[dot.end() :]


def is_said(key: str) -> bool:
    """Whether the code names the key: whole, or as a beginning and a rest that are both written."""
    return key in literals() or any(
        rest in literals() and (begun in beginnings() or begun.rstrip(".") in literals())
        for begun, rest in _splits(key)
    )


def is_rest_of_a_key(literal: str) -> bool:
    return any(begun + literal in KEYS for begun in beginnings())


def test_every_key_said_in_the_code_is_in_the_catalogs() -> None:
    said = {one for one in literals() if KEY.fullmatch(one) and one.split(".")[0] in SECTIONS}
    unknown = {one for one in said - KEYS - NOT_KEYS if not is_rest_of_a_key(one)}
    assert not unknown


def test_every_key_in_the_catalogs_is_said_somewhere() -> None:
    assert not sorted(key for key in KEYS if not is_said(key) and key not in from_data())


def _calls() -> Iterator[tuple[str, set[str]]]:
    """Every saying of a literal key with all its facts by name: (key, facts)."""
    for node in _nodes():
        match node:
            case ast.Call(
                func=ast.Name(id="voice" | "texts") | ast.Attribute(attr="voice" | "texts"),
                args=[ast.Constant(value=str(key)), *_],
                keywords=facts,
            ) if key in KEYS and all(fact.arg for fact in facts):
                yield key, {str(fact.arg) for fact in facts}


def test_every_sentence_gets_the_facts_it_needs() -> None:
    templates = catalog(Language.VI)
    lacking = {
        key: fields(templates[key]) - facts - EMERGENCY_NUMBERS.keys()
        for key, facts in _calls()
        if fields(templates[key]) - facts - EMERGENCY_NUMBERS.keys()
    }
    assert not lacking

"""docs/threat-model.md names no test that is not there."""

import re

import pytest

from tests.docs.tables import DOCS, ROOT, Row, codes, tables

MODEL = DOCS / "threat-model.md"
HEAD = ("who", "would", "the program", "remains", "shown by")

ROWS = [row for found in tables(MODEL) if found[0] == HEAD for row in found[1:]]
NAMED = sorted({test for row in ROWS for test in codes(row[4])})


@pytest.mark.parametrize("test", NAMED)
def test_every_test_that_is_named_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert re.search(rf"^ *(async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_says_what_remains_and_what_shows_it(row: Row) -> None:
    assert all(row)
    assert codes(row[4])

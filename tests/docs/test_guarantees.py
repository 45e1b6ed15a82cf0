"""Every guarantee is shown by something, and what shows it is there."""

import re

from tests.docs.tables import DOCS, ROOT

SECTIONS = re.split(r"^## ", (DOCS / "guarantees.md").read_text(encoding="utf-8"), flags=re.M)[1:]


def every_test() -> set[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for source in sources for name in re.findall(r"def (test_\w+)", source)}


def test_every_test_that_a_guarantee_names_exists() -> None:
    named = {name for section in SECTIONS for name in re.findall(r"`(test_\w+)`", section)}
    assert named - every_test() == set()


def test_every_guarantee_is_promised_and_shown() -> None:
    assert len(SECTIONS) >= 8
    for section in SECTIONS:
        assert "**Promise.**" in section
        assert re.search(r"\*\*Shown by\b[^#]*`(test_\w+|make )", section), section

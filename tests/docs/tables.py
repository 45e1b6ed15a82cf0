"""Reading the tables of a document, so that a test can hold them against the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

Row = tuple[str, ...]


def tables(document: Path) -> list[list[Row]]:
    """Return every table: its rows, the head first; cells as they are written."""
    found: list[list[Row]] = [[]]
    for line in document.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            found[-1].append(tuple(cell.strip() for cell in line.strip("|").split("|")))
        elif found[-1]:
            found.append([])
    return [[table[0], *table[2:]] for table in found if table]


def table(document: Path, *head: str) -> list[Row]:
    """Return the rows of the one table whose head begins with these cells."""
    rows = [found[1:] for found in tables(document) if found[0][: len(head)] == head]
    assert len(rows) == 1, f"{document.name} has {len(rows)} tables that begin {head}"
    return rows[0]


def codes(cell: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def code(cell: str) -> str:
    """Return the one thing between backticks."""
    (only,) = codes(cell)
    return only

"""What the documents point at is there."""

import re
from pathlib import Path

import pytest
import typer

from bot.cli import cli
from tests.docs.tables import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FILE = re.compile(r"`((?:bot|handlers|tips|reports|routing|words|storage|tests|docs)/[\w./-]*)`")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_within_the_project_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_file_that_is_named_is_there(document: Path) -> None:
    files = FILE.findall(document.read_text(encoding="utf-8"))
    assert [file for file in files if not is_there(file)] == []


def is_there(file: str) -> bool:
    return (ROOT / file).exists() or (ROOT / f"{file}.py").exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named_ones = re.findall(r"`make ([a-z-]+)", document.read_text(encoding="utf-8"))
    assert set(named_ones) <= set(targets)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_that_is_named_exists(document: Path) -> None:
    known = set(typer.main.get_group(cli).commands)
    named_ones = re.findall(r"`(?:\.venv/bin/)?tinbao ([a-z]+)", document.read_text("utf-8"))
    assert set(named_ones) <= known


def test_the_picture_is_small_enough_for_a_page() -> None:
    assert (ROOT / "docs/two-phones.png").stat().st_size < 200_000

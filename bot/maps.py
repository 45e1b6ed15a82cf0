"""The commands that need only the map: no database, no keys, no token."""

from collections.abc import Iterable, Iterator
from pathlib import Path


def route(lines: Iterable[bytes], provinces: str, *, explain: bool, language: str) -> Iterator[str]:
    raise NotImplementedError


def import_boundaries(path: Path) -> Iterator[str]:
    raise NotImplementedError


def check_gazetteer(other: Path | None) -> list[str]:
    raise NotImplementedError

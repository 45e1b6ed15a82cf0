"""The commands that need only the map: no database, no keys, no token; of the settings only two."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from bot.errors import SettingsError, StartError
from bot.settings import given_values
from bot.values import Provinces
from routing import Router
from routing.commands import route_lines
from routing.gazetteer_check import check_gazetteer
from routing.imported import BoundariesError
from routing.reasons import Language

if TYPE_CHECKING:
    from routing.boundary_import import ImportReport

__all__ = ["check_gazetteer", "import_boundaries", "route"]

_PROVINCES: TypeAdapter[tuple[str, ...] | None] = TypeAdapter(Provinces)
MOST_LISTED = 5  #: codes named in a report before "and n more"


def data_dir() -> Path:
    return Path(given_values().get("TINBAO_DATA_DIR", "var"))


def route(
    lines: Iterable[bytes], provinces: str, *, explained: bool, language: Language
) -> Iterator[str]:
    """Answer each line of JSON with one line of JSON, in order."""
    return route_lines(lines, _router(provinces), explained=explained, language=language)


def _router(provinces: str) -> Router:
    wanted = provinces or given_values().get("TINBAO_PROVINCES", "37")
    try:
        return Router.load(_PROVINCES.validate_python(wanted), data_dir())
    except ValidationError:
        raise SettingsError(
            "--provinces takes official codes or all; for example --provinces 37,24"
        ) from None
    except (ValueError, BoundariesError) as error:
        raise StartError(str(error)) from None


def import_boundaries(path: Path) -> Iterator[str]:
    """Import, showing how far it is on a terminal; yield what there is to know afterwards."""
    from routing.boundary_import import import_boundaries as read_boundaries  # brings shapely

    folder = data_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        report = read_boundaries(path, folder, _progress)
    except BoundariesError as error:
        raise StartError(str(error)) from None
    except OSError as error:
        raise StartError(f"{error.filename or path}: {(error.strerror or '').lower()}") from None
    yield from _told(report)


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and (done % 50 == 0 or done == of):
        sys.stderr.write(f"\r{done}/{of} communes{'' if done < of else chr(10)}")
        sys.stderr.flush()


def _told(report: "ImportReport") -> Iterator[str]:
    state = f", in force on {report.state}" if report.state else ""
    yield f"{report.communes} communes imported{state}; restart the program to use them"
    if report.repaired:
        yield f"{report.repaired} areas crossed themselves and were repaired"
    if report.missing:
        yield f"no area came for {_some(report.missing)}: pins there find the nearest communes"
    if report.misplaced:
        yield f"the known centre lies outside the area of {_some(report.misplaced)}: look at them"


def _some(codes: tuple[str, ...]) -> str:
    more = len(codes) - MOST_LISTED
    return ", ".join(codes[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")

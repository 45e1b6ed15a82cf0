"""Progress is shown to somebody who watches, once it takes long."""

import io
from datetime import timedelta

import pytest

from bot import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown_on(stream: io.StringIO) -> str:
    with progress.showing(stream) as show:
        tell = progress.counted(show, "bytes", 3000)
        tell(1000)
        tell(1000)
    return stream.getvalue()


def test_what_is_quick_shows_nothing() -> None:
    assert shown_on(Terminal()) == ""


def test_what_takes_long_is_shown_and_taken_away_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "QUIET", timedelta(0))
    monkeypatch.setattr(progress, "BETWEEN", timedelta(0))
    lines = shown_on(Terminal()).split(progress.CLEAR)
    assert lines == ["", "bytes: 1,000 of 3,000", "bytes: 2,000 of 3,000", ""]


def test_what_takes_minutes_says_so_in_lines_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "QUIET", timedelta(0))
    stream = io.StringIO()
    with progress.showing(stream, lines=True) as show:
        show("days", 1, 182)
        show("days", 2, 182)  # too soon after the line before
    assert stream.getvalue() == "days: 1 of 182\n"


def test_where_nobody_watches_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET", timedelta(0))
    assert shown_on(io.StringIO()) == ""

"""What goes into a history: every statement that changes the database, and what the program logs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy import Connection

from tests.mortal import KilledError
from tests.overhearing import overhearing
from tests.simulation.history import History

#: What the program logs when it meets a bug of its own.
OWN_BUGS = {"message_failed", "message_set_aside", "delivery_failed", "task_failed", "job_failed"}


@contextmanager
def written(history: History) -> Iterator[None]:
    """Note every statement that changes the database, with its values."""

    def note(_: Connection, statement: str, values: Any) -> None:
        if not statement.startswith(("SELECT", "PRAGMA")):
            history.note("change", statement, _plain(values))

    with overhearing(note):
        yield


def _plain(values: Any) -> Any:
    """Bytes as bytes: a view of them shows only where in memory it lies."""
    if isinstance(values, memoryview):
        return bytes(values)
    if isinstance(values, list | tuple):
        return [_plain(value) for value in values]
    return values


@contextmanager
def logged(history: History, faults: list[str]) -> Iterator[None]:
    """Note what the program logs, in place of printing it."""

    def note(_logger: Any, level: str, said: Any) -> Any:
        name, fault = str(said.get("event")), _fault_of(said)
        history.note(f"log.{level}", name, type(fault).__name__)
        if name in OWN_BUGS and not isinstance(fault, KilledError):
            faults.append(f"{name} {fault!r}")
        raise structlog.DropEvent

    processors = structlog.get_config()["processors"]
    before = list(processors)
    processors[:] = [note]
    try:
        yield
    finally:
        processors[:] = before


def _fault_of(said: Any) -> BaseException | None:
    info = said.get("exc_info")
    return info if isinstance(info, BaseException) else sys.exc_info()[1]

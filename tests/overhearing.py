"""Hearing all that this process says to its databases, through SQLAlchemy and past it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from storage import driver

Heard = Callable[[Connection, str, Any], None]  #: a connection, a statement, its values


def _silent(_: Connection, __: str, ___: Any) -> None:
    return None


@contextmanager
def overhearing(before: Heard = _silent, after: Heard = _silent) -> Iterator[None]:
    """Let each statement be heard before it is said, and after it while the block runs."""

    def hear_before(connection: Connection, _: Any, sql: str, values: Any, *__: Any) -> None:
        before(connection, sql, values)

    def hear_after(connection: Connection, _: Any, sql: str, values: Any, *__: Any) -> None:
        after(connection, sql, values)

    said = driver.say

    def say(connection: Connection, sql: str, values: Any = ()) -> tuple[Any, int]:
        before(connection, sql, values)
        answer = said(connection, sql, values)
        after(connection, sql, values)
        return answer

    event.listen(Engine, "before_cursor_execute", hear_before)
    event.listen(Engine, "after_cursor_execute", hear_after)
    driver.say = say
    try:
        yield
    finally:
        driver.say = said
        event.remove(Engine, "before_cursor_execute", hear_before)
        event.remove(Engine, "after_cursor_execute", hear_after)

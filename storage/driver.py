"""Saying something by the database's driver itself, past SQLAlchemy but for its errors."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def say(connection: Connection, sql: str, values: Any = ()) -> tuple[Sequence[Sequence[Any]], int]:
    """Say it on the connection; return the rows that came, and how many were written.

    Raises SQLAlchemy's errors, which quote none of the values.
    """
    dialect = connection.dialect
    error = dialect.loaded_dbapi.Error
    try:
        cursor = connection.connection.cursor()
        cursor.execute(sql, values)
        rows = cursor.fetchall() if cursor.description else ()
        written = cursor.rowcount
        cursor.close()
    except error as fault:
        raise DBAPIError.instance(
            sql, None, fault, error, hide_parameters=True, dialect=dialect
        ) from fault
    return rows, written

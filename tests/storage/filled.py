"""Rows for any schema: some for every table, made from what the database itself says of its columns."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Connection, DateTime, Enum, MetaData, Table, select
from sqlalchemy.types import Boolean, Integer, LargeBinary, String

from storage.models import Model, UtcDateTime
from storage.schema import VERSION_TABLE

ROWS, ROWS_AT_MOST = 3, 1000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)

Rows = dict[str, list[dict[str, Any]]]


def tables_of(connection: Connection) -> list[Table]:
    """Every table of the database as it is, those first to which others refer."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def fill(connection: Connection, first: int = 1, rows: int = ROWS) -> None:
    """Put `rows` rows into every table: row n of one refers to row n of another."""
    for table in tables_of(connection):
        made = [row(table, number) for number in range(first, first + min(rows, _most(table)))]
        connection.execute(_timed(table).insert(), made)


def _most(table: Table) -> int:
    """One installation, and a row for each word where the key is a word."""
    if table.name == "installation":
        return 1
    key = list(table.primary_key.columns)
    return len(_words(key[0])) if len(key) == 1 and _words(key[0]) else ROWS_AT_MOST


def row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: value(column, number) for column in table.columns}


def value(column: Column[Any], number: int) -> Any:
    """A value that fits the column, as today's program would read it, and is unique by its number."""
    kind = column.type
    words = _words(column)
    if words:
        return words[number % len(words)]
    if isinstance(kind, DateTime):
        return BEGAN + timedelta(minutes=number)
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, LargeBinary):
        return f"{column.table.name}.{column.name}.{number}".encode()
    if isinstance(kind, JSON):
        return {"number": number}
    assert isinstance(kind, String), f"{column.table.name}.{column.name}: {kind}"
    return f"{column.name} {number}"


def _words(column: Column[Any]) -> list[str]:
    """The words that today's model knows for a column."""
    model = Model.metadata.tables.get(column.table.name)
    if model is None or column.name not in model.columns:
        return []
    kind = model.columns[column.name].type
    return list(kind.enums) if isinstance(kind, Enum) else []


def contents(connection: Connection) -> Rows:
    """Every row of every table, in the order of its first column."""
    found: Rows = {}
    for table in map(_timed, tables_of(connection)):
        ordered = select(table).order_by(next(iter(table.columns)))
        found[table.name] = [dict(made) for made in connection.execute(ordered).mappings()]
    return found


def _timed(table: Table) -> Table:
    """The table with times that are read the same from both databases."""
    for column in table.columns:
        if isinstance(column.type, DateTime):
            column.type = UtcDateTime()
    return table

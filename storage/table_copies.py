"""Tables of PostgreSQL, each written to a file by COPY and read back: text, so that any version reads it.

The tables themselves come from the migrations; only rows and the positions of sequences are in the files.
"""

import gzip
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, text

Progress = Callable[[str, int, int], None]

ROWS, SEQUENCES = ".copy.gz", "sequences.json"
BLOCK = 1 << 20  #: bytes
FAST = 1  #: level of gzip: what is sealed shrinks by no more than its hexadecimal digits


def write(
    connection: Connection,
    tables: Sequence[Table],
    folder: Path,
    rows: Mapping[str, int],
    progress: Progress,
) -> None:
    """Write every table as the connection's transaction sees it."""
    done, total = 0, sum(rows.values())
    for table in tables:
        out = _cursor(connection).copy(f"COPY {_columns(connection, table)} TO STDOUT")
        with gzip.open(folder / f"{table.name}{ROWS}", "wb", FAST) as file, out as copy:
            for block in copy:
                file.write(block)
        done += rows[table.name]
        progress("database rows", done, total)
    (folder / SEQUENCES).write_text(json.dumps(_positions(connection, tables)))


def read(connection: Connection, tables: Sequence[Table], folder: Path) -> None:
    """Fill these tables, which hold nothing but what a migration may have put there."""
    for table in reversed(tables):
        connection.execute(table.delete())
    for table in tables:
        into = _cursor(connection).copy(f"COPY {_columns(connection, table)} FROM STDIN")
        with gzip.open(folder / f"{table.name}{ROWS}") as file, into as copy:
            while block := file.read(BLOCK):
                copy.write(block)
    for name, position in json.loads((folder / SEQUENCES).read_text()).items():
        setting = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last, :called)")
        connection.execute(setting, {"name": name, **position})


def enter_scratch(connection: Connection) -> None:
    """Let all that follows in this transaction happen in a schema of its own, beside the real tables."""
    name = f"scratch_{secrets.token_hex(8)}"
    connection.execute(text(f"CREATE SCHEMA {name}"))
    connection.execute(text(f"SET LOCAL search_path TO {name}"))


def _positions(connection: Connection, tables: Sequence[Table]) -> dict[str, dict[str, Any]]:
    """Where each table's numbering stands: a number that was given once is not given again."""
    found = {}
    for table in tables:
        if "id" not in table.columns:
            continue
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}
        )
        if sequence is not None:
            row = connection.execute(
                text(f"SELECT last_value AS last, is_called AS called FROM {sequence}")  # noqa: S608
            )
            found[table.name] = dict(row.mappings().one())
    return found


def _columns(connection: Connection, table: Table) -> str:
    """The table with its columns in an order that does not depend on how it was made."""
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in sorted(table.columns.keys()))
    return f"{quote(table.name)} ({columns})"


def _cursor(connection: Connection) -> Any:
    """The driver's own cursor, in the same transaction."""
    return connection.connection.cursor()

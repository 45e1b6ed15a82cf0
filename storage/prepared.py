"""Statements that every turn says: worked out once, and from then on handed to the driver as text.

SQLAlchemy's way from a statement to its rows takes many times what a database needs to answer it. What is
said thousands of times an hour therefore goes past it, on the same connection and in the same transaction.
Such a statement knows nothing of the session's objects: what is only there it neither writes nor reads.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Dialect, bindparam
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import Select
from sqlalchemy.types import TypeEngine

from storage import driver
from storage.database import Connected

Row = Any  #: a named tuple of what was asked for: to be read, not to be changed
Statement = Select[*tuple[Any, ...]] | UpdateBase
Values = Mapping[str, Any]
Convert = Callable[[Any], Any] | None  #: None: as it is


class Prepared:
    """A statement of tables whose parameters get their values when it is said.

    Args:
        statement: or what makes it, where each kind of database says it in its own way.
        columns: of an INSERT, those it is given; what else is given is named by `bindparam`.
    """

    def __init__(
        self,
        statement: Statement | Callable[[Dialect], Statement],
        columns: Sequence[str] = (),
    ) -> None:
        self._statement, self._columns = statement, columns
        self._texts: dict[str, _Text] = {}  #: by the name of the kind of database

    def run(self, session: Connected, values: Values) -> int:
        """Say it; return how many rows it wrote."""
        connection = session.connection()
        text = self._text(connection.dialect)
        return driver.say(connection, text.sql, text.bound(values))[1]

    def all(self, session: Connected, values: Values) -> list[Row]:
        connection = session.connection()
        text = self._text(connection.dialect)
        rows, _ = driver.say(connection, text.sql, text.bound(values))
        return [text.read(row) for row in rows]

    def first(self, session: Connected, values: Values) -> Row | None:
        """Return the first row, None if there is none. Say it of one that has few."""
        rows = self.all(session, values)
        return rows[0] if rows else None

    def _text(self, dialect: Dialect) -> "_Text":
        text = self._texts.get(dialect.name)
        if text is None:
            made = self._statement
            statement = made(dialect) if callable(made) else made
            text = _Text.of(statement, dialect, list(self._columns) or None)
            self._texts[dialect.name] = text
        return text


@dataclass(frozen=True, slots=True)
class _Text:
    """What one kind of database is told, and how values and rows are written for it."""

    sql: str
    order: Sequence[str] | None  #: of the parameters; None where the driver takes them by name
    constants: Values
    given: Sequence[tuple[str, Convert]]
    row: Callable[[Iterable[Any]], Row]
    cells: Sequence[tuple[int, Callable[[Any], Any]]]  #: those that are not used as they come

    @classmethod
    def of(cls, statement: Statement, dialect: Dialect, columns: list[str] | None) -> "_Text":
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        assert not compiled.post_compile_params, "a list of any length: say `is_one_of`"
        assert not compiled.insert_prefetch, f"also give {compiled.insert_prefetch}"
        constants: dict[str, Any] = {}
        given = []
        for bind, name in compiled.bind_names.items():
            convert = _written(bind.type, dialect)
            if bind.required:
                given.append((name, convert))
            else:
                value = bind.effective_value
                constants[name] = convert(value) if convert else value
        asked = list(statement.exported_columns)
        cells = [(at, _read(column.type, dialect)) for at, column in enumerate(asked)]
        row = namedtuple("row", [column.key for column in asked], rename=True)  # type: ignore[misc]
        return cls(
            str(compiled),
            compiled.positiontup if compiled.positional else None,
            constants,
            given,
            row._make,
            [(at, convert) for at, convert in cells if convert],
        )

    def bound(self, values: Values) -> Any:
        said = dict(self.constants)
        for name, convert in self.given:
            value = values[name]
            said[name] = convert(value) if convert else value
        return said if self.order is None else tuple(said[name] for name in self.order)

    def read(self, came: Iterable[Any]) -> Row:
        cells = list(came)
        for at, convert in self.cells:
            cells[at] = convert(cells[at])
        return self.row(cells)


def _written(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _read(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def adopt(session: Session, row: Any) -> None:
    """Let the session take an object for what is stored in its row: it was read or written past it."""
    make_transient_to_detached(row)
    session.add(row)


def is_one_of(column: ColumnElement[Any], count: int) -> ColumnElement[bool]:
    """Say that a column is one of so many values, which `one_of` then names: once in a statement."""
    return column.in_([bindparam(f"one_{number}", type_=column.type) for number in range(count)])


def one_of(values: Iterable[Any]) -> dict[str, Any]:
    return {f"one_{number}": value for number, value in enumerate(values)}

"""What a step does beside those who write: on PostgreSQL, while the program is at work."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op


def is_beside() -> bool:
    """Tell whether others may be writing, and the step may commit before it ends.

    Not on SQLite, where there is one process; nor where an old backup is brought up, in one transaction.
    """
    context = op.get_context()
    return context.dialect.name == "postgresql" and not context._in_external_transaction


def build_index(
    name: str, table: str, columns: Sequence[str], condition: str = "", *, unique: bool = False
) -> None:
    """Build an index, beside those who write where there may be any.

    To be called before the step changes anything: what it did is committed. A build that was interrupted
    leaves an index that is not used; it is dropped and built anew. The build waits for transactions that
    are open, and nobody waits for it, so it has no time limit.
    """
    where = sa.text(condition) if condition else None
    if not is_beside():
        op.create_index(
            name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where
        )
        return
    with op.get_context().autocommit_block(), _without_time_limit():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.create_index(
            name,
            table,
            columns,
            unique=unique,
            postgresql_where=where,
            postgresql_concurrently=True,
        )


@contextmanager
def _without_time_limit() -> Iterator[None]:
    limit = op.get_bind().scalar(sa.text("SHOW lock_timeout"))
    op.execute("SET lock_timeout = 0")
    try:
        yield
    finally:
        op.execute(f"SET lock_timeout = '{limit}'")

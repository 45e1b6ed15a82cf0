"""`due_at` alone says when a row may be claimed: it holds leases, and None while a row sleeps in its lane.

`leased_until` stays, unused: processes of the program before go on beside the upgrade, and name it.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.beside import build_index, is_beside
from storage.models import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

QUEUES = ("inbox", "deliveries", "evidence")
WAITING = "state = 'waiting'"
FRESH, TRIED = f"{WAITING} AND attempts = 0", f"{WAITING} AND attempts > 0"

#: (name, table, columns, condition) of the indexes of waiting rows, before and after.
OLD = (
    ("ix_inbox_waiting", "inbox", ["lane", "sequence", "id"], WAITING),
    ("ix_deliveries_waiting", "deliveries", ["channel", "klass", "chat_id", "id"], WAITING),
    ("uq_deliveries_card_id_waiting", "deliveries", ["card_id"], WAITING),
    ("ix_evidence_waiting", "evidence", ["due_at"], WAITING),
)
NEW = (
    ("ix_inbox_waiting", "inbox", ["lane", "sequence", "id"], WAITING),
    ("ix_inbox_fresh", "inbox", ["due_at", "id"], FRESH),
    ("ix_inbox_tried", "inbox", ["due_at", "id"], TRIED),
    ("ix_deliveries_waiting", "deliveries", ["chat_id", "klass", "id"], WAITING),
    ("ix_deliveries_due", "deliveries", ["channel", "klass", "due_at", "id"], WAITING),
    ("uq_deliveries_card_id_waiting", "deliveries", ["card_id"], WAITING),
    ("ix_evidence_waiting", "evidence", ["due_at", "id"], WAITING),
)


def upgrade() -> None:
    if is_beside():
        for name, table, columns, condition in (index for index in NEW if index not in OLD):
            build_index(f"{name}_new", table, columns, condition)
    for table in QUEUES:
        rows = _rows(table, "leased_until")
        leased = rows.update().where(rows.c.state == "waiting", rows.c.leased_until > rows.c.due_at)
        op.execute(leased.values(due_at=rows.c.leased_until, leased_until=None))

    def change(batch: Any) -> None:
        batch.alter_column("due_at", existing_type=UtcDateTime(), nullable=True)

    if is_beside():
        _exchange(change)
    else:
        _rebuild(OLD, NEW, change)


def downgrade() -> None:
    for table in QUEUES:
        # What sleeps had been due since the head of its lane was owed; when exactly is not kept.
        began = "received_at" if table == "inbox" else "created_at"
        rows = _rows(table, began)
        op.execute(rows.update().where(rows.c.due_at.is_(None)).values(due_at=rows.c[began]))

    def change(batch: Any) -> None:
        batch.alter_column("due_at", existing_type=UtcDateTime(), nullable=False)

    _rebuild(NEW, OLD, change)


def _rows(table: str, time: str) -> sa.TableClause:
    times = (sa.column(name, UtcDateTime()) for name in ("due_at", time))
    return sa.table(table, sa.column("state", sa.String()), *times)


def _rebuild(
    before: tuple[Any, ...], after: tuple[Any, ...], change: Callable[[Any], None]
) -> None:
    """Change the tables with their partial indexes away: SQLite makes such a table anew."""
    for name, table, *_ in before:
        op.drop_index(name, table_name=table)
    for table in QUEUES:
        with op.batch_alter_table(table) as batch:
            change(batch)
    for name, table, columns, condition in after:
        build_index(name, table, columns, condition, unique=name.startswith("uq_"))


def _exchange(change: Callable[[Any], None]) -> None:
    """Change the tables as they are, and let the indexes that were built beside them take their places."""
    for table in QUEUES:
        with op.batch_alter_table(table) as batch:
            change(batch)
    for name, table, *_ in (index for index in OLD if index not in NEW):
        op.drop_index(name, table_name=table)
    for name, *_ in (index for index in NEW if index not in OLD):
        op.execute(f"ALTER INDEX {name}_new RENAME TO {name}")

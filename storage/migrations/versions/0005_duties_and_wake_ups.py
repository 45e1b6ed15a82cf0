"""Duties of one process at a time; PostgreSQL says when a queue grew; how our account looked."""

import sqlalchemy as sa
from alembic import op

from storage.models import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

QUEUES = ("inbox", "deliveries", "evidence")


def upgrade() -> None:
    op.create_table(
        "duties",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_duties")),
    )
    op.create_table(
        "profiles",
        sa.Column(
            "channel",
            sa.Enum("telegram", "web", name="channel", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_profiles")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION tell_workers() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_notify('tinbao', TG_TABLE_NAME); RETURN NULL; END $$"
        )
        for queue in QUEUES:
            op.execute(
                f"CREATE TRIGGER tell_workers AFTER INSERT ON {queue} "
                "FOR EACH STATEMENT EXECUTE FUNCTION tell_workers()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for queue in QUEUES:
            op.execute(f"DROP TRIGGER tell_workers ON {queue}")
        op.execute("DROP FUNCTION tell_workers()")
    op.drop_table("profiles")
    op.drop_table("duties")

"""The platforms' limits are rows: turns of a channel, and what each chat has had of its allowance.

The latter is in `chats.sent_at`, where the program before kept nearly the same time.
"""

import sqlalchemy as sa
from alembic import op

from storage.models import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column(
            "channel",
            sa.Enum("telegram", "web", name="channel", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("free_at", UtcDateTime(), nullable=False),
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.PrimaryKeyConstraint("channel", "number", name=op.f("pk_turns")),
    )


def downgrade() -> None:
    op.drop_table("turns")

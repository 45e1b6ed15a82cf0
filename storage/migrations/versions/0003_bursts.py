"""Bursts: many tips on one event are one card."""

import sqlalchemy as sa
from alembic import op

from storage.models import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REASONS = ("place_unknown", "local_official", "flood", "not_ours", "no_officer", "overdue")


def upgrade() -> None:
    op.create_table(
        "bursts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column(
            "desk_reason",
            sa.Enum(*_REASONS, name="deskreason", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=False),
        sa.Column("show_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["tips.id"], name="fk_bursts_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bursts"),
    )
    op.create_index("ix_bursts_until", "bursts", ["until"])
    op.create_index("ix_bursts_show_at", "bursts", ["show_at"])
    op.create_table(
        "burst_tips",
        sa.Column("tip_id", _ID, nullable=False),
        sa.Column("burst_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name="fk_burst_tips_tip_id"),
        sa.ForeignKeyConstraint(["burst_id"], ["bursts.id"], name="fk_burst_tips_burst_id"),
        sa.PrimaryKeyConstraint("tip_id", name="pk_burst_tips"),
    )
    op.create_index("ix_burst_tips_burst_id", "burst_tips", ["burst_id"])


def downgrade() -> None:
    """Cards of bursts go with them: an older program has no word for that kind."""
    cards = sa.table("cards", sa.column("id"), sa.column("kind"))
    deliveries = sa.table("deliveries", sa.column("card_id"))
    of_bursts = sa.select(cards.c.id).where(cards.c.kind == "burst")
    op.execute(sa.delete(deliveries).where(deliveries.c.card_id.in_(of_bursts)))
    op.execute(sa.delete(cards).where(cards.c.kind == "burst"))
    op.drop_table("burst_tips")
    op.drop_table("bursts")

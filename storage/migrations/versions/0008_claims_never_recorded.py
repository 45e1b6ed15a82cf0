"""A delivery counts the claims of which nothing was recorded: so one that kills its process is found."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("deliveries", sa.Column("unrecorded", number, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("deliveries", "unrecorded")

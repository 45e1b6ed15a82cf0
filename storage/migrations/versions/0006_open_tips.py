"""Open tips are found by an index of their own, not by reading every tip a commune ever had."""

from alembic import op

from storage.migrations.beside import build_index

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = "ix_tips_open"


def upgrade() -> None:
    build_index(NAME, "tips", ["commune_code", "province_code"], "closed_at IS NULL")


def downgrade() -> None:
    op.drop_index(NAME, table_name="tips")

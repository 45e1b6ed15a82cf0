"""What lies open in officers' chats is found by an index, not by reading every card there ever was."""

from alembic import op

from storage.migrations.beside import build_index

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = "ix_cards_hidden_kind_sent_at"


def upgrade() -> None:
    build_index(NAME, "cards", ["hidden", "kind", "sent_at"])


def downgrade() -> None:
    op.drop_index(NAME, table_name="cards")

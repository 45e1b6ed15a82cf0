"""Alembic's entrance: runs the steps on the connection that `storage.schema` hands over.

Where the connection is in a transaction, all of them are part of it; else each is one of its own.
"""

from alembic import context

from storage.models import Model

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    render_as_batch=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Alembic's entrance: runs the steps on the connection that `storage.schema` hands over."""

from alembic import context

from storage.models import Model

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

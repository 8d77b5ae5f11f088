"""Alembic's entry: runs the versions over the connection it is handed, each in a transaction of its own."""

from alembic import context

from andante.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()

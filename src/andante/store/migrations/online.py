"""Changes of the schema that do not stop those who use it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def add_index(name: str, table: str, columns: Sequence[str], where: str = "") -> None:
    """An index on a table that may be large. On PostgreSQL it is built while others write; it ends the migration's
    transaction, so let it come last. What an attempt before this one has left of it is removed."""
    some = sa.text(where) if where else None
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, list(columns), sqlite_where=some)
        return
    with op.get_context().autocommit_block():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, list(columns), postgresql_where=some, postgresql_concurrently=True)

"""Each definition of a start event has a row of its own, with its number in a column of its own.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BEFORE = 1 << 16  # the part was counted in the node by this


def upgrade() -> None:
    old = sa.table(
        "start_event", *map(sa.column, ("definition_id", "node", "kind", "name", "due_at", "cycle", "remaining"))
    )
    rows = [dict(row) for row in op.get_bind().execute(sa.select(old)).mappings()]
    for row in rows:
        row["part"], row["node"] = divmod(row["node"], BEFORE)
    op.drop_table("start_event")
    new = op.create_table(
        "start_event",
        sa.Column("definition_id", TEXT, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, server_default="", nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cycle", TEXT, server_default="", nullable=False),
        sa.Column("remaining", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("definition_id", "node", "part"),
    )
    op.create_index(
        "ix_start_event_due",
        "start_event",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at > 0"),
        postgresql_where=sa.text("due_at > 0"),
    )
    op.create_index("ix_start_event_name", "start_event", ["kind", "name"], unique=False)
    op.bulk_insert(new, rows)

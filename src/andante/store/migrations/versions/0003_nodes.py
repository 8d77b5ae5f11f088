"""Servers that share a database know each other, and what each of them has promised to do.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "node",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("slot", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slot", name="uq_node_slot"),
    )
    op.add_column("outbox", sa.Column("node", TEXT, server_default="", nullable=False))

"""Whose turn it was, of those who get tasks in turn.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "turn",
        sa.Column("pool", TEXT, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("pool", "n"),
    )

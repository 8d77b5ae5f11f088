"""Sums of what is over, and how far they go.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("definition", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "definition", "version", "name", "day"),
    )
    op.create_index("ix_tally_day", "tally", ["kind", "day"])
    op.create_table(
        "tally_mark",
        sa.Column("definition_id", TEXT, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("instance_id", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("definition_id", "place"),
    )

"""Batches that wait for a second person.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("expires_at", "decided_at"):
        op.add_column("batch", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("batch", sa.Column("decided_by", TEXT, server_default="", nullable=False))

"""The catalogue of definitions has a revision.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("insert into catalogue (id, revision) values (1, 0)")
    op.add_column("definition", sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index("ix_definition_revision", "definition", ["revision"], unique=False)

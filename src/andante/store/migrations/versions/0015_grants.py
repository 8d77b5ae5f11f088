"""Grants: who may do what with which definitions.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default=default, nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "permit",
        sa.Column("definition", TEXT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        _text("actions", "[]"),
        _text("created_by"),
        _int("created_at"),
        _int("revision"),
        sa.PrimaryKeyConstraint("definition", "who"),
    )
    op.create_index("ix_permit_revision", "permit", ["revision"])

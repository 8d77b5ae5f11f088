"""Files at instances and tasks, and who is informed of a task.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default="", nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        _int("task"),
        _text("name"),
        _text("type"),
        _int("size"),
        _text("hash"),
        _int("created_at"),
        _text("created_by"),
        sa.PrimaryKeyConstraint("instance_id", "id"),
    )
    op.create_index("ix_attachment_id", "attachment", ["id"])
    op.create_index("ix_attachment_hash", "attachment", ["hash"])
    op.create_table(
        "content",
        sa.Column("hash", TEXT, nullable=False),
        _int("size"),
        _int("touched_at"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "informed",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "key", "who"),
    )
    op.create_index("ix_informed_who", "informed", ["who"])

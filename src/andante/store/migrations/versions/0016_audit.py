"""The audit log: who asked for what, when, from where and why.

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default=default, nullable=False)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("chain", TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        *(_text(name) for name in ("actor", "client", "address", "via", "action", "kind", "object", "reason")),
        _text("details", "{}"),
        *(_text(name) for name in ("outcome", "code", "hash")),
        sa.PrimaryKeyConstraint("chain", "seq"),
    )
    op.create_index("ix_audit_at", "audit", ["at", "chain", "seq"])
    for column in ("actor", "action", "object"):
        op.create_index(f"ix_audit_{column}", "audit", [column, "at"])

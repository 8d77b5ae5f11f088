"""Clients with scopes, addresses, an end and two secrets; keys.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default=default, nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    for column in (
        _text("second_hash"), _int("second_until"), _text("scopes", "[]"), _text("ranges", "[]"), _int("expires_at"),
        _int("requests"),
    ):  # fmt: skip
        op.add_column("client", column)
    op.add_column("token", _text("scopes", "[]"))
    op.create_table(
        "api_key",
        sa.Column("id", TEXT, nullable=False),
        _text("hash"),
        _text("person"),
        _text("name"),
        _text("scopes", "[]"),
        _text("ranges", "[]"),
        _int("created_at"),
        _text("created_by"),
        _int("expires_at"),
        _int("last_used_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_api_key_hash", "api_key", ["hash"])
    op.create_index("ix_api_key_person", "api_key", ["person"])

"""Log-in at an OpenID Connect provider.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default=default, nullable=False)


def upgrade() -> None:
    op.add_column("person", _text("subject"))
    op.create_index("ix_person_subject", "person", ["subject"])
    op.create_table(
        "login",
        sa.Column("state", TEXT, nullable=False),
        sa.Column("used", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("browser"),
        _text("nonce"),
        _text("verifier"),
        _text("next"),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("state", "used"),
    )

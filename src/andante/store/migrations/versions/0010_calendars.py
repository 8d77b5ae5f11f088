"""Business calendars, and which SLA clocks count by them.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default="", nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _int("revision"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("insert into calendars (id, revision) values (1, 0)")
    op.create_table(
        "calendar",
        sa.Column("name", TEXT, nullable=False),
        _text("form"),
        _text("holidays"),
        _int("deleted"),
        _int("waiting"),
        _int("saved_at"),
        _text("saved_by"),
        _int("revision"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_calendar_revision", "calendar", ["revision"])
    op.create_table(
        "working_clock",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("calendar"),
        _int("revision"),
        sa.PrimaryKeyConstraint("instance_id", "key"),
    )
    op.create_index("ix_working_clock_calendar", "working_clock", ["calendar", "revision", "instance_id"])

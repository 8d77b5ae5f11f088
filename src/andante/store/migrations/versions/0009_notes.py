"""Notes on their way to people and programs, notes to read here, and how people want to be told.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default=default, nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def some(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", TEXT, nullable=False),
        text("person"),
        text("channel"),
        text("address"),
        text("kind"),
        text("instance_id"),
        number("task"),
        text("recipient"),
        number("holder"),
        text("state"),
        number("attempts"),
        number("next_at"),
        number("gathered"),
        text("error"),
        text("node"),
        number("created_at"),
        number("done_at"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    some("ix_letter_next", "letter", ["next_at"], "state = 'waiting'")
    some("ix_letter_dead", "letter", ["id"], "state = 'dead'")
    some("ix_letter_done", "letter", ["done_at"], "done_at > 0")
    some("ix_letter_person", "letter", ["person"], "state = 'waiting'")
    op.create_table(
        "note",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        text("kind"),
        text("instance_id"),
        number("task"),
        number("created_at"),
        number("read_at"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person", "id"),
    )
    op.create_index("ix_note_created", "note", ["created_at"], unique=False)
    op.create_index("ix_note_person", "note", ["person", "created_at", "id"], unique=False)
    some("ix_note_unread", "note", ["person", "created_at", "id"], "read_at = 0")
    op.create_table(
        "preference",
        sa.Column("person", TEXT, nullable=False),
        text("data"),
        number("modified_at"),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "endpoint",
        sa.Column("name", TEXT, nullable=False),
        text("kind"),
        text("url"),
        text("secrets", "[]"),
        text("kinds", "[]"),
        number("disabled"),
        number("created_at"),
        sa.PrimaryKeyConstraint("name"),
    )

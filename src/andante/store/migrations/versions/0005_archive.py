"""An archive of instances that are over; what is over is found by its definition and its end, a call tree by its root.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

from andante.store.migrations.online import add_index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default="", nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "archive",
        sa.Column("id", TEXT, nullable=False),
        _text("root_id"),
        _text("parent_id"),
        _text("definition_id"),
        _text("name"),
        _text("version"),
        _text("business_key"),
        _text("state"),
        _int("started_at"),
        _int("ended_at"),
        _int("archived_at"),
        _int("seq"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_archive_ended", "archive", ["ended_at", "id"])
    op.create_index("ix_archive_name", "archive", ["name", "ended_at", "id"])
    some = sa.text("business_key <> ''")
    op.create_index("ix_archive_key", "archive", ["business_key"], sqlite_where=some, postgresql_where=some)
    add_index("ix_instance_over", "instance", ["definition_id", "ended_at", "id"], "ended_at > 0 and parent_id = ''")
    add_index("ix_instance_root", "instance", ["root_id"], "parent_id <> ''")

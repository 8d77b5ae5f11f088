"""Groups, roles and work queues of their own; who stands in for whom; a revision of all that is known of the people.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default=default, nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _int("revision"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("insert into roster (id, revision) values (1, 0)")
    op.create_table(
        "team",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        _text("label"),
        _text("lead"),
        _text("parent"),
        _text("members", "[]"),
        _text("rule"),
        _text("calendar"),
        _text("skills", "{}"),
        _int("created_at"),
        _int("revision"),
        sa.PrimaryKeyConstraint("kind", "name"),
    )
    op.create_index("ix_team_revision", "team", ["revision"])
    op.create_table(
        "deputy",
        sa.Column("id", TEXT, nullable=False),
        _text("person"),
        _text("deputy"),
        _int("from_at"),
        _int("until_at"),
        _text("definition"),
        _text("queue"),
        _text("rule"),
        _text("created_by"),
        _int("created_at"),
        _int("revision"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_deputy_person", "deputy", ["person"])
    op.create_index("ix_deputy_revision", "deputy", ["revision"])
    op.add_column("person", _text("skills", "{}"))
    op.add_column("person", _int("revision"))
    op.create_index("ix_person_revision", "person", ["revision"])

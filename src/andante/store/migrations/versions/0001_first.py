"""The first schema.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# PostgreSQL is to sort and compare texts as SQLite does: by their bytes.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _some(name: str, table: str, column: str, where: str) -> None:
    """An index of the rows for which `where` holds."""
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.create_table(
        "candidate",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "key", "who"),
    )
    op.create_index("ix_candidate_who", "candidate", ["who"], unique=False)
    op.create_table(
        "client",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("secret_hash", TEXT, server_default="", nullable=False),
        sa.Column("user", TEXT, server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revoked", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "definition",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("version", TEXT, server_default="", nullable=False),
        sa.Column("label", TEXT, server_default="", nullable=False),
        sa.Column("description", TEXT, server_default="", nullable=False),
        sa.Column("active", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("suspended", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("status", TEXT, server_default="", nullable=False),
        sa.Column("config", TEXT, server_default="", nullable=False),
        sa.Column("kind", TEXT, server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_by", TEXT, server_default="", nullable=False),
        sa.Column("source_id", TEXT, server_default="", nullable=False),
        sa.Column("modified_by", TEXT, server_default="", nullable=False),
        sa.Column("modified_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "version", name="uq_definition_name_version"),
    )
    op.create_table(
        "instance",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("definition_id", TEXT, server_default="", nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("version", TEXT, server_default="", nullable=False),
        sa.Column("label", TEXT, server_default="", nullable=False),
        sa.Column("title", TEXT, server_default="", nullable=False),
        sa.Column("business_key", TEXT, server_default="", nullable=False),
        sa.Column("state", TEXT, server_default="", nullable=False),
        sa.Column("suspended", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("closed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_test", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("urgency", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("task_outcome", TEXT, server_default="", nullable=False),
        sa.Column("bp_status", TEXT, server_default="", nullable=False),
        sa.Column("bp_stage", TEXT, server_default="", nullable=False),
        sa.Column("bp_step", TEXT, server_default="", nullable=False),
        sa.Column("description", TEXT, server_default="", nullable=False),
        sa.Column("next_element", TEXT, server_default="", nullable=False),
        sa.Column("current_element", TEXT, server_default="", nullable=False),
        sa.Column("created_by", TEXT, server_default="", nullable=False),
        sa.Column("owner", TEXT, server_default="", nullable=False),
        sa.Column("last_handler", TEXT, server_default="", nullable=False),
        sa.Column("modified_by", TEXT, server_default="", nullable=False),
        sa.Column("started_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("modified_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ext", TEXT, server_default="", nullable=False),
        sa.Column("parent_id", TEXT, server_default="", nullable=False),
        sa.Column("root_id", TEXT, server_default="", nullable=False),
        sa.Column("incident", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_instance_definition", "instance", ["definition_id"], unique=False)
    op.create_index(
        "ix_instance_due",
        "instance",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at > 0"),
        postgresql_where=sa.text("due_at > 0"),
    )
    op.create_index(
        "ix_instance_key",
        "instance",
        ["business_key"],
        unique=False,
        sqlite_where=sa.text("business_key <> ''"),
        postgresql_where=sa.text("business_key <> ''"),
    )
    op.create_index(
        "ix_instance_parent",
        "instance",
        ["parent_id"],
        unique=False,
        sqlite_where=sa.text("parent_id <> ''"),
        postgresql_where=sa.text("parent_id <> ''"),
    )
    op.create_index("ix_instance_started", "instance", ["started_at"], unique=False)
    op.create_index("ix_instance_state", "instance", ["state", "started_at"], unique=False)
    op.create_table(
        "job",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", TEXT, server_default="", nullable=False),
        sa.Column("element", TEXT, server_default="", nullable=False),
        sa.Column("priority", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("available_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("worker", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "key"),
    )
    op.create_index("ix_job_type", "job", ["type", "available_at"], unique=False)
    op.create_table(
        "journal",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actor", TEXT, server_default="", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("business_key", TEXT, server_default="", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_message_name", "message", ["name"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lane", TEXT, server_default="", nullable=False),
        sa.Column("state", TEXT, server_default="", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", TEXT, server_default="", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "seq", "n"),
    )
    op.create_table(
        "person",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("password_hash", TEXT, server_default="", nullable=False),
        sa.Column("email", TEXT, server_default="", nullable=False),
        sa.Column("manager", TEXT, server_default="", nullable=False),
        sa.Column("roles", TEXT, server_default="[]", nullable=False),
        sa.Column("groups", TEXT, server_default="[]", nullable=False),
        sa.Column("queues", TEXT, server_default="[]", nullable=False),
        sa.Column("kind", TEXT, server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("disabled", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "source",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, server_default="", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "start_event",
        sa.Column("definition_id", TEXT, nullable=False),
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, server_default="", nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cycle", TEXT, server_default="", nullable=False),
        sa.Column("remaining", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("definition_id", "node"),
    )
    op.create_index(
        "ix_start_event_due",
        "start_event",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at > 0"),
        postgresql_where=sa.text("due_at > 0"),
    )
    op.create_index("ix_start_event_name", "start_event", ["kind", "name"], unique=False)
    op.create_table(
        "subscription",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, server_default="", nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("correlation", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "key"),
    )
    op.create_index("ix_subscription_name", "subscription", ["kind", "name", "correlation"], unique=False)
    op.create_table(
        "task",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("element", TEXT, server_default="", nullable=False),
        sa.Column("assignee", TEXT, server_default="", nullable=False),
        sa.Column("pool", TEXT, server_default="", nullable=False),
        sa.Column("users", TEXT, server_default="", nullable=False),
        sa.Column("groups", TEXT, server_default="", nullable=False),
        sa.Column("queue", TEXT, server_default="", nullable=False),
        sa.Column("owner", TEXT, server_default="", nullable=False),
        sa.Column("delegated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("priority", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("urgency", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("goal_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("risk_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("follow_up_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("form", TEXT, server_default="", nullable=False),
        sa.Column("outcomes", TEXT, server_default="", nullable=False),
        sa.Column("state", TEXT, server_default="", nullable=False),
        sa.Column("outcome", TEXT, server_default="", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ended_by", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "key"),
    )
    op.create_index(
        "ix_task_assignee",
        "task",
        ["assignee"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_task_ended",
        "task",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("ended_at > 0"),
        postgresql_where=sa.text("ended_at > 0"),
    )
    op.create_index(
        "ix_task_pool",
        "task",
        ["pool"],
        unique=False,
        sqlite_where=sa.text("state = 'open' and assignee = ''"),
        postgresql_where=sa.text("state = 'open' and assignee = ''"),
    )
    op.create_table(
        "token",
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("user", TEXT, server_default="", nullable=False),
        sa.Column("client_id", TEXT, server_default="", nullable=False),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


TABLES = (
    "candidate",
    "client",
    "definition",
    "instance",
    "job",
    "journal",
    "message",
    "outbox",
    "person",
    "source",
    "start_event",
    "subscription",
    "task",
    "token",
)

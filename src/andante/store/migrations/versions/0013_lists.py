"""Lists that are fast at any size: a task's row has what its list needs, and each list an index; a search of words.

On SQLite the rows that are there are brought up to date here; on PostgreSQL, where other servers are at work meanwhile,
by the server once it has started (runtime/putting_right.py).

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

from andante.store.grams import folded, grams
from andante.store.migrations.online import add_index
from andante.store.task_rows import called

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default="", nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


LISTED = "state = 'open' and suspended = 0"
NEVER = (1 << 42) - 1
INDEXES = (
    ("ix_task_rank", "task", "rank instance_id key", f"{LISTED} and rank >= 0"),
    ("ix_task_assignee", "task", "assignee rank instance_id key", f"{LISTED} and assignee <> ''"),
    ("ix_task_pool", "task", "pool rank instance_id key", f"{LISTED} and assignee = ''"),
    ("ix_task_definition", "task", "definition rank instance_id key", LISTED),
    ("ix_task_name", "task", "name rank instance_id key", LISTED),
    ("ix_task_queue", "task", "queue rank instance_id key", f"{LISTED} and queue <> ''"),
    ("ix_task_owner", "task", "owner rank instance_id key", f"{LISTED} and owner <> ''"),
    ("ix_task_due", "task", "due_at rank instance_id key", f"{LISTED} and due_at > 0"),
    ("ix_task_paused", "task", "rank instance_id key", "state = 'open' and suspended = 1"),
    ("ix_task_ended", "task", "ended_at instance_id key", "ended_at > 0"),
    ("ix_task_ended_by", "task", "ended_by ended_at instance_id key", "ended_at > 0"),
    (
        "ix_task_had",
        "task",
        "assignee ended_at instance_id key",
        "ended_at > 0 and assignee <> '' and assignee <> ended_by",
    ),
    ("ix_task_owned", "task", "owner ended_at instance_id key", "ended_at > 0 and owner <> ''"),
    ("ix_candidate_free", "candidate", "who rank instance_id key", "free = 1"),
    ("ix_instance_creator", "instance", "created_by started_at id", ""),
)


def upgrade() -> None:
    connection = op.get_bind()
    lite = connection.dialect.name != "postgresql"
    known = {column["name"] for column in sa.inspect(connection).get_columns("task")}
    if "rank" not in known:  # else an attempt before this one came as far as its indexes
        _columns()
        if lite:
            _fill()
            _index_of_words()
            _fill_search(connection)
    if lite:
        for name in ("ix_task_assignee", "ix_task_pool", "ix_task_ended"):
            op.drop_index(name, "task")
    for name, table, columns, where in INDEXES:
        add_index(name, table, columns.split(), where)
    if not lite:
        with op.get_context().autocommit_block():
            op.drop_index("ix_search_words", "search", if_exists=True, postgresql_concurrently=True)
            op.execute(
                "create index concurrently ix_search_words on search"
                " using gin (to_tsvector('simple'::regconfig, grams))"
            )


def _columns() -> None:
    for name in ("rank", "suspended"):
        op.add_column("task", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("task", sa.Column("definition", TEXT, server_default="", nullable=False))
    op.add_column("candidate", sa.Column("rank", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("candidate", sa.Column("free", sa.BigInteger(), server_default="1", nullable=False))
    op.create_table(
        "search",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", TEXT, server_default="", nullable=False),
        sa.Column("grams", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "key"),
    )
    op.create_table(
        "task_name",
        sa.Column("definition_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("definition_id", "name"),
    )
    numbers = ("created_at", "total", "done", "skipped", "failed", "lease_until", "started_at", "ended_at")
    order = (
        "action query arguments reason created_by created_at state total done skipped failed cursor node lease_until"
        " started_at ended_at error"
    )
    op.create_table(
        "batch",
        sa.Column("id", TEXT, nullable=False),
        *(_int(name) if name in numbers else _text(name) for name in order.split()),
        sa.PrimaryKeyConstraint("id"),
    )
    going_on = sa.text("ended_at = 0")
    op.create_index("ix_batch_open", "batch", ["created_at"], sqlite_where=going_on, postgresql_where=going_on)
    op.create_index("ix_batch_created", "batch", ["created_at", "id"])
    op.create_table(
        "batch_failure",
        sa.Column("batch_id", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        _text("code"),
        _text("message"),
        _int("at"),
        sa.PrimaryKeyConstraint("batch_id", "item"),
    )
    op.create_table(
        "task_view",
        sa.Column("id", TEXT, nullable=False),
        *(_text(name) for name in ("owner", "name", "shared_with", "filters")),
        *(_int(name) for name in ("is_default", "created_at", "modified_at")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_task_view_owner", "task_view", ["owner"])
    shared = sa.text("shared_with <> ''")
    op.create_index("ix_task_view_shared", "task_view", ["shared_with"], sqlite_where=shared, postgresql_where=shared)


def _fill() -> None:
    op.execute(
        "update task set"
        f" rank=((1023-min(max(urgency,0),1023))<<52) | ((case when due_at>0 then min(due_at,{NEVER}) else {NEVER} end)"
        " << 10) | (511-min(max(priority,-512),511)),"
        " suspended=coalesce((select i.suspended from instance i where i.id=task.instance_id),0),"
        " definition=coalesce((select i.name from instance i where i.id=task.instance_id),'')"
    )
    op.execute(
        "update candidate set rank=t.rank, free=(t.state='open' and t.assignee='' and t.suspended=0)"
        " from task t where t.instance_id=candidate.instance_id and t.key=candidate.key"
    )


def _fill_search(connection: sa.Connection) -> None:
    known = connection.execute(sa.text("select id, name, label, title, business_key from instance"))
    insert = sa.text("insert into search (instance_id, key, text, grams) values (:id, 0, :text, :grams)")
    for id, name, label, title, business_key in known.all():
        text = called(id, name, label, title, business_key)
        if text:
            connection.execute(insert, {"id": id, "text": folded(text), "grams": grams(text)})


def _index_of_words() -> None:
    """SQLite's index of words keeps its own copy of where each text belongs: a copy of the file numbers rows anew."""
    op.execute(
        "create virtual table search_index using fts5(instance_id unindexed, key unindexed, words, tokenize=ascii)"
    )
    insert = (
        "insert into search_index(instance_id, key, words) values (new.instance_id, new.key,"
        " 'k'||new.instance_id||' '||new.grams);"
    )
    delete = (
        "delete from search_index where rowid in (select rowid from search_index where search_index match"
        " 'k'||old.instance_id and instance_id=old.instance_id and key=old.key);"
    )
    op.execute(f"create trigger search_inserted after insert on search begin {insert} end")
    op.execute(f"create trigger search_deleted after delete on search begin {delete} end")
    op.execute(f"create trigger search_updated after update on search begin {delete} {insert} end")

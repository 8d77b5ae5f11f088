"""The tables of lists and of what is done in bulk."""

from typing import Final

import sqlalchemy as sa

from andante.store.columns import TEXT, metadata, number, some, text

# What people have called things, for the search: of the instance (key 0), or of a task whose name is computed.
search: Final = sa.Table(
    "search",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    text("text"),
    text("grams"),
)

# What is done with many instances, one after the other in the order of their ids; `cursor` is the last that was.
batch: Final = sa.Table(
    "batch",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    text("action"),
    text("query"),
    text("arguments"),
    text("reason"),
    text("created_by"),
    number("created_at"),
    text("state"),  # awaiting, queued, running, paused, done, cancelled, failed, refused, withdrawn, expired
    number("total"),
    number("done"),
    number("skipped"),
    number("failed"),
    text("cursor"),
    text("node"),  # the server that carries it out
    number("lease_until"),
    number("started_at"),
    number("ended_at"),
    text("error"),
    number("expires_at"),  # until when it waits for a second person
    number("decided_at"),
    text("decided_by"),
    some("ix_batch_open", "created_at", "ended_at = 0"),
    sa.Index("ix_batch_created", "created_at", "id"),
)

# Those of a batch that it could not do.
batch_failure: Final = sa.Table(
    "batch_failure",
    metadata,
    sa.Column("batch_id", TEXT, primary_key=True),
    sa.Column("item", TEXT, primary_key=True),
    text("code"),
    text("message"),
    number("at"),
)

# Filters that a person has given a name, for themselves or for a group.
task_view: Final = sa.Table(
    "task_view",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    text("owner"),
    text("name"),
    text("shared_with"),  # group:x, role:x, "*"; "" nobody
    text("filters"),
    number("is_default"),
    number("created_at"),
    number("modified_at"),
    sa.Index("ix_task_view_owner", "owner"),
    some("ix_task_view_shared", "shared_with", "shared_with <> ''"),
)

# The names that user tasks have in their models.
task_name: Final = sa.Table(
    "task_name",
    metadata,
    sa.Column("definition_id", TEXT, primary_key=True),
    sa.Column("name", TEXT, primary_key=True),
)

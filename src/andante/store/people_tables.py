"""The tables about people beside the persons themselves: sets of them, deputies, turns, and what they attach."""

from typing import Final

import sqlalchemy as sa

from andante.store.columns import TEXT, metadata, number, text

# Sets of persons that tasks are offered to, beyond what is written at the persons themselves.
team: Final = sa.Table(
    "team",
    metadata,
    sa.Column("kind", TEXT, primary_key=True),  # group, role, queue
    sa.Column("name", TEXT, primary_key=True),
    text("label"),
    text("lead"),
    text("parent"),  # of a role: the one above it
    text("members", "[]"),
    text("rule"),  # of a queue: how its tasks find their person
    text("calendar"),
    text("skills", "{}"),  # skill: level that a person needs
    number("created_at"),
    number("revision"),
    sa.Index("ix_team_revision", "revision"),
)

# Who stands in for whom, and when: for all, or the tasks of one process or queue.
deputy: Final = sa.Table(
    "deputy",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    text("person"),
    text("deputy"),  # "": nobody, the person is away
    number("from_at"),
    number("until_at"),
    text("definition"),
    text("queue"),
    text("rule"),  # assign, share
    text("created_by"),
    number("created_at"),
    number("revision"),
    sa.Index("ix_deputy_person", "person"),
    sa.Index("ix_deputy_revision", "revision"),
)

# Who may do what with which definitions, beyond the three roles: actions as a JSON list.
permit: Final = sa.Table(
    "permit",
    metadata,
    sa.Column("definition", TEXT, primary_key=True),  # a name, or "*": any
    sa.Column("who", TEXT, primary_key=True),  # user:x, group:x, role:x
    text("actions", "[]"),
    text("created_by"),
    number("created_at"),
    number("revision"),
    sa.Index("ix_permit_revision", "revision"),
)

# Tokens for long, which persons give to programs of their own.
api_key: Final = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    text("hash"),
    text("person"),
    text("name"),
    text("scopes", "[]"),
    text("ranges", "[]"),
    number("created_at"),
    text("created_by"),
    number("expires_at"),
    number("last_used_at"),
    sa.Index("ix_api_key_hash", "hash"),
    sa.Index("ix_api_key_person", "person"),
)

# Log-ins at a provider that have ended (`used` is 1), so that none ends again. What is under way is kept by the
# browser; the columns between are of a time when it was kept here.
login: Final = sa.Table(
    "login",
    metadata,
    sa.Column("state", TEXT, primary_key=True),
    sa.Column("used", sa.BigInteger, primary_key=True, autoincrement=False),
    text("browser"),
    text("nonce"),
    text("verifier"),
    text("next"),
    number("expires_at"),
)

# One row: the number of the last change of any person, team or deputy.
roster: Final = sa.Table(
    "roster",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    number("revision"),
)

# Whose turn it was, of those who get tasks in turn.
turn: Final = sa.Table(
    "turn",
    metadata,
    sa.Column("pool", TEXT, primary_key=True),
    sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
    text("person"),
)

# Files at instances and tasks.
attachment: Final = sa.Table(
    "attachment",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("id", TEXT, primary_key=True),
    number("task"),  # its key, 0: the instance's own
    text("name"),
    text("type"),
    number("size"),
    text("hash"),
    number("created_at"),
    text("created_by"),
    sa.Index("ix_attachment_id", "id"),
    sa.Index("ix_attachment_hash", "hash"),
)

# What is in them, each once.
content: Final = sa.Table(
    "content",
    metadata,
    sa.Column("hash", TEXT, primary_key=True),  # sha256
    number("size"),
    number("touched_at"),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

# Who may look at a task without working on it.
informed: Final = sa.Table(
    "informed",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("who", TEXT, primary_key=True),
    sa.Index("ix_informed_who", "who"),
)

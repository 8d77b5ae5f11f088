"""The tables. Every key starts with the instance id, the definition id, or a name of its own: no write of a command
touches rows of two instances (DESIGN 6). Times are ms since the epoch, UTC; 0 is unset. Migrations make these tables;
a test holds the two together.
"""

from typing import Final

import sqlalchemy as sa

from andante.store import audit_tables, calendar_tables, columns, note_tables, people_tables, schema_lists
from andante.store.columns import TEXT, listed
from andante.store.columns import number as _int
from andante.store.columns import some as _some
from andante.store.columns import text as _text

metadata: Final = columns.metadata

source: Final = sa.Table(
    "source",
    metadata,
    sa.Column("id", TEXT, primary_key=True),  # sha256 of the content
    _text("kind"),  # xml, json, dmn
    sa.Column("data", sa.LargeBinary, nullable=False),
)

definition: Final = sa.Table(
    "definition",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    _text("name"),
    _text("version"),
    _text("label"),
    _text("description"),
    _int("active"),
    _int("suspended"),
    _text("status"),
    _text("config"),
    _text("kind"),
    _int("created_at"),
    _text("created_by"),
    _text("source_id"),
    _text("modified_by"),
    _int("modified_at"),
    _int("revision"),
    sa.Index("ix_definition_revision", "revision"),
    sa.UniqueConstraint("name", "version", name="uq_definition_name_version"),
)

# One row: the number of the last change of any definition.
catalogue: Final = sa.Table(
    "catalogue",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    _int("revision"),
)

# What starts an instance of an active definition from outside: a message, a signal, a timer, a condition. And messages
# that a correlation key is read from. An event with several definitions has a row for each: `part` numbers them.
start_event: Final = sa.Table(
    "start_event",
    metadata,
    sa.Column("definition_id", TEXT, primary_key=True),
    sa.Column("node", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    _text("kind"),  # message, signal, timer, conditional, keyed
    _text("name"),
    _int("due_at"),
    _text("cycle"),
    _int("remaining"),
    sa.Index("ix_start_event_name", "kind", "name"),
    _some("ix_start_event_due", "due_at", "due_at > 0"),
)

instance: Final = sa.Table(
    "instance",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    _int("seq"),
    _int("due_at"),
    _text("definition_id"),
    _text("name"),
    _text("version"),
    _text("label"),
    _text("title"),
    _text("business_key"),
    _text("state"),
    _int("suspended"),
    _int("closed"),
    _int("is_test"),
    _int("urgency"),
    _text("task_outcome"),
    _text("bp_status"),
    _text("bp_stage"),
    _text("bp_step"),
    _text("description"),
    _text("next_element"),
    _text("current_element"),
    _text("created_by"),
    _text("owner"),
    _text("last_handler"),
    _text("modified_by"),
    _int("started_at"),
    _int("modified_at"),
    _int("ended_at"),
    _text("ext"),
    _text("parent_id"),
    _text("root_id"),
    _int("incident"),
    sa.Column("data", sa.LargeBinary, nullable=False),
    _some("ix_instance_due", "due_at", "due_at > 0"),
    sa.Index("ix_instance_state", "state", "started_at"),
    sa.Index("ix_instance_started", "started_at"),
    _some("ix_instance_key", "business_key", "business_key <> ''"),
    sa.Index("ix_instance_definition", "definition_id"),
    _some("ix_instance_parent", "parent_id", "parent_id <> ''"),
    _some("ix_instance_over", "definition_id ended_at id", "ended_at > 0 and parent_id = ''"),
    _some("ix_instance_ended", "ended_at id", "ended_at > 0"),
    _some("ix_instance_root", "root_id", "parent_id <> ''"),
    sa.Index("ix_instance_creator", "created_by", "started_at", "id"),
)

journal: Final = sa.Table(
    "journal",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    _int("at"),
    _text("actor"),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

task: Final = sa.Table(
    "task",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("name"),
    _text("element"),
    _text("assignee"),
    _text("pool"),  # who may claim it: "*" everyone, "user:x", "group:x"; "" several, see candidate
    _text("users"),
    _text("groups"),
    _text("queue"),
    _text("owner"),
    _int("delegated"),
    _int("priority"),
    _int("urgency"),
    _int("created_at"),
    _int("goal_at"),
    _int("due_at"),
    _int("risk_at"),
    _int("follow_up_at"),
    _text("form"),
    _text("outcomes"),
    _text("state"),
    _text("outcome"),
    _int("ended_at"),
    _text("ended_by"),
    # So that lists need not look at the instance, see store/ranks.py. What is listed is in all of these indexes.
    _int("rank"),  # the order of the to-do list
    _int("suspended"),  # the instance's flag
    _text("definition"),  # its name
    listed("ix_task_rank", "", " and rank >= 0"),  # said only where all are asked for
    listed("ix_task_assignee", "assignee", " and assignee <> ''"),
    listed("ix_task_pool", "pool", " and assignee = ''"),
    listed("ix_task_definition", "definition"),
    listed("ix_task_name", "name"),
    listed("ix_task_queue", "queue", " and queue <> ''"),
    listed("ix_task_owner", "owner", " and owner <> ''"),
    listed("ix_task_due", "due_at", " and due_at > 0"),
    _some("ix_task_created", "created_at instance_id key", "state = 'open' and suspended = 0"),
    _some("ix_task_paused", "rank instance_id key", "state = 'open' and suspended = 1"),
    _some("ix_task_ended", "ended_at instance_id key", "ended_at > 0"),
    _some("ix_task_ended_by", "ended_by ended_at instance_id key", "ended_at > 0"),
    _some(
        "ix_task_had", "assignee ended_at instance_id key", "ended_at > 0 and assignee <> '' and assignee <> ended_by"
    ),
    _some("ix_task_owned", "owner ended_at instance_id key", "ended_at > 0 and owner <> ''"),
)

candidate: Final = sa.Table(
    "candidate",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("who", TEXT, primary_key=True),
    _int("rank"),  # the task's
    _int("free", 1),  # whether it can be claimed now: open, with nobody, not suspended
    sa.Index("ix_candidate_who", "who"),
    _some("ix_candidate_free", "who rank instance_id key", "free = 1"),
)

subscription: Final = sa.Table(
    "subscription",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("kind"),  # message, signal
    _text("name"),
    _text("correlation"),
    sa.Index("ix_subscription_name", "kind", "name", "correlation"),
)

job: Final = sa.Table(
    "job",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("type"),
    _text("element"),
    _int("priority"),
    _int("retries"),
    _int("available_at"),
    _int("locked_until"),
    _text("worker"),
    sa.Index("ix_job_type", "type", "available_at"),
)

outbox: Final = sa.Table(
    "outbox",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    _text("lane"),  # inner: instances among themselves; note: to people
    _text("state"),  # '' to do, dead
    _int("attempts"),
    _int("next_at"),
    _text("error"),
    sa.Column("data", sa.LargeBinary, nullable=False),
    _text("node"),  # the server that carries it out
)

# Servers that share the database.
node: Final = sa.Table(
    "node",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    _int("slot"),  # a digit in the ids that it gives
    _int("started_at"),
    _int("expires_at"),  # by the database's clock
    sa.UniqueConstraint("slot", name="uq_node_slot"),
)

# Sums of what is over, a row for each day: what reports and forecasts read.
tally: Final = sa.Table(
    "tally",
    metadata,
    sa.Column("kind", TEXT, primary_key=True),  # process, element, person, queue
    sa.Column("definition", TEXT, primary_key=True),
    sa.Column("version", TEXT, primary_key=True),
    sa.Column("name", TEXT, primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Index("ix_tally_day", "kind", "day"),
)

# How far the sums go, for each definition; "" counts the steps of all.
tally_mark: Final = sa.Table(
    "tally_mark",
    metadata,
    sa.Column("definition_id", TEXT, primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    _int("ended_at"),
    _text("instance_id"),
)

# Instances that are over and no longer wanted at hand: journal and last state in `data`, compressed.
archive: Final = sa.Table(
    "archive",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
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
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Index("ix_archive_ended", "ended_at", "id"),
    sa.Index("ix_archive_name", "name", "ended_at", "id"),
    _some("ix_archive_key", "business_key", "business_key <> ''"),
)

# Messages with a time to live that nobody awaited yet.
message: Final = sa.Table(
    "message",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    _text("name"),
    _text("business_key"),
    sa.Column("data", sa.LargeBinary, nullable=False),
    _int("expires_at"),
    _int("created_at"),
    sa.Index("ix_message_name", "name"),
)

client: Final = sa.Table(
    "client",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    _text("secret_hash"),
    sa.Column("user", TEXT, nullable=False, server_default=""),
    _int("created_at"),
    _int("revoked"),
    _text("second_hash"),  # of the secret before, which is good until then
    _int("second_until"),
    _text("scopes", "[]"),
    _text("ranges", "[]"),
    _int("expires_at"),
    _int("requests"),  # a second, 0: as the setting has it
)

token: Final = sa.Table(
    "token",
    metadata,
    sa.Column("hash", TEXT, primary_key=True),
    sa.Column("user", TEXT, nullable=False, server_default=""),
    _text("client_id"),
    _int("expires_at"),
    _text("scopes", "[]"),
)

person: Final = sa.Table(
    "person",
    metadata,
    sa.Column("name", TEXT, primary_key=True),
    _text("password_hash"),
    _text("email"),
    _text("manager"),
    _text("roles", "[]"),
    _text("groups", "[]"),
    _text("queues", "[]"),
    _text("kind"),
    _int("created_at"),
    _int("disabled"),
    _text("skills", "{}"),  # skill: level
    _int("revision"),
    _text("subject"),  # as a provider of log-ins knows them: issuer, blank, subject
    sa.Index("ix_person_revision", "revision"),
    sa.Index("ix_person_subject", "subject"),
)

permit, api_key, login = people_tables.permit, people_tables.api_key, people_tables.login
team, deputy, roster, turn = people_tables.team, people_tables.deputy, people_tables.roster, people_tables.turn
attachment, content, informed = people_tables.attachment, people_tables.content, people_tables.informed
letter, note = note_tables.letter, note_tables.note
preference, endpoint = note_tables.preference, note_tables.endpoint
calendars, calendar = calendar_tables.calendars, calendar_tables.calendar
working_clock = calendar_tables.working_clock
batch, batch_failure = schema_lists.batch, schema_lists.batch_failure
audit = audit_tables.audit
search, task_name, task_view = schema_lists.search, schema_lists.task_name, schema_lists.task_view

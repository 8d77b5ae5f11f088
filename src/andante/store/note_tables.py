"""The tables of what goes to people: letters, notes to read in Andante, preferences, endpoints. See schema.py."""

from typing import Final

import sqlalchemy as sa

from andante.store.columns import TEXT, metadata, number, some, text

# A note on its way to one person or endpoint by one channel. Times 0: not yet.
letter: Final = sa.Table(
    "letter",
    metadata,
    sa.Column(
        "id", TEXT, primary_key=True
    ),  # of the note's key, the channel and the receiver: the same note again is it
    text("person"),
    text("channel"),  # mail, apprise, webhook
    text("address"),  # an endpoint's name, or which of a person's Apprise addresses
    text("kind"),
    text("instance_id"),
    number("task"),
    text("recipient"),  # as the note names it
    number("holder"),  # the recipient was one of the task's holders
    text("state"),  # waiting, sent, dropped, dead
    number("attempts"),
    number("next_at"),
    number("gathered"),  # goes with all others that are due
    text("error"),
    text("node"),  # the server that has taken it up
    number("created_at"),
    number("done_at"),
    sa.Column("data", sa.LargeBinary, nullable=False),
    some("ix_letter_next", "next_at", "state = 'waiting'"),
    some("ix_letter_dead", "id", "state = 'dead'"),
    some("ix_letter_done", "done_at", "done_at > 0"),
    some("ix_letter_person", "person", "state = 'waiting'"),
)

# What programs are to be told of an instance by one way (`sink`: a broker, or an endpoint as webhook:NAME): a row a
# command, in the order of `seq`, until it is told. `data`: JSON, the events.
event_out: Final = sa.Table(
    "event_out",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sink", TEXT, primary_key=True),
    number("at"),
    text("node"),  # the server that tells it
    number("attempts"),
    number("next_at"),
    text("error"),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Index("ix_event_out_next", "sink", "next_at", "instance_id"),
)

# What a person reads in Andante itself.
note: Final = sa.Table(
    "note",
    metadata,
    sa.Column("person", TEXT, primary_key=True),
    sa.Column("id", TEXT, primary_key=True),
    text("kind"),
    text("instance_id"),
    number("task"),
    number("created_at"),
    number("read_at"),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Index("ix_note_created", "created_at"),
    sa.Index("ix_note_person", "person", "created_at", "id"),
    some("ix_note_unread", "person created_at id", "read_at = 0"),
)

# How a person wants to be told: JSON, without what is left to the server's settings.
preference: Final = sa.Table(
    "preference",
    metadata,
    sa.Column("person", TEXT, primary_key=True),
    text("data"),
    number("modified_at"),
)

# Programs that are told: signed webhooks, and what Apprise reaches.
endpoint: Final = sa.Table(
    "endpoint",
    metadata,
    sa.Column("name", TEXT, primary_key=True),
    text("kind"),  # webhook, apprise
    text("url"),
    text("secrets", "[]"),
    text("kinds", "[]"),  # of notes that it gets without being named; "*" all
    number("disabled"),
    number("created_at"),
)

"""The tables of business calendars, and of the clocks that count by them. See schema.py."""

from typing import Final

import sqlalchemy as sa

from andante.store.columns import TEXT, metadata, number, text

# One row: the number of the last change of any business calendar.
calendars: Final = sa.Table(
    "calendars",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    number("revision"),
)

# Business calendars, as they were saved, with the holidays that were found then. A deleted one stays: clocks may run
# by it.
calendar: Final = sa.Table(
    "calendar",
    metadata,
    sa.Column("name", TEXT, primary_key=True),
    text("form"),
    text("holidays"),
    number("deleted"),
    number("waiting"),  # instances that were to follow the last change
    number("saved_at"),
    text("saved_by"),
    number("revision"),
    sa.Index("ix_calendar_revision", "revision"),
)

# SLA clocks that count by a business calendar ("": the server's default), and by which revision of it.
working_clock: Final = sa.Table(
    "working_clock",
    metadata,
    sa.Column("instance_id", TEXT, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    text("calendar"),
    number("revision"),
    sa.Index("ix_working_clock_calendar", "calendar", "revision", "instance_id"),
)

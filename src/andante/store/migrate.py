"""Bring a database to the newest schema. Runs at start; safe to repeat, and for many servers at once, while servers of
the release before it are at work."""

import time
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

LOCK: Final = 4_102_441  # any number that no other program takes for its own
PAUSE: Final = 0.1  # seconds between looks whether another server is done with it
# What waits for a table lets all others wait that want it after: so it does not wait for long, and tries again.
WAIT: Final = "set lock_timeout = '2s'"
TRIES: Final = 10


def upgrade(engine: sa.Engine, to: str = "head") -> None:
    """Run every migration that this database has not had, up to the one of the number `to`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if engine.dialect.name != "postgresql":
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, to)
        return
    with engine.connect() as connection:
        # A lock of the session, for an index that is built beside others' work is in no transaction; and never waited
        # for, as that index would wait for whoever does.
        while not connection.scalar(sa.text("select pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            connection.rollback()
            time.sleep(PAUSE)
        try:
            connection.execute(sa.text(WAIT))
            connection.commit()
            config.attributes["connection"] = connection
            _patiently(config, connection, to)
        finally:
            connection.rollback()
            connection.execute(sa.text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()


def _patiently(config: Config, connection: sa.Connection, to: str) -> None:
    for tries in range(TRIES, 0, -1):
        try:
            command.upgrade(config, to)
        except sa.exc.OperationalError as fault:
            if tries == 1 or getattr(fault.orig, "sqlstate", "") != "55P03":  # a lock that was not to be had
                raise
            connection.rollback()
        else:
            return

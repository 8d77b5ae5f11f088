"""Bring a database to the newest schema. Runs at start; safe to repeat, and for many servers at once."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

LOCK: Final = 4_102_441  # any number that no other program takes for its own


def upgrade(engine: sa.Engine, to: str = "head") -> None:
    """Run every migration that this database has not had, up to the one of the number `to`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, to)

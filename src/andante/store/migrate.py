"""Bring a database to the newest schema. Runs at start; safe to repeat, and for many servers at once, while servers of
the release before it are at work."""

import threading
import time
from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from andante.store.schema import metadata

LOCK: Final = 4_102_441  # any number that no other program takes for its own
PAUSE: Final = 0.1  # seconds between looks whether another server is done with it
# What waits for a table lets all others wait that want it after: so it does not wait for long, and tries again.
WAIT: Final = "set lock_timeout = '2s'"
TRIES: Final = 10
SHOWN: Final = 5  # names of tables in a fault
# Alembic keeps what it is at in variables of its modules.
_ONE_AT_A_TIME: Final = threading.Lock()
CURRENT: Final = "current"
BEHIND: Final = "behind"
LATER: Final = "later"
TOO_LATE: Final = "too late"
FROM: Final = "_from_"  # in a migration's name: what follows is the oldest one whose servers can still use the database


def upgrade(engine: sa.Engine, to: str = "head") -> None:
    """Run every migration that this database has not had, up to the one of the number `to`.

    A database that a later release has migrated stays as it is: that release has only added to it. Raises CommandError
    where it took something away that servers of this release use, and for a database of another program: a SQLite
    file that has tables and none of ours, a PostgreSQL schema in which others have tables of our names.
    """
    if to == "head" and _is_newest(engine):
        return
    with _ONE_AT_A_TIME:
        _upgrade(engine, to)


def _is_newest(engine: sa.Engine) -> bool:
    """Whether nothing is to be done, as at most starts: of a server with many databases none waits for another then."""
    with engine.connect() as connection:
        try:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text(WAIT))
            return MigrationContext.configure(connection).get_current_revision() == _known()[1]
        except sa.exc.OperationalError:
            return False  # somebody has locked it: that is waited for with patience


def _upgrade(engine: sa.Engine, to: str) -> None:
    config = _config()
    if engine.dialect.name != "postgresql":
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            if not _stays(connection, to):
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


def standing(found: str) -> tuple[str, str]:
    """How a database that was migrated up to `found` stands to this release: CURRENT, BEHIND, LATER (a later release
    has migrated it, and this one can use it) or TOO_LATE; and this release's newest migration."""
    known, newest = _known()
    if found == newest:
        return CURRENT, newest
    if found <= newest or not found[:4].isdecimal() or found in known:
        return BEHIND, newest
    return (TOO_LATE if found.partition(FROM)[2] > newest else LATER), newest


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@cache
def _known() -> tuple[frozenset[str], str]:
    """This release's migrations, and the newest of them."""
    script = ScriptDirectory.from_config(_config())
    return frozenset(each.revision for each in script.walk_revisions()), script.get_current_head() or ""


def _stays(connection: sa.Connection, to: str) -> bool:
    """Whether nothing is to be done: it is as this release has it, or a later release has migrated it and this one can
    use it. Raises CommandError where it cannot."""
    found = MigrationContext.configure(connection).get_current_revision() or ""
    if not found:
        _refuse_others(connection)
    how, _ = standing(found)
    if how == TOO_LATE:
        raise CommandError(
            f"a later release has migrated the database (to {found}), and this release is too old for what it has made "
            "of it. Install that release, or restore the backup that was made before"
        )
    return how == LATER or (how == CURRENT and to == "head")


def _refuse_others(connection: sa.Connection) -> None:
    """Nothing of ours goes into the file of another program. Beside others' tables in PostgreSQL is a usual place."""
    tables = set(sa.inspect(connection).get_table_names())
    if "alembic_version" in tables:
        return
    if connection.dialect.name != "postgresql":
        whose, where = tables, "file (sqlite:///FILE)"
    else:
        whose, where = tables & set(metadata.tables), "database or schema"
    if whose:
        names = ", ".join(sorted(whose)[:SHOWN])
        raise CommandError(f"it belongs to another program, whose tables it has ({names}). Name another {where}")


def _patiently(config: Config, connection: sa.Connection, to: str) -> None:
    for tries in range(TRIES, 0, -1):
        try:
            stays = _stays(connection, to)
            connection.rollback()  # what was looked up needs no transaction any more
            if not stays:
                command.upgrade(config, to)
        except sa.exc.OperationalError as fault:
            if tries == 1 or getattr(fault.orig, "sqlstate", "") != "55P03":  # a lock that was not to be had
                raise
            connection.rollback()
        else:
            return

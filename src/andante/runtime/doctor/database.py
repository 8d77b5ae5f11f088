"""The database: whether it is there, as it must be made, safe to write to, and has room."""

import asyncio
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from andante.runtime.doctor.finding import ERROR, HINT, POSTGRES, WARNING, Finding, Look, size, span
from andante.store.faults import StoreProblem
from andante.store.migrate import BEHIND, LATER, TOO_LATE, standing
from andante.store.snapshot import open_snapshot
from andante.store.sqlite import sqlite_path

OLDEST: Final = 130_000  # PostgreSQL 13
FULL: Final = 0.9  # of the connections
WRAPAROUND: Final = 1_500_000_000  # transactions; at two thousand million PostgreSQL stops writing
LAG: Final = 10  # seconds a replica may be behind
LONG: Final = 600  # seconds a transaction of somebody may stand open
LITTLE: Final = 1 << 30  # bytes of free disk below which one should look
NOTHING: Final = 128 << 20  # bytes below which writing fails soon
LARGE_LOG: Final = 1 << 30  # bytes of SQLite's write-ahead log that nobody gets to put into the file
# What of PostgreSQL makes an acknowledged command durable, what each is to be, and what is lost otherwise.
DURABLE: Final = (
    ("fsync", ("on",), "after a crash of the machine the database may be damaged"),
    ("full_page_writes", ("on",), "after a crash of the machine the database may be damaged"),
    (
        "synchronous_commit",
        ("on", "remote_write", "remote_apply", "local"),
        "a crash loses commands that were answered",
    ),
)
SETTINGS: Final = (
    "select current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),"
    " current_setting('server_version_num')::int8, current_setting('server_version'),"
    " current_setting('server_encoding'), current_setting('max_connections')::int8, pg_is_in_recovery(),"
    " has_table_privilege('instance', 'insert')"
)
CONNECTIONS: Final = "select count(*) from pg_stat_activity where backend_type='client backend'"
AGE: Final = "select age(datfrozenxid)::int8 from pg_database where datname=current_database()"
OPEN: Final = (
    "select max(extract(epoch from clock_timestamp()-xact_start))::int8 from pg_stat_activity"
    " where datname=current_database() and left(state, 19)='idle in transaction'"
)
INVALID: Final = (
    "select c.relname from pg_index i join pg_class c on c.oid=i.indexrelid where not i.indisvalid"
    " and left(c.relname::text, 3)='ix_' order by 1"
)
# That new sessions may only read, for this database or role. What the session of this look has says nothing of it.
ONLY_READING: Final = (
    "select count(*) from pg_db_role_setting, unnest(setconfig) as set where set='default_transaction_read_only=on'"
    " and setdatabase in (0, (select oid from pg_database where datname=current_database()))"
    " and setrole in (0, (select oid from pg_roles where rolname=current_user))"
)
PLACE: Final = "select pg_current_wal_lsn()::text"
REPLICA: Final = (
    "select pg_is_in_recovery(), coalesce(pg_wal_lsn_diff(cast(? as pg_lsn), pg_last_wal_replay_lsn()), 0)::int8,"
    " coalesce(extract(epoch from clock_timestamp()-pg_last_xact_replay_timestamp()), 0)::int8"
)


def shown(url: str) -> str:
    """The address without what is secret in it."""
    scheme, _, rest = url.partition("://")
    if not url.startswith(POSTGRES):
        return url
    who, at, place = rest.rpartition("@")
    return f"{scheme}://{who.partition(':')[0]}{at}{place.partition('?')[0]}"


def unreachable(url: str, fault: StoreProblem) -> Finding:
    """That it cannot even be opened."""
    if url.startswith(POSTGRES):
        remedy = "Start PostgreSQL, and check host, name, user and password in the address (--db, ANDANTE_DB)."
    else:
        remedy = "Check the address (--db, ANDANTE_DB) and who owns the file. The first `andante serve` makes it."
    text = str(fault).rstrip(".")
    return Finding(ERROR, "database.unreachable", shown(url), f"It cannot be opened: {text}.", remedy)


async def database(look: Look) -> list[Finding]:
    """Both kinds."""
    found = await _migrations(look)
    if look.postgres:
        return [*found, *await _postgres(look), *await _replica(look)]
    return [*found, *await asyncio.to_thread(lambda: list(_file(look)))]


async def _migrations(look: Look) -> list[Finding]:
    row = await look.store.get("select version_num from alembic_version")
    found = row[0] if row is not None else ""
    how, head = standing(found)
    where = shown(look.url)
    if how == BEHIND:
        what = f"Its tables are those of migration {found}; this release has {head}."
        return [Finding(WARNING, "database.behind", where, what, "Make a backup, then start `andante serve`.")]
    if how == LATER:
        what = f"A later release has migrated it to {found}; this one knows {head} and can still use it."
        return [Finding(HINT, "database.later", where, what, "Bring this server to the release of the others.")]
    if how == TOO_LATE:
        what = f"A later release has migrated it to {found}, which this one (up to {head}) cannot use."
        return [Finding(ERROR, "database.tooLate", where, what, "Install that release, or restore the backup.")]
    return []


# PostgreSQL.


async def _postgres(look: Look) -> list[Finding]:
    ((*durable, number, version, encoding, most, standby, may),) = await look.store.read(SETTINGS)
    ((used,),) = await look.store.read(CONNECTIONS)
    ((age,),) = await look.store.read(AGE)
    ((open_for,),) = await look.store.read(OPEN)
    ((only_reading,),) = await look.store.read(ONLY_READING)
    invalid = [row[0] for row in await look.store.read(INVALID)]
    found = list(
        _of_postgres(durable, number, version, encoding, most, standby, may, used, age, open_for or 0, invalid)
    )
    if only_reading:
        what = "It was set to be read only, as hosts do when its disk is full: no command can be kept."
        remedy = "Make room, then alter database ... reset default_transaction_read_only, and end the old sessions."
        found.append(Finding(ERROR, "database.readOnly", "default_transaction_read_only", what, remedy))
    return found


def _of_postgres(
    durable: Sequence[str], number: int, version: str, encoding: str, most: int, standby: bool, may: bool, used: int,
    age: int, open_for: int, invalid: Sequence[str],
) -> Iterator[Finding]:  # fmt: skip
    for (name, good, lost), value in zip(DURABLE, durable, strict=True):
        if value not in good:
            remedy = f"Set {name} = on in postgresql.conf (and for this role and database), and reload."
            yield Finding(ERROR, "database.notDurable", name, f"{name} is {value}: {lost}.", remedy)
    if number < OLDEST:
        yield Finding(ERROR, "database.version", version, "It is older than PostgreSQL 13.", "Upgrade PostgreSQL.")
    if encoding != "UTF8":
        what = f"Its encoding is {encoding}: not every text can be stored."
        yield Finding(ERROR, "database.encoding", encoding, what, "Make a database with encoding UTF8, and move there.")
    if standby:
        remedy = "Name the primary in --db, or all hosts with ?target_session_attrs=read-write."
        yield Finding(
            ERROR, "database.standby", "pg_is_in_recovery()", "It is a standby: nothing can be written.", remedy
        )
    if not may:
        remedy = "Let the user own the tables, or grant it the rights on the schema."
        yield Finding(ERROR, "database.rights", "table instance", "The user may not write to its tables.", remedy)
    if used >= most * FULL:
        what = f"{used} of {most} connections are taken; a server needs six to start."
        yield Finding(
            WARNING, "database.connections", "max_connections", what, "Raise max_connections, or end others'."
        )
    if age > WRAPAROUND:
        what = f"{age} transactions have not been frozen; at 2,000,000,000 PostgreSQL stops writing."
        yield Finding(
            ERROR, "database.freeze", "datfrozenxid", what, "Run VACUUM FREEZE, and see why autovacuum does not."
        )
    if open_for > LONG:
        what = f"A transaction has stood open for {span(open_for * 1000)}: nothing since can be cleaned up."
        remedy = "Find it in pg_stat_activity (state 'idle in transaction') and end it."
        yield Finding(WARNING, "database.openTransaction", "pg_stat_activity", what, remedy)
    for name in invalid:
        what = "This index was not finished: lists are slow, and it costs with each write."
        yield Finding(WARNING, "database.index", name, what, f"Run REINDEX INDEX CONCURRENTLY {name}.")


async def _replica(look: Look) -> list[Finding]:
    url = look.text("replica")
    if not url:
        return []
    ((place,),) = await look.store.read(PLACE)
    where = shown(url)
    try:
        standby, behind, seconds = await asyncio.to_thread(_of_replica, url, place)
    except StoreProblem as fault:
        what = f"The replica does not answer, so lists burden the database itself: {str(fault).rstrip('.')}."
        return [Finding(WARNING, "replica.unreachable", where, what, "Start it, or leave --replica out.")]
    if not standby:
        what = "It is no replica: it takes writes itself."
        return [Finding(WARNING, "replica.primary", where, what, "Name a standby in --replica, or leave it out.")]
    if behind > 0 and seconds > LAG:
        what = f"It lags by {span(seconds * 1000)} ({size(behind)}): lists show what was so then."
        return [
            Finding(WARNING, "replica.lag", where, what, "See what holds it up: its disk, network, or long queries.")
        ]
    return []


def _of_replica(url: str, place: str) -> tuple[bool, int, int]:
    snapshot = open_snapshot(url)
    try:
        ((standby, behind, seconds),) = snapshot.rows(REPLICA, (place,))
        return standby, behind, seconds
    finally:
        snapshot.close()


# SQLite.


def _file(look: Look) -> Iterator[Finding]:
    path = Path(sqlite_path(look.url)).absolute()
    for each in (path, path.parent):
        if not os.access(each, os.W_OK):
            remedy = f"Let the server's user write to it (chown, chmod), or give another --db: {each}."
            yield Finding(ERROR, "database.readOnly", str(each), "It cannot be written to.", remedy)
    free, large = shutil.disk_usage(path.parent).free, path.stat().st_size
    if free < NOTHING:
        remedy = "Make room now: commands are refused when it is full."
        yield Finding(ERROR, "database.disk", str(path.parent), f"Only {size(free)} of its disk are free.", remedy)
    elif free < max(LITTLE, large // 5):
        remedy = "Make room, set a retention, or move the file to a larger disk."
        what = f"{size(free)} of its disk are free; the database has {size(large)}."
        yield Finding(WARNING, "database.disk", str(path.parent), what, remedy)
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size > LARGE_LOG:
        what = f"The write-ahead log has {size(log.stat().st_size)}: some program reads without an end."
        yield Finding(
            WARNING, "database.log", str(log), what, "End the programs that have the file open, but the server."
        )

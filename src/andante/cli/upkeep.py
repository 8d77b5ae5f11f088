"""The commands about all that is kept."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter

from andante.cli.audit import verify_audit
from andante.cli.connection import Server
from andante.cli.output import Json, complain, plain, print_file, print_json
from andante.cli.progress import Quiet, progress
from andante.cli.remote import LOCAL
from andante.runtime import StoreProblem
from andante.runtime.upkeep import count_database, verify_database
from andante.store.sqlite.backup import backup as copy_of

AT_ONCE: Final = 50  # ids that one call names


def verify(
    *ids: str,
    db: str = "",
    audit: Annotated[bool, Parameter(negative=())] = False,
    heads: Annotated[Path | None, Parameter(show_default=False)] = None,
    quiet: Quiet = False,
    server: Server = LOCAL,
) -> int:
    """Tell journals again and compare with what is stored. Exit 1 where something is wrong.

    Of the instances named, or of all.

    Parameters
    ----------
    db
        Read this database (sqlite:///FILE or postgresql://...) instead of asking a server; servers may be at work on
        it.
    audit
        Look instead whether a row of the audit log was changed or taken away.
    heads
        With --audit: a file with what it has printed with --json at an earlier time, all of which must be there still.
    """
    if audit or heads is not None:
        return verify_audit(db, heads, server)
    checked = 0
    drift: list[dict[str, Any]] = []
    wrong = 0
    with progress("verify", len(set(ids)) or None, silent=quiet or server.json) as tell:
        for count, found, total in _directly(db, ids) if db else _asking(server, ids):
            checked += count
            wrong += len(found)
            tell(checked, total)
            if server.json:
                drift += found
            else:
                for each in found:
                    print(plain(f"{each['instance']}: {each['table']}: {each['what']}"))
    if server.json:
        print_json({"checked": checked, "drift": drift})
    else:
        print(f"{checked} verified, {wrong} wrong.")
    if ids and checked < len(set(ids)):
        complain(f"{len(set(ids)) - checked} of the instances are not there.")
    return 1 if wrong or (ids and checked < len(set(ids))) else 0


def backup(file: Path, *, db: str = "sqlite:///andante.db", json: Json = False, quiet: Quiet = False) -> int:
    """Copy a SQLite database to FILE while a server uses it. PostgreSQL has its own ways: see docs/how-to/backup.md.

    Parameters
    ----------
    db
        The database, sqlite:///FILE.
    """
    if not db.startswith("sqlite:"):
        raise ValueError("--db: PostgreSQL is backed up with pg_basebackup and its archive, see docs/how-to/backup.md")
    try:
        with progress("backup (MiB)", silent=quiet or json) as tell:
            size = copy_of(db, file, lambda done, total: tell(done >> 20, total >> 20))
    except StoreProblem as problem:
        complain(f"andante: {problem}")
        return 1
    print_file(file, size, json=json)
    return 0


Found = tuple[int, list[dict[str, Any]], int | None]
"""Of a part: how many were looked at, what is wrong, and how many there are in all where that is known."""


def _directly(db: str, ids: tuple[str, ...]) -> Iterator[Found]:
    """Part after part: each is forgotten when it is told."""
    with asyncio.Runner() as runner:
        parts = verify_database(db, ids)
        try:
            total = None if ids else runner.run(count_database(db))
            while True:
                done = runner.run(anext(parts, None))
                if done is None:
                    return
                yield done.checked, [msgspec.to_builtins(each) for each in done.drift], total
        except StoreProblem as problem:
            raise ValueError(f"--db: {problem}") from None
        finally:
            runner.run(parts.aclose())


def _asking(server: Server, ids: tuple[str, ...]) -> Iterator[Found]:
    with server.connect() as client:
        if ids:
            for start in range(0, len(ids), AT_ONCE):
                done = client.verify(ids[start : start + AT_ONCE])
                yield done.checked, [msgspec.to_builtins(each) for each in done.drift], None
            return
        after = ""
        while True:
            done = client.verify(after=after)
            yield done.checked, [msgspec.to_builtins(each) for each in done.drift], None
            after = done.after
            if not after:
                return

"""`andante archive ...`: instances that are over and were put away."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import complain, print_json, print_table
from andante.cli.progress import Quiet, progress
from andante.cli.remote import LOCAL, minute
from andante.client import Client
from andante.client.upkeep import ArchivedInstance

AT_ONCE: Final = 100


def list_archive(
    *, name: str = "", business_key: str = "", ended_after: str = "", ended_before: str = "", limit: int = 100,
    server: Server = LOCAL,
) -> None:  # fmt: skip
    """List archived instances, what ended last first.

    Parameters
    ----------
    ended_after
        ISO 8601.
    ended_before
        ISO 8601.
    """
    with server.connect() as client:
        found = client.archived_instances(
            name=name, business_key=business_key, ended_after=ended_after, ended_before=ended_before, limit=limit
        ).items
    if server.json:
        print_json(found)
    else:
        print_table(
            ("instance", "process", "version", "state", "business key", "ended"),
            [(i.id, i.name, i.version, i.state, i.business_key, minute(i.ended_at)) for i in found],
        )


def show_archived(instance: str, *, server: Server = LOCAL) -> None:
    """Show an archived instance: its outcome, last variables and history."""
    with server.connect() as client:
        found = client.archived_instance(instance)
    if server.json:
        print_json(found)
        return
    rows = [
        ("instance", found.id),
        ("process", f"{found.name} {found.version}"),
        ("business key", found.business_key),
        ("state", found.state),
        ("started", minute(found.started_at)),
        ("ended", minute(found.ended_at)),
        ("archived", minute(found.archived_at)),
        *(("variable", f"{name} = {msgspec.json.encode(value).decode()}") for name, value in found.variables.items()),
        *(("fact", " ".join((minute(f.at), f.kind, f.element, f.who)).strip()) for f in found.history),
    ]
    print_table(("what", "value"), [row for row in rows if row[1]], heading=False)


def export_archive(
    file: Annotated[Path | None, Parameter(show_default=False)] = None,
    *, name: str = "", ended_after: str = "", ended_before: str = "", quiet: Quiet = False, server: Server = LOCAL,
) -> int:  # fmt: skip
    """Write archived instances, with variables and history, as one line of JSON each.

    Parameters
    ----------
    file
        Where to; default: standard output.
    ended_after
        ISO 8601.
    ended_before
        ISO 8601.
    """
    count = 0
    out = file.open("wb") if file is not None else sys.stdout.buffer
    try:
        with server.connect() as client, progress("export", silent=quiet or server.json) as tell:
            for each in _all(client, name, ended_after, ended_before):
                out.write(msgspec.json.encode(each) + b"\n")
                count += 1
                tell(count)
    finally:
        out.flush()
        if file is not None:
            out.close()
    complain(f"{count} exported.")
    return 0


def _all(client: Client, name: str, ended_after: str, ended_before: str) -> Iterator[ArchivedInstance]:
    after = ""
    while True:
        page = client.archived_instances(
            name=name, ended_after=ended_after, ended_before=ended_before, full=True, limit=AT_ONCE, after=after
        )
        yield from page.items
        after = page.after
        if not after:
            return

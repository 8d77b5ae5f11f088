"""`andante audit`, and `andante verify --audit`."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import complain, plain, print_json, print_table
from andante.cli.remote import LOCAL, minute
from andante.client.auditing import AuditHead, AuditRow, AuditVerified
from andante.runtime import StoreProblem
from andante.runtime.upkeep import verify_audit_of
from andante.store.audit_rows import Head

FORMATS: Final = ("csv", "ndjson")
PART: Final = 1_000


def audit(
    *,
    actor: str = "",
    action: str = "",
    object: str = "",
    client: str = "",
    address: str = "",
    outcome: str = "",
    since: Annotated[str, Parameter(name="--from")] = "",
    until: str = "",
    text: str = "",
    limit: int = 100,
    format: Annotated[str, Parameter(name="--format", help="csv or ndjson: all that is found, not only --limit.")] = "",
    output: Annotated[Path | None, Parameter(show_default=False)] = None,
    server: Server = LOCAL,
) -> int:
    """Show the audit log, the newest first: who changed what, when, from where and why.

    Parameters
    ----------
    action
        A name as person.change, or the first word of several: person.
    object
        The name or id of what was changed.
    client
        The OAuth client it came by.
    outcome
        done, refused or unknown.
    since
        ISO 8601.
    until
        ISO 8601.
    text
        A part of the reason, object or details.
    output
        Where --format goes to; default: standard output.
    """
    if format and format not in FORMATS:
        raise ValueError(f"--format {format}: it is csv or ndjson")
    query: dict[str, Any] = {
        "actor": actor, "action": action, "object": object, "client": client, "address": address, "outcome": outcome,
        "since": since, "until": until, "text": text,
    }  # fmt: skip
    if format:
        return _export(server, query, format, output)
    with server.connect() as connected:
        found = connected.audit(**query, limit=limit).items
    if server.json:
        print_json(found)
    else:
        heads = ("time", "who", "from", "action", "object", "outcome", "why")
        print_table(heads, [(minute(each.at), *_words(each)) for each in found])
    return 0


def _words(row: AuditRow) -> tuple[str, ...]:
    where = " ".join(filter(None, (row.address, row.client or row.via)))
    outcome = f"{row.outcome} {row.code}".strip()
    return row.actor or "-", where, row.action, row.object, outcome, row.reason


def _export(server: Server, query: dict[str, Any], format: str, output: Path | None) -> int:
    """Page by page. What is written while it goes on is not in it."""
    out = output.open("wb") if output is not None else sys.stdout.buffer
    count, after = 0, ""
    try:
        with server.connect() as client:
            while True:
                page = client.audit(**query, limit=PART, after=after)
                out.write(client.export_audit(format, **query, limit=PART, after=after))  # type: ignore[arg-type]
                count += len(page.items)
                after = page.after
                if not after:
                    break
    finally:
        out.flush()
        if output is not None:
            out.close()
    complain(f"{count} exported.")
    return 0


def verify_audit(db: str, heads: Path | None, server: Server) -> int:
    """Exit 1 where a row was changed or taken away. `heads`: of an earlier time, as it was printed with --json."""
    kept = _kept(heads)
    if db:
        found = _directly(db, kept)
    else:
        with server.connect() as client:
            found = client.verify_audit(kept)
    if server.json:
        print_json(found)
    else:
        for fault in found.faults:
            print(plain(f"{fault.chain}-{fault.seq}: {fault.what}"))
        print(f"{found.rows} rows in {len(found.heads)} chains, {len(found.faults)} wrong.")
    return 1 if found.faults else 0


def _kept(heads: Path | None) -> Sequence[AuditHead]:
    if heads is None:
        return ()
    try:
        return msgspec.json.decode(heads.read_bytes(), type=AuditVerified).heads
    except (OSError, msgspec.DecodeError) as fault:
        raise ValueError(f"--heads {heads}: {fault}; give what `verify --audit --json` has printed") from None


def _directly(db: str, kept: Sequence[AuditHead]) -> AuditVerified:
    try:
        found = asyncio.run(verify_audit_of(db, [Head(each.chain, each.seq, each.hash) for each in kept]))
    except StoreProblem as problem:
        raise ValueError(f"--db: {problem}") from None
    return msgspec.convert(msgspec.to_builtins(found), AuditVerified)

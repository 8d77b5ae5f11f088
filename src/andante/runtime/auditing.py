"""The audit log of a running server: `runtime.audit`. It is read and verified here, and cut off with age."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final, final

import msgspec
import structlog

from andante.runtime.clock import Clock
from andante.runtime.insight.exports import csv_line
from andante.runtime.options import RuntimeSettings
from andante.runtime.problem import AUDIT_NOT_FOUND, LOST, PARAMETER, Problem
from andante.store import audit_rows as rows
from andante.store.audit import API, MCP, PAGE, REFUSED, UNKNOWN, Asked, AuditLog, Origin, begin, finish, no_entry, note
from andante.store.audit import refused as mark_refused
from andante.store.audit_actions import ACTIONS
from andante.store.audit_actions import KINDS as ACTION_KINDS
from andante.store.audit_rows import AuditQuery, AuditRecord, Head, Verification
from andante.store.faults import StoreProblem
from andante.store.store import Store
from andante.timing.instants import iso
from andante.timing.keeping import kept_since

__all__ = [
    "ACTIONS",
    "ACTION_KINDS",
    "API",
    "MCP",
    "MEDIA",
    "PAGE",
    "Asked",
    "AuditLog",
    "AuditQuery",
    "AuditRecord",
    "Auditing",
    "Head",
    "Origin",
    "Verification",
    "begin",
    "exported",
    "keep",
    "keep_refusal",
    "no_entry",
    "note",
    "refused",
]  # fmt: skip

log: Final = structlog.get_logger("andante.audit")
MALFORMED: Final = frozenset((400, 405, 413, 415, 422))
CSV: Final = "csv"
NDJSON: Final = "ndjson"
MEDIA: Final = {CSV: "text/csv", NDJSON: "application/x-ndjson"}
PAUSE: Final = 600.0  # seconds between two looks for what is old


async def keep() -> None:
    """The request under way was carried out and is about to be answered. Raises Problem (504) where it could not be
    kept: then it is not acknowledged."""
    try:
        await finish()
    except StoreProblem as fault:
        text = f"It was done, but the audit log could not be written ({fault}). Look whether it is there."
        raise Problem(LOST, 504, text) from None


def refused(code: str, status: int) -> None:
    """The request under way is answered by a page that says so."""
    if status in MALFORMED:
        no_entry()
    else:
        mark_refused(code)


async def keep_refusal(code: str, status: int) -> None:
    """The request under way is answered with this. What is malformed asks for nothing, and is not kept."""
    if status in MALFORMED:
        return
    try:
        await finish(code, UNKNOWN if status >= 500 else REFUSED)
    except StoreProblem as fault:
        log.error("a refusal could not be kept in the audit log", code=code, why=str(fault))


def exported(records: Iterable[AuditRecord], form: str, *, heading: bool) -> bytes:
    """As comma-separated values, or with a JSON object a line."""
    rows_of = [{**msgspec.structs.asdict(each), "at": iso(each.at)} for each in records]
    if form == NDJSON:
        return b"".join(msgspec.json.encode(row) + b"\n" for row in rows_of)
    lines = [csv_line(AuditRecord.__struct_fields__)] if heading else []
    for row in rows_of:
        lines.append(csv_line({**row, "details": msgspec.json.encode(row["details"]).decode()}.values()))
    return b"".join(lines)


@final
class Auditing:
    """`log` writes. `mine` tells whether this server is the one to cut it off."""

    def __init__(self, store: Store, clock: Clock, settings: RuntimeSettings, mine: Callable[[], bool]) -> None:
        self._store = store
        self._clock = clock
        self._keep = settings.audit_retention
        self._zone = settings.zone
        self._mine = mine
        self.log = AuditLog(store, clock.now)
        self.log.about = {
            "twoPersons": settings.two_persons, "auditRetention": settings.audit_retention,
            "retention": settings.retention,
        }  # fmt: skip

    async def many(self, query: AuditQuery, limit: int, after: str = "") -> tuple[list[AuditRecord], str]:
        """A page, the newest first; and the cursor that goes on, "" at the end. Raises Problem 400."""
        try:
            return await rows.many(self._store, query, limit, after)
        except ValueError as fault:
            raise Problem(PARAMETER, 400, str(fault)) from None

    async def one(self, id: str) -> AuditRecord:
        """Raises Problem 404."""
        chain, _, seq = id.rpartition("-")
        number = int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 16 else 0
        found = await rows.one(self._store, chain, number)
        if found is None:
            raise Problem(AUDIT_NOT_FOUND, 404, f"The audit log has no row '{id}'.")
        return found

    async def verify(self, kept: Sequence[Head] = ()) -> Verification:
        """Whether a row was changed or taken away. Raises StoreProblem."""
        return await rows.verify(self._store, list(kept))

    async def run(self) -> None:
        while True:
            try:
                await self.carry_out()
            except StoreProblem as fault:
                log.warning("the audit log could not be cut off", why=str(fault))
            except Exception:
                log.exception("the audit log stumbled")
            await asyncio.sleep(PAUSE)

    async def carry_out(self) -> int:
        """Remove what was kept long enough; how many rows that was. Raises StoreProblem."""
        before, removed = kept_since(self._keep, self._clock.now(), self._zone), 0
        while before is not None and self._mine():
            found = await rows.cut_off(self._store, before)
            if found is None:
                break
            statements, entry = found
            await self.log.write(statements, entry)
            removed += int(str(entry.details["rows"]))
        return removed

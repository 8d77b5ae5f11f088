"""The audit log as it is written: who asked for what, when, from where and why.

What changes rows writes its entry in the same transaction. What the journal has already (commands to instances) gets a
row with the command's batch where the request is that one command and nobody else is writing rows, else when it is done
and before it is answered: nothing that was acknowledged is missing.

The rows of a server are a chain: each has a number, and the hash of the one before and of itself. A chain begins anew
with each start, and whenever it is not known whether a row was written; its first row names the last one of the log.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from secrets import token_hex
from typing import Any, Final, final

import msgspec

from andante.store import statements
from andante.store.audit_actions import ACTIONS
from andante.store.faults import StoreLost, StoreProblem
from andante.store.store import Store

API: Final = "api"
PAGE: Final = "page"
MCP: Final = "mcp"
SERVER: Final = "server"
DONE: Final = "done"
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"
LONGEST_REASON: Final = 2_000
LONGEST_NAME: Final = 500
LONGEST_DETAILS: Final = 100_000  # characters
# Refusals a minute that get a row each: whoever is refused without end does not fill the table.
MOST_REFUSED: Final = 100
MINUTE: Final = 60_000
MOST_TOGETHER: Final = 1_000  # rows of one transaction
COLUMNS: Final = (
    "chain", "seq", "at", "actor", "client", "address", "via", "action", "kind", "object", "reason", "details",
    "outcome", "code",
)  # fmt: skip
ROWS: Final = statements.Statement(statements.INSERT, "audit", 2, (*COLUMNS, "hash"))
NEWEST: Final = "select chain, seq, hash from audit order by at desc, chain desc, seq desc limit 1"
Statement = tuple[str, Sequence[object]]
Rows = tuple[str, list[object]]


class Origin(msgspec.Struct, frozen=True):
    """Who asks, by which OAuth client, from which address, and by what: API, PAGE, MCP (an assistant) or SERVER."""

    actor: str = ""
    client: str = ""
    address: str = ""
    via: str = SERVER


class Entry(msgspec.Struct, frozen=True):
    """What was done: one of ACTIONS, `of` which object (`kind` "": the action's first word). `details` have no
    secret. `actor`: who, where the request cannot tell yet."""

    action: str
    of: str = ""
    details: Mapping[str, object] = {}
    kind: str = ""
    reason: str = ""
    actor: str = ""


@final
class Asked:
    """A request under way, and the log that keeps it. `action` is what it is kept as ("": not at all), unless something
    of it is written with its own entry. `rides`: it is one command, and its row may be written with that."""

    __slots__ = ("action", "details", "log", "of", "origin", "reason", "refused", "rides", "written")

    def __init__(self, log: "AuditLog", origin: Origin, action: str = "", of: str = "", reason: str = "") -> None:
        self.log = log
        self.origin = origin
        self.action = action
        self.of = of
        self.reason = reason
        self.details: dict[str, object] = {}
        self.written = False
        self.refused = ""
        self.rides = False

    def by(self, actor: str, client: str = "") -> None:
        """Who asks is known now."""
        self.origin = Origin(actor, client, self.origin.address, self.origin.via)


_asked: ContextVar[Asked | None] = ContextVar("andante_asked", default=None)


def begin(asked: Asked) -> None:
    """From here on the task handles this request."""
    _asked.set(asked)


def note(
    action: str = "", of: str = "", *, reason: str = "", details: Mapping[str, object] | None = None,
    rides: bool = False,
) -> None:  # fmt: skip
    """Say more of the request under way, as far as it is known; nothing where there is none. `rides`: all is said, and
    what follows is one command."""
    asked = _asked.get()
    if asked is None:
        return
    asked.action = action or asked.action
    asked.of = of or asked.of
    asked.reason = reason or asked.reason
    asked.details.update(details or {})
    asked.rides = rides


def riding() -> Asked | None:
    """The request under way, where the command that is made now is all that it asks for; it is so once."""
    asked = _asked.get()
    if asked is None or not asked.rides:
        return None
    asked.rides = False
    return asked if asked.action and not asked.written else None


def asked_by() -> str:
    """Who has asked for what is under way; "" for nobody who is known, and for the server itself."""
    asked = _asked.get()
    return asked.origin.actor if asked is not None else ""


def no_entry() -> None:
    """The request under way changes nothing of what is kept."""
    asked = _asked.get()
    if asked is not None:
        asked.action = ""


async def finish(code: str = "", outcome: str = REFUSED) -> None:
    """The request under way is about to be answered, or with `code` refused: keep it, unless it has been. Raises
    StoreProblem."""
    asked = _asked.get()
    if asked is not None:
        await asked.log.finish(code, outcome)


def refused(code: str) -> None:
    """The request under way is answered with a page that tells why not."""
    asked = _asked.get()
    if asked is not None:
        asked.refused = code


def difference(
    before: Mapping[str, object], after: Mapping[str, object], secret: Iterable[str] = ()
) -> dict[str, object]:
    """What of a thing has changed. Of what is `secret` only that it has."""
    changed = [name for name in after if before.get(name) != after[name]]
    hidden = sorted(set(changed).intersection(secret))
    shown = [name for name in changed if name not in hidden]
    found: dict[str, object] = {}
    if shown:
        found["before"] = {name: before.get(name) for name in shown}
        found["after"] = {name: after[name] for name in shown}
    if hidden:
        found["secret"] = hidden
    return found


def row_hash(previous: str, values: Sequence[object]) -> str:
    """Of a row by its COLUMNS, after the one with the hash `previous` ("": the first)."""
    return hashlib.sha256(previous.encode() + b"\n" + msgspec.json.encode(list(values))).hexdigest()


@final
class AuditLog:
    """One for a server. `now` gives ms since the epoch. `about`: what the first row of each chain tells."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now
        self._one = asyncio.Lock()
        self._waiting: list[tuple[list[object], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._chain = ""
        self._seq = 0
        self._hash = ""
        self._since = 0
        self._refused = 0
        self._unlisted = 0
        # Rows on their way with a batch: who they are for, the head after them, and what waits for that to be known.
        self._aboard: list[Asked] = []
        self._ahead = (0, "")
        self._landing: asyncio.Future[None] | None = None
        self.about: dict[str, object] = {}

    async def start(self) -> None:
        """Write the first row of a chain. Raises StoreProblem."""
        await self._append([], [])

    async def write(self, statements: Sequence[Statement], entry: Entry) -> None:
        """One durable transaction: what is done, and that it was. Raises as the store's `write`; then neither is."""
        asked = _asked.get()
        await self._append(statements, [_values(entry, asked, self._now(), DONE, "")])
        if asked is not None:
            asked.written = True

    async def finish(self, code: str = "", outcome: str = REFUSED) -> None:
        """See `finish`."""
        asked = _asked.get()
        _asked.set(None)
        if asked is None or not asked.action or asked.written:
            return
        code = code or asked.refused
        if code:
            await self.refuse(_entry(asked), code, asked, outcome)
        else:
            await self._add(_values(_entry(asked), asked, self._now(), DONE, ""))

    async def refuse(self, entry: Entry, code: str, asked: Asked | None = None, outcome: str = REFUSED) -> None:
        """Keep what was refused, and why; of very many in a minute only how many. Raises StoreProblem."""
        now = self._now()
        if not 0 <= now - self._since < MINUTE:
            self._since, self._refused = now, 0
        self._refused += 1
        asked = asked or _asked.get()
        if asked is not None:
            asked.written = True
        if self._refused > MOST_REFUSED:
            self._unlisted += 1
            return
        if self._unlisted:
            entry = msgspec.structs.replace(entry, details={**entry.details, "unlisted": self._unlisted})
            self._unlisted = 0
        await self._add(_values(entry, asked, now, outcome, code))

    async def _add(self, values: list[object]) -> None:
        """A row that nothing else stands or falls with. Those that come while others are written go together: operators
        who stop many instances at once do not wait for each other's rows."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((values, told))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_waiting())
        await told

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                await self._write_some()
        finally:
            self._writing = None

    async def _write_some(self) -> None:
        async with self._one:
            batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            fault: BaseException | None = None
            try:
                await self._append_locked([], [values for values, _ in batch])
            except BaseException as raised:
                fault = raised
        for _, told in batch:
            if told.done():
                continue  # whoever asked has gone
            if fault is None:
                told.set_result(None)
            elif isinstance(fault, Exception):
                told.set_exception(fault)
            else:
                told.cancel()
        if fault is not None and not isinstance(fault, Exception):
            raise fault

    async def _append(self, statements: Sequence[Statement], rows: list[list[object]]) -> None:
        async with self._one:
            await self._append_locked(statements, rows)

    async def _append_locked(self, statements: Sequence[Statement], rows: list[list[object]]) -> None:
        while self._landing is not None:  # and as long as this holds the lock, no other batch takes rows along
            await asyncio.wait([self._landing])
        if not self._chain:
            rows.insert(0, await self._first())
            self._chain, self._seq, self._hash = token_hex(8), 0, ""
        inserts, head = self._linked(rows)
        try:
            await self._store.write([*statements, *inserts])
        except StoreProblem as fault:
            if isinstance(fault, StoreLost) or not self._seq:
                self._chain = ""
            raise
        except BaseException:
            self._chain = ""  # nobody knows whether they are there
            raise
        self._seq, self._hash = head

    def _linked(self, rows: Iterable[list[object]]) -> tuple[list[Rows], tuple[int, str]]:
        """What inserts them at the end of the chain, and the head that it has then."""
        seq, last = self._seq, self._hash
        linked: list[tuple[object, ...]] = []
        for values in rows:
            seq += 1
            row = [self._chain, seq, *values]
            last = row_hash(last, row)
            linked.append((*row, last))
        return list(ROWS.calls(linked)), (seq, last)

    def board(self, asked: list[Asked]) -> list[Rows]:
        """What keeps these with the batch that is about to be written and carries out what they ask for; `landed` must
        follow. Nothing while others write rows: then they are kept afterwards."""
        if self._store.apart or self._one.locked() or self._landing is not None or not self._chain:
            return []
        now = self._now()
        inserts, self._ahead = self._linked([_values(_entry(each), each, now, DONE, "") for each in asked])
        self._aboard = asked
        self._landing = asyncio.get_running_loop().create_future()
        return inserts

    def landed(self, fault: BaseException | None) -> None:
        """The batch is written, or not for this reason."""
        if fault is None:
            self._seq, self._hash = self._ahead
            for each in self._aboard:
                each.written = True
        elif isinstance(fault, StoreLost) or not isinstance(fault, StoreProblem):
            self._chain = ""  # nobody knows whether they are there
        self._aboard = []
        if self._landing is not None:
            self._landing.set_result(None)
            self._landing = None

    async def _first(self) -> list[object]:
        """Names the newest row of the log: whoever takes away that one, or all after it, is found out."""
        newest = await self._store.get(NEWEST)
        after = {"chain": newest[0], "seq": newest[1], "hash": newest[2]} if newest is not None else None
        return _values(Entry("server.start", details={**self.about, "after": after}), None, self._now(), DONE, "")


def _entry(asked: Asked) -> Entry:
    return Entry(asked.action, asked.of, asked.details)


def _values(entry: Entry, asked: Asked | None, now: int, outcome: str, code: str) -> list[object]:
    """A row's, from `at` on."""
    if entry.action not in ACTIONS:
        raise AssertionError(f"the audit log knows no action '{entry.action}'")
    origin = asked.origin if asked is not None else Origin()
    details = {**(asked.details if asked is not None else {}), **entry.details}
    text = msgspec.json.encode(details, enc_hook=str).decode()
    if len(text) > LONGEST_DETAILS:
        text = msgspec.json.encode({"characters": len(text), "beginning": text[:LONGEST_REASON]}).decode()
    reason = entry.reason or (asked.reason if asked is not None else "")
    values = [
        entry.actor or origin.actor, origin.client, origin.address, origin.via, entry.action,
        entry.kind or entry.action.partition(".")[0], entry.of[:LONGEST_NAME], reason[:LONGEST_REASON],
        text, outcome, code,
    ]  # fmt: skip
    return [now, *(each.replace("\0", " ") for each in values)]


def decoded(details: str) -> dict[str, Any]:
    """The details of a row."""
    return msgspec.json.decode(details, type=dict[str, Any])

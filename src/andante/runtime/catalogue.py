"""All definitions, in memory: there are few, they seldom change, and each command may ask for some.

Each change in the database raises the catalogue's revision in the same transaction and marks the rows with it, so that
a server reads only what it does not know yet, whoever has changed it.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, final

from andante.runtime.problem import DEFINITION_EXISTS, UNAVAILABLE, Problem
from andante.store import definitions as rows
from andante.store.audit import AuditLog, Entry
from andante.store.faults import Duplicate, StoreProblem
from andante.store.records import DefinitionRecord
from andante.store.store import Store

DMN: Final = "dmn"
FORM: Final = "form"
# What each kind of definition is in people's words. Processes have a graph, the others have not.
PROCESS: Final = "process"
KINDS: Final = {DMN: "decision", FORM: "form"}


def age(record: DefinitionRecord) -> tuple[int, str]:
    """Sorts by the order of deployment."""
    return record.created_at, record.id


@final
class Catalogue:
    """`refresh` before the first use. Look-ups are of what was read last; all changes go through `write`."""

    def __init__(self, store: Store, audit: AuditLog | None = None) -> None:
        self._store = store
        self._audit = audit
        self._revision = -1
        self.alone_until = math.inf  # the loop's time until which no other server can change it
        self._one = asyncio.Lock()
        self._asked = 0
        self._seen = 0
        self._looking: asyncio.Task[None] | None = None
        self._failed: StoreProblem | None = None
        self._records: dict[str, DefinitionRecord] = {}
        self._by_name: dict[str, list[DefinitionRecord]] = {}
        self._by_source: dict[str, list[DefinitionRecord]] = {}
        self._active: dict[str, DefinitionRecord] = {}
        self._files: dict[str, bytes] = {}
        # Awaited before what has changed is known here: what definitions may name.
        self.before: list[Callable[[], Awaitable[None]]] = []
        # Called with the ids of definitions that are gone, or made from another source than before.
        self.changed: list[Callable[[set[str]], None]] = []

    async def fresh(self) -> None:
        """Return when what was known at the time of this call, by whatever server, is known here. Those who ask at
        the same time share one look. Raises Problem (503) when the database does not answer."""
        if asyncio.get_running_loop().time() <= self.alone_until:
            return
        self._asked += 1
        asked = self._asked
        while self._seen < asked:
            if self._looking is None:
                self._looking = asyncio.get_running_loop().create_task(self._look())
            await asyncio.wait([self._looking])
            if self._failed is not None and self._seen < asked:
                raise Problem(UNAVAILABLE, 503, f"The database does not answer: {self._failed}")

    async def _look(self) -> None:
        asked = self._asked
        self._failed = None
        try:
            await self.refresh()
            self._seen = asked
        except StoreProblem as fault:
            self._failed = fault
        finally:
            self._looking = None

    async def refresh(self) -> None:
        """Read what has changed."""
        async with self._one:
            await self._refresh()

    async def _refresh(self) -> None:
        revision, count = await rows.revision(self._store)
        if revision == self._revision and count == len(self._records):
            return
        for first in self.before:
            await first()
        fresh = await rows.since(self._store, self._revision)
        files = await rows.files(self._store, self._revision)
        before = self._records
        records = before | {record.id: record for record in fresh}
        if len(records) != count:  # some are gone: begin anew
            records = {record.id: record for record in await rows.since(self._store, -1)}
            files = await rows.files(self._store, -1)
        self._records = records
        self._files.update(files)
        self._index()
        self._revision = revision
        others = {id for id, old in before.items() if id not in records or records[id].source_id != old.source_id}
        for each in self.changed if others else ():
            each(others)

    def _index(self) -> None:
        self._by_name, self._by_source, self._active = {}, {}, {}
        for record in sorted(self._records.values(), key=age):
            self._by_name.setdefault(record.name, []).append(record)
            self._by_source.setdefault(record.source_id, []).append(record)
            if record.active:
                self._active[record.name] = record

    async def write(self, statements: Sequence[rows.Statement], entry: Entry | None = None) -> None:
        """One transaction that changes definitions; with `entry` in the audit log. Raises Problem (409) when another
        server was faster."""
        statements = [rows.RAISE_REVISION, *statements]
        try:
            if self._audit is None or entry is None:
                await self._store.write(statements)
            else:
                await self._audit.write(statements, entry)
        except Duplicate:
            await self.refresh()
            text = "Another deployment has just taken the same name and version. Look at it, then try again."
            raise Problem(DEFINITION_EXISTS, 409, text) from None
        await self.refresh()

    def one(self, definition_id: str) -> DefinitionRecord | None:
        return self._records.get(definition_id)

    def all(self) -> list[DefinitionRecord]:
        return list(self._records.values())

    def named(self, name: str, version: str = "") -> DefinitionRecord | None:
        """That version, or without one the active version."""
        if not version:
            return self._active.get(name)
        return next((record for record in self._by_name.get(name, ()) if record.version == version), None)

    def labelled(self, label: str, kind: str, version: str = "") -> DefinitionRecord | None:
        """The newest of this kind with this label: of that version, or without one among the active."""
        return self._newest(
            record
            for record in self._records.values()
            if record.label == label and record.kind == kind
            and (record.version == version if version else record.active)
        )  # fmt: skip

    def beside(self, name: str, definition_id: str) -> DefinitionRecord | None:
        """The newest of this name that was deployed in the same file as that definition."""
        origin = self._records.get(definition_id)
        if origin is None:
            return None
        return self._newest(record for record in self._by_source[origin.source_id] if record.name == name)

    def with_it(self, name: str, definition_id: str) -> DefinitionRecord | None:
        """The newest of this name when that definition was deployed; the first one where there was none yet."""
        found, origin = self._by_name.get(name, []), self._records.get(definition_id)
        until = origin.created_at if origin is not None else 0
        before = self._newest(record for record in found if record.created_at <= until)
        return before if before is not None or not found else found[0]

    def of_kind(self, kind: str) -> list[DefinitionRecord]:
        """All of this kind: the active ones first, and of them the newest."""
        found = [record for record in self._records.values() if record.kind == kind]
        return sorted(found, key=lambda record: (record.active, age(record)), reverse=True)

    @staticmethod
    def _newest(found: Iterable[DefinitionRecord]) -> DefinitionRecord | None:
        return max(found, key=age, default=None)

    def versions(self, name: str) -> list[DefinitionRecord]:
        """All versions of a name, the newest first."""
        return self._by_name.get(name, [])[::-1]

    def made_from(self, source_id: str) -> dict[str, str]:
        """The ids of a source's definitions by name, in the order of the file."""
        return {record.name: record.id for record in self._by_source.get(source_id, ())}

    def file(self, source_id: str) -> bytes:
        """The DMN file or form of a definition."""
        return self._files[source_id]

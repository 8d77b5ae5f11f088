"""All definitions, in memory: there are few, they seldom change, and each command may ask for some.

Each change in the database raises the catalogue's revision in the same transaction and marks the rows with it, so that
a server reads only what it does not know yet, whoever has changed it.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import final

from andante.runtime.problem import DEFINITION_EXISTS, UNAVAILABLE, Problem
from andante.runtime.shelf import Shelf, age
from andante.store import definitions as rows
from andante.store.audit import AuditLog, Entry
from andante.store.faults import Duplicate, StoreProblem
from andante.store.store import Store


@final
class Catalogue(Shelf):
    """`refresh` before the first use. Look-ups are of what was read last; all changes go through `write`."""

    def __init__(self, store: Store, audit: AuditLog | None = None) -> None:
        super().__init__()
        self._store = store
        self._audit = audit
        # One change at a time on this server; those of others make Problem 409.
        self.changing = asyncio.Lock()
        self._revision = -1
        self.alone_until = math.inf  # the loop's time until which no other server can change it
        self._one = asyncio.Lock()
        self._asked = 0
        self._seen = 0
        self._looking: asyncio.Task[None] | None = None
        self._failed: StoreProblem | None = None
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

"""What operators do about all that is kept."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final, final

from andante.bpmn.graph import ProcessGraph
from andante.runtime.archive import Archive
from andante.runtime.clock import Clock, SystemClock
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.ids import Ids
from andante.runtime.insight import Insight
from andante.runtime.options import RuntimeSettings
from andante.runtime.problem import Problem
from andante.runtime.putting_right import PuttingRight
from andante.runtime.retention import Retention
from andante.runtime.sharing import Sharing
from andante.runtime.verifying import PART, Drift, Part, Verified, part, verify, verify_archive
from andante.store import audit_rows
from andante.store.audit_rows import Head, Verification
from andante.store.gauges import Gauges, gauges
from andante.store.snapshot import ReadOnlyStore, Snapshot, open_snapshot
from andante.store.store import Store

MOST: Final = 1_000


@final
class Upkeep:
    """Of a running server: `runtime.upkeep`."""

    def __init__(
        self, store: Store, clock: Clock, executor: Executor, definitions: Definitions, insight: Insight,
        sharing: Sharing, settings: RuntimeSettings,
    ) -> None:  # fmt: skip
        self._store = store
        self._clock = clock
        self._definitions = definitions
        self.archive = Archive(store, definitions.graph)
        self.retention = Retention(
            store, clock, executor, definitions, insight.projector, lambda: sharing.first,
            by_default=settings.retention, keep=settings.archive, zone=settings.zone,
        )  # fmt: skip

        self.lists = PuttingRight(store, lambda: sharing.first, lambda: sharing.size)

    async def verify(self, ids: Sequence[str] = (), *, after: str = "", limit: int = PART) -> Verified:
        """Tell the journals of these instances again, or of at most `limit` of those after `after`, and compare with
        what is stored. Raises StoreProblem when the database cannot be read."""
        snapshot = await asyncio.to_thread(open_snapshot, self._store.url)
        try:
            if ids:
                found: list[Drift] = []
                checked = 0
                for instance_id in ids:
                    at = await asyncio.to_thread(part, snapshot, "", 1, instance_id)
                    checked += at.count
                    found += await self._verify(snapshot, at)
                    await asyncio.to_thread(snapshot.renew)
                return Verified(checked, found, "")
            at = await asyncio.to_thread(part, snapshot, after, max(1, min(limit, MOST)))
            return Verified(at.count, await self._verify(snapshot, at), at.until)
        finally:
            await asyncio.to_thread(snapshot.close)

    async def gauges(self) -> Gauges:
        """Numbers of the whole database. Raises StoreProblem."""
        return await gauges(self._store, self._clock.now())

    async def _verify(self, snapshot: Snapshot, at: Part) -> list[Drift]:
        graphs = await graphs_of(self._definitions, at.definitions)
        return await asyncio.to_thread(lambda: list(verify(snapshot, at, graphs)))


async def graphs_of(definitions: Definitions, ids: Sequence[str]) -> dict[str, ProcessGraph]:
    """Those that can be had."""
    found = {}
    for definition_id in ids:
        try:
            found[definition_id] = await definitions.graph(definition_id)
        except Problem:
            continue
    return found


async def verify_audit_of(url: str, kept: Sequence[Head]) -> Verification:
    """As `Auditing.verify`, without a server, or beside those that are at work. Raises StoreProblem."""
    store = ReadOnlyStore(url)
    try:
        return await audit_rows.verify(store, list(kept))
    finally:
        await store.close()


async def count_database(url: str) -> int:
    """How many instances `verify_database` looks at, with those of the archive. Raises StoreProblem."""
    store = ReadOnlyStore(url)
    try:
        ((count,),) = await store.read("select (select count(*) from instance) + (select count(*) from archive)")
        return int(count)
    finally:
        await store.close()


async def verify_database(url: str, ids: Sequence[str] = ()) -> AsyncGenerator[Verified, None]:
    """The same without a server, or beside those that are at work, a part after the other; where no instance is named,
    the archive too. Raises StoreProblem."""
    store = ReadOnlyStore(url)
    try:
        definitions = Definitions(store, SystemClock(), Ids(), "UTC")
        await definitions.catalogue.refresh()
        chosen = iter(ids)
        after, only = "", next(chosen, "")
        while True:
            store.snapshot.renew()
            at = part(store.snapshot, after, only=only)
            graphs = await graphs_of(definitions, at.definitions)
            yield Verified(at.count, list(verify(store.snapshot, at, graphs)), at.until)
            after, only = at.until, next(chosen, "")
            if not after and not only:
                break
        while not ids:
            store.snapshot.renew()
            kept = verify_archive(store.snapshot, after)
            yield kept
            after = kept.after
            if not after:
                return
    finally:
        await store.close()

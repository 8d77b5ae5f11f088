"""Retention: what has been over for long enough leaves the tables that are in daily use.

An instance goes with all that it called, when all of that is over and nothing it asked for is left to do; then the
definition of the first caller says how long it is kept. A call tree that is still open stays whole. Small
transactions, and a rest after each that is several times as long: whoever works does not notice, and the more the
database has to do the slower this goes. It reads, then removes what is as it was read; so it does no harm if two
servers should think that it is theirs to do. Nothing goes before the sums of the insight know of it.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final, final

import structlog

from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.insight.projector import Projector
from andante.runtime.shelf import KINDS
from andante.store import archive as rows
from andante.store.archive import Finished
from andante.store.faults import StoreLost, StoreProblem
from andante.store.records import DefinitionRecord
from andante.store.store import Store
from andante.timing.keeping import kept_since

log: Final = structlog.get_logger("andante.retention")
AT_ONCE: Final = 200  # instances in a transaction
ROOTS: Final = 100  # call trees that are looked at together
MOST_BYTES: Final = 8 * 1024 * 1024  # of the archive in a transaction; one instance may have more
PART: Final = 20  # instances that are packed together
REST: Final = 4  # times as long as the work before it
SHORTEST_REST: Final = 0.02  # seconds
PAUSE: Final = 60.0  # seconds until it looks again when nothing is left


@final
class Retention:
    """`run` lives as long as the server; `carry_out` does all that is due now. `by_default`: what holds for definitions
    that say nothing. Without `keep` nothing goes to the archive. `mine` tells whether this server is to do it."""

    def __init__(
        self, store: Store, clock: Clock, executor: Executor, definitions: Definitions, projector: Projector,
        mine: Callable[[], bool], *, by_default: str, keep: bool, zone: str,
    ) -> None:  # fmt: skip
        self._store = store
        self._clock = clock
        self._executor = executor
        self._definitions = definitions
        self._projector = projector
        self._mine = mine
        self._by_default = by_default
        self._keep = keep
        self._zone = zone
        self.removed = 0
        self.archived = 0

    async def run(self) -> None:
        while True:
            try:
                await self.carry_out(rest=True)
            except StoreProblem as fault:
                log.warning("retention has to wait", why=str(fault))
            except Exception:
                log.exception("retention stumbled")
            await asyncio.sleep(PAUSE)

    async def carry_out(self, *, rest: bool = False) -> int:
        """Remove what is due; how many instances that was. Raises StoreProblem."""
        before = self.removed
        if not self._mine():
            return 0
        await self._definitions.catalogue.fresh()
        for record in self._definitions.catalogue.all():
            until = self._until(record)
            if until is not None:
                await self._of_definition(record, until, rest)
        return self.removed - before

    def _until(self, record: DefinitionRecord) -> int | None:
        if record.kind in KINDS:
            return None
        return kept_since(record.retention or self._by_default, self._clock.now(), self._zone)

    async def _of_definition(self, record: DefinitionRecord, until: int, rest: bool) -> None:
        loop = asyncio.get_running_loop()
        after = (0, "")
        counted: tuple[int, str] | None = None
        while self._mine():
            begun = loop.time()
            found = await rows.roots(self._store, record.id, until, after, ROOTS)
            if found and counted is None:
                counted = await self._count(record, until, rest)
            found = [row for row in found if counted is not None and (row[1], row[0]) <= counted]
            if not found:
                return
            chosen, whole = await self._choose([Finished(row[0], row[2], row[0]) for row in found])
            before = self.removed
            await self._remove(chosen)
            if whole or self.removed == before:  # else the same trees have more to go
                after = (found[-1][1], found[-1][0])
            if rest:
                await asyncio.sleep(max(SHORTEST_REST, REST * (loop.time() - begun)))

    async def _count(self, record: DefinitionRecord, until: int, rest: bool) -> tuple[int, str]:
        """End and id of the last instance that the sums know of. What cannot be counted stays where it is, and does not
        keep what others have from going."""
        try:
            mark = await self._projector.count(record.id, record.name, until, rest=rest)
        except StoreLost:
            raise
        except Exception:
            log.exception("what is over cannot be counted, so it stays", definition=record.id)
            return (0, "")
        return mark.ended_at, mark.instance_id

    async def _choose(self, roots: Sequence[Finished]) -> tuple[list[Finished], bool]:
        """What may go now: called instances before those that called them. And whether that is all of these trees."""
        ids = [root.id for root in roots]
        still_open = await rows.open_trees(self._store, ids)
        closed = [root for root in roots if root.id not in still_open]
        if not closed:
            return [], True
        inner = [
            Finished(row[0], row[1], row[2])
            for row in await rows.called(self._store, [root.id for root in closed], AT_ONCE)
        ]
        whole = len(inner) < AT_ONCE
        chosen = [*inner, *(closed if whole else ())]
        waiting = await rows.with_letters(self._store, [*(each.id for each in chosen), *ids])
        held = {each.root_id for each in (*chosen, *closed) if each.id in waiting}
        return [each for each in chosen if each.root_id not in held], whole

    async def _remove(self, chosen: Sequence[Finished]) -> None:
        """In parts that are not too large; where one cannot be removed, tree by tree."""
        left = list(chosen)
        while left:
            part, archived, taken = await self._pack(left)
            left = left[taken:]
            if part and not await self._carry_off(part, archived):
                for tree in _trees(part):
                    mine = {each.id for each in tree}
                    await self._carry_off(tree, [row for row in archived if row[0] in mine])

    async def _pack(self, left: Sequence[Finished]) -> tuple[list[Finished], list[list[object]], int]:
        """Those of the first that are still there, as they go to the archive, and how many that were."""
        most = 1 if self._store.apart else AT_ONCE
        if not self._keep:
            return list(left[:most]), [], most
        archived: list[list[object]] = []
        size = taken = 0
        while taken < min(len(left), most) and size < MOST_BYTES:
            following = left[taken : taken + min(PART, most)]
            taken += len(following)
            fresh = await rows.packed(self._store, [each.id for each in following], self._clock.now())
            size += sum(len(row[-1]) for row in fresh if isinstance(row[-1], bytes))
            archived.extend(fresh)
        there = {row[0] for row in archived}
        return [each for each in left[:taken] if each.id in there], archived, taken

    async def _carry_off(self, part: Sequence[Finished], archived: Sequence[Sequence[object]]) -> bool:
        """One transaction. False where something was touched meanwhile, and nothing was changed."""
        ids = {each.id for each in part}
        if not self._executor.loader.set_aside(ids):
            return False
        try:
            await self._store.write(rows.removal(part, archived))
        except StoreLost:
            raise
        except StoreProblem:
            return False
        finally:
            self._executor.loader.put_back(ids)
        self.removed += len(part)
        self.archived += len(archived)
        return True


def _trees(part: Iterable[Finished]) -> list[list[Finished]]:
    found: dict[str, list[Finished]] = {}
    for each in part:
        found.setdefault(each.root_id, []).append(each)
    return list(found.values())

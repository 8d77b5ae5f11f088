"""Keeps the sums up to date, behind the work: reads the journals of what is over, a few at a time, and rests.

Each step is one transaction that adds up and moves the mark; a second server that does the same step finds the mark's
key taken, and nothing is counted twice. What a called instance did is counted when its first caller is over.
"""

import asyncio
from collections.abc import Callable
from typing import Final, final

import structlog

from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.insight.observing import graphs_of, journal_of, observe
from andante.runtime.insight.sums import ELEMENT, PROCESS, Sums, decode, encode
from andante.runtime.shelf import KINDS
from andante.store import insight as rows
from andante.store.faults import Duplicate, StoreProblem
from andante.store.insight import Mark
from andante.store.store import Row, Store
from andante.timing.instants import local

log: Final = structlog.get_logger("andante.insight")
AT_ONCE: Final = 100  # call trees in a transaction
LAG: Final = 5_000  # ms that something must have been over: what another server wrote may be seen a little later
REST: Final = 2  # times as long as the work before it
PAUSE: Final = 30.0  # seconds until it looks again when nothing is left
SumKey = tuple[str, str, str, str, int]


@final
class Projector:
    """`run` lives as long as the server; `catch_up` is for who cannot wait. `mine` tells whether this server is to do
    it."""

    def __init__(
        self, store: Store, clock: Clock, definitions: Definitions, mine: Callable[[], bool], zone: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._definitions = definitions
        self._mine = mine
        self._zone = zone

    async def run(self) -> None:
        while True:
            try:
                if self._mine():
                    await self.catch_up(rest=True)
            except StoreProblem as fault:
                log.warning("sums have to wait", why=str(fault))
            except Exception:
                log.exception("sums stumbled")
            await asyncio.sleep(PAUSE)

    async def catch_up(self, *, seconds: float = 0.0, rest: bool = False) -> bool:
        """Count what is over and not counted yet, for so long (0: as long as it takes). Whether that was all.

        Raises StoreProblem.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds if seconds else 0.0
        await self._definitions.catalogue.fresh()
        for record in self._definitions.catalogue.all():
            if record.kind in KINDS:
                continue
            while True:
                if until and loop.time() > until:
                    return False
                begun = loop.time()
                if not await self._step(record.id, record.name):
                    break
                if rest:
                    await asyncio.sleep(REST * (loop.time() - begun))
        return True

    async def count(self, definition_id: str, name: str, until: int, *, rest: bool = False) -> Mark:
        """Count what of a definition was over at `until` (ms); how far its sums go then. Raises StoreProblem."""
        loop = asyncio.get_running_loop()
        mark = await rows.mark(self._store, definition_id)
        while mark.ended_at <= until:
            begun = loop.time()
            if not await self._step(definition_id, name):
                break
            mark = await rows.mark(self._store, definition_id)
            if rest:
                await asyncio.sleep(REST * (loop.time() - begun))
        return mark

    async def _step(self, definition_id: str, name: str) -> bool:
        """The next instances of a definition; False when there are none."""
        turn = await rows.mark(self._store, rows.ALL)
        before = await rows.mark(self._store, definition_id)
        found = await rows.finished(self._store, definition_id, self._clock.now() - LAG, before, AT_ONCE)
        if not found:
            return False
        whole: dict[SumKey, Sums] = {}
        trees: list[Row] = [(row[0], name, row[2], row[1]) for row in found]
        ids = [row[0] for row in found]
        ends = dict(zip(ids, (row[1] for row in found), strict=True))
        trees += [(row[0], row[2], row[3], ends[row[1]]) for row in await rows.called(self._store, ids)]
        for instance_id, of, version, ended_at in trees:
            await self._add(whole, instance_id, of, version, local(ended_at, self._zone).toordinal())
        there = await rows.sums_of(self._store, list(whole))
        for key, data in there.items():
            kind, of, version, element, day = key
            whole[str(kind), str(of), str(version), str(element), int(str(day))].merge(decode(data))
        last = found[-1]
        after = Mark(before.place + 1, last[1], last[0])
        changed = [(key, encode(sums)) for key, sums in sorted(whole.items(), key=lambda each: each[0])]
        try:
            await self._store.write(rows.step(definition_id, turn, before, after, changed))
        except Duplicate:  # another server was faster
            return True
        return True

    async def _add(self, whole: dict[SumKey, Sums], instance_id: str, name: str, version: str, day: int) -> None:
        journal = await journal_of(self._store, instance_id)
        for (kind, element), sums in observe(await graphs_of(self._definitions, journal), journal).items():
            of_version = version if kind in (PROCESS, ELEMENT) else ""
            key = (kind, name, of_version, element, day)
            if key in whole:
                whole[key].merge(sums)
            else:
                whole[key] = sums

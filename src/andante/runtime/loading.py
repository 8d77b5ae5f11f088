"""Instances on their way into memory: those that are wanted at the same time are read together."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import final

from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_state
from andante.engine.commands import Start
from andante.engine.state import Instance
from andante.runtime.bundle import Slot
from andante.runtime.problem import INSTANCE_NOT_FOUND, Problem
from andante.store.store import Store, Stored


@final
class Loader:
    """`ready` is called for each slot that is what the database has, `failed` for each that cannot be;
    `slots` are those that are in memory."""

    def __init__(
        self,
        store: Store,
        graph_of: Callable[[str], Awaitable[ProcessGraph]],
        ready: Callable[[str, Slot], None],
        failed: Callable[[str, Slot, Exception], None],
        slots: Mapping[str, Slot],
    ) -> None:
        self._store = store
        self._graph_of = graph_of
        self._ready = ready
        self._failed = failed
        self._slots = slots
        self._loop = asyncio.get_running_loop()
        self._wanted: dict[str, Slot] = {}
        self._aside: set[str] = set()
        self._held: dict[str, Slot] = {}
        self._reading: asyncio.Task[None] | None = None
        self._loads: set[asyncio.Task[None]] = set()

    def want(self, instance_id: str, slot: Slot) -> None:
        """Read it, or see that it is what it was."""
        slot.wanted = True
        self._wanted[instance_id] = slot
        if self._reading is None:
            self._reading = self._loop.create_task(self._read())

    def set_aside(self, instances: set[str]) -> bool:
        """Do not read these before they are put back. False where one of them is in memory, and then none is."""
        if not instances.isdisjoint(self._slots.keys()):
            return False
        self._aside |= instances
        return True

    def put_back(self, instances: set[str]) -> None:
        """Now they may be read, or found to be gone."""
        self._aside -= instances
        for instance_id in [each for each in self._held if each in instances]:
            self.want(instance_id, self._held.pop(instance_id))

    @property
    def busy(self) -> bool:
        return self._reading is not None or bool(self._loads)

    async def idle(self) -> None:
        """Wait until nothing is on its way."""
        if self._reading is not None:
            await asyncio.wait([self._reading])
        if self._loads:
            await asyncio.wait(self._loads)

    async def _read(self) -> None:
        while self._wanted:
            wanted, self._wanted = self._wanted, {}
            for instance_id in self._aside & wanted.keys():
                self._held[instance_id] = wanted.pop(instance_id)
            if not wanted:
                continue
            for slot in wanted.values():
                slot.asked = len(slot.waiting)
            known = [
                (id, 0 if slot.instance is None else slot.instance.seq)
                for id, slot in wanted.items()
                if id.isprintable() and id.isascii()  # as all ids are: what else is asked for is nowhere
            ]
            try:
                found = await self._store.states(known) if known else {}
            except Exception as fault:
                for instance_id, slot in wanted.items():
                    self._failed(instance_id, slot, fault)
                continue
            for instance_id, slot in wanted.items():
                stored = found.get(instance_id)
                if stored is not None and stored[1] is None:
                    self._ready(instance_id, slot)
                else:
                    loading = self._loop.create_task(self._load(instance_id, slot, stored))
                    self._loads.add(loading)
                    loading.add_done_callback(self._loads.discard)
        self._reading = None

    async def _load(self, instance_id: str, slot: Slot, stored: Stored | None) -> None:
        try:
            if stored is not None and stored[1] is not None:
                slot.graph = await self._graph_of(stored[2])
                slot.data = stored[1]
                slot.instance = decode_state(slot.data)
            else:
                first = slot.waiting[0].command
                if not isinstance(first, Start):
                    raise Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}'.")
                slot.graph = await self._graph_of(first.definition_id)
                slot.instance = Instance(instance_id)
        except Exception as fault:
            self._failed(instance_id, slot, fault)
        else:
            self._ready(instance_id, slot)

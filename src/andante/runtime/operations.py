"""What operators look at: what cannot go on and why, work for workers, times, what is on its way, the servers."""

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_state
from andante.engine.state import Instance
from andante.runtime.clock import Clock
from andante.runtime.executor import Executor
from andante.runtime.problem import Problem
from andante.runtime.sight import instances_seen, sight
from andante.store import operations as rows
from andante.store.facets import Facet, facets
from andante.store.operations import Job, JobType, OutboxState, Server, Timers
from andante.store.records import InstanceQuery
from andante.store.store import SharedStore, Store

MOST: Final = 5_000  # instances with an incident that are looked at
PART: Final = 200
MINUTES: Final = 60
SHARE: Final = 0.05  # of its time that a server may spend on finding causes
SHORTEST: Final = 1.0  # seconds between two countings of what is done in a second
LISTED: Final = 200
NUMBERS: Final = re.compile(r"\d+")


class Cause(msgspec.Struct, frozen=True):
    """Incidents that are alike: at the same element of the same definition (by name), of one kind, with one message but
    for its numbers. `key` names the group as long as it is there; `ids` are the instances, `stops` each incident of
    them: instance and key; times in ms."""

    key: str
    name: str
    element: str
    label: str
    kind: str
    message: str
    first_at: int
    last_at: int
    ids: list[str]
    stops: list[tuple[str, int]]


class Causes(msgspec.Struct, frozen=True):
    """The largest group first; `more`: there are more instances than were looked at."""

    groups: list[Cause]
    seen: int
    more: bool


class Due(msgspec.Struct, frozen=True):
    """An instance of which something is due at `at` (ms)."""

    instance_id: str
    at: int
    name: str
    title: str
    business_key: str


class Rates(msgspec.Struct, frozen=True):
    """Of this server: what it did in a second of late (-1: not known yet), what it has under way, and keeps at hand."""

    commands: float
    batches: float
    unanswered: int
    cached: int


class Looked(msgspec.Struct, frozen=True):
    """All of it, as of `at` (ms). `database` is "SQLite" or "PostgreSQL", `size` its bytes."""

    at: int
    causes: Causes
    jobs: list[JobType]
    timers: Timers
    outbox: OutboxState
    servers: list[Server]
    rates: Rates
    database: str
    size: int


class Running(Protocol):
    """The runtime, as far as it is looked at."""

    store: Store
    clock: Clock
    executor: Executor

    async def graph(self, definition_id: str) -> ProcessGraph: ...


@final
class Operations:
    """One object an application. All methods raise StoreProblem when the database cannot be read."""

    def __init__(self, runtime: Running) -> None:
        self._store = runtime.store
        self._clock = runtime.clock
        self._executor = runtime.executor
        self._graph: Callable[[str], Awaitable[ProcessGraph]] = runtime.graph
        self._causes: Causes | None = None
        self._good_until = 0.0
        self._counted = (time.perf_counter(), runtime.executor.commands, runtime.executor.batches)
        self._rates = (-1.0, -1.0)

    async def look(self) -> Looked:
        """How it is now."""
        now = self._clock.now()
        shared = isinstance(self._store, SharedStore)
        return Looked(
            now, await self.causes(), await rows.job_types(self._store, now),
            await rows.timers(self._store, now, MINUTES), await rows.outbox_state(self._store),
            await rows.servers(self._store), self._rated(), "PostgreSQL" if shared else "SQLite",
            await rows.size(self._store),
        )  # fmt: skip

    async def facets(self, query: InstanceQuery) -> list[Facet]:
        """How those that the query finds are spread over definitions and states."""
        return await facets(self._store, instances_seen(query))

    async def jobs(self, kind: str) -> list[Job]:
        """Open jobs of a type: those without tries left first."""
        return [each for each in await rows.jobs(self._store, kind, LISTED) if sight().read.has(each.name)]

    async def due(self) -> list[Due]:
        """What is late or falls due within the hour."""
        found = await rows.due(self._store, self._clock.now() + MINUTES * rows.MINUTE, LISTED)
        return [Due(*row) for row in found if sight().read.has(row[2])]

    async def causes(self) -> Causes:
        """Why instances cannot go on. Where these are many, the answer may be a little old."""
        found, read = await self._all_causes(), sight().read
        if read.all:
            return found
        groups = [each for each in found.groups if read.has(each.name)]
        return Causes(groups, len({id for each in groups for id in each.ids}), found.more)

    async def _all_causes(self) -> Causes:
        if self._causes is not None and time.perf_counter() < self._good_until:
            return self._causes
        begun = time.perf_counter()
        groups: dict[str, Cause] = {}
        place, seen = (0, ""), 0
        while seen < MOST:
            found = await rows.broken(self._store, PART, place)
            for id, definition_id, name, at, data, _started in found:
                await self._sort(groups, id, name, at, definition_id, decode_state(bytes(data)))
            seen += len(found)
            if len(found) < PART:
                break
            place = (found[-1][5], found[-1][0])
            await asyncio.sleep(0)
        ordered = sorted(groups.values(), key=lambda each: (-len(each.ids), -each.last_at, each.key))
        self._causes = Causes(ordered, seen, seen >= MOST)
        took = time.perf_counter() - begun
        self._good_until = time.perf_counter() + (took / SHARE if seen > PART else 0)
        return self._causes

    async def cause(self, key: str) -> Cause | None:
        """The group of this key, as it is now."""
        self._good_until = 0.0
        return next((each for each in (await self.causes()).groups if each.key == key), None)

    async def _sort(
        self, groups: dict[str, Cause], id: str, name: str, at: int, definition_id: str, instance: Instance
    ) -> None:
        for incident in instance.incidents.values():
            element, label = await self._where(definition_id, instance, incident.token)
            alike = "\n".join((name, element, incident.kind, NUMBERS.sub("#", incident.message)))
            key = hashlib.sha256(alike.encode()).hexdigest()[:16]
            known = groups.get(key)
            if known is None:
                groups[key] = Cause(
                    key, name, element, label, incident.kind, incident.message, incident.at, incident.at, [id],
                    [(id, incident.key)],
                )  # fmt: skip
                continue
            if known.ids[-1] != id:
                known.ids.append(id)
            known.stops.append((id, incident.key))
            groups[key] = msgspec.structs.replace(
                known, first_at=min(known.first_at, incident.at), last_at=max(known.last_at, incident.at)
            )

    async def _where(self, definition_id: str, instance: Instance, key: int) -> tuple[str, str]:
        """The element's id and name; nothing for the instance as a whole."""
        token = instance.tokens.get(key)
        if token is None:
            return "", ""
        try:
            node = (await self._graph(definition_id)).nodes[token.node]
        except Problem:
            return "", ""
        return node.id, node.name

    def _rated(self) -> Rates:
        executor, now = self._executor, time.perf_counter()
        since, commands, batches = self._counted
        passed = now - since
        if passed >= SHORTEST:
            self._rates = ((executor.commands - commands) / passed, (executor.batches - batches) / passed)
            self._counted = (now, executor.commands, executor.batches)
        return Rates(*self._rates, executor.unanswered, executor.cached)

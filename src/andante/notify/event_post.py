"""Events go out: each to every sink that wants it, at least once, and those of one instance in their order.

What cannot be told holds back what comes later of the same instance, not of others; it is tried again after twice the
time, for ever, until an operator discards it. Where a sink as a whole is away, all of its events wait in the database,
and nothing is held in memory. Servers that share the database tell of an instance one at a time.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from random import Random
from typing import Final, final

import msgspec
import structlog

from andante.notify.cloud_events import cloud_event
from andante.notify.endpoints import EVENT_KINDS, Endpoint, Endpoints
from andante.notify.event_sinks import Away, HttpSink, Sink
from andante.notify.webhook import Webhooks
from andante.runtime import Clock, Note, Post, Runtime, StoreProblem
from andante.runtime.background import spawn
from andante.runtime.telling import Telling
from andante.runtime.telling import Told as Event
from andante.store.event_out import Backlog, EventOut, Told
from andante.timing.instants import MINUTE, SECOND

log: Final = structlog.get_logger("andante.events")
FIRST_WAIT: Final = 5 * SECOND  # doubled with each try of one event
LONGEST_WAIT: Final = 10 * MINUTE
FIRST_PAUSE: Final = 1 * SECOND  # doubled with each try of a sink that is away
LONGEST_PAUSE: Final = 1 * MINUTE
JITTER: Final = 0.2
AT_ONCE: Final = 64  # instances that are told of at a time, by one sink
_events: Final = msgspec.json.Decoder(list[Event])


@final
class Way:
    """A sink and how it does. `until` (ms): it is left alone; `why`, "" while all is well."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.until = 0
        self.why = ""
        self.tries = 0
        self.busy = False
        self.again = False


class Standing(msgspec.Struct, frozen=True):
    """How a sink does: commands that are to be told, how many of them failed, since when (ms, 0: none) the oldest
    waits, why one failed or the sink is `away`, and until when (ms) it is left alone."""

    sink: str
    waiting: int
    failing: int
    oldest: int
    error: str
    away: bool
    until: int
    sent: int
    failed: int


@final
class EventPost(Post):
    """A channel of the runtime. `brokers`: sinks that are there for good, and their filters. `sent` and `failed` count
    by sink."""

    name = "events"

    def __init__(
        self, runtime: Runtime, endpoints: Endpoints, webhooks: Webhooks, source: str,
        brokers: Mapping[str, tuple[Sink, Sequence[str]]], chance: Random,
    ) -> None:  # fmt: skip
        self._runtime = runtime
        self._clock: Clock = runtime.clock
        self._endpoints = endpoints
        self._webhooks = webhooks
        self._source = source
        self._brokers = brokers
        self._chance = chance
        self.table = EventOut(runtime.store, lambda: runtime.executor.node)
        self.telling: Telling = runtime.executor.telling
        self.ways: dict[str, Way] = {name: Way(sink) for name, (sink, _) in brokers.items()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(4 * AT_ONCE)
        self._closed = False
        self._rounds = 0
        self.sent: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    async def open(self) -> None:
        """Before the first command: from here on each is written with what it has to tell. Raises StoreProblem."""
        await self.refresh()
        self.telling.wake = self.wake
        self._endpoints.changed = self.refresh
        self._runtime.closing.append(self._end)

    async def refresh(self) -> None:
        """Who is to be told of what, as it is now. Raises StoreProblem."""
        found = {f"webhook:{each.name}": each for each in await self._endpoints.all() if each.kind in EVENT_KINDS}
        for name in [name for name in self.ways if name not in found and name not in self._brokers]:
            del self.ways[name]
            await self.table.discard(name)
        for name, each in found.items():
            self._endpoint(name, each)
        open_ones = {name: tuple(each.kinds) for name, each in found.items() if not each.disabled}
        self.telling.sinks = {name: tuple(filters) for name, (_, filters) in self._brokers.items()} | open_ones

    def _endpoint(self, name: str, endpoint: Endpoint) -> None:
        way = self.ways.get(name)
        if way is None:
            self.ways[name] = Way(HttpSink(endpoint, self._webhooks, self._clock))
        elif isinstance(way.sink, HttpSink) and way.sink.endpoint != endpoint:
            way.sink = HttpSink(endpoint, self._webhooks, self._clock)
            way.until, way.tries = 0, 0

    async def send(self, note: Note) -> None:
        """Notes to people are no events."""

    async def look(self) -> int:
        await self.refresh()
        found = 0
        for name, way in list(self.ways.items()):
            if self._ready(name, way):
                way.busy = True
                try:
                    rows = await self.table.claim(name, self._clock.now())
                except BaseException:
                    way.busy = False
                    raise
                found += len(rows)
                spawn(self._tasks, self._pump(name, way, rows))
        return found

    def _ready(self, name: str, way: Way) -> bool:
        return not (self._closed or way.busy) and way.until <= self._clock.now() and name in self.telling.sinks

    async def next_at(self) -> int:
        now = self._clock.now()
        times = [await self.table.next_at(now), *(way.until for way in self.ways.values())]
        return min((each for each in times if each > now), default=0)

    async def drain(self) -> bool:
        before = self._rounds
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        return self._rounds > before  # who has only looked was not busy

    def close(self) -> None:
        self._closed = True
        for task in self._tasks:
            task.cancel()

    async def _end(self) -> None:
        self._closed = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for way in self.ways.values():
            await way.sink.close()

    def wake(self) -> None:
        """There may be something to tell."""
        for name, way in self.ways.items():
            if way.busy:
                way.again = True
            elif self._ready(name, way):
                way.busy = True
                spawn(self._tasks, self._pump(name, way))

    async def standing(self) -> list[Standing]:
        """Of each sink. Raises StoreProblem."""
        rows = {each.sink: each for each in await self.table.backlogs()}
        now = self._clock.now()
        found = []
        for name in sorted(self.ways.keys() | rows.keys()):
            row, way = rows.get(name, Backlog(name, 0, 0, 0, "")), self.ways.get(name)
            away = way is not None and way.until > now
            why, until = (way.why, way.until) if way is not None and away else (row.error, 0)
            found.append(
                Standing(
                    name, row.waiting, row.failing, row.oldest, why, away, until, self.sent[name], self.failed[name]
                )
            )
        return found

    async def retry(self, name: str, instance_id: str = "") -> None:
        """What has failed is tried now. Raises StoreProblem."""
        await self.table.again(name, instance_id)
        if (way := self.ways.get(name)) is not None:
            way.until, way.tries = 0, 0
        self.wake()

    async def _pump(self, name: str, way: Way, rows: Sequence[Told] = ()) -> None:
        """One at a time for each sink, until nothing is due; `rows` are claimed already."""
        try:
            if rows:
                await self._round(name, way, rows)
            while not self._closed and way.until <= self._clock.now():
                way.again = False
                rows = await self.table.claim(name, self._clock.now())
                if not rows and not way.again:
                    return
                await self._round(name, way, rows)
        except StoreProblem as fault:
            log.warning("events wait for the database", sink=name, why=str(fault))
        finally:
            way.busy = False

    async def _round(self, name: str, way: Way, rows: Sequence[Told]) -> None:
        self._rounds += bool(rows)
        done: list[Told] = []
        failed: list[tuple[Told, int, str]] = []
        first: list[Told] = []
        lines = [list(each) for _, each in groupby(rows, key=lambda row: row.instance_id)]
        try:
            await asyncio.gather(*(self._line(name, way, line, done, failed) for line in lines))
        finally:
            over = {(each.instance_id, each.seq) for each in (*done, *(each for each, _, _ in failed))}
            first += [line[0] for line in lines if (line[0].instance_id, line[0].seq) not in over]
            await self.table.settle(name, done, failed, first)
        if way.until <= self._clock.now():
            way.tries, way.why = 0, ""

    async def _line(
        self, name: str, way: Way, line: Sequence[Told], done: list[Told], failed: list[tuple[Told, int, str]]
    ) -> None:
        """What there is of one instance, until something fails."""
        for row in line:
            try:
                for event in _events.decode(row.data):
                    if way.until > self._clock.now():
                        return
                    async with self._gate:
                        await way.sink.send(cloud_event(self._source, row.instance_id, row.seq, row.at, event))
                    self.sent[name] += 1
            except Away as fault:
                self._away(name, way, str(fault))
                return
            except Exception as fault:
                self.failed[name] += 1
                wait = min(FIRST_WAIT * 2 ** min(row.attempts, 20), LONGEST_WAIT)
                due = self._clock.now() + max(self._about(wait), getattr(fault, "wait_ms", 0))
                why = f"{fault}" or type(fault).__name__
                log.warning("an event was not sent", sink=name, instance=row.instance_id, seq=row.seq, why=why)
                failed.append((row, due, why))
                return
            done.append(row)

    def _away(self, name: str, way: Way, why: str) -> None:
        now = self._clock.now()
        if way.until > now:
            return
        self.failed[name] += 1
        pause = min(FIRST_PAUSE * 2 ** min(way.tries, 10), LONGEST_PAUSE)
        way.tries, way.until, way.why = way.tries + 1, now + self._about(pause), why
        log.warning("events wait: nobody takes them", sink=name, why=why)

    def _about(self, ms: int) -> int:
        return int(ms * (1 + JITTER * (2 * self._chance.random() - 1)))

"""The command loop: one instance, one command at a time; many instances, one transaction.

A command is stepped at once on the instance in memory and answered when its transaction is on the disk. While one
batch is being written the next one gathers: that is the group commit. A batch that fails takes back everything that
was stepped since, and its instances are read anew.
"""

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, final

import structlog

from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_state
from andante.engine.apply import fold
from andante.engine.commands import Command, Start
from andante.engine.faults import Rejected
from andante.engine.settings import EngineSettings
from andante.engine.state import Instance
from andante.engine.step import Step, step
from andante.runtime import problems
from andante.runtime.bundle import Bundle, Entry, Request, Slot, T, View, by_instance
from andante.runtime.cache import Cache
from andante.runtime.clock import Clock
from andante.runtime.loading import Loader
from andante.runtime.meter import Meter
from andante.runtime.problem import INSTANCE_NOT_FOUND, OVERLOADED, Problem, rejected
from andante.runtime.telling import Telling
from andante.store import statements as st
from andante.store.audit import AuditLog
from andante.store.faults import Outrun, StoreLost, Unwritable
from andante.store.store import Store

LEAST: Final = 8  # requests for which a batch of their own is worth while
FORGET: Final = 0.98
log: Final = structlog.get_logger("andante.runtime")
PAUSE: Final = 0.05  # seconds after a batch that was refused


@final
class Executor:
    """Use from one event loop. `graph_of` gives the graph of a definition id; `committed` is told of each step kept
    that has effects or leaves jobs or subscriptions, and its number; `due` of the first time (ms) at which something of
    a batch will be due; `removed` of outbox rows that are gone. `audit` keeps who asked, with what was asked for."""

    def __init__(
        self, store: Store, clock: Clock, settings: EngineSettings,
        graph_of: Callable[[str], Awaitable[ProcessGraph]], committed: Callable[[Step, int], None],
        due: Callable[[int], None], removed: Callable[[list[tuple[object, ...]]], None], audit: AuditLog,
        *, cache: int = 10_000, queue: int = 50_000,
    ) -> None:  # fmt: skip
        self._store, self._clock, self.settings = store, clock, settings
        self._committed, self._due, self._removed, self._audit = committed, due, removed, audit
        self._cache, self._limit = Cache(cache), queue
        self._slots = self._cache.slots
        # Batches that are being written, requests in them, and requests that are not answered yet.
        self._writing = self._underway = self._inside = 0
        self._crowd = 0.0  # how many requests there are at a time, of late
        self._scheduled = self._ended = False
        self.loader = Loader(store, graph_of, self._ready, self._unreadable, self._slots)
        self._loop = asyncio.get_running_loop()
        self._home = threading.get_ident()
        self._idle = asyncio.Event()
        self._idle.set()
        self.node = ""  # under which outbox rows are this server's
        self.alone_until = math.inf  # the loop's time: until then no other server is there
        self._open = Bundle(self.node)
        self.watched: Callable[[Iterable[str]], None] | None = None  # told of the instances of each batch
        self.meter, self.telling = Meter(), Telling()  # what programs are told goes into the batch
        self.commands = self.batches = self.outrun = 0
        self.lost_at = -math.inf  # the loop's time at which it was last left open whether a batch was written

    @property
    def alone(self) -> bool:
        """Whether no other server can be at work on this database now."""
        return self._loop.time() <= self.alone_until

    def known_as(self, node: str) -> None:
        """From now on outbox rows are this server's under that name."""
        self.node = self._open.batch.node = node

    @property
    def unanswered(self) -> int:
        """Requests that are inside."""
        return self._inside

    @property
    def cached(self) -> int:
        """How many instances are in memory."""
        return len(self._slots)

    async def submit(
        self, instance_id: str, command: Command, actor: str, view: View[T], *, graph: ProcessGraph | None = None
    ) -> T:
        """Carry out `command`. The answer is `view(step, task)`, taken right after the step (`task`: as it was before)
        and given after the commit. `graph`: of the definition migrated to. Raises Problem; then nothing changed."""
        self._admit()
        request: Request[T] = Request(command, actor, view, self._loop.create_future(), graph)
        self._place(instance_id, request)
        return await self._answered(request)

    async def start(self, graph: ProcessGraph, instance_id: str, command: Start, actor: str, view: View[T]) -> T:
        """`submit` for the Start of an instance whose id is new; its graph is at hand."""
        self._admit()
        request: Request[T] = Request(command, actor, view, self._loop.create_future())
        request.fresh = True
        slot = self._slots[instance_id] = Slot()
        slot.instance, slot.graph = Instance(instance_id), graph
        self._take(instance_id, slot, request)
        return await self._answered(request)

    async def _answered(self, request: Request[T]) -> T:
        self._inside += 1
        try:
            return await request.future
        finally:
            self._inside -= 1
            self.meter.answered(request)

    def look(self) -> None:
        """From time to time: what has been left alone goes."""
        self._cache.look()

    def forget(self) -> None:
        """The database may be another from now on, in which what was written last is not: all is read anew. What was
        judged by it and is not on its way yet begins anew; what is on its way was written before, or fails."""
        begun = {entry.instance_id for entry in self._open.entries if entry.request.fresh}
        anew = self._open.part_with({entry.instance_id for entry in self._open.entries} - begun)
        judged = {entry.instance_id for entry in anew}
        for instance_id, slot in list(self._slots.items()):
            if slot.wanted:
                slot.doubted = True
            elif instance_id in judged or not slot.unwritten:
                del self._slots[instance_id]
        for entry in anew:
            self._again(entry.instance_id, entry.request)

    def outbox_done(self, key: tuple[object, ...]) -> None:
        """This outbox row is carried out; it goes with the next batch."""
        self._open.batch.rows[st.OUTBOX_END].append(key)
        self._schedule()

    async def idle(self) -> None:
        """Wait until everything taken in is written."""
        while self.loader.busy or not self._idle.is_set():
            await self.loader.idle()
            await self._idle.wait()

    def end(self) -> None:
        """Write nothing more."""
        self._ended = True

    def _admit(self) -> None:
        if self._inside >= self._limit:
            raise Problem(OVERLOADED, 503, "The server has more work than it can write. Try again in a moment.")

    # Instances come into memory.

    def _unreadable(self, instance_id: str, slot: Slot, fault: Exception) -> None:
        problem = problems.unreadable(fault, instance_id)
        self._slots.pop(instance_id, None)
        for request in slot.waiting:
            request.fail(problem)

    def _ready(self, instance_id: str, slot: Slot) -> None:
        if slot.doubted:
            slot.empty()
            self.loader.want(instance_id, slot)
            return
        slot.wanted = False
        waiting, slot.waiting = slot.waiting, []
        for n, request in enumerate(waiting):
            if self._slots.get(instance_id) is not slot:  # one of them has put an end to this
                self._again(instance_id, request)
            elif n >= slot.asked:  # the database was asked before it came: it may be about what was done since
                self._place(instance_id, request)
            else:
                self._take(instance_id, slot, request)
        self._cache.used(instance_id, slot)

    def _place(self, instance_id: str, request: Request[Any]) -> None:
        """It is carried out by what the database has now, or by what is on its way there."""
        slot = self._slots.get(instance_id)
        if slot is None:
            slot = self._slots[instance_id] = Slot()
            self.loader.want(instance_id, slot)
        elif not slot.unwritten and not slot.wanted and not self.alone:
            self.loader.want(instance_id, slot)
        if slot.wanted:
            slot.waiting.append(request)
        else:
            self._take(instance_id, slot, request)

    def _again(self, instance_id: str, request: Request[Any]) -> None:
        """From the beginning."""
        request.tries -= 1
        if request.tries <= 0 or request.fresh:  # fresh: by chance another has the same id
            request.fail(problems.too_many())
            return
        self._place(instance_id, request)

    # Stepping.

    def _take(self, instance_id: str, slot: Slot, request: Request[Any]) -> None:
        instance, graph = slot.instance, slot.graph
        if instance is None or graph is None:
            raise AssertionError("the instance is not in memory")
        command, bundle = request.command, self._open
        if instance.seq == 0 and command.__class__ is not Start:
            self._slots.pop(instance_id, None)
            request.fail(Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}'."))
            return
        key, seq = getattr(command, "task", 0), instance.seq
        task = instance.tasks.get(key) if key else None
        clocks = task.clocks.copy() if task is not None else []
        try:
            by = graph if request.graph is None else request.graph
            before = self.telling.before(instance)
            taken = step(by, instance, command, self._clock.now(), request.actor, self.settings)
            if task is not None and key not in instance.tasks:
                task.clocks = clocks  # they ended with it, and its answer has their times as the history does
            answer = request.view(taken, task)
            if taken.events:
                told = self.telling.rows(by, instance, taken.events, before)
                bundle.batch.add(by, instance, command, taken.events, taken.effects, task, told)
                slot.graph = by
        except Rejected as refusal:
            if not seq or instance.seq != seq:  # refused before anything was, or half way
                self._take_back(instance_id, slot, graph)
            if slot.unwritten:  # it was judged by what is not written yet: so the answer waits for that
                bundle.follow(instance_id, slot)
                bundle.entries.append(Entry(instance_id, request, None, problem=rejected(refusal)))
                self._schedule()
            else:
                request.fail(rejected(refusal))
            return
        except Exception as fault:
            request.fail(problems.failed(fault, instance_id, type(command).__name__))
            self._take_back(instance_id, slot, graph)
            return
        self.commands += 1
        bundle.follow(instance_id, slot)
        if taken.events:
            if instance_id not in bundle.slots:
                bundle.slots[instance_id] = slot
                slot.unwritten += 1
        elif not slot.unwritten:
            request.answer(answer)
            return
        bundle.entries.append(Entry(instance_id, request, taken, answer, instance.seq))
        self._schedule()
        # Where two batches may be on their way, half of the crowd is carried out while the other half is written.
        if len(bundle.entries) >= max(LEAST, self._crowd / 2) and self._writing < self._store.at_once > 1:
            self._flush()

    def _take_back(self, instance_id: str, slot: Slot, graph: ProcessGraph) -> None:
        """A step ended half way: what is in memory is no good. Make it anew, as it was before that step."""
        if not slot.data and instance_id not in self._open.slots:
            self._slots.pop(instance_id, None)
            return
        instance = decode_state(slot.data) if slot.data else Instance(instance_id)
        steps = self._open.steps(instance_id)
        fold(instance, [(taken.now, taken.actor, taken.events) for taken in steps])
        slot.instance = instance
        if steps:
            self._open.batch.replace(graph, instance)

    # Writing.

    def _schedule(self) -> None:
        self._idle.clear()
        if self._writing < self._store.at_once and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._gather if self._store.at_once == 1 else self._flush)

    def _gather(self) -> None:
        if self._ended or self._open.gathered(self._crowd):
            self._flush()
        else:
            self._loop.call_soon(self._gather)

    def _flush(self) -> None:
        self._scheduled = False
        if self._ended:
            return
        bundle = self._open
        if self._writing >= self._store.at_once or (self._writing and bundle.behind and bundle.waits):
            return
        if bundle.batch.empty and not bundle.entries:
            if not self._writing:
                self._idle.set()
            return
        self._open = Bundle(self.node)
        self._underway += len(bundle.entries)
        self._crowd = max(FORGET * self._crowd, self._underway)
        if not bundle.batch.empty:
            for instance_id, data in bundle.batch.seal():
                bundle.slots[instance_id].data = data
        parts = bundle.split() if self._store.apart else [bundle]
        self._writing += len(parts)
        for part in parts:
            self._write(part)

    def _write(self, bundle: Bundle) -> None:
        if bundle.batch.empty:
            self._written(bundle, None)
        else:
            self.meter.begin(bundle)
            bundle.audit(self._audit)
            self._store.submit(bundle.batch, lambda fault: self._answer(bundle, fault))

    def _answer(self, bundle: Bundle, fault: BaseException | None) -> None:
        if threading.get_ident() == self._home:
            self._written(bundle, fault)
        else:
            self._loop.call_soon_threadsafe(self._written, bundle, fault)

    def _written(self, bundle: Bundle, fault: BaseException | None) -> None:
        bundle.landed(self._audit, fault)
        if isinstance(fault, Outrun | Unwritable):
            self._part(bundle, fault)
            return
        self._writing -= 1
        self._underway -= len(bundle.entries)
        self.batches += 1
        self.meter.written(bundle, fault)
        if fault is not None:
            log.error("a batch was not written", exc_info=fault)
            self._lose(bundle, isinstance(fault, StoreLost))
        else:
            self._cache.written(bundle.slots)
            if self.watched is not None:
                self.watched(bundle.slots)
            self.telling.written(bundle.batch.rows[st.EVENT_OUT])
            if bundle.batch.earliest:
                self._due(bundle.batch.earliest)
            if bundle.batch.rows[st.OUTBOX_END]:
                self._removed(bundle.batch.rows[st.OUTBOX_END])
            for entry in bundle.entries:
                taken = entry.step
                if not self.alone and entry.instance_id not in bundle.slots:  # nothing says that this still holds
                    self._again(entry.instance_id, entry.request)
                elif taken is not None:
                    instance = taken.instance
                    if taken.effects or ((instance.jobs or instance.subscriptions) and taken.events):
                        self._committed(taken, entry.seq)
                    entry.request.answer(entry.answer)
                elif entry.problem is not None:
                    entry.request.fail(entry.problem)
        if not self._scheduled:
            self._flush()

    def _part(self, bundle: Bundle, fault: Outrun | Unwritable) -> None:
        """The batch is written without what cannot be; where another server was faster it begins anew, by its state."""
        lost = fault.instances if isinstance(fault, Outrun) else set(fault.reasons)
        if not lost & bundle.slots.keys():
            self._writing -= 1
            self._underway -= len(bundle.entries)
            self._lose(bundle, maybe=False)
            return
        before = len(bundle.entries)
        parted = by_instance((*bundle.part_with(lost), *self._open.part_with(lost)))
        self._underway -= before - len(bundle.entries)
        for instance_id in lost:
            self._slots.pop(instance_id, None)
        self._write(bundle)
        for instance_id, requests in parted.items():
            if isinstance(fault, Outrun):
                self.outrun += len(requests)
                for request in requests:
                    self._again(instance_id, request)
            elif len(requests) == 1:
                requests[0].fail(problems.unstorable(fault.reasons[instance_id]))
            else:
                self._one_by_one(instance_id, requests)

    def _one_by_one(self, instance_id: str, requests: list[Request[Any]]) -> None:
        """One of these cannot be written, but the others can."""
        self._again(instance_id, requests[0])
        if len(requests) > 1:
            requests[0].future.add_done_callback(lambda _: self._one_by_one(instance_id, requests[1:]))

    def _lose(self, written: Bundle, maybe: bool) -> None:
        """The database refused: nothing since the last good batch has happened, unless it was lost on its way."""
        if maybe:
            self.lost_at = self._loop.time()
        problem = problems.unwritten(maybe)
        following, self._open = self._open, Bundle(self.node)
        for bundle in (written, following):
            self._open.batch.rows[st.OUTBOX_END].extend(bundle.batch.rows[st.OUTBOX_END])
            for instance_id in bundle.slots:
                self._slots.pop(instance_id, None)
            for entry in bundle.entries:
                entry.request.fail(problem)
        if not self._scheduled:  # not at once: it may well be refused again
            self._scheduled = True
            self._loop.call_later(PAUSE, self._flush)

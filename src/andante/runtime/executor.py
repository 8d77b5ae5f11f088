"""The command loop: one instance, one command at a time; many instances, one transaction.

A command is stepped at once on the instance in memory and answered when its transaction is on the disk. While one
batch is being written the next one gathers: that is the group commit. A batch that fails takes back everything that
was stepped since, and its instances are read anew.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any, Final, Generic, TypeVar, final

import structlog

from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_state
from andante.engine.apply import fold
from andante.engine.commands import Command, Start
from andante.engine.faults import Rejected
from andante.engine.settings import EngineSettings
from andante.engine.state import Instance
from andante.engine.step import Step, step
from andante.engine.waits import Task
from andante.runtime.clock import Clock
from andante.runtime.problem import (
    INSTANCE_NOT_FOUND,
    INTERNAL,
    OVERLOADED,
    PARAMETER,
    UNAVAILABLE,
    Problem,
    rejected,
)  # fmt: skip
from andante.store import statements as st
from andante.store.projection import Batch
from andante.store.store import Store

T = TypeVar("T")
View = Callable[[Step, Task | None], T]
log: Final = structlog.get_logger("andante.runtime")


@final
class Request(Generic[T]):
    """A command on its way, and who waits for its answer. `graph`: the one to go on by, where that changes."""

    __slots__ = ("actor", "command", "future", "graph", "view")

    def __init__(
        self,
        command: Command,
        actor: str,
        view: "View[T]",
        future: "asyncio.Future[T]",
        graph: ProcessGraph | None = None,
    ) -> None:
        self.graph = graph
        self.command = command
        self.actor = actor
        self.view = view
        self.future = future


@final
class Slot:
    """An instance in memory, or on its way there (`instance` None). `data` is the state last handed to the writer;
    `unwritten` counts the batches that carry it and are not yet on the disk."""

    __slots__ = ("data", "graph", "instance", "unwritten", "waiting")

    def __init__(self) -> None:
        self.instance: Instance | None = None
        self.graph: ProcessGraph | None = None
        self.data = b""
        self.waiting: list[Request[Any]] = []
        self.unwritten = 0


@final
class Bundle:
    """A batch and those who wait for it."""

    __slots__ = ("batch", "entries", "refusals", "slots")

    def __init__(self) -> None:
        self.batch = Batch()
        self.entries: list[tuple[Request[Any], Step, Any, int]] = []
        self.refusals: list[tuple[asyncio.Future[Any], Problem]] = []
        self.slots: dict[str, Slot] = {}


@final
class Executor:
    """Use from one event loop. `graph_of` gives the graph of a definition id; `committed` is told of each step kept
    that has effects or leaves jobs or subscriptions, and its number; `due` of the first time (ms) at which something of
    a batch will be due; `removed` of outbox rows that are gone."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: EngineSettings,
        graph_of: Callable[[str], Awaitable[ProcessGraph]],
        committed: Callable[[Step, int], None],
        due: Callable[[int], None],
        removed: Callable[[list[tuple[object, ...]]], None],
        *,
        cache: int = 10_000,
        queue: int = 50_000,
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._graph_of = graph_of
        self._committed = committed
        self._due = due
        self._removed = removed
        self._cache = cache
        self._limit = queue
        self._slots: OrderedDict[str, Slot] = OrderedDict()
        self._open = Bundle()
        self._writing: Bundle | None = None
        self._scheduled = False
        self._loads: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._home = threading.get_ident()
        self._idle = asyncio.Event()
        self._idle.set()
        self.commands = 0
        self.batches = 0

    @property
    def cached(self) -> int:
        """How many instances are in memory."""
        return len(self._slots)

    async def submit(
        self, instance_id: str, command: Command, actor: str, view: View[T], *, graph: ProcessGraph | None = None
    ) -> T:
        """Carry out `command`. The answer is `view(step, task)`, taken right after the step (`task`: as it was before,
        for a command about a task) and given after the commit. `graph` is that of the definition migrated to.

        Raises Problem; then nothing changed.
        """
        self._admit()
        slot = self._slots.get(instance_id)
        request: Request[T] = Request(command, actor, view, self._loop.create_future(), graph)
        if slot is None:
            slot = self._slots[instance_id] = Slot()
            loading = self._loop.create_task(self._load(instance_id, slot))
            self._loads.add(loading)
            loading.add_done_callback(self._loads.discard)
        if slot.instance is None:
            slot.waiting.append(request)
        else:
            self._take(instance_id, slot, request)
        return await request.future

    async def start(self, graph: ProcessGraph, instance_id: str, command: Start, actor: str, view: View[T]) -> T:
        """`submit` for the Start of an instance whose id is new; its graph is at hand."""
        self._admit()
        request: Request[T] = Request(command, actor, view, self._loop.create_future())
        slot = self._slots[instance_id] = Slot()
        slot.instance = Instance(instance_id)
        slot.graph = graph
        self._take(instance_id, slot, request)
        return await request.future

    def discard(self, instance_id: str) -> None:
        """Forget what is in memory: its rows were changed by another way."""
        self._slots.pop(instance_id, None)

    def outbox_done(self, key: tuple[object, ...]) -> None:
        """This outbox row is carried out; it goes with the next batch."""
        self._open.batch.rows[st.OUTBOX_END].append(key)
        self._schedule()

    async def idle(self) -> None:
        """Wait until everything taken in is written."""
        while self._loads or not self._idle.is_set():
            if self._loads:
                await asyncio.wait(self._loads)
            await self._idle.wait()

    def _admit(self) -> None:
        if len(self._open.entries) >= self._limit:
            raise Problem(OVERLOADED, 503, "The server has more work than it can write. Try again in a moment.")

    # Loading.

    async def _load(self, instance_id: str, slot: Slot) -> None:
        try:
            row = await self._store.get("select data, definition_id from instance where id=?", (instance_id,))
            if row is not None:
                slot.graph = await self._graph_of(row[1])
                slot.data = bytes(row[0])
                instance = decode_state(slot.data)
            else:
                first = slot.waiting[0].command
                if not isinstance(first, Start):
                    raise Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}'.")
                slot.graph = await self._graph_of(first.definition_id)
                instance = Instance(instance_id)
        except Exception as fault:
            problem = fault if isinstance(fault, Problem) else None
            if problem is None:
                log.exception("an instance could not be read", instance=instance_id)
                problem = Problem(INTERNAL, 500, "The instance could not be read; nothing was changed.")
            self._slots.pop(instance_id, None)
            for request in slot.waiting:
                _fail(request.future, problem)
            return
        slot.instance = instance
        waiting, slot.waiting = slot.waiting, []
        for request in waiting:
            self._take(instance_id, slot, request)
        if not slot.unwritten and (instance.ended_at or instance.stopped):
            self._slots.pop(instance_id, None)

    # Stepping.

    def _take(self, instance_id: str, slot: Slot, request: Request[Any]) -> None:
        instance, graph = slot.instance, slot.graph
        if instance is None or graph is None:
            raise AssertionError("the instance is not in memory")
        command = request.command
        bundle = self._open
        if instance.seq == 0 and command.__class__ is not Start:
            self._slots.pop(instance_id, None)
            _fail(request.future, Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}'."))
            return
        key = getattr(command, "task", 0)
        task = instance.tasks.get(key) if key else None
        try:
            by = graph if request.graph is None else request.graph
            taken = step(by, instance, command, self._clock.now(), request.actor, self._settings)
            answer = request.view(taken, task)
            if taken.events:
                bundle.batch.add(by, instance, command, taken.events, taken.effects)
                slot.graph = by
        except Rejected as refusal:
            if instance.seq == 0:
                self._slots.pop(instance_id, None)
            if slot.unwritten:  # it was judged by what is not written yet: so the answer waits for that
                bundle.refusals.append((request.future, rejected(refusal)))
                self._schedule()
            else:
                _fail(request.future, rejected(refusal))
            return
        except Exception as fault:
            _fail(request.future, _problem(fault, instance_id, command))
            self._take_back(instance_id, slot, graph)
            return
        self.commands += 1
        if taken.events:
            if instance_id not in bundle.slots:
                bundle.slots[instance_id] = slot
                slot.unwritten += 1
        elif not slot.unwritten:
            request.future.set_result(answer)
            return
        bundle.entries.append((request, taken, answer, instance.seq))
        self._schedule()

    def _take_back(self, instance_id: str, slot: Slot, graph: ProcessGraph) -> None:
        """A step failed half way: what is in memory is no good. Make it anew, as it was before that step."""
        if not slot.data and instance_id not in self._open.slots:
            self._slots.pop(instance_id, None)
            return
        instance = decode_state(slot.data) if slot.data else Instance(instance_id)
        steps = [taken for _, taken, _, _ in self._open.entries if taken.instance.id == instance_id and taken.events]
        fold(instance, [(taken.now, taken.actor, taken.events) for taken in steps])
        slot.instance = instance
        if steps:
            self._open.batch.replace(graph, instance)

    # Writing.

    def _schedule(self) -> None:
        self._idle.clear()
        if self._writing is None and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        if self._writing is not None:
            return
        bundle = self._open
        if bundle.batch.empty and not bundle.entries and not bundle.refusals:
            self._idle.set()
            return
        self._open = Bundle()
        self._writing = bundle
        if bundle.batch.empty:
            self._written(bundle, None)
            return
        for instance_id, data in bundle.batch.seal():
            bundle.slots[instance_id].data = data
        self._store.submit(bundle.batch, lambda fault: self._answer(bundle, fault))

    def _answer(self, bundle: Bundle, fault: BaseException | None) -> None:
        if threading.get_ident() == self._home:
            self._written(bundle, fault)
        else:
            self._loop.call_soon_threadsafe(self._written, bundle, fault)

    def _written(self, bundle: Bundle, fault: BaseException | None) -> None:
        self._writing = None
        self.batches += 1
        if fault is not None:
            log.error("a batch was not written", exc_info=fault)
            self._lose(bundle)
        else:
            self._evict(bundle)
            if bundle.batch.earliest:
                self._due(bundle.batch.earliest)
            if bundle.batch.rows[st.OUTBOX_END]:
                self._removed(bundle.batch.rows[st.OUTBOX_END])
            for request, taken, answer, seq in bundle.entries:
                instance = taken.instance
                if taken.effects or ((instance.jobs or instance.subscriptions) and taken.events):
                    self._committed(taken, seq)
                if not request.future.done():
                    request.future.set_result(answer)
            for future, problem in bundle.refusals:
                _fail(future, problem)
        if not self._scheduled:
            self._flush()

    def _lose(self, written: Bundle) -> None:
        """The disk refused: nothing since the last good batch has happened."""
        problem = Problem(UNAVAILABLE, 503, "The database refused to write; nothing was changed. Try again later.")
        following, self._open = self._open, Bundle()
        for bundle in (written, following):
            self._open.batch.rows[st.OUTBOX_END].extend(bundle.batch.rows[st.OUTBOX_END])
            for instance_id in bundle.slots:
                self._slots.pop(instance_id, None)
            for request, _, _, _ in bundle.entries:
                _fail(request.future, problem)
            for future, _ in bundle.refusals:
                _fail(future, problem)

    def _evict(self, bundle: Bundle) -> None:
        """Closed and suspended instances cost no memory; of the others the most recent stay."""
        slots = self._slots
        for instance_id, slot in bundle.slots.items():
            slot.unwritten -= 1
            instance = slot.instance
            if slot.unwritten or instance is None or instance_id not in slots:
                continue
            if instance.ended_at or instance.stopped:
                del slots[instance_id]
            else:
                slots.move_to_end(instance_id)
        excess = len(slots) - self._cache
        if excess > 0:
            for instance_id, slot in list(islice(slots.items(), excess)):
                if not slot.unwritten and slot.instance is not None:
                    del slots[instance_id]


def _problem(fault: Exception, instance_id: str, command: Command) -> Problem:
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, OverflowError | UnicodeEncodeError):
        return Problem(PARAMETER, 400, f"A value cannot be stored: {fault}")
    log.error("a step failed", instance=instance_id, command=type(command).__name__, exc_info=fault)
    return Problem(INTERNAL, 500, "Something went wrong in the server; nothing was changed.")


def _fail(future: "asyncio.Future[Any]", problem: Problem) -> None:
    if not future.done():
        future.set_exception(problem)

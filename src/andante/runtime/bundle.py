"""What the command loop works with: requests, instances in memory, and batches with those who wait for them."""

import asyncio
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, Final, Generic, TypeVar, final

from andante.bpmn.graph import ProcessGraph
from andante.engine.commands import Command
from andante.engine.state import Instance
from andante.engine.step import Step
from andante.engine.waits import Task
from andante.runtime import tracing
from andante.runtime.problem import Problem
from andante.store.audit import Asked, AuditLog, riding
from andante.store.projection import Batch

T = TypeVar("T")
View = Callable[[Step, Task | None], T]
TRIES: Final = 10
TURNS: Final = 2  # of the loop in which nobody comes, after which a batch does not wait any longer


def nothing(step: Step, _: Task | None) -> None:
    """The view of who only wants it done."""
    return


def changed(step: Step, _: Task | None) -> bool:
    """The view of who wants to know whether anything happened."""
    return bool(step.events)


@final
class Request(Generic[T]):
    """A command on its way, and who waits for its answer. `graph`: the one to go on by, where that changes. `tries`:
    how often another server may be faster before it is given up. `fresh`: it starts an instance whose id is new.
    `begun`: when it came, by the machine's counter (seconds). `span`: its part of a trace. `asked`: what the audit log
    is to have of it, where that goes with the command."""

    __slots__ = ("actor", "asked", "begun", "command", "fresh", "future", "graph", "span", "tries", "view")

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
        self.tries = TRIES
        self.fresh = False
        self.begun = perf_counter()
        tracer = tracing.active
        self.asked = riding()
        self.span: Any = None if tracer is None else tracer.command(command.__class__.__name__)

    def answer(self, value: T) -> None:
        """Who asked may have gone meanwhile."""
        if not self.future.done():
            self.future.set_result(value)

    def fail(self, problem: Problem) -> None:
        if not self.future.done():
            self.future.set_exception(problem)


@final
class Slot:
    """An instance in memory, or on its way there (`instance` None). `data` is the state last handed to the writer;
    `unwritten` counts the batches that carry it and are not yet on the disk. While `wanted` it is being read, or
    compared with what other servers may have made of it, and requests wait; `asked`: so many of them had come when the
    database was asked; `doubted`: not with this database."""

    __slots__ = ("asked", "data", "doubted", "graph", "instance", "unwritten", "waiting", "wanted")

    def __init__(self) -> None:
        self.instance: Instance | None = None
        self.graph: ProcessGraph | None = None
        self.data = b""
        self.waiting: list[Request[Any]] = []
        self.unwritten = 0
        self.wanted = False
        self.asked = 0
        self.doubted = False

    def empty(self) -> None:
        """It is to be read again from the beginning."""
        self.doubted = False
        self.instance, self.graph, self.data = None, None, b""


@final
class Entry:
    """A request in a batch: answered with `answer`, or refused with `problem` since it was judged by what is not
    written yet. `seq` is its number in the journal."""

    __slots__ = ("answer", "instance_id", "problem", "request", "seq", "step")

    def __init__(
        self,
        instance_id: str,
        request: Request[Any],
        step: Step | None,
        answer: object = None,
        seq: int = 0,
        problem: Problem | None = None,
    ) -> None:
        self.instance_id = instance_id
        self.request = request
        self.step = step
        self.answer = answer
        self.seq = seq
        self.problem = problem


def by_instance(entries: Iterable[Entry]) -> dict[str, list[Request[Any]]]:
    """Who asked, in order."""
    found: dict[str, list[Request[Any]]] = {}
    for entry in entries:
        found.setdefault(entry.instance_id, []).append(entry.request)
    return found


@final
class Bundle:
    """A batch and those who wait for it. `behind`: instances of which an earlier batch was not written yet when this
    one got to do with them. `begun`: when it went to the database, by the machine's counter; 0.0: not yet. `_seen`:
    how many had come when it was looked at last; `_quiet`: how often since then."""

    __slots__ = ("_quiet", "_seen", "batch", "begun", "behind", "entries", "slots")

    def __init__(self, node: str) -> None:
        self.batch = Batch(node)
        self.entries: list[Entry] = []
        self.behind: dict[str, Slot] = {}
        self.slots: dict[str, Slot] = {}
        self.begun = 0.0
        self._seen = self._quiet = 0

    def gathered(self, crowd: float) -> bool:
        """Asked once a turn of the loop: whether it is time to write it, since as many have come as there are of late
        (`crowd`), or since none came in some turns. One wait for the disk is for all of them, and a request is some
        turns on its way from its socket to here."""
        count = len(self.entries)
        self._quiet = self._quiet + 1 if count == self._seen else 0
        self._seen = count
        return count >= crowd or self._quiet >= TURNS

    def audit(self, log: AuditLog) -> None:
        """Take along what the log is to have of these commands, as far as it can be now."""
        asked: list[Asked] = []
        for entry in self.entries:
            if entry.request.asked is not None and entry.step is not None and entry.step.events:
                asked.append(entry.request.asked)
        self.batch.beside = log.board(asked) if asked else []

    def landed(self, log: AuditLog, fault: BaseException | None) -> None:
        """It is written, or not for this reason."""
        if self.batch.beside:  # rows of the log, and nothing else
            self.batch.beside = []
            log.landed(fault)

    def follow(self, instance_id: str, slot: Slot) -> None:
        """This batch is about to have to do with an instance."""
        if slot.unwritten and instance_id not in self.slots:
            self.behind[instance_id] = slot

    @property
    def waits(self) -> bool:
        """Whether an earlier batch has to be written first. What another server may do between two batches of one
        instance would not be seen by its number alone."""
        return any(slot.unwritten > (id in self.slots) for id, slot in self.behind.items())

    def split(self) -> "list[Bundle]":
        """Each instance by itself; the batch is sealed."""
        parts: dict[str, Bundle] = {}
        for instance_id, batch in self.batch.split().items():
            part = parts[instance_id] = Bundle(batch.node)
            part.batch = batch
        for entry in self.entries:
            part = parts.setdefault(entry.instance_id, Bundle(self.batch.node))
            part.entries.append(entry)
        for instance_id, slot in self.slots.items():
            parts[instance_id].slots[instance_id] = slot
        return list(parts.values())

    def steps(self, instance_id: str) -> list[Step]:
        """What has been done to this instance, in order."""
        steps = [entry.step for entry in self.entries if entry.instance_id == instance_id]
        return [step for step in steps if step is not None and step.events]

    def part_with(self, instances: set[str]) -> list[Entry]:
        """Take these instances out; what was asked of them, in order."""
        self.batch.drop(instances)
        for instance_id in instances:
            self.slots.pop(instance_id, None)
            self.behind.pop(instance_id, None)
        out = [entry for entry in self.entries if entry.instance_id in instances]
        self.entries = [entry for entry in self.entries if entry.instance_id not in instances]
        return out

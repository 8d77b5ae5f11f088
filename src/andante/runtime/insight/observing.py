"""From the journal of an instance that is over to what it adds to the sums."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_entry
from andante.engine import events as ev
from andante.runtime.definitions import Definitions
from andante.runtime.insight.sums import ELEMENT, PERSON, PROCESS, QUEUE, Sums
from andante.runtime.problem import Problem
from andante.store.store import Store

Entry = tuple[int, str, list[ev.Event]]  # when (ms), who, what
Key = tuple[str, str]  # kind and name
DEADLINE: Final = "deadline"
GOAL: Final = "goal"


class Stay(msgspec.Struct, frozen=True):
    """That a token was at an element: from and to (ms, 0: still there), who did what was done there, and its outcome;
    `withdrawn`: it was not done."""

    element: str
    name: str
    kind: str
    begun: int
    ended: int
    who: str = ""
    outcome: str = ""
    withdrawn: bool = False


@final
class _Task:
    __slots__ = ("claimed_at", "created_at", "node", "offered", "token")

    def __init__(self, node: int, token: int, created_at: int, claimed_at: int, offered: list[str]) -> None:
        self.token = token
        self.node = node
        self.created_at = created_at
        self.claimed_at = claimed_at
        self.offered = offered


@final
class _Clock:
    """Of a task or of the stage at a token, by their keys, or of the process. `last` is the target that decides: the
    deadline, or the goal where there is none."""

    __slots__ = ("facts", "last", "node", "task", "token")

    def __init__(self, node: int, task: int, token: int, last: str) -> None:
        self.task = task
        self.token = token
        self.node = node
        self.last = last
        self.facts: set[str] = set()


@final
class Observer:
    """One instance: `tell` each entry of its journal in order, then read `sums`. `graphs` has the definitions that it
    went by; where one is gone, elements are left out."""

    def __init__(self, graphs: Mapping[str, ProcessGraph]) -> None:
        self._graphs = graphs
        self._graph: ProcessGraph | None = None
        self.sums: dict[Key, Sums] = {}
        self._at: dict[int, tuple[int, int]] = {}  # node of each token, and since when
        self._seen: dict[tuple[int, int], int] = {}  # how often a node was entered in a scope
        self._tasks: dict[int, _Task] = {}
        self._clocks: dict[int, _Clock] = {}
        self._pauses: list[tuple[int, int]] = []
        self._paused_at = 0
        self._started_at = 0
        self._done: dict[int, tuple[str, str]] = {}  # by whom and how what stands at a token was done
        self.stays: list[Stay] = []

    def tell(self, at: int, who: str, facts: Iterable[ev.Event]) -> None:
        for fact in facts:
            told = TOLD.get(type(fact))
            if told is not None:
                told(self, fact, at, who)

    def span(self, begun: int, ended: int) -> int:
        """From one to the other, without what lies in a suspension."""
        pauses = [*self._pauses, (self._paused_at, ended)] if self._paused_at else self._pauses
        return ended - begun - sum(max(0, min(ended, b) - max(begun, a)) for a, b in pauses)

    def of(self, kind: str, name: str) -> Sums:
        return self.sums.setdefault((kind, name), Sums())

    def element(self, node: int) -> Sums | None:
        if self._graph is None or not 0 <= node < len(self._graph.nodes):
            return None
        return self.of(ELEMENT, self._graph.nodes[node].id)

    # What each fact says.

    def started(self, fact: ev.InstanceStarted, at: int, _who: str) -> None:
        self._started_at = at
        self._graph = self._graphs.get(fact.definition_id)

    def migrated(self, fact: ev.Migrated, _at: int, _who: str) -> None:
        nodes = fact.nodes
        self._at = {token: (nodes.get(node, -1), since) for token, (node, since) in self._at.items()}
        self._seen = {(nodes.get(node, -1), scope): count for (node, scope), count in self._seen.items()}
        for task in self._tasks.values():
            task.node = nodes.get(task.node, -1)
        for clock in self._clocks.values():
            clock.node = nodes.get(clock.node, -1)
        self._graph = self._graphs.get(fact.definition_id)

    def entered(self, fact: ev.ElementEntered, at: int, _who: str) -> None:
        self._leave(fact.token, at)
        self._at[fact.token] = fact.node, at
        if fact.loop:
            return
        key = fact.node, fact.scope
        before = self._seen.get(key, 0)
        self._seen[key] = before + 1
        sums = self.element(fact.node)
        if before and sums is not None:
            sums.again += 1

    def ended(self, fact: ev.TokenEnded, at: int, _who: str) -> None:
        self._leave(fact.token, at)

    def cancelled(self, fact: ev.TokenCancelled, at: int, _who: str) -> None:
        self._withdraw(fact.token, at)

    def moved(self, fact: ev.TokenMoved, at: int, _who: str) -> None:
        self._withdraw(fact.token, at)

    def _withdraw(self, token: int, at: int) -> None:
        self._judge_all(token=token, ended=False)
        node, since = self._at.pop(token, (-1, 0))
        sums = self.element(node)
        if sums is not None:
            sums.cancelled += 1
            self._stay(token, node, since, at, withdrawn=True)

    def _leave(self, token: int, at: int) -> None:
        self._judge_all(token=token, ended=True)
        node, since = self._at.pop(token, (-1, 0))
        sums = self.element(node)
        if sums is not None:
            sums.count += 1
            sums.cycle.add(self.span(since, at))
            self._stay(token, node, since, at)

    def _stay(self, token: int, node: int, since: int, at: int, *, withdrawn: bool = False) -> None:
        who, outcome = self._done.pop(token, ("", ""))
        if self._graph is not None:
            element = self._graph.nodes[node]
            name = element.name or element.id
            self.stays.append(Stay(element.id, name, element.kind_name, since, at, who, outcome, withdrawn))

    def still(self) -> list[Stay]:
        """Where it stands."""
        graph = self._graph
        if graph is None:
            return []
        found = []
        for node, since in self._at.values():
            if 0 <= node < len(graph.nodes):
                element = graph.nodes[node]
                found.append(Stay(element.id, element.name or element.id, element.kind_name, since, 0))
        return found

    def offered(self, fact: ev.TaskCreated, at: int, _who: str) -> None:
        to = [*([f"queue:{fact.queue}"] if fact.queue else []), *fact.groups]
        self._tasks[fact.task] = _Task(fact.node, fact.token, at, at if fact.assignee else 0, list(dict.fromkeys(to)))

    def assigned(self, fact: ev.TaskAssigned, at: int, _who: str) -> None:
        task = self._tasks.get(fact.task)
        if task is None:
            return
        if not fact.assignee:
            task.claimed_at = 0
        elif not task.claimed_at:
            task.claimed_at = at

    def completed_task(self, fact: ev.TaskCompleted, at: int, who: str) -> None:
        task = self._tasks.pop(fact.task, None)
        if task is None:
            return
        self._judge_all(task=fact.task, ended=True)
        self._done[task.token] = who, fact.outcome
        taken = task.claimed_at or at
        wait, work = self.span(task.created_at, taken), self.span(taken, at)
        sums = self.element(task.node)
        if sums is not None:
            sums.wait.add(wait)
            sums.work.add(work)
            sums.outcomes[fact.outcome] = sums.outcomes.get(fact.outcome, 0) + 1
        for kind, name in ((PERSON, who), *((QUEUE, name) for name in task.offered)):
            if name:
                own = self.of(kind, name)
                own.count += 1
                own.cycle.add(wait + work)
                own.wait.add(wait)
                own.work.add(work)

    def clock_started(self, fact: ev.ClockStarted, _at: int, _who: str) -> None:
        task = self._tasks.get(fact.task)
        node = task.node if task is not None else self._at.get(fact.token, (-1, 0))[0] if fact.token else -1
        if self._graph is None:
            return
        slas = self._graph.nodes[node].slas if node >= 0 else self._graph.slas
        if fact.policy < len(slas):
            last = DEADLINE if slas[fact.policy].policy.deadline is not None else GOAL
            self._clocks[fact.clock] = _Clock(node, fact.task, fact.token, last)

    def clock_changed(self, fact: ev.ClockChanged, _at: int, _who: str) -> None:
        if fact.clock in self._clocks:
            self._clocks[fact.clock].facts.update(fact.facts)

    def withdrawn_task(self, fact: ev.TaskCancelled, _at: int, _who: str) -> None:
        self._tasks.pop(fact.task, None)
        self._judge_all(task=fact.task, ended=False)

    def _judge_all(self, *, task: int = 0, token: int = 0, ended: bool) -> None:
        """The clocks of what is over: done, or (not `ended`) withdrawn."""
        for key, clock in list(self._clocks.items()):
            if (clock.task, clock.token) == (task, token):
                del self._clocks[key]
                self._judge(clock, ended=ended)

    def _judge(self, clock: _Clock, *, ended: bool) -> None:
        """What was withdrawn before it was late is not counted."""
        missed = clock.last in clock.facts
        if not missed and not ended:
            return
        targets = [self.element(clock.node)] if clock.node >= 0 else []
        for sums in (*targets, self.of(PROCESS, "")):
            if sums is not None:
                sums.missed += missed
                sums.met += not missed

    def trouble(self, fact: ev.IncidentRaised, _at: int, _who: str) -> None:
        self.of(PROCESS, "").incidents += 1
        sums = self.element(self._at.get(fact.token, (-1, 0))[0])
        if sums is not None:
            sums.incidents += 1

    def suspended(self, _fact: ev.Suspended, at: int, _who: str) -> None:
        self._paused_at = self._paused_at or at

    def resumed(self, _fact: ev.Resumed, at: int, _who: str) -> None:
        if self._paused_at:
            self._pauses.append((self._paused_at, at))
            self._paused_at = 0

    def completed(self, _fact: ev.Completed, at: int, _who: str) -> None:
        process = self.of(PROCESS, "")
        process.count += 1
        process.cycle.add(self.span(self._started_at, at))
        self._judge_all(ended=True)

    def terminated(self, _fact: ev.Terminated, _at: int, _who: str) -> None:
        self.of(PROCESS, "").cancelled += 1
        self._judge_all(ended=False)


TOLD: Final[Mapping[type, Callable[..., None]]] = {
    ev.InstanceStarted: Observer.started,
    ev.Migrated: Observer.migrated,
    ev.ElementEntered: Observer.entered,
    ev.TokenEnded: Observer.ended,
    ev.TokenCancelled: Observer.cancelled,
    ev.TokenMoved: Observer.moved,
    ev.TaskCreated: Observer.offered,
    ev.TaskAssigned: Observer.assigned,
    ev.TaskCompleted: Observer.completed_task,
    ev.TaskCancelled: Observer.withdrawn_task,
    ev.ClockStarted: Observer.clock_started,
    ev.ClockChanged: Observer.clock_changed,
    ev.IncidentRaised: Observer.trouble,
    ev.Suspended: Observer.suspended,
    ev.Resumed: Observer.resumed,
    ev.Completed: Observer.completed,
    ev.Terminated: Observer.terminated,
}


def observe(graphs: Mapping[str, ProcessGraph], journal: Iterable[Entry]) -> dict[Key, Sums]:
    """What the instance adds, by kind and name."""
    observer = Observer(graphs)
    for at, who, facts in journal:
        observer.tell(at, who, facts)
    return observer.sums


async def journal_of(store: Store, instance_id: str) -> list[Entry]:
    """The whole journal of an instance."""
    read = await store.read("select at, actor, data from journal where instance_id=? order by seq", (instance_id,))
    return [(at, actor, decode_entry(bytes(data))[1]) for at, actor, data in read]


async def graphs_of(known: Definitions, journal: Iterable[Entry]) -> dict[str, ProcessGraph]:
    """The definitions that an instance went by, those that are still there."""
    started = (ev.InstanceStarted, ev.Migrated)
    found = {}
    for name in {fact.definition_id for _, _, facts in journal for fact in facts if isinstance(fact, started)}:
        try:
            found[name] = await known.graph(name)
        except Problem:
            continue
    return found

"""What programs are told of instances and tasks: which kinds of events there are, and what each says.

Made of a step's facts before they are written. Variables are not in them: who is told what happened need not know all
that the process knows; it asks the API, by its own rights.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.engine import events as ev
from andante.engine.state import Instance, Token
from andante.engine.waits import Clock, Task
from andante.timing.instants import iso


class Data(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of every event: which instance it is of, as it is after what happened; `actor` did it, "" the server itself."""

    instance_id: str
    definition: str
    definition_id: str
    version: str
    business_key: str
    title: str
    parent_id: str
    root_id: str
    state: str
    suspended: bool
    is_test: bool
    actor: str


class InstanceData(Data, frozen=True, kw_only=True):
    """The instance has begun, or is complete."""


class ReasonData(Data, frozen=True, kw_only=True):
    """An operator, or who may, has done it, and said why ("" for nothing)."""

    reason: str


class IncidentData(Data, frozen=True, kw_only=True):
    """It stumbled at `element` ("": the instance as a whole) and waits for an operator."""

    incident: int
    element: str
    kind: str
    message: str


class ResolvedData(Data, frozen=True, kw_only=True):
    """The incident is retried, or what stumbled is gone."""

    incident: int


class MigratedData(ReasonData, frozen=True, kw_only=True):
    """It goes on by another definition than `from_definition_id`."""

    from_definition_id: str


class TaskData(Data, frozen=True, kw_only=True):
    """A user task; `candidates` are user:x, group:x or role:x. `due_at` is ISO 8601 in UTC, "" for none."""

    task_id: str
    task_name: str
    element: str
    assignee: str
    owner: str
    candidates: list[str]
    queue: str
    priority: int
    due_at: str


class AssignedData(TaskData, frozen=True, kw_only=True):
    """`how`: claim, unclaim, transfer, delegate, resolve, a rule, or deputy."""

    how: str


class CompletedData(TaskData, frozen=True, kw_only=True):
    """Done by `actor`, with an `outcome`, "" where the task has none."""

    outcome: str


class CancelledData(TaskData, frozen=True, kw_only=True):
    """Withdrawn, and why."""

    reason: str


class TextData(TaskData, frozen=True, kw_only=True):
    """What was said."""

    text: str


class SlaData(Data, frozen=True, kw_only=True):
    """`sla` is its name; `target` goal, deadline or a milestone; `task_id` and `element` are "" for the process's."""

    sla: str
    target: str
    task_id: str
    element: str


class ExtendedData(Data, frozen=True, kw_only=True):
    """`targets` of the SLA have so many seconds more."""

    sla: str
    targets: list[str]
    by_seconds: int
    reason: str
    task_id: str
    element: str


KINDS: Final[Mapping[str, type[Data]]] = {
    "instance.started": InstanceData,
    "instance.suspended": ReasonData,
    "instance.resumed": ReasonData,
    "instance.completed": InstanceData,
    "instance.terminated": ReasonData,
    "instance.migrated": MigratedData,
    "instance.incidentRaised": IncidentData,
    "instance.incidentResolved": ResolvedData,
    "task.created": TaskData,
    "task.offered": TaskData,
    "task.assigned": AssignedData,
    "task.completed": CompletedData,
    "task.cancelled": CancelledData,
    "task.commented": TextData,
    "task.reminded": TextData,
    "sla.passed": SlaData,
    "sla.extended": ExtendedData,
}


@final
class Before(NamedTuple):
    """What an instance had before a step: things that the step ends are told of by what they were."""

    tasks: dict[int, Task]
    clocks: dict[int, Clock]
    tokens: dict[int, Token]


def before(instance: Instance) -> Before:
    return Before(dict(instance.tasks), dict(instance.clocks), dict(instance.tokens))


@final
class Teller:
    """Of one step. `events` gives kind and data of each fact that is told, in order."""

    def __init__(self, graph: ProcessGraph, instance: Instance, before: Before) -> None:
        self._graph = graph
        self._instance = instance
        self._before = before
        self._created: dict[int, ev.TaskCreated] = {}
        self._started: dict[int, ev.ClockStarted] = {}

    def events(self, facts: Sequence[ev.Event]) -> list[tuple[str, dict[str, Any]]]:
        found: list[tuple[str, dict[str, Any]]] = []
        for fact in facts:
            if isinstance(fact, ev.TaskCreated):
                self._created[fact.task] = fact
            elif isinstance(fact, ev.ClockStarted):
                self._started[fact.clock] = fact
            tell = TOLD.get(type(fact))
            for kind, more in tell(self, fact) if tell is not None else ():
                found.append((kind, {**self._common(), **more}))
        return found

    def _common(self) -> dict[str, Any]:
        i = self._instance
        return {
            "instanceId": i.id, "definition": i.name, "definitionId": i.definition_id, "version": i.version,
            "businessKey": i.business_key, "title": i.title, "parentId": i.parent_id, "rootId": i.root_id,
            "state": i.state, "suspended": i.stopped, "isTest": i.is_test, "actor": i.modified_by,
        }  # fmt: skip

    def task(self, key: int) -> dict[str, Any]:
        """As it is, or was last."""
        task: Any = self._instance.tasks.get(key) or self._before.tasks.get(key)
        made: Any = task or self._created.get(key)
        if made is None:
            return {"taskId": f"{self._instance.id}-{key}"}
        return {
            "taskId": f"{self._instance.id}-{key}", "taskName": made.name, "element": self.element(made.node),
            "assignee": made.assignee, "owner": task.owner if task is not None else "",
            "candidates": [*(f"user:{name}" for name in made.users), *made.groups], "queue": made.queue,
            "priority": made.priority, "dueAt": iso(made.due_at) if made.due_at else "",
        }  # fmt: skip

    def element(self, node: int) -> str:
        return self._graph.nodes[node].id if 0 <= node < len(self._graph.nodes) else ""

    def at(self, key: int) -> str:
        """The element at which the token stands, or stood."""
        token = self._instance.tokens.get(key) or self._before.tokens.get(key)
        return self.element(token.node) if token is not None else ""

    def clock(self, key: int) -> dict[str, Any]:
        """Whose it is."""
        clock: Any = self._instance.clocks.get(key) or self._before.clocks.get(key) or self._started.get(key)
        if clock is None:
            return {"sla": "", "taskId": "", "element": ""}
        element = str(self.task(clock.task).get("element", "")) if clock.task else self.at(clock.token)
        node = self._graph.by_id.get(element, -1)
        slas = self._graph.nodes[node].slas if node >= 0 else self._graph.slas
        name = slas[clock.policy].policy.name if clock.policy < len(slas) else ""
        task = f"{self._instance.id}-{clock.task}" if clock.task else ""
        return {"sla": name, "taskId": task, "element": element}


Told = list[tuple[str, dict[str, Any]]]


def _plain(kind: str, *names: str) -> Callable[[Teller, Any], Told]:
    return lambda _, fact: [(kind, {name: getattr(fact, name) for name in names})]


def _of_task(kind: str, *names: str) -> Callable[[Teller, Any], Told]:
    return lambda teller, fact: [(kind, {**teller.task(fact.task), **{name: getattr(fact, name) for name in names}})]


def _incident(teller: Teller, fact: ev.IncidentRaised) -> Told:
    more = {"incident": fact.incident, "element": teller.at(fact.token), "kind": fact.kind, "message": fact.message}
    return [("instance.incidentRaised", more)]


def _migrated(_: Teller, fact: ev.Migrated) -> Told:
    return [("instance.migrated", {"reason": fact.reason, "fromDefinitionId": fact.old})]


def _passed(teller: Teller, fact: ev.ClockChanged) -> Told:
    found = []
    for each in fact.facts:
        kind, _, name = each.partition(":")
        if kind in ("goal", "deadline", "milestone"):
            found.append(("sla.passed", {**teller.clock(fact.clock), "target": name or kind}))
    return found


def _extended(teller: Teller, fact: ev.ClockExtended) -> Told:
    about = teller.clock(fact.clock)
    more = {"targets": list(fact.targets), "bySeconds": fact.by_ms // 1000, "reason": fact.reason}
    return [("sla.extended", {**about, **more})]


TOLD: Final[Mapping[type, Callable[[Teller, Any], Told]]] = {
    ev.InstanceStarted: _plain("instance.started"),
    ev.Suspended: _plain("instance.suspended", "reason"),
    ev.Resumed: _plain("instance.resumed", "reason"),
    ev.Completed: _plain("instance.completed"),
    ev.Terminated: _plain("instance.terminated", "reason"),
    ev.Migrated: _migrated,
    ev.IncidentRaised: _incident,
    ev.IncidentResolved: _plain("instance.incidentResolved", "incident"),
    ev.TaskCreated: _of_task("task.created"),
    ev.TaskOffered: _of_task("task.offered"),
    ev.TaskAssigned: _of_task("task.assigned", "how"),
    ev.TaskCompleted: _of_task("task.completed", "outcome"),
    ev.TaskCancelled: _of_task("task.cancelled", "reason"),
    ev.TaskCommented: _of_task("task.commented", "text"),
    ev.TaskReminded: _of_task("task.reminded", "text"),
    ev.ClockChanged: _passed,
    ev.ClockExtended: _extended,
}

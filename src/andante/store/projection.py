"""Rows from facts: what a step's events change in the tables that are queried.

A `Batch` gathers the rows of many commands; of an instance, task or job that changes several times in one batch only
the last row is written. Nothing here decides anything.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final, final

from andante.bpmn.graph import ProcessGraph
from andante.codec import encode_effect, encode_entry, encode_state
from andante.engine import events as ev
from andante.engine.commands import Command
from andante.engine.due import next_due
from andante.engine.effects import Effect, Notify
from andante.engine.state import Instance
from andante.engine.views import current_element, next_element
from andante.engine.waits import Task
from andante.store import statements as st
from andante.store.clocks import any_working, clock_row, is_working
from andante.store.grams import folded, grams
from andante.store.records import InstanceRecord
from andante.store.single_rows import attached, detached, informed, keyed, subscribed, unsubscribed
from andante.store.task_rows import as_json, candidates, names_of, offers, task_record, task_row

Row = tuple[Any, ...]
EXT: Final[list[str | int | float]] = ["", "", "", "", "", "", 0, 0]


@final
class Batch:
    """The rows of commands that share one transaction. `bases`: of each instance that was there before, the number
    of its last command before these. `node`: the server that carries out what they ask for. `earliest`, once sealed:
    the first time (ms) at which one of its instances has something due, 0 for none. `beside`: statements that are no
    instance's, and come last."""

    __slots__ = (
        "_alone", "_clocks", "_described", "_free", "_jobs", "_live", "_migrated", "_new", "_offered", "_tasks",
        "bases", "beside", "commands", "earliest", "node", "rows",
    )  # fmt: skip

    def __init__(self, node: str = "") -> None:
        self.node = node
        self.commands = 0
        self.earliest: int = 0
        self.bases: dict[str, int] = {}
        self.beside: list[tuple[str, list[object]]] = []
        self.rows: dict[st.Statement, list[Row]] = {statement: [] for statement in st.ORDER}
        self._described: set[str] = set()
        self._migrated: set[str] = set()
        self._new: set[str] = set()
        self._live: dict[str, tuple[Instance, ProcessGraph]] = {}
        self._tasks: dict[tuple[str, int], Row] = {}
        self._jobs: dict[tuple[str, int], Row] = {}
        self._clocks: dict[tuple[str, int], Row] = {}
        self._offered: dict[tuple[str, int], list[str]] = {}  # new tasks that several may claim, and who
        self._free: dict[tuple[str, int], bool] = {}  # of others that changed: whether they can be claimed
        self._alone = 0  # the key of a task that has no rows of candidates

    def add(
        self, graph: ProcessGraph, instance: Instance, command: Command, facts: list[ev.Event], effects: list[Effect],
        before: Task | None = None, told: list[Row] | None = None,
    ) -> None:  # fmt: skip
        """Take up one command's step; `before` is the task that it names, if it is there before and after; `told` are
        rows for programs. Raises what the codec raises for values it cannot write; then call it off."""
        entry = encode_entry(command, facts)
        letters = [encode_effect(effect) for effect in effects]
        self.commands += 1
        if instance.id not in self._live:
            if instance.seq == 1:
                self._new.add(instance.id)
            else:
                self.bases[instance.id] = instance.seq - 1
        self._live[instance.id] = (instance, graph)
        self._alone = before.key if before is not None and not offers(before) else 0
        rows = self.rows
        for fact in facts:
            project = PROJECTIONS.get(fact.__class__)
            if project is not None:
                project(self, graph, instance, fact)
        rows[st.JOURNAL].append(
            (instance.id, instance.seq, instance.modified_at, instance.modified_by, bytearray(entry))
        )
        for n, letter in enumerate(letters):
            lane = "note" if effects[n].__class__ is Notify else "inner"
            rows[st.OUTBOX].append((instance.id, instance.seq, n, lane, 0, bytearray(letter), self.node))
        rows[st.EVENT_OUT].extend(told or [])

    def replace(self, graph: ProcessGraph, instance: Instance) -> None:
        """The instance was made anew in memory, in the state that this batch has of it."""
        self._live[instance.id] = (instance, graph)

    def drop(self, instances: set[str]) -> None:
        """Take these instances out, before or after `seal`. Outbox rows that are done are of no instance's commands."""
        for statement, rows in self.rows.items():
            if rows and statement is not st.OUTBOX_END:
                rows[:] = [row for row in rows if row[0] not in instances]
        for instance_id in instances:
            self._live.pop(instance_id, None)
            self.bases.pop(instance_id, None)
        for names in (self._described, self._migrated, self._new):
            names -= instances
        for found in (self._tasks, self._jobs, self._clocks, self._offered, self._free):
            for key in [key for key in found if key[0] in instances]:
                del found[key]
        self.commands = len(self.rows[st.JOURNAL])

    def seal(self) -> list[tuple[str, bytes]]:
        """Turn what is gathered into rows, and give each instance's id and state as it is written."""
        found: list[tuple[str, bytes]] = []
        for instance, graph in self._live.values():
            data = encode_state(instance)
            found.append((instance.id, data))
            row = instance_row(graph, instance, data)
            if row[2] and (not self.earliest or row[2] < self.earliest):
                self.earliest = row[2]
            if instance.id in self._new:
                self.rows[st.INSTANCE].append(row)
                if text := names_of(instance):
                    self._searched(instance.id, 0, text)
            else:
                self.rows[st.INSTANCE_CHANGE].append(_changing(row))
                if instance.id in self._described:
                    self.rows[st.INSTANCE_DESCRIBED].append(_describing(row))
                    self._searched(instance.id, 0, names_of(instance))
                if instance.id in self._migrated:
                    self.rows[st.INSTANCE_MIGRATED].append(_migrating(row))
        self._offer()
        self.rows[st.TASK] = list(self._tasks.values())
        self.rows[st.JOB] = list(self._jobs.values())
        self.rows[st.WORKING_CLOCK] = list(self._clocks.values())
        return found

    def split(self) -> "dict[str, Batch]":
        """The rows of each instance by themselves, once sealed."""
        parts: dict[str, Batch] = {}
        for statement, rows in self.rows.items():
            for row in rows:
                part = parts.get(row[0])
                if part is None:
                    part = parts[row[0]] = Batch(self.node)
                    part.earliest = self.earliest
                    if row[0] in self.bases:
                        part.bases[row[0]] = self.bases[row[0]]
                part.rows[statement].append(row)
        for part in parts.values():
            part.commands = len(part.rows[st.JOURNAL])
        return parts

    def calls(self) -> list[tuple[str, list[object]]]:
        """The statements of the transaction, in order."""
        rows = self.rows
        found: list[tuple[str, list[object]]] = []
        for statement in st.ORDER:
            if rows[statement]:
                found.extend(statement.calls(rows[statement]))
        found.extend(self.beside)
        return found

    @property
    def empty(self) -> bool:
        return not self.commands and not self.rows[st.OUTBOX_END]

    def _offer(self) -> None:
        """The rows of candidates, which know of their task what a list of those who may claim it needs."""
        rows = self.rows[st.CANDIDATE]
        for place, who in self._offered.items():
            row = self._tasks[place]
            free = 0 if self._free.pop(place, True) is False else _is_free(row)
            rows.extend([(place[0], place[1], name, row[RANK_AT], free) for name in who])
        changes, ends = self.rows[st.CANDIDATE_CHANGE], self.rows[st.CANDIDATE_END]
        for place, lasting in self._free.items():
            if lasting:
                row = self._tasks[place]
                changes.append((place[0], place[1], row[RANK_AT], _is_free(row)))
            else:
                ends.append((place[0], place[1], 0))

    def _searched(self, instance_id: str, key: int, text: str) -> None:
        self.rows[st.SEARCH].append((instance_id, key, folded(text), grams(text)))

    # What single facts change.

    def _task(self, graph: ProcessGraph, instance: Instance, key: int) -> None:
        task = instance.tasks.get(key)
        if task is not None:
            self._tasks[instance.id, key] = task_row(graph, instance, task)
            if offers(task):
                self._free[instance.id, key] = True

    def _job(self, graph: ProcessGraph, instance: Instance, key: int) -> None:
        job = instance.jobs.get(key)
        if job is not None:
            node = graph.nodes[job.node]
            self._jobs[instance.id, key] = (
                instance.id, key, job.type, node.id, job.priority, job.retries, job.retry_at, 0, "",
            )  # fmt: skip


def _task_created(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.TaskCreated) -> None:
    if e.task not in instance.tasks:  # created and gone in one step: history still wants it
        task = Task(
            e.task, e.token, e.node, e.name, e.assignee, e.users, e.groups, e.queue, e.priority, e.form, e.outcomes,
            e.due_at, e.follow_up_at, instance.modified_at,
        )  # fmt: skip
        batch._tasks[instance.id, e.task] = task_row(graph, instance, task)
    else:
        batch._task(graph, instance, e.task)
    who = candidates(e.users, e.groups, e.queue)
    if len(who) > 1:
        batch._offered[instance.id, e.task] = who
    node = graph.nodes[e.node]
    if e.name != node.name and e.name != node.id:
        batch._searched(instance.id, e.task, e.name)


def _task_changed(
    batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.TaskAssigned | ev.TaskFollowUpSet
) -> None:
    batch._task(graph, instance, e.task)


def _task_offered(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.TaskOffered) -> None:
    """To others: those who could claim it before cannot any more."""
    task = instance.tasks.get(e.task)
    if task is None:
        return
    batch._task(graph, instance, e.task)
    batch.rows[st.CANDIDATE_GONE].append((instance.id, e.task))
    batch._offered.pop((instance.id, e.task), None)
    if offers(task):
        batch._offered[instance.id, e.task] = candidates(task.users, task.groups, task.queue)


def _all_tasks(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.Suspended | ev.Resumed) -> None:
    for key in instance.tasks:
        batch._task(graph, instance, key)


def _task_completed(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.TaskCompleted) -> None:
    if e.task != batch._alone:
        batch._free[instance.id, e.task] = False
    batch.rows[st.TASK_END].append(
        (instance.id, e.task, "completed", e.outcome, instance.modified_at, instance.modified_by)
    )


def _task_cancelled(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.TaskCancelled) -> None:
    batch._free[instance.id, e.task] = False
    batch.rows[st.TASK_END].append((instance.id, e.task, "cancelled", "", instance.modified_at, ""))


def _clock(
    batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.ClockStarted | ev.ClockChanged | ev.ClockExtended
) -> None:
    clock = instance.clocks.get(e.clock)
    if clock is not None and clock.task:
        batch._task(graph, instance, clock.task)
    if clock is not None and is_working(graph, instance, clock):
        batch._clocks[instance.id, clock.key] = clock_row(instance, clock)


def _clock_gone(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.ClockStopped) -> None:
    if any_working(graph):
        batch.rows[st.WORKING_CLOCK_END].append((instance.id, e.clock))


def _job_changed(
    batch: Batch, graph: ProcessGraph, instance: Instance,
    e: ev.JobCreated | ev.JobFailed | ev.JobRetried | ev.JobChanged,
) -> None:  # fmt: skip
    batch._job(graph, instance, e.job)


def _job_gone(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.JobCompleted | ev.JobCancelled) -> None:
    batch.rows[st.JOB_END].append((instance.id, e.job))


def _properties(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.PropertiesSet) -> None:
    batch._described.add(instance.id)


def _migrated(batch: Batch, graph: ProcessGraph, instance: Instance, e: ev.Migrated) -> None:
    """What is open may be called otherwise now. A job that a worker holds is free again; its result is still taken."""
    batch._migrated.add(instance.id)
    for key in instance.tasks:
        batch._task(graph, instance, key)
    for key in instance.jobs:
        batch._job(graph, instance, key)
    for clock in instance.clocks.values():
        if is_working(graph, instance, clock):
            batch._clocks[instance.id, clock.key] = clock_row(instance, clock)
        else:
            batch.rows[st.WORKING_CLOCK_END].append((instance.id, clock.key))


RANK_AT: Final = st.TASK_COLUMNS.index("rank")
_SUSPENDED_AT: Final = st.TASK_COLUMNS.index("suspended")
_ASSIGNEE_AT: Final = st.TASK_COLUMNS.index("assignee")


def _is_free(row: Row) -> int:
    """Whether an open task can be claimed."""
    return 0 if row[_SUSPENDED_AT] or row[_ASSIGNEE_AT] else 1


_changing: Final = itemgetter(0, *(st.INSTANCE_COLUMNS.index(name) for name in st.CHANGING))
_describing: Final = itemgetter(0, *(st.INSTANCE_COLUMNS.index(name) for name in st.DESCRIBING))
_migrating: Final = itemgetter(0, *(st.INSTANCE_COLUMNS.index(name) for name in st.MIGRATING))

PROJECTIONS: Final[dict[type, Callable[[Batch, ProcessGraph, Instance, Any], None]]] = {
    ev.TaskCreated: _task_created,
    ev.TaskAssigned: _task_changed,
    ev.TaskOffered: _task_offered,
    ev.PersonsInformed: informed,
    ev.TaskFollowUpSet: _task_changed,
    ev.AttachmentAdded: attached,
    ev.AttachmentRemoved: detached,
    ev.TaskCompleted: _task_completed,
    ev.TaskCancelled: _task_cancelled,
    ev.ClockStarted: _clock,
    ev.ClockChanged: _clock,
    ev.ClockExtended: _clock,
    ev.ClockStopped: _clock_gone,
    ev.SubscriptionOpened: subscribed,
    ev.SubscriptionKeyed: keyed,
    ev.SubscriptionClosed: unsubscribed,
    ev.PropertiesSet: _properties,
    ev.Migrated: _migrated,
    ev.Suspended: _all_tasks,
    ev.Resumed: _all_tasks,
    ev.JobCreated: _job_changed,
    ev.JobFailed: _job_changed,
    ev.JobRetried: _job_changed,
    ev.JobChanged: _job_changed,
    ev.JobCompleted: _job_gone,
    ev.JobCancelled: _job_gone,
}


def _text(instance: Instance, name: str, default: str = "") -> str:
    value = instance.properties.get(name, default)
    return value if isinstance(value, str) else as_json(value)


def instance_record(graph: ProcessGraph, instance: Instance) -> InstanceRecord:
    """The instance as the lists would show it."""
    return InstanceRecord(
        instance.id, instance.definition_id, instance.name, instance.version, instance.label, instance.title,
        instance.business_key, instance.state, instance.stopped, instance.ended_at != 0, instance.is_test,
        instance.urgency, instance.task_outcome, _text(instance, "bpStatus", "New"), _text(instance, "bpStage"),
        _text(instance, "bpStep"), _text(instance, "description"), next_element(graph, instance),
        current_element(graph, instance), instance.created_by, _text(instance, "owner", instance.created_by),
        instance.last_handler, instance.modified_by, instance.started_at, instance.modified_at, instance.ended_at,
        _ext(instance), instance.parent_id, instance.root_id, bool(instance.incidents),
    )  # fmt: skip


def _ext(instance: Instance) -> list[str | int | float]:
    return list(instance.ext) if instance.ext is not None else list(EXT)  # type: ignore[arg-type]


def instance_row(graph: ProcessGraph, instance: Instance, data: bytes) -> Row:
    """The instance's whole row, in the order of the table's columns. Flags are numbers and bytes are byte arrays: for
    anything else but texts and numbers the driver would look for an adapter, each time."""
    properties = instance.properties
    plain = not properties
    return (
        instance.id, instance.seq, next_due(instance, graph), instance.definition_id, instance.name, instance.version,
        instance.label, instance.title, instance.business_key, instance.state,
        1 if instance.stopped else 0, 1 if instance.ended_at else 0, 1 if instance.is_test else 0, instance.urgency,
        instance.task_outcome,
        "New" if plain else _text(instance, "bpStatus", "New"),
        "" if plain else _text(instance, "bpStage"),
        "" if plain else _text(instance, "bpStep"),
        "" if plain else _text(instance, "description"),
        next_element(graph, instance), current_element(graph, instance), instance.created_by,
        instance.created_by if plain else _text(instance, "owner", instance.created_by),
        instance.last_handler, instance.modified_by, instance.started_at, instance.modified_at, instance.ended_at,
        "" if instance.ext is None else as_json(instance.ext), instance.parent_id, instance.root_id,
        1 if instance.incidents else 0, bytearray(data),
    )  # fmt: skip


__all__ = ["Batch", "candidates", "instance_record", "instance_row", "task_record", "task_row"]

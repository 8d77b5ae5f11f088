"""A task of the state as a row, and as a record of the lists."""

from typing import Any, Final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.engine.state import Instance
from andante.engine.waits import Task
from andante.store.ranks import rank
from andante.store.records import TaskRecord
from andante.store.task_times import targets

Row = tuple[Any, ...]
CLOCK_LENGTH: Final = 20  # of the time in an instance's label, with the blank before it
_encoder: Final = msgspec.json.Encoder()


def candidates(users: list[str], groups: list[str], queue: str) -> list[str]:
    """Who may claim: "user:x", and the groups, roles and queues as they are named; none means everybody ("*")."""
    who = [f"user:{name}" for name in users]
    who.extend(groups)
    if queue:
        who.append(f"queue:{queue}")
    return who or ["*"]


def task_row(graph: ProcessGraph, instance: Instance, task: Task) -> Row:
    who = candidates(task.users, task.groups, task.queue)
    goal, due, risk = targets(task)
    return (
        instance.id, task.key, task.name, graph.nodes[task.node].id, task.assignee, who[0] if len(who) == 1 else "",
        _names(task.users), _names(task.groups), task.queue, task.owner, 1 if task.delegated else 0, task.priority,
        task.urgency, task.created_at, goal, due, risk, task.follow_up_at or 0, task.form, _names(task.outcomes),
        rank(task.urgency, due, task.priority), 1 if instance.stopped else 0, instance.name, "open",
    )  # fmt: skip


def as_json(value: object) -> str:
    return _encoder.encode(value).decode()


def _names(names: list[str]) -> str:
    return as_json(names) if names else ""


def task_record(graph: ProcessGraph, instance: Instance, task: Task) -> TaskRecord:
    """An open task as the lists would show it."""
    goal, due, risk = targets(task)
    return TaskRecord(
        f"{instance.id}-{task.key}", instance.id, task.key, task.name, graph.nodes[task.node].id,
        instance.definition_id, instance.name, instance.version, instance.business_key, task.assignee,
        list(task.users), list(task.groups), task.queue, task.owner, task.delegated, task.priority, task.urgency,
        task.created_at, goal, due, risk, task.follow_up_at or 0, task.form, list(task.outcomes), "open", "", 0, "",
        instance.stopped,
    )  # fmt: skip


def offers(task: Task) -> bool:
    """Whether several may claim it: only then it has rows of candidates."""
    return len(task.users) + len(task.groups) + (1 if task.queue else 0) > 1


def names_of(instance: Instance) -> str:
    """What people have called the instance."""
    return called(instance.id, instance.name, instance.label, instance.title, instance.business_key)


def called(id: str, name: str, label: str, title: str, business_key: str) -> str:
    """The same of its columns. What it is called by itself is left out: that is found by its definition's name."""
    if label.startswith(name) and len(label) == len(name) + CLOCK_LENGTH:
        label = ""
    key = "" if business_key == id else business_key
    return " ".join([text for text in (label, title, key) if text])

"""Who is told of a task, a stage or a process: what the words of a model stand for.

`assignee` is who holds the task, or its candidates while nobody does; `candidates`, `manager` (of who holds it), `lead`
(of its work queue) and `initiator`. Anything else is the name of a receiver. Of a stage and of the process the
initiator is the one who holds it. `manager:x` and `lead:x` are looked up when the note is sent.
"""

from collections.abc import Iterable

from andante.engine.state import Instance
from andante.engine.waits import Task


def workers(task: Task | None) -> list[str]:
    """Who holds the task; while nobody does, its candidates."""
    if task is None:
        return []
    return [task.assignee] if task.assignee else _candidates(task)


def holders(instance: Instance, task: Task | None) -> list[str]:
    """The same; of what is nobody's, the initiator."""
    return workers(task) or [name for name in (instance.created_by,) if name]


def _candidates(task: Task) -> list[str]:
    queue = [f"queue:{task.queue}"] if task.queue else []
    return [*task.users, *task.groups, *queue]


def named(instance: Instance, task: Task | None, words: Iterable[str]) -> list[str]:
    """The receivers that the words stand for, each once."""
    found: list[str] = []
    for word in words:
        found.extend(_named(instance, task, word))
    return list(dict.fromkeys(found))


def _named(instance: Instance, task: Task | None, word: str) -> list[str]:
    if word == "assignee":
        return holders(instance, task)
    if word == "candidates":
        return _candidates(task) if task is not None else holders(instance, task)
    if word == "manager":
        return [f"manager:{name}" for name in holders(instance, task)]
    if word == "lead":
        offered = _candidates(task) if task is not None else []
        return [f"lead:{name}" for name in offered if name.startswith("queue:")]
    if word == "initiator":
        return [name for name in (instance.created_by,) if name]
    return [word]

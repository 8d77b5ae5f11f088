"""Who may work on a task, and who may stop an instance of their own."""

from typing import Final

from andante.people.caller import Caller
from andante.people.faults import FORBIDDEN, AccessProblem
from andante.people.permissions import (
    INSTANCE_ACT_ANY,
    SLA_EXTEND,
    TASK_ACT,
    TASK_ACT_ANY,
    TASK_HAND_ON_ANY,
    TASK_READ_ANY,
    may,
)
from andante.store.audit import note
from andante.store.records import InstanceRecord, TaskRecord

HAND_ON: Final = frozenset(("transfer", "delegate", "unclaim", "comment", "remind"))
REMIND: Final = "remind"
EXTEND: Final = "extend"
OPEN_TO_SEE: Final = frozenset(("claim", "comment", REMIND))  # whoever sees a task may
STOP_OWN: Final = frozenset(("terminate", "withdraw"))


def is_candidate(caller: Caller, task: TaskRecord) -> bool:
    """Whether the task is offered to the caller: by name, group, role or work queue; to everyone if to nobody. Or to
    somebody who shares their tasks with the caller."""
    if caller.user in task.users:
        return True
    if task.queue and task.queue in caller.queues:
        return True
    for item in task.groups:
        kind, _, name = item.rpartition(":")
        if name in (caller.queues if kind == "queue" else caller.names):
            return True
    return (not task.users and not task.groups and not task.queue) or bool(shared_by(caller, task))


def shared_by(caller: Caller, task: TaskRecord) -> str:
    """Who shares the task with the caller, because it is offered to them; "" for nobody."""
    for share in caller.shares:
        if share.definition not in ("", task.definition) or share.queue not in ("", task.queue):
            continue
        offered = [f"user:{name}" for name in task.users]
        if task.queue:
            offered.append(f"queue:{task.queue}")
        offered.extend(item if ":" in item else f"group:{item}" for item in task.groups)
        if any(name in share.names for name in offered):
            return share.person
    return ""


def may_work(caller: Caller, task: TaskRecord) -> bool:
    """Whether the caller may do the task now: its assignee or who stands in for them, its owner, or a candidate
    while nobody has it; where tasks of its definition are for some alone, one of them."""
    return may(caller, TASK_ACT, task.definition) and _has_it(caller, task)


def _has_it(caller: Caller, task: TaskRecord) -> bool:
    if caller.user in (task.assignee, task.owner):
        return True
    if task.assignee and any(
        person == task.assignee and definition in ("", task.definition) and queue in ("", task.queue)
        for person, definition, queue in caller.stands_for
    ):
        return True
    return not task.assignee and is_candidate(caller, task)


def may_see(caller: Caller, task: TaskRecord) -> bool:
    """Whether the caller may read the task: who may work on it, is offered it, or has ended it, and operators. What is
    offered to nobody in particular is everybody's to read only until somebody has it."""
    named = bool(task.users or task.groups or task.queue)
    return (
        _has_it(caller, task)
        or (named and is_candidate(caller, task))
        or caller.user == task.ended_by
        or may(caller, TASK_READ_ANY, task.definition)
    )


def demand_task_action(caller: Caller, task: TaskRecord, action: str) -> None:
    """Raise AccessProblem (403) unless the caller may do `action` to the task.

    Claiming needs to be a candidate (whether somebody else has it is for the engine to say); transfer and delegate
    need the assignee, the owner or a candidate of a free task; operators hand any task on, remind of any, and
    give its SLA more time.
    """
    if action == EXTEND:
        if may(caller, SLA_EXTEND, task.definition):
            return
        raise AccessProblem(FORBIDDEN, 403, f"'{caller.user}' may not extend task '{task.name}'; it needs an operator.")
    if may(caller, TASK_ACT_ANY) or (action in HAND_ON and may(caller, TASK_HAND_ON_ANY, task.definition)):
        return
    if action == REMIND:
        raise AccessProblem(
            FORBIDDEN, 403, f"'{caller.user}' may not remind of task '{task.name}': who started the instance may."
        )
    if may_work(caller, task):
        return
    works = may(caller, TASK_ACT, task.definition)
    if works and action == "claim" and is_candidate(caller, task):
        return
    if works and action == "comment" and may_see(caller, task):
        return
    if not works:
        text = f"'{caller.user}' may not {action} task '{task.name}': work on '{task.definition}' is granted to others."
        raise AccessProblem(FORBIDDEN, 403, text)
    holder = f"it is with '{task.assignee}'" if task.assignee else "you are not one of its candidates"
    raise AccessProblem(FORBIDDEN, 403, f"'{caller.user}' may not {action} task '{task.name}': {holder}.")


def note_task_action(caller: Caller, task: TaskRecord, action: str, reason: str = "") -> None:
    """Let the audit log have what is done by an operator's right, not by somebody whose task it is."""
    if action == EXTEND:
        note("task.extend", task.id, reason=reason)
    elif action not in OPEN_TO_SEE and not may_work(caller, task):
        details = {"action": action, "assignee": task.assignee, "instance": task.instance_id}
        note("task.act", task.id, details=details)


def demand_instance_action(caller: Caller, instance: InstanceRecord, action: str, *, cancelable: bool) -> None:
    """Raise AccessProblem (403) unless the caller may do `action` to the instance.

    Operators and administrators may do any; whoever started an instance may terminate or withdraw it if its
    definition is `cancelable` (contract section 7 row 26).
    """
    if action == "withdraw":
        if caller.user != instance.created_by:
            raise AccessProblem(FORBIDDEN, 403, "Only the one who started an instance may withdraw it; use terminate.")
        if not cancelable:
            raise AccessProblem(FORBIDDEN, 403, f"Instances of '{instance.name}' cannot be withdrawn (cancelable).")
        return
    if may(caller, INSTANCE_ACT_ANY, instance.name):
        return
    if action in STOP_OWN and caller.user == instance.created_by:
        if cancelable:
            return
        raise AccessProblem(
            FORBIDDEN, 403, f"Instances of '{instance.name}' cannot be withdrawn by who started them (cancelable)."
        )
    raise AccessProblem(FORBIDDEN, 403, f"'{caller.user}' may not {action} instances; it needs an operator.")

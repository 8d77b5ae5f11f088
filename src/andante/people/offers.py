"""Which actions a task offers to a caller now: what its model declares, its state allows and the caller may do."""

from collections.abc import Sequence
from typing import Final

from andante.people.caller import Caller
from andante.people.faults import AccessProblem
from andante.people.permissions import TASK_HAND_ON_ANY, may
from andante.people.work import HAND_ON, REMIND, demand_task_action
from andante.store.records import TaskRecord

# What is not done with a delegated task before it is resolved.
OWNERS: Final = frozenset(("complete", "approve", "reject", "unclaim", "addSigner", "return"))
# The same right as another action.
AS: Final = {"approve": "complete", "reject": "complete"}
WHILE_STOPPED: Final = frozenset(("comment",))


def declared(caller: Caller, offered: Sequence[str], action: str, definition: str) -> bool:
    """Whether the model offers the action. Operators hand on any task, whatever it says; reminding is nobody's who has
    it."""
    return action in offered or action == REMIND or (action in HAND_ON and may(caller, TASK_HAND_ON_ANY, definition))


def task_actions(
    caller: Caller, task: TaskRecord, offered: Sequence[str], *, initiator: bool = False, returnable: bool = True
) -> list[str]:
    """The actions that would be carried out. `initiator`: the caller has started the instance; `returnable`: there is a
    step to return to."""
    if task.state != "open":
        return []
    return [
        action
        for action in dict.fromkeys((*offered, *sorted(HAND_ON)))
        if declared(caller, offered, action, task.definition)
        and _fits(task, action)
        and (returnable or action != "return")
        and ((initiator and action == REMIND) or _may(caller, task, action))
    ]


def _fits(task: TaskRecord, action: str) -> bool:
    """Whether the state allows it."""
    if task.suspended:
        return action in WHILE_STOPPED
    if task.delegated and action in OWNERS:
        return False
    if action == "claim":
        return not task.assignee
    if action == "unclaim":
        return bool(task.assignee)
    if action == "resolve":
        return task.delegated
    return True


def _may(caller: Caller, task: TaskRecord, action: str) -> bool:
    try:
        demand_task_action(caller, task, AS.get(action, action))
    except AccessProblem:
        return False
    return True

"""More signers for a task, and a task sent back (contract 6.3)."""

from typing import TYPE_CHECKING, Final

from andante.bpmn.approvals import offered
from andante.bpmn.graph import Node, UserTask
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.approvals import Seat
from andante.engine.elements.approval import approver_name, ask_safely
from andante.engine.elements.flows import finish
from andante.engine.elements.offering import ASSIGNEE, KINDS, PRIORITY, Receivers, user_name
from andante.engine.elements.withdrawal import cancel, cancel_task, withdraw
from andante.engine.faults import TASK_ACTION, TASK_DELEGATED, TASK_NOT_FOUND, TASK_RETURN, TASK_SIGNERS, Rejected
from andante.engine.returning import INITIATOR, Choice, choices, left_behind
from andante.engine.separation import demand
from andante.engine.state import Token
from andante.engine.waits import Task

if TYPE_CHECKING:
    from andante.engine.step import Step

MODES: Final = ("before", "with", "after")


def _open(step: "Step", key: int, action: str) -> tuple[Task, Node]:
    """The task and its node, if its model offers the action. Raises Rejected."""
    task = step.instance.tasks.get(key)
    if task is None:
        raise Rejected(TASK_NOT_FOUND, f"The task {step.instance.id}-{key} is not open.")
    node = step.graph.nodes[task.node]
    if not isinstance(node.work, UserTask) or action not in offered(node.work):
        raise Rejected(TASK_ACTION, f"The model does not offer '{action}' for the task '{task.name}'.")
    if task.delegated:
        raise Rejected(TASK_DELEGATED, f"The task is delegated to {task.assignee}. It must be resolved first.")
    return task, node


def add_signers(step: "Step", command: cmd.AddSigners) -> None:
    task, node = _open(step, command.task, "addSigner")
    if command.mode not in MODES:
        raise Rejected(TASK_SIGNERS, f"mode: '{command.mode}' is none of {', '.join(MODES)}.")
    instance = step.instance
    signers = _signers(step, node, task.name, command.to)
    approval = instance.approvals.get(task.token)
    seats = approval.seats if approval is not None else []
    waiting = {approver_name(item) for seat in seats if not seat.turn and len(seat.who) == 1 for item in seat.who}
    for item in signers:
        if approver_name(item) in waiting:
            raise Rejected(TASK_SIGNERS, f"to: '{approver_name(item)}' is asked already, or will be.")
    if len(seats) + len(signers) > step.settings.max_items:
        raise Rejected(TASK_SIGNERS, f"to: more than {step.settings.max_items} approvers are too many.")
    holder = Receivers(task.assignee, task.users, task.groups, task.queue).items
    if approval is None:
        step.record(ev.ApprovalOpened(task.token, [holder], False))
        step.record(ev.ApproverAsked(task.token, 0, task.key))
    if command.comment:
        step.record(ev.TaskCommented(task.key, command.comment))
    if command.mode == "before":
        cancel_task(step, task, f"first to {', '.join(approver_name(item) for item in signers)}")
        if task.assignee:
            holder = [f"{ASSIGNEE}{task.assignee}"]
    seat = _seat(instance.approvals[task.token].seats, task.key)
    step.record(ev.SignersAdded(task.token, seat, command.mode, [[item] for item in signers], holder))
    token = instance.tokens[task.token]
    values = ask_safely(step, token, node)
    if values is not None:
        finish(step, token, node, values)


def _seat(seats: list[Seat], task: int) -> int:
    return next(index for index, seat in enumerate(seats) if seat.task == task)


def _signers(step: "Step", node: Node, name_of: str, to: list[str]) -> list[str]:
    """As seats name them, each once. Raises Rejected."""
    found: list[str] = []
    for name in (each.strip() for each in to):
        if not name:
            raise Rejected(TASK_SIGNERS, "to: a name is empty.")
        if name.startswith(KINDS):
            found.append(name)
            continue
        user = user_name(name)
        if not step.settings.roster.exists(user):
            raise Rejected(TASK_SIGNERS, f"to: there is no person '{user}'.")
        demand(step, node, name_of, user)
        found.append(f"{ASSIGNEE}{user}")
    if not found:
        raise Rejected(TASK_SIGNERS, "to: name at least one who is to sign.")
    return list(dict.fromkeys(found))


def return_task(step: "Step", command: cmd.ReturnTask) -> None:
    """The token goes back to an earlier step; what is left is withdrawn, also what has come of that step elsewhere."""
    task, node = _open(step, command.task, "return")
    instance, graph = step.instance, step.graph
    offered_ones = choices(graph, instance, task)
    choice = next((each for each in offered_ones if each.element == command.to), None)
    if choice is None:
        names = ", ".join(each.element for each in offered_ones)
        hint = f"Choose one of {names}." if names else "Nothing that leads here was done before in its scope."
        raise Rejected(TASK_RETURN, f"to: the task cannot be returned to '{command.to}'. {hint}")
    token = instance.tokens[task.token]
    reason = f"returned to {choice.element}"
    step.record(
        ev.TaskReturned(task.key, token.key, node.index, choice.node, choice.who, command.direct, command.comment)
    )
    for other in left_behind(graph, instance, token, choice):
        if other.key in instance.tokens:
            cancel(step, other, reason)
    withdraw(step, token, reason)
    if choice.element == INITIATOR and choice.last == 0:
        _to_initiator(step, token, choice)
    else:
        step.enter(token.key, choice.node, token.scope)


def _to_initiator(step: "Step", token: Token, choice: Choice) -> None:
    """A task at the start event, with its form: from there it goes on as it began."""
    node = step.graph.nodes[choice.node]
    step.record(ev.ElementEntered(token.key, node.index, token.scope, -1))
    key = step.instance.last_key + 1
    form = node.form.key if node.form is not None else ""
    step.record(
        ev.TaskCreated(
            key, token.key, node.index, node.name or node.id, choice.who, [], [], "", PRIORITY, form, [], None, None
        )
    )  # fmt: skip

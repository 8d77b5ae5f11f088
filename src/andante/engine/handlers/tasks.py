"""What people do with a task (contract 6.3)."""

from typing import TYPE_CHECKING, Final

from andante.bpmn import kinds
from andante.engine import commands as cmd
from andante.engine import declared
from andante.engine import events as ev
from andante.engine.effects import Notify
from andante.engine.elements.approval import keep_step, vote
from andante.engine.elements.assigning import hand_back
from andante.engine.elements.error import throw_error
from andante.engine.elements.escalation import throw_escalation
from andante.engine.elements.flows import finish
from andante.engine.elements.listening import listen_assigned
from andante.engine.elements.propagation import nearest
from andante.engine.faults import (
    NOT_CAUGHT,
    TASK_CLAIMED,
    TASK_DELEGATED,
    TASK_NOBODY,
    TASK_NOT_CLAIMED,
    TASK_NOT_DELEGATED,
    TASK_NOT_FOUND,
    TASK_OUTCOME,
    TASK_REMINDED,
    Rejected,
)  # fmt: skip
from andante.engine.filling import filled_in, known_to
from andante.engine.recipients import workers
from andante.engine.scoping import set_variables
from andante.engine.separation import demand
from andante.engine.sla import restart_clocks
from andante.engine.state import Token
from andante.engine.waits import Task

if TYPE_CHECKING:
    from andante.engine.step import Step


_POOLS: Final = frozenset(("group", "role", "queue"))


def _task(step: "Step", key: int) -> Task:
    task = step.instance.tasks.get(key)
    if task is None:
        raise Rejected(TASK_NOT_FOUND, f"The task {step.instance.id}-{key} is not open.")
    return task


def complete(step: "Step", command: cmd.CompleteTask) -> None:
    task = _task(step, command.task)
    if task.delegated:
        raise Rejected(TASK_DELEGATED, f"The task is delegated to {task.assignee}. It must be resolved first.")
    demand(step, step.graph.nodes[task.node], task.name, step.actor)
    if task.outcomes and command.outcome not in task.outcomes:
        raise Rejected(TASK_OUTCOME, f"outcome: '{command.outcome}' is none of {', '.join(task.outcomes)}.")
    token = step.instance.tokens[task.token]
    node = step.graph.nodes[task.node]
    values = command.variables
    if node.form is not None:
        values = filled_in(
            step, node, values or {}, known_to(step.graph, step.instance, token), step.instance.definition_id
        )
    if values:
        declared.check(step.graph, values)
    for clock in list(task.clocks):
        step.record(ev.ClockStopped(clock.key, clock.state.finish(step.now)))
    _say(step, task, command.comment)
    _keep_doers(step, task)
    step.record(ev.TaskCompleted(task.key, command.outcome))
    if token.key in step.instance.approvals:
        vote(step, task, command.outcome, command.comment, values or {})
        return
    if step.graph.keeps_steps and node.kind == kinds.USER_TASK:
        keep_step(step, token, step.actor, command.outcome, [])
    finish(step, token, node, values)


def _say(step: "Step", task: Task, comment: str) -> None:
    """Why it is done, for the instance's history and beside the task."""
    if comment:
        step.record(ev.TaskCommented(task.key, comment))


def _keep_doers(step: "Step", task: Task) -> None:
    """Who has done it, and for whom: one may not do what the other must not."""
    if task.node in step.graph.watched:
        for name in dict.fromkeys((task.owner, step.actor)):
            if name:
                step.record(ev.DoerKept(task.node, name))


def assign(step: "Step", command: cmd.AssignTask) -> None:
    task = step.instance.tasks.get(command.task)
    if task is None or task.assignee:
        step.record(ev.CommandIgnored(command.__class__.__name__))
        return
    demand(step, step.graph.nodes[task.node], task.name, command.user)
    step.record(ev.TaskAssigned(task.key, command.user, "", False, command.how))
    listen_assigned(step, task)


def look_at_deputies(step: "Step", command: cmd.LookAtDeputies) -> None:
    hand_back(step)


def claim(step: "Step", command: cmd.ClaimTask) -> None:
    task = _task(step, command.task)
    if task.assignee == command.user:
        return
    if task.assignee:
        raise Rejected(TASK_CLAIMED, f"The task is {task.assignee}'s already.")
    demand(step, step.graph.nodes[task.node], task.name, command.user)
    step.record(ev.TaskAssigned(task.key, command.user, "", False, "claimed"))
    listen_assigned(step, task)


def unclaim(step: "Step", command: cmd.UnclaimTask) -> None:
    task = _task(step, command.task)
    if not task.assignee:
        raise Rejected(TASK_NOT_CLAIMED, "The task is nobody's: there is nothing to give back.")
    if task.delegated:
        raise Rejected(TASK_DELEGATED, f"The task is delegated to {task.assignee}. It must be resolved first.")
    _say(step, task, command.comment)
    step.record(ev.TaskAssigned(task.key, "", "", False, "unclaimed"))
    restart_clocks(step, task)


def transfer(step: "Step", command: cmd.TransferTask) -> None:
    """To a person, or to a group, role or work queue whose members may then claim it."""
    task = _task(step, command.task)
    kind, _, name = command.to.partition(":")
    if kind in _POOLS:
        _say(step, task, command.comment)
        step.record(ev.TaskOffered(task.key, [command.to] if kind != "queue" else [], name if kind == "queue" else ""))
        restart_clocks(step, task)
        return
    demand(step, step.graph.nodes[task.node], task.name, command.to)
    anew = command.to != task.assignee
    _say(step, task, command.comment)
    step.record(ev.TaskAssigned(task.key, command.to, "", False, "transferred"))
    listen_assigned(step, task)
    if anew:
        restart_clocks(step, task)


def delegate(step: "Step", command: cmd.DelegateTask) -> None:
    task = _task(step, command.task)
    demand(step, step.graph.nodes[task.node], task.name, command.to)
    owner = task.owner or task.assignee or step.actor
    _say(step, task, command.comment)
    step.record(ev.TaskAssigned(task.key, command.to, owner, True, "delegated"))
    listen_assigned(step, task)


def resolve(step: "Step", command: cmd.ResolveTask) -> None:
    task = _task(step, command.task)
    if not task.delegated:
        raise Rejected(TASK_NOT_DELEGATED, "The task is not delegated.")
    values = command.variables or {}
    token = step.instance.tokens[task.token]
    node = step.graph.nodes[task.node]
    if values and node.form is not None:
        known = known_to(step.graph, step.instance, token)
        values = filled_in(step, node, values, known, step.instance.definition_id, partial=True)
    declared.check(step.graph, values)
    if step.actor and task.node in step.graph.watched:
        step.record(ev.DoerKept(task.node, step.actor))
    step.record(ev.TaskAssigned(task.key, task.owner, task.owner, False, "resolved"))
    listen_assigned(step, task)
    if values:
        set_variables(step, token, values)


def comment(step: "Step", command: cmd.CommentTask) -> None:
    step.record(ev.TaskCommented(_task(step, command.task).key, command.text))


def remind(step: "Step", command: cmd.RemindTask) -> None:
    task = _task(step, command.task)
    every = step.settings.remind_every
    due = task.reminded_at + every
    if task.reminded_at and step.now < due:
        text = f"The task was reminded of less than {every // 60_000} minutes ago. Wait a while."
        raise Rejected(TASK_REMINDED, text, due - step.now)
    to = workers(task)
    if not to:
        raise Rejected(TASK_NOBODY, "The task is open to everyone and with nobody: there is nobody to remind.")
    step.record(ev.TaskReminded(task.key, command.text))
    deadlines = [clock.state.deadline_at for clock in task.clocks if clock.state.deadline_at]
    text = f"{step.actor} asks for {task.name}"
    key = f"{step.instance.id}-{task.key}-remind-{step.instance.seq}"
    if command.text:
        text = f"{text}: {command.text}"
    step.ask(Notify(key, "remind", task.key, task.name, to, min(deadlines, default=task.due_at), text))


def throw_task_error(step: "Step", command: cmd.ThrowTaskError) -> None:
    task, token = _catchable(step, command.task, kinds.ERROR, command.code)
    values = command.variables or {}
    declared.check(step.graph, values)
    _keep_doers(step, task)
    throw_error(step, token, command.code, command.message, values)


def escalate_task(step: "Step", command: cmd.EscalateTask) -> None:
    task, token = _catchable(step, command.task, kinds.ESCALATION, command.code)
    values = command.variables or {}
    declared.check(step.graph, values)
    if values:
        set_variables(step, token, values)
    _keep_doers(step, task)
    throw_escalation(step, token, command.code, {})


def _catchable(step: "Step", key: int, kind: int, code: str) -> tuple[Task, Token]:
    """The task, and its token. Refused where neither the model nor a caller of the instance may catch what is thrown
    from it: a person would not learn of that."""
    task = _task(step, key)
    token = step.instance.tokens[task.token]
    if nearest(step, token, kind, code) is None and not step.instance.parent_id:
        what = "error" if kind == kinds.ERROR else "escalation"
        raise Rejected(NOT_CAUGHT, f"Nobody catches the {what} '{code}' at the task '{task.name}'.")
    return task, token


def set_follow_up(step: "Step", command: cmd.SetFollowUp) -> None:
    task = _task(step, command.task)
    if task.follow_up_at != command.at:
        step.record(ev.TaskFollowUpSet(task.key, command.at))

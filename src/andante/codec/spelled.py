"""The packing of what is written most, spelled out: compiled, each value is then one load instead of a search by name.

It gives what `values.packer` makes of the constructor's arguments; a test holds the two together.
"""

from collections.abc import Callable
from typing import Any, Final

from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.state import Scope, Token
from andante.engine.waits import Task

Values = tuple[Any, ...]


def _token(t: Token) -> Values:
    return (t.key, t.node, t.scope, t.flow, t.loop, t.phase, t.locals, t.item)


def _scope(s: Scope) -> Values:
    return (s.key, s.node, s.parent, s.token, s.variables)


def _task(t: Task) -> Values:
    values = (
        t.key, t.token, t.node, t.name, t.assignee, t.users, t.groups, t.queue, t.priority, t.form, t.outcomes,
        t.due_at, t.follow_up_at, t.created_at, t.owner, t.delegated, t.urgency,
    )  # fmt: skip
    return (*values, t.reminded_at) if t.reminded_at else values  # older bytes end earlier


def _started(e: ev.InstanceStarted) -> Values:
    return (
        1, e.definition_id, e.name, e.version, e.label, e.title, e.business_key, e.parent_id, e.parent_token, e.root_id,
        e.depth, e.is_test, e.held, e.start, e.variables, e.created_by, e.ext,
    )  # fmt: skip


def _entered(e: ev.ElementEntered) -> Values:
    return (2, e.token, e.node, e.scope, e.flow, e.loop)


def _joined(e: ev.TokenJoined) -> Values:
    return (3, e.token)


def _ended(e: ev.TokenEnded) -> Values:
    return (6, e.token)


def _variables(e: ev.VariablesSet) -> Values:
    return (14, e.holder, e.values)


def _task_created(e: ev.TaskCreated) -> Values:
    return (
        15, e.task, e.token, e.node, e.name, e.assignee, e.users, e.groups, e.queue, e.priority, e.form, e.outcomes,
        e.due_at, e.follow_up_at,
    )  # fmt: skip


def _task_completed(e: ev.TaskCompleted) -> Values:
    return (18, e.task, e.outcome)


def _state(e: ev.StateChanged) -> Values:
    return (50, e.state)


def _start(c: cmd.Start) -> Values:
    values = (
        1, c.definition_id, c.name, c.version, c.variables, c.business_key, c.title, c.parent_id, c.parent_token,
        c.root_id, c.depth, c.is_test, c.held, c.start, c.ext,
    )  # fmt: skip
    return (*values, c.moves) if c.moves else values


def _complete(c: cmd.CompleteTask) -> Values:
    if c.comment:
        return (2, c.task, c.outcome, c.variables, c.comment)
    return (2, c.task, c.outcome, c.variables)


SPELLED: Final[dict[type, Callable[[Any], Values]]] = {
    Token: _token,
    Scope: _scope,
    Task: _task,
    ev.InstanceStarted: _started,
    ev.ElementEntered: _entered,
    ev.TokenJoined: _joined,
    ev.TokenEnded: _ended,
    ev.VariablesSet: _variables,
    ev.TaskCreated: _task_created,
    ev.TaskCompleted: _task_completed,
    ev.StateChanged: _state,
    cmd.Start: _start,
    cmd.CompleteTask: _complete,
}

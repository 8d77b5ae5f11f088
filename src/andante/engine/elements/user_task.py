"""The user task: who may do it, until when, and its SLA clocks (BPMN 2.0.2 section 10.2.3.4; contract 6.2)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, final

from andante.bpmn.graph import Node, UserTask
from andante.engine import events as ev
from andante.engine.elements.activity import Activity
from andante.engine.elements.listening import listen_assigned
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value
from andante.engine.sla import applying, start_clocks
from andante.engine.state import Token
from andante.expressions import Expression
from andante.timing.duration import parse_duration, shift
from andante.timing.instants import TimingError, parse_instant

if TYPE_CHECKING:
    from andante.engine.step import Step

PRIORITY: Final = 50
KINDS: Final = ("group:", "role:", "queue:")


@final
class UserTaskNode(Activity):
    """Offers the task and waits for a person."""

    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        task = node.work
        if not isinstance(task, UserTask):
            raise AssertionError(f"{node.id} is no user task")
        assignee = "" if task.assignee is None else _user(_text(step, token, task.assignee))
        users: list[str] = []
        groups: list[str] = []
        if task.candidate_users is not None:
            users.extend(_user(name) for name in _names(step, token, task.candidate_users))
        if task.candidate_groups is not None:
            for name in _names(step, token, task.candidate_groups):
                groups.append(name if name.startswith(KINDS) else f"group:{name}")
        if task.candidates is not None:
            for item in _names(step, token, task.candidates):
                if item.startswith(KINDS):
                    groups.append(item)
                else:
                    users.append(_user(item))
        priority = PRIORITY if task.priority is None else _whole(step, token, task.priority)
        due = None if task.due is None else _moment(step, token, task.due)
        follow_up = None if task.follow_up is None else _moment(step, token, task.follow_up)
        name = (_text(step, token, task.title) if task.title is not None else node.name) or node.id
        slas = applying(step, node.slas, token, node.calendar, task.queue) if node.slas else ()
        key = step.instance.last_key + 1
        step.record(
            ev.TaskCreated(
                key, token.key, node.index, name, assignee, users, groups, task.queue, priority, task.form,
                list(task.outcomes), due, follow_up,
            )
        )  # fmt: skip
        if slas:
            start_clocks(step, key, node.slas, slas)
        if task.assigned:
            listen_assigned(step, step.instance.tasks[key])
        return None


def _text(step: "Step", token: Token, expression: Expression) -> str:
    value = json_value(step.value(expression, token))
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _names(step: "Step", token: Token, expression: Expression) -> list[str]:
    """Names from a list, or from a text that separates them by commas."""
    value = json_value(step.value(expression, token))
    if value is None:
        return []
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        raise ModelFault("assignment", f"'{expression.text}' should be names, but is {value!r}")
    return [name for item in value if (name := str(item).strip().strip('"'))]


def _user(name: str) -> str:
    return name.removeprefix("puser:").removeprefix("user:")


def _whole(step: "Step", token: Token, expression: Expression) -> int:
    value = json_value(step.value(expression, token))
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31:
        raise ModelFault("priority", f"the priority '{expression.text}' should be a whole number, but is {value!r}")
    return value


def _moment(step: "Step", token: Token, expression: Expression) -> int | None:
    """A date-time, or a duration from now, as ms; None for null and for no text."""
    value = json_value(step.value(expression, token))
    if value is None or value == "":
        return None
    try:
        text = str(value)
        if text.lstrip("-").startswith("P"):
            return shift(step.now, parse_duration(text), step.settings.zone)
        return parse_instant(text, step.settings.zone)
    except TimingError as fault:
        raise ModelFault("date", f"'{expression.text}': {fault}") from None

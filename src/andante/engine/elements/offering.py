"""Offering a user task: to whom its model gives it, and the task itself (contract 6.2)."""

from typing import TYPE_CHECKING, Final, final

from andante.bpmn.graph import Node, UserTask
from andante.engine import events as ev
from andante.engine.effects import Notify
from andante.engine.elements.assigning import hand_over, with_deputies
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
ASSIGNEE: Final = "assignee:"
USER: Final = "user:"
QUEUE: Final = "queue:"


@final
class Receivers:
    """For whom a task is: `assignee` has it at once; `users`, `groups` (items "group:x", "role:x", "queue:x") and
    `queue` may claim it; nobody named means everybody. `mixed` are users and groups that the model names in one list,
    in its order."""

    __slots__ = ("assignee", "groups", "mixed", "queue", "users")

    def __init__(
        self, assignee: str, users: list[str], groups: list[str], queue: str, mixed: list[str] | None = None
    ) -> None:
        self.assignee = assignee
        self.users = users
        self.groups = groups
        self.queue = queue
        self.mixed: list[str] = mixed or []

    @property
    def items(self) -> list[str]:
        """Each of them once, as an approver is named (see engine.approvals.Seat)."""
        found = [f"{ASSIGNEE}{self.assignee}"] if self.assignee else []
        users = [f"{USER}{name}" for name in self.users]
        mixed = set(self.mixed)
        found.extend(item for item in (*users, *self.groups) if item not in mixed)
        found.extend(self.mixed)
        if self.queue:
            found.append(f"{QUEUE}{self.queue}")
        own = f"{USER}{self.assignee}"
        return [item for item in dict.fromkeys(found) if item != own]


def receivers(step: "Step", token: Token, task: UserTask) -> Receivers:
    """Those whom the model names. Raises ModelFault."""
    assignee = "" if task.assignee is None else user_name(_text(step, token, task.assignee))
    users: list[str] = []
    groups: list[str] = []
    if task.candidate_users is not None:
        users.extend(user_name(name) for name in _names(step, token, task.candidate_users))
    if task.candidate_groups is not None:
        for name in _names(step, token, task.candidate_groups):
            groups.append(name if name.startswith(KINDS) else f"group:{name}")
    mixed: list[str] = []
    if task.candidates is not None:
        for item in _names(step, token, task.candidates):
            if item.startswith(KINDS):
                groups.append(item)
                mixed.append(item)
            else:
                users.append(user_name(item))
                mixed.append(f"{USER}{users[-1]}")
    return Receivers(assignee, users, groups, task.queue, mixed)


def of_items(items: list[str], queue: str) -> Receivers:
    """The other way round; `queue` is the task's own."""
    assignee = next((name[len(ASSIGNEE) :] for name in items if name.startswith(ASSIGNEE)), "")
    users = [name[len(USER) :] for name in items if name.startswith(USER)]
    own = f"{QUEUE}{queue}" if queue else ""
    groups = [name for name in items if name.startswith(KINDS) and name != own]
    return Receivers(assignee, users, groups, queue if own and own in items else "")


def offer(step: "Step", token: Token, node: Node, task: UserTask, to: Receivers) -> int:
    """Create the task with its SLA clocks, and give its key. Raises ModelFault before anything has changed."""
    priority = PRIORITY if task.priority is None else _whole(step, token, task.priority)
    due = None if task.due is None else _moment(step, token, task.due)
    follow_up = None if task.follow_up is None else _moment(step, token, task.follow_up)
    name = (_text(step, token, task.title) if task.title is not None else node.name) or node.id
    slas = applying(step, node.slas, token, node.calendar, task.queue) if node.slas else ()
    informed = [] if task.informed is None else informed_ones(step, token, task.informed)
    key = step.instance.last_key + 1
    users = with_deputies(step, to.users, to.queue)
    step.record(
        ev.TaskCreated(
            key, token.key, node.index, name, to.assignee, users, to.groups, to.queue, priority, task.form,
            list(task.outcomes), due, follow_up,
        )
    )  # fmt: skip
    if slas:
        start_clocks(step, key, node.slas, slas)
    if informed:
        step.record(ev.PersonsInformed(key, informed))
        step.ask(Notify(f"{step.instance.id}-{key}-informed", "informed", key, name, informed, due, ""))
    hand_over(step, node, step.instance.tasks[key])
    if task.assigned:
        listen_assigned(step, step.instance.tasks[key])
    return key


def informed_ones(step: "Step", token: Token, expression: Expression) -> list[str]:
    """Each once, as "user:x", "group:x", "role:x" or "queue:x"."""
    names = _names(step, token, expression)
    return list(dict.fromkeys(n if n.startswith(KINDS) else f"{USER}{user_name(n)}" for n in names))


def user_name(name: str) -> str:
    return name.removeprefix("puser:").removeprefix("user:")


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

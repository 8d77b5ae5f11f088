"""What an instance waits for: tasks, timers, subscriptions, jobs, called instances, SLA clocks, and its incidents.

Plain slotted classes (see events.py). Keys are unique within the instance. Only `apply` changes them. `token` is the
owner: a token's key, or for what an event sub-process waits for, the key of the scope that it is in (0: the process).
"""

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from andante.timing.sla import SlaClock


@final
class Task:
    """An open user task. Derived: `clocks`, its SLA clocks."""

    __slots__ = (
        "assignee",
        "clocks",
        "created_at",
        "delegated",
        "due_at",
        "follow_up_at",
        "form",
        "groups",
        "key",
        "name",
        "node",
        "outcomes",
        "owner",
        "priority",
        "queue",
        "reminded_at",
        "token",
        "urgency",
        "users",
    )

    def __init__(
        self,
        key: int,
        token: int,
        node: int,
        name: str,
        assignee: str,
        users: list[str],
        groups: list[str],
        queue: str,
        priority: int,
        form: str,
        outcomes: list[str],
        due_at: int | None,
        follow_up_at: int | None,
        created_at: int,
        owner: str = "",
        delegated: bool = False,
        urgency: int = 0,
        reminded_at: int = 0,
    ) -> None:
        self.key = key
        self.token = token
        self.node = node
        self.name = name
        self.assignee = assignee
        self.users = users
        self.groups = groups
        self.queue = queue
        self.priority = priority
        self.form = form
        self.outcomes = outcomes
        self.due_at = due_at
        self.follow_up_at = follow_up_at
        self.created_at = created_at
        self.owner = owner
        self.delegated = delegated
        self.urgency = urgency
        self.reminded_at = reminded_at
        self.clocks: list[Clock] = []


@final
class Timer:
    """An armed timer; `token` is its owner, `node` the event that occurs, `part` which of its definitions."""

    __slots__ = ("cycle", "due_at", "key", "left", "node", "part", "token")

    def __init__(self, key: int, token: int, node: int, due_at: int, cycle: str, left: int, part: int = 0) -> None:
        self.key = key
        self.token = token
        self.node = node
        self.due_at = due_at
        self.cycle = cycle
        self.left = left
        self.part = part


@final
class Subscription:
    """An awaited message, signal or condition; `part` tells which of its event's definitions."""

    __slots__ = ("correlation", "key", "kind", "name", "node", "part", "token")

    def __init__(
        self, key: int, token: int, node: int, kind: int, name: str, correlation: str | None, part: int = 0
    ) -> None:
        self.key = key
        self.token = token
        self.node = node
        self.kind = kind
        self.name = name
        self.correlation = correlation
        self.part = part


@final
class Trigger:
    """One part of a parallel multiple event that has occurred, with what it brought, while others are awaited."""

    __slots__ = ("key", "node", "part", "token", "values")

    def __init__(self, key: int, token: int, node: int, part: int, values: dict[str, object]) -> None:
        self.key = key
        self.token = token
        self.node = node
        self.part = part
        self.values = values


@final
class Job:
    """Work a worker is to do."""

    __slots__ = ("key", "node", "priority", "retries", "retry_at", "token", "type")

    def __init__(
        self, key: int, token: int, node: int, type: str, retries: int, priority: int, retry_at: int = 0
    ) -> None:
        self.key = key
        self.token = token
        self.node = node
        self.type = type
        self.retries = retries
        self.priority = priority
        self.retry_at = retry_at


@final
class Call:
    """A child instance that runs for `token`."""

    __slots__ = ("child_id", "name", "token")

    def __init__(self, token: int, child_id: str, name: str) -> None:
        self.token = token
        self.child_id = child_id
        self.name = name


@final
class Clock:
    """An SLA clock: of a task, of the stage at a token, or of the instance (both 0). In working time it counts by
    `calendar`, "" for the server's default, of which `revision` was the newest when its times were computed."""

    __slots__ = ("calendar", "key", "policy", "revision", "state", "task", "token")

    def __init__(
        self,
        key: int,
        task: int,
        policy: int,
        state: "SlaClock",
        calendar: str = "",
        revision: int = 0,
        token: int = 0,
    ) -> None:
        self.token = token
        self.key = key
        self.task = task
        self.policy = policy
        self.state = state
        self.calendar = calendar
        self.revision = revision


@final
class Doers:
    """Who has done the user task `node`, each once, the last one last; `at` (ms) is when that was."""

    __slots__ = ("at", "names", "node")

    def __init__(self, node: int, names: list[str], at: int) -> None:
        self.node = node
        self.names = names
        self.at = at


@final
class Incident:
    """Why the instance is Broken. `sla` as in the fact that raised it."""

    __slots__ = ("at", "key", "kind", "message", "sla", "token")

    def __init__(self, key: int, token: int, kind: str, message: str, at: int, sla: list[int] | None = None) -> None:
        self.sla = sla
        self.key = key
        self.token = token
        self.kind = kind
        self.message = message
        self.at = at

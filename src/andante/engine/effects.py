"""What a step asks of the world. The store writes each into the outbox in the step's own transaction; the runtime
carries it out afterwards, at least once, in the order asked per instance.
"""

from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from andante.engine.commands import Command


# Instead of a version: the process of this name that was deployed in the same file as the caller.
SAME_DEPLOYMENT: Final = "=deployment"


@final
class StartChild:
    """Start a called process as an own instance, `child_id`, in order after what this instance asked before.

    `version` "" is the active one; it may be SAME_DEPLOYMENT.
    """

    __slots__ = (
        "business_key",
        "child_id",
        "depth",
        "element",
        "held",
        "is_test",
        "parent_token",
        "root_id",
        "variables",
        "version",
    )

    def __init__(
        self,
        child_id: str,
        element: str,
        version: str,
        variables: dict[str, object],
        business_key: str,
        parent_token: int,
        root_id: str,
        depth: int,
        held: bool,
        is_test: bool,
    ) -> None:
        self.child_id = child_id
        self.element = element
        self.version = version
        self.variables = variables
        self.business_key = business_key
        self.parent_token = parent_token
        self.root_id = root_id
        self.depth = depth
        self.held = held
        self.is_test = is_test


@final
class TellChild:
    """Suspend, resume or terminate a called instance."""

    __slots__ = ("child_id", "command")

    def __init__(self, child_id: str, command: "Command") -> None:
        self.child_id = child_id
        self.command = command


@final
class TellParent:
    """A called instance is over: CompleteCall or FailCall for the caller."""

    __slots__ = ("command", "parent_id")

    def __init__(self, parent_id: str, command: "Command") -> None:
        self.parent_id = parent_id
        self.command = command


@final
class PublishMessage:
    """Thrown by a message event or send task: correlated like any message from outside."""

    __slots__ = ("business_key", "message_id", "name", "variables")

    def __init__(self, name: str, business_key: str, variables: dict[str, object], message_id: str) -> None:
        self.name = name
        self.business_key = business_key
        self.variables = variables
        self.message_id = message_id


@final
class BroadcastSignal:
    """Thrown by a signal event."""

    __slots__ = ("name", "variables")

    def __init__(self, name: str, variables: dict[str, object]) -> None:
        self.name = name
        self.variables = variables


@final
class Notify:
    """A reminder, or an SLA action. `kind`: reminder, remind (asked for by somebody who waits), slaGoal, slaDeadline,
    slaMilestone. `key` makes delivery recognisable. `anyway`: also when the task or instance is over by then."""

    __slots__ = ("anyway", "due_at", "key", "kind", "recipients", "task", "task_name", "text")

    def __init__(
        self,
        key: str,
        kind: str,
        task: int,
        task_name: str,
        recipients: list[str],
        due_at: int | None,
        text: str,
        anyway: bool = False,
    ) -> None:
        self.anyway = anyway
        self.key = key
        self.kind = kind
        self.task = task
        self.task_name = task_name
        self.recipients = recipients
        self.due_at = due_at
        self.text = text


@final
class ChooseAssignee:
    """Find out who of these gets the task, by `rule`, and assign it: of the persons `users`, the sets `groups` and the
    members of `queue`, with at least these levels of `skills`, without those `excluded`."""

    __slots__ = ("excluded", "groups", "queue", "rule", "skills", "task", "users")

    def __init__(
        self, task: int, rule: str, users: list[str], groups: list[str], queue: str, skills: dict[str, int],
        excluded: list[str],
    ) -> None:  # fmt: skip
        self.task = task
        self.rule = rule
        self.users = users
        self.groups = groups
        self.queue = queue
        self.skills = skills
        self.excluded = excluded


Effect = StartChild | TellChild | TellParent | PublishMessage | BroadcastSignal | Notify | ChooseAssignee

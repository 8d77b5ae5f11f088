"""What may be asked of an instance: one class a command, imperative.

`None` for `variables` means none. Durations are ms. Treat them as immutable: parked commands live in the state.
"""

from typing import final

from andante.engine.commands.attaching import AddAttachment, RemoveAttachment
from andante.engine.commands.jobs import ChangeJob, CompleteJob, FailJob, ThrowError
from andante.engine.commands.lifecycle import Resume, Retry, Suspend, Terminate
from andante.engine.commands.moving import Modify, MoveToken
from andante.engine.commands.signing import AddSigners, ReturnTask
from andante.engine.commands.tasks import (
    AssignTask,
    ClaimTask,
    CommentTask,
    CompleteTask,
    DelegateTask,
    EscalateTask,
    RemindTask,
    ResolveTask,
    SetFollowUp,
    ThrowTaskError,
    TransferTask,
    UnclaimTask,
)


@final
class Start:
    """Create the instance and run it to where it must wait. `start` is a node index; -1 takes the none start event.
    With `moves`, which have targets alone, it begins at those instead."""

    __slots__ = (
        "business_key", "definition_id", "depth", "ext", "held", "is_test", "moves", "name", "parent_id",
        "parent_token", "root_id", "start", "title", "variables", "version",
    )  # fmt: skip

    def __init__(
        self,
        definition_id: str,
        name: str,
        version: str,
        variables: dict[str, object],
        business_key: str = "",
        title: str = "",
        parent_id: str = "",
        parent_token: int = 0,
        root_id: str = "",
        depth: int = 0,
        is_test: bool = False,
        held: bool = False,
        start: int = -1,
        ext: list[object] | None = None,
        moves: list[MoveToken] | None = None,
    ) -> None:
        self.definition_id = definition_id
        self.name = name
        self.version = version
        self.variables = variables
        self.business_key = business_key
        self.title = title
        self.parent_id = parent_id
        self.parent_token = parent_token
        self.root_id = root_id
        self.depth = depth
        self.is_test = is_test
        self.held = held
        self.start = start
        self.ext = ext
        self.moves = moves


@final
class FireTimers:
    """Let everything that is due by `now` occur: timers, SLA passings, reminders."""

    __slots__ = ()


@final
class DeliverMessage:
    """`key` must equal the subscription's correlation key where it has one; `correlation` must equal the variables."""

    __slots__ = ("business_key", "correlation", "message_id", "name", "variables")

    def __init__(
        self,
        name: str,
        variables: dict[str, object],
        business_key: str = "",
        correlation: dict[str, object] | None = None,
        message_id: str = "",
    ) -> None:
        self.name = name
        self.variables = variables
        self.business_key = business_key
        self.correlation = correlation
        self.message_id = message_id


@final
class DeliverSignal:
    """Every open subscription to `name` occurs. The same `once` has its effect once."""

    __slots__ = ("name", "once", "variables")

    def __init__(self, name: str, variables: dict[str, object], once: str = "") -> None:
        self.name = name
        self.variables = variables
        self.once = once


@final
class CompleteCall:
    """A called instance ended well; `variables` are its root variables."""

    __slots__ = ("child_id", "token", "variables")

    def __init__(self, token: int, child_id: str, variables: dict[str, object]) -> None:
        self.token = token
        self.child_id = child_id
        self.variables = variables


@final
class FailCall:
    """A called instance ended otherwise: by an error (`code`), or terminated (`code` '')."""

    __slots__ = ("child_id", "code", "message", "token")

    def __init__(self, token: int, child_id: str, code: str, message: str) -> None:
        self.token = token
        self.child_id = child_id
        self.code = code
        self.message = message


@final
class Escalate:
    """A called instance threw an escalation that it does not catch, and goes on; `variables` are its root variables.
    The same `once` has its effect once."""

    __slots__ = ("child_id", "code", "once", "token", "variables")

    def __init__(self, token: int, child_id: str, code: str, variables: dict[str, object], once: str) -> None:
        self.token = token
        self.child_id = child_id
        self.code = code
        self.variables = variables
        self.once = once


@final
class SetVariables:
    """Change variables that the instance has (contract API 5); unknown and read-only names are ignored.

    `introduce` also adds new names.
    """

    __slots__ = ("introduce", "values")

    def __init__(self, values: dict[str, object], introduce: bool = False) -> None:
        self.values = values
        self.introduce = introduce


@final
class LookAtConditions:
    """These variables of the instance were set while it was suspended: nobody asks for this, it is parked with them."""

    __slots__ = ("names",)

    def __init__(self, names: list[str]) -> None:
        self.names = names


@final
class LookAtDeputies:
    """Somebody's time as a deputy may be over: what they were given for another goes back."""

    __slots__ = ()


@final
class FollowCalendar:
    """Count the SLA clocks anew that go by an earlier revision of this business calendar: it has changed."""

    __slots__ = ("calendar", "revision")

    def __init__(self, calendar: str, revision: int) -> None:
        self.calendar = calendar
        self.revision = revision


@final
class ExtendClock:
    """An operator gives SLA clocks more time: those of `task`, of the stage `element`, or (both unset) of the process;
    of the SLA `sla` where it is named, `target` alone where that is. Either `by_ms`, in working time of a target that
    counts it, or `until` a moment."""

    __slots__ = ("by_ms", "element", "reason", "sla", "target", "task", "until")

    def __init__(
        self, task: int = 0, element: str = "", sla: str = "", target: str = "", by_ms: int = 0, until: int = 0,
        reason: str = "",
    ) -> None:  # fmt: skip
        self.task = task
        self.element = element
        self.sla = sla
        self.target = target
        self.by_ms = by_ms
        self.until = until
        self.reason = reason


@final
class Migrate:
    """Go on by another version of the definition, whose graph the step is given.

    `nodes`, `flows` and `policies` (of SLAs by their node, -1 the process) map the indices of the version it comes
    from, `old`; `dropped` are boundary and start events that the new version has no more. `problems` says of other
    nodes why they cannot be mapped. All of it is made by `migration.plan`.
    """

    __slots__ = ("definition_id", "dropped", "flows", "nodes", "old", "policies", "problems", "reason", "version")

    def __init__(
        self,
        definition_id: str,
        version: str,
        old: str,
        nodes: dict[int, int],
        flows: dict[int, int],
        policies: dict[int, dict[int, int]],
        dropped: list[int],
        problems: dict[int, str],
        reason: str = "",
    ) -> None:
        self.definition_id = definition_id
        self.version = version
        self.old = old
        self.nodes = nodes
        self.flows = flows
        self.policies = policies
        self.dropped = dropped
        self.problems = problems
        self.reason = reason


Command = (
    Start
    | CompleteTask
    | ClaimTask
    | AssignTask
    | UnclaimTask
    | TransferTask
    | DelegateTask
    | ResolveTask
    | CommentTask
    | AddAttachment
    | RemoveAttachment
    | AddSigners
    | ReturnTask
    | RemindTask
    | SetFollowUp
    | ThrowTaskError
    | EscalateTask
    | FireTimers
    | DeliverMessage
    | DeliverSignal
    | CompleteJob
    | FailJob
    | ThrowError
    | ChangeJob
    | CompleteCall
    | FailCall
    | Escalate
    | SetVariables
    | LookAtConditions
    | LookAtDeputies
    | FollowCalendar
    | Suspend
    | Resume
    | Terminate
    | Retry
    | ExtendClock
    | MoveToken
    | Modify
    | Migrate
)

__all__ = [
    "AddAttachment",
    "AddSigners",
    "AssignTask",
    "ChangeJob",
    "ClaimTask",
    "Command",
    "CommentTask",
    "CompleteCall",
    "CompleteJob",
    "CompleteTask",
    "DelegateTask",
    "DeliverMessage",
    "DeliverSignal",
    "Escalate",
    "EscalateTask",
    "ExtendClock",
    "FailCall",
    "FailJob",
    "FireTimers",
    "FollowCalendar",
    "LookAtConditions",
    "LookAtDeputies",
    "Migrate",
    "Modify",
    "MoveToken",
    "RemindTask",
    "RemoveAttachment",
    "ResolveTask",
    "Resume",
    "Retry",
    "ReturnTask",
    "SetFollowUp",
    "SetVariables",
    "Start",
    "Suspend",
    "Terminate",
    "ThrowError",
    "ThrowTaskError",
    "TransferTask",
    "UnclaimTask",
]

"""The instance as a whole: start, suspension, incidents, end. See the package for the rules that all facts keep."""

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from andante.engine.commands import Command


@final
class InstanceStarted:
    """The instance exists. `variables` are the first values of the root scope; `start` is the start event's node."""

    __slots__ = (
        "business_key",
        "created_by",
        "definition_id",
        "depth",
        "ext",
        "held",
        "is_test",
        "label",
        "name",
        "parent_id",
        "parent_token",
        "root_id",
        "start",
        "title",
        "variables",
        "version",
    )

    def __init__(
        self,
        definition_id: str,
        name: str,
        version: str,
        label: str,
        title: str,
        business_key: str,
        parent_id: str,
        parent_token: int,
        root_id: str,
        depth: int,
        is_test: bool,
        held: bool,
        start: int,
        variables: dict[str, object],
        created_by: str,
        ext: list[object] | None,
    ) -> None:
        self.definition_id = definition_id
        self.name = name
        self.version = version
        self.label = label
        self.title = title
        self.business_key = business_key
        self.parent_id = parent_id
        self.parent_token = parent_token
        self.root_id = root_id
        self.depth = depth
        self.is_test = is_test
        self.held = held
        self.start = start
        self.variables = variables
        self.created_by = created_by
        self.ext = ext


@final
class IncidentRaised:
    """The model or a worker failed at this token; the instance waits for an operator. `sla`: the action that a retry
    carries out again, by its clock's key, the number of the target and its own number there."""

    __slots__ = ("incident", "kind", "message", "sla", "token")

    def __init__(self, incident: int, token: int, kind: str, message: str, sla: list[int] | None = None) -> None:
        self.sla = sla
        self.incident = incident
        self.token = token
        self.kind = kind
        self.message = message


@final
class IncidentResolved:
    """Retried, or its token is gone."""

    __slots__ = ("incident",)

    def __init__(self, incident: int) -> None:
        self.incident = incident


@final
class Suspended:
    """`held` when it came down from the parent."""

    __slots__ = ("held", "reason")

    def __init__(self, held: bool, reason: str) -> None:
        self.held = held
        self.reason = reason


@final
class Resumed:
    """`held` when it came down from the parent."""

    __slots__ = ("held", "reason")

    def __init__(self, held: bool, reason: str) -> None:
        self.held = held
        self.reason = reason


@final
class InputParked:
    """What came from outside while suspended; applied in order by resume."""

    __slots__ = ("command",)

    def __init__(self, command: "Command") -> None:
        self.command = command


@final
class InputUnparked:
    """The oldest parked input is being applied."""

    __slots__ = ()


@final
class CommandIgnored:
    """A stale command: recorded, without effect."""

    __slots__ = ("what",)

    def __init__(self, what: str) -> None:
        self.what = what


@final
class PropertiesSet:
    """Title, status, stage, step, urgency and the like, by name."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, object]) -> None:
        self.values = values


@final
class StateChanged:
    """One of the contract's twelve states."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


@final
class Completed:
    """All tokens are consumed."""

    __slots__ = ()


@final
class Terminated:
    """`state` is 'Terminated' or 'User Terminated'."""

    __slots__ = ("reason", "state")

    def __init__(self, state: str, reason: str) -> None:
        self.state = state
        self.reason = reason


@final
class TokenMoved:
    """An operator took the token from element `node`; it goes on at the element with the id `to`."""

    __slots__ = ("node", "reason", "to", "token")

    def __init__(self, token: int, node: int, to: str, reason: str) -> None:
        self.token = token
        self.node = node
        self.to = to
        self.reason = reason


@final
class Migrated:
    """From definition `old` to `definition_id`: from now on indices are those of its graph. The maps hold those that
    the state uses."""

    __slots__ = ("definition_id", "flows", "nodes", "old", "policies", "reason", "version")

    def __init__(
        self,
        definition_id: str,
        version: str,
        old: str,
        nodes: dict[int, int],
        flows: dict[int, int],
        policies: dict[int, dict[int, int]],
        reason: str,
    ) -> None:
        self.definition_id = definition_id
        self.version = version
        self.old = old
        self.nodes = nodes
        self.flows = flows
        self.policies = policies
        self.reason = reason

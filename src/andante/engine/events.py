"""The facts: what a step did, in order. One class a fact; only `apply` changes the state by them.

Keys (`token`, `scope`, `task`, `timer`, ...) are small ints, unique within the instance and never used twice.
`node` and `flow` are indices into the definition's graph. Times are ms since the epoch, UTC. Plain slotted classes,
so that the core stays compilable; treat them as immutable.
"""

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from andante.engine.commands import Command
    from andante.timing.sla import SlaClock


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
class ElementEntered:
    """A token arrives at a flow node, by `flow` (-1: none). A token seen before has left the node it was at."""

    __slots__ = ("flow", "loop", "node", "scope", "token")

    def __init__(self, token: int, node: int, scope: int, flow: int, loop: int = 0) -> None:
        self.token = token
        self.node = node
        self.scope = scope
        self.flow = flow
        self.loop = loop


@final
class TokenActive:
    """The token's element has begun its work and waits (BPMN: active)."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class TokenJoined:
    """The token waits at a joining gateway for its partners."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class TokenDone:
    """The element's work is done; the token has still to leave (kept when leaving failed)."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class TokenReady:
    """The token is to enter its element again (retry)."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class TokenEnded:
    """The token is consumed: at an end event, in a join, or without a way out."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class TokenCancelled:
    """The token was withdrawn: interrupted, or its scope or instance ended."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class ScopeOpened:
    """A sub-process began: `scope` holds its tokens and variables; `token` waits in the parent scope."""

    __slots__ = ("node", "parent", "scope", "token")

    def __init__(self, scope: int, node: int, parent: int, token: int) -> None:
        self.scope = scope
        self.node = node
        self.parent = parent
        self.token = token


@final
class ScopeClosed:
    """The sub-process ended; its variables are gone."""

    __slots__ = ("scope",)

    def __init__(self, scope: int) -> None:
        self.scope = scope


@final
class LoopOpened:
    """A multi-instance activity began with `total` items."""

    __slots__ = ("items", "sequential", "token", "total")

    def __init__(self, token: int, items: list[object], total: int, sequential: bool) -> None:
        self.token = token
        self.items = items
        self.total = total
        self.sequential = sequential


@final
class LoopAdvanced:
    """One inner instance began (`index` counts from 0)."""

    __slots__ = ("index", "token")

    def __init__(self, token: int, index: int) -> None:
        self.token = token
        self.index = index


@final
class LoopItemDone:
    """One inner instance completed; `output` is its output element."""

    __slots__ = ("index", "output", "token")

    def __init__(self, token: int, index: int, output: object) -> None:
        self.token = token
        self.index = index
        self.output = output


@final
class LoopClosed:
    """The multi-instance activity has ended."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class LocalsSet:
    """Variables local to one token (input mappings, loop counter)."""

    __slots__ = ("token", "values")

    def __init__(self, token: int, values: dict[str, object]) -> None:
        self.token = token
        self.values = values


@final
class VariablesSet:
    """`holder` is a scope key (0: the instance) or a token key."""

    __slots__ = ("holder", "values")

    def __init__(self, holder: int, values: dict[str, object]) -> None:
        self.holder = holder
        self.values = values


@final
class TaskCreated:
    """A user task is offered."""

    __slots__ = (
        "assignee",
        "due_at",
        "follow_up_at",
        "form",
        "groups",
        "name",
        "node",
        "outcomes",
        "priority",
        "queue",
        "task",
        "token",
        "users",
    )

    def __init__(
        self,
        task: int,
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
    ) -> None:
        self.task = task
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


@final
class TaskAssigned:
    """Claimed, unclaimed (assignee ''), transferred, delegated or resolved: `how` says which."""

    __slots__ = ("assignee", "delegated", "how", "owner", "task")

    def __init__(self, task: int, assignee: str, owner: str, delegated: bool, how: str) -> None:
        self.task = task
        self.assignee = assignee
        self.owner = owner
        self.delegated = delegated
        self.how = how


@final
class TaskCommented:
    """A remark; changes nothing else."""

    __slots__ = ("task", "text")

    def __init__(self, task: int, text: str) -> None:
        self.task = task
        self.text = text


@final
class TaskCompleted:
    """Done by a person."""

    __slots__ = ("outcome", "task", "variables")

    def __init__(self, task: int, outcome: str, variables: dict[str, object]) -> None:
        self.task = task
        self.outcome = outcome
        self.variables = variables


@final
class TaskCancelled:
    """Withdrawn without an outcome."""

    __slots__ = ("reason", "task")

    def __init__(self, task: int, reason: str) -> None:
        self.task = task
        self.reason = reason


@final
class TaskFollowUpSet:
    """The assignee's own reminder date."""

    __slots__ = ("follow_up_at", "task")

    def __init__(self, task: int, follow_up_at: int | None) -> None:
        self.task = task
        self.follow_up_at = follow_up_at


@final
class TimerSet:
    """A timer waits for `due_at`. `left` repetitions remain after it (-1: endless, 0: none); `cycle` its ISO text."""

    __slots__ = ("cycle", "due_at", "left", "node", "timer", "token")

    def __init__(self, timer: int, token: int, node: int, due_at: int, cycle: str, left: int) -> None:
        self.timer = timer
        self.token = token
        self.node = node
        self.due_at = due_at
        self.cycle = cycle
        self.left = left


@final
class TimerFired:
    """The timer occurred; `missed` counts the cycle's points passed over meanwhile."""

    __slots__ = ("missed", "timer")

    def __init__(self, timer: int, missed: int) -> None:
        self.timer = timer
        self.missed = missed


@final
class TimerCleared:
    """The timer is no longer awaited."""

    __slots__ = ("timer",)

    def __init__(self, timer: int) -> None:
        self.timer = timer


@final
class SubscriptionOpened:
    """A message or signal is awaited (`kind`: kinds.MESSAGE or SIGNAL)."""

    __slots__ = ("key", "kind", "name", "node", "subscription", "token")

    def __init__(self, subscription: int, token: int, node: int, kind: int, name: str, key: str | None) -> None:
        self.subscription = subscription
        self.token = token
        self.node = node
        self.kind = kind
        self.name = name
        self.key = key


@final
class SubscriptionClosed:
    """It is no longer awaited."""

    __slots__ = ("subscription",)

    def __init__(self, subscription: int) -> None:
        self.subscription = subscription


@final
class MessageReceived:
    """A message was correlated to `subscription`."""

    __slots__ = ("message_id", "name", "subscription", "variables")

    def __init__(self, subscription: int, name: str, message_id: str, variables: dict[str, object]) -> None:
        self.subscription = subscription
        self.name = name
        self.message_id = message_id
        self.variables = variables


@final
class SignalReceived:
    """A signal was caught by `subscription`."""

    __slots__ = ("name", "subscription", "variables")

    def __init__(self, subscription: int, name: str, variables: dict[str, object]) -> None:
        self.subscription = subscription
        self.name = name
        self.variables = variables


@final
class MessageThrown:
    """A message was sent by this instance."""

    __slots__ = ("name", "node")

    def __init__(self, node: int, name: str) -> None:
        self.node = node
        self.name = name


@final
class SignalThrown:
    """A signal was broadcast by this instance."""

    __slots__ = ("name", "node")

    def __init__(self, node: int, name: str) -> None:
        self.node = node
        self.name = name


@final
class JobCreated:
    """Work for a worker."""

    __slots__ = ("job", "node", "priority", "retries", "token", "type")

    def __init__(self, job: int, token: int, node: int, type: str, retries: int, priority: int) -> None:
        self.job = job
        self.token = token
        self.node = node
        self.type = type
        self.retries = retries
        self.priority = priority


@final
class JobCompleted:
    """A worker's result."""

    __slots__ = ("job", "variables")

    def __init__(self, job: int, variables: dict[str, object]) -> None:
        self.job = job
        self.variables = variables


@final
class JobFailed:
    """A worker gave up this try; available again at `retry_at` while `retries` > 0."""

    __slots__ = ("job", "message", "retries", "retry_at")

    def __init__(self, job: int, retries: int, message: str, retry_at: int) -> None:
        self.job = job
        self.retries = retries
        self.message = message
        self.retry_at = retry_at


@final
class JobCancelled:
    """No longer wanted."""

    __slots__ = ("job",)

    def __init__(self, job: int) -> None:
        self.job = job


@final
class CallStarted:
    """A child instance was asked for."""

    __slots__ = ("child_id", "name", "token")

    def __init__(self, token: int, child_id: str, name: str) -> None:
        self.token = token
        self.child_id = child_id
        self.name = name


@final
class CallEnded:
    """The child instance is over, or no longer wanted."""

    __slots__ = ("how", "token")

    def __init__(self, token: int, how: str) -> None:
        self.token = token
        self.how = how


@final
class ErrorThrown:
    """A BPMN error, looking for its catcher."""

    __slots__ = ("code", "message", "token")

    def __init__(self, token: int, code: str, message: str) -> None:
        self.token = token
        self.code = code
        self.message = message


@final
class ErrorCaught:
    """By the boundary event `node`."""

    __slots__ = ("code", "message", "node", "token")

    def __init__(self, token: int, node: int, code: str, message: str) -> None:
        self.token = token
        self.node = node
        self.code = code
        self.message = message


@final
class ClockStarted:
    """An SLA clock of a task (or of the instance: task 0) by policy `policy` of its node."""

    __slots__ = ("clock", "policy", "state", "task")

    def __init__(self, clock: int, task: int, policy: int, state: SlaClock) -> None:
        self.clock = clock
        self.task = task
        self.policy = policy
        self.state = state


@final
class ClockChanged:
    """`facts` says why: goal, deadline, reminder, paused, resumed."""

    __slots__ = ("clock", "facts", "state", "urgency")

    def __init__(self, clock: int, state: SlaClock, facts: list[str], urgency: int) -> None:
        self.clock = clock
        self.state = state
        self.facts = facts
        self.urgency = urgency


@final
class ClockStopped:
    """The clock's work is over."""

    __slots__ = ("clock", "state")

    def __init__(self, clock: int, state: SlaClock) -> None:
        self.clock = clock
        self.state = state


@final
class IncidentRaised:
    """The model or a worker failed at this token; the instance waits for an operator."""

    __slots__ = ("incident", "kind", "message", "token")

    def __init__(self, incident: int, token: int, kind: str, message: str) -> None:
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

    def __init__(self, command: Command) -> None:
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


Event = (
    InstanceStarted
    | ElementEntered
    | TokenActive
    | TokenJoined
    | TokenDone
    | TokenReady
    | TokenEnded
    | TokenCancelled
    | ScopeOpened
    | ScopeClosed
    | LoopOpened
    | LoopAdvanced
    | LoopItemDone
    | LoopClosed
    | LocalsSet
    | VariablesSet
    | TaskCreated
    | TaskAssigned
    | TaskCommented
    | TaskCompleted
    | TaskCancelled
    | TaskFollowUpSet
    | TimerSet
    | TimerFired
    | TimerCleared
    | SubscriptionOpened
    | SubscriptionClosed
    | MessageReceived
    | SignalReceived
    | MessageThrown
    | SignalThrown
    | JobCreated
    | JobCompleted
    | JobFailed
    | JobCancelled
    | CallStarted
    | CallEnded
    | ErrorThrown
    | ErrorCaught
    | ClockStarted
    | ClockChanged
    | ClockStopped
    | IncidentRaised
    | IncidentResolved
    | Suspended
    | Resumed
    | InputParked
    | InputUnparked
    | CommandIgnored
    | PropertiesSet
    | StateChanged
    | Completed
    | Terminated
)

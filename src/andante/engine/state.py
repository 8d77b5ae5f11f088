"""An instance as the core holds it: scopes, tokens, and what they wait for.

Plain slotted classes with typed `__init__`, so that the core stays compilable. Only `apply` changes them; `codec`
alone knows their bytes. The contract's names for states are in section 3.1.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, final

from andante.engine.approvals import Approval, Handled, Return
from andante.engine.completions import Compensation, Completion
from andante.engine.waits import Call, Clock, Doers, Incident, Job, Subscription, Task, Timer, Trigger

if TYPE_CHECKING:
    from andante.engine.commands import Command

# Phases of a token.
READY: Final = 0  # to enter its element
ACTIVE: Final = 1  # its element waits for something
DONE: Final = 2  # its element is done, the token has still to leave
JOINED: Final = 3  # it waits at a joining gateway
COMPLETING: Final = 4  # the work is done, its output mappings are not

# The contract's states (section 3.1).
NEW: Final = "New"
DISPATCHED: Final = "Dispatched"
RUNNING: Final = "Running"
WAITING_FOR_USER: Final = "Waiting for user interaction"
WAITING_FOR_PAGE: Final = "Waiting for page event"
PAUSED: Final = "Paused"
SUSPENDED: Final = "Suspended"
BROKEN: Final = "Broken"
COMPLETED_WAIT: Final = "CompletedOkWait"
COMPLETED: Final = "Completed OK"
USER_TERMINATED: Final = "User Terminated"
TERMINATED: Final = "Terminated"
STATES: Final = (
    NEW, DISPATCHED, RUNNING, WAITING_FOR_USER, WAITING_FOR_PAGE, PAUSED, SUSPENDED, BROKEN, COMPLETED_WAIT,
    COMPLETED, USER_TERMINATED, TERMINATED,
)  # fmt: skip
Wait = Task | Timer | Subscription | Job | Call | Trigger | Approval | Clock
CLOSED_STATES: Final = frozenset((COMPLETED, USER_TERMINATED, TERMINATED))


@final
class Token:
    """A token. `phase` is one of those above; `loop` the host token of the multi-instance it runs in (0: none) and
    `item` the number of its inner instance there, from 0.

    Derived: `child`, the scope it hosts (0: none), and `waits`, what is open at its element, by key.
    """

    __slots__ = ("child", "flow", "item", "key", "locals", "loop", "node", "phase", "scope", "waits")

    def __init__(
        self,
        key: int,
        node: int,
        scope: int,
        flow: int,
        loop: int = 0,
        phase: int = 0,
        locals: dict[str, object] | None = None,
        item: int = 0,
    ) -> None:
        self.key = key
        self.node = node
        self.scope = scope
        self.flow = flow
        self.loop = loop
        self.phase = phase
        self.locals = locals
        self.item = item
        self.child = 0
        self.waits: dict[int, Wait] | None = None


@final
class Scope:
    """The process (key 0) or a sub-process: where tokens and variables live.

    `tokens` and `joined` (join node -> waiting token keys, in order of arrival) are derived from the tokens; `waits`
    is what its event sub-processes wait for, by key, derived too.
    """

    __slots__ = ("joined", "key", "node", "parent", "token", "tokens", "variables", "waits")

    def __init__(self, key: int, node: int, parent: int, token: int, variables: dict[str, object]) -> None:
        self.key = key
        self.node = node
        self.parent = parent
        self.token = token
        self.variables = variables
        self.tokens: dict[int, None] = {}
        self.joined: dict[int, list[int]] = {}
        self.waits: dict[int, Wait] | None = None


@final
class Loop:
    """A running multi-instance; keyed by its host token. Derived: `inner`, the tokens of its inner instances."""

    __slots__ = ("done", "inner", "items", "outputs", "sequential", "started", "token", "total")

    def __init__(
        self,
        token: int,
        items: list[object],
        total: int,
        sequential: bool,
        started: int = 0,
        done: int = 0,
        outputs: list[object] | None = None,
    ) -> None:
        self.token = token
        self.items = items
        self.total = total
        self.sequential = sequential
        self.started = started
        self.done = done
        self.outputs = outputs
        self.inner: dict[int, None] = {}


@final
class Instance:
    """One run of a process. `seq` is the number of its last journal entry and its version for optimistic concurrency.

    `suspended` is its own flag, `held` the one that comes down from a suspended parent; either stops it.
    Times are ms since the epoch, UTC; `ended_at` is 0 while open. `seen` holds the ids of the last messages received.
    Derived: `undoable`, the keys of the completions that each holder has, in order of completion.
    """

    __slots__ = (
        "approvals", "business_key", "calls", "clocks", "compensations", "completions", "created_by",
        "definition_id", "depth", "doers", "ended_at", "ext", "handled", "held", "id", "incidents", "is_test",
        "jobs", "label", "last_handler", "last_key", "loops", "modified_at", "modified_by", "name", "parent_id",
        "parent_token", "parked", "properties", "returns", "root_id", "scopes", "seen", "seq", "started_at", "state",
        "subscriptions", "suspended", "task_outcome", "tasks", "timers", "title", "tokens", "triggers", "undoable",
        "urgency", "version",
    )  # fmt: skip

    def __init__(self, id: str) -> None:
        self.id = id
        self.definition_id = ""
        self.name = ""
        self.version = ""
        self.label = ""
        self.title = ""
        self.business_key = ""
        self.parent_id = ""
        self.parent_token = 0
        self.root_id = id
        self.depth = 0
        self.is_test = False
        self.state = NEW
        self.suspended = False
        self.held = False
        self.urgency = 0
        self.task_outcome = ""
        self.created_by = ""
        self.last_handler = ""
        self.modified_by = ""
        self.started_at = 0
        self.modified_at = 0
        self.ended_at = 0
        self.seq = 0
        self.last_key = 0
        self.ext: list[object] | None = None
        self.properties: dict[str, object] = {}  # bpStatus, bpStage, bpStep, description: set by the model
        self.scopes: dict[int, Scope] = {}
        self.tokens: dict[int, Token] = {}
        self.loops: dict[int, Loop] = {}
        self.tasks: dict[int, Task] = {}
        self.timers: dict[int, Timer] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.jobs: dict[int, Job] = {}
        self.calls: dict[int, Call] = {}
        self.clocks: dict[int, Clock] = {}
        self.incidents: dict[int, Incident] = {}
        self.completions: dict[int, Completion] = {}
        self.compensations: dict[int, Compensation] = {}
        self.undoable: dict[int, list[int]] = {}
        self.triggers: dict[int, Trigger] = {}
        self.approvals: dict[int, Approval] = {}
        self.handled: dict[int, Handled] = {}
        self.returns: dict[int, Return] = {}
        self.doers: dict[int, Doers] = {}
        self.parked: list[Command] = []
        self.seen: list[str] = []

    @property
    def closed(self) -> bool:
        return self.ended_at != 0

    @property
    def stopped(self) -> bool:
        """Suspended itself or held by its parent: what the contract shows as `suspended`."""
        return self.suspended or self.held

    @property
    def variables(self) -> dict[str, object]:
        """The root scope's variables; {} before the start."""
        root = self.scopes.get(0)
        return root.variables if root is not None else {}


def owner(instance: Instance, key: int) -> Token | Scope:
    """What a wait belongs to: a token, or the scope whose event sub-process awaits it."""
    token = instance.tokens.get(key)
    return token if token is not None else instance.scopes[key]


def index(instance: Instance) -> None:
    """Rebuild what is derived (see Token, Scope, Loop): for a state that was just decoded."""
    for token in instance.tokens.values():
        scope = instance.scopes[token.scope]
        scope.tokens[token.key] = None
        if token.phase == JOINED:
            scope.joined.setdefault(token.node, []).append(token.key)
        if token.loop:
            instance.loops[token.loop].inner[token.key] = None
    for scope in instance.scopes.values():
        if scope.token:
            instance.tokens[scope.token].child = scope.key
    waits: tuple[Mapping[int, Wait], ...] = (
        instance.tasks,
        instance.timers,
        instance.subscriptions,
        instance.jobs,
        instance.calls,
        instance.triggers,
        instance.approvals,
    )
    for kind in waits:
        for key, wait in kind.items():
            at = owner(instance, wait.token)
            if at.waits is None:
                at.waits = {}
            at.waits[key] = wait
    for clock in instance.clocks.values():
        if clock.task:
            instance.tasks[clock.task].clocks.append(clock)
        elif clock.token:
            token = instance.tokens[clock.token]
            if token.waits is None:
                token.waits = {}
            token.waits[clock.key] = clock
    taken = {key for compensation in instance.compensations.values() for key in compensation.pending}
    for completion in instance.completions.values():
        if completion.key in taken:
            continue
        instance.undoable.setdefault(completion.holder, []).append(completion.key)

"""What the server answers, typed. Names are Python's; the names on the wire are the contract's.

Fields ending in `_at` are ISO 8601 in UTC with milliseconds, fields ending in `_time` are `YYYY-MM-DD HH:MM:SS` in the
server's zone; both are "" for unset. Keys of a newer server that are not here are ignored.
"""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import field

from andante.client.approving import Approval, ReturnChoice

T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """The contract's envelope (1.1)."""

    result: T


class Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of all shapes: camelCase on the wire."""


class Token(msgspec.Struct, frozen=True):
    """`expires_in` in seconds."""

    access_token: str
    expires_in: int


class Finding(Shape, frozen=True, kw_only=True):
    """A warning of a deployment. `line` is 0 where there are no lines."""

    code: str
    element: str
    line: int
    message: str


class AnswerWithWarnings(msgspec.Struct, frozen=True):
    """The envelope of a JSON definition's deployment."""

    result: str
    warnings: list[Finding] = []


class Deployment(Shape, frozen=True, kw_only=True):
    """`id` is the first process's definition, `ids` has one by each process id."""

    id: str
    ids: dict[str, str]
    warnings: list[Finding] = []


class Definition(Shape, frozen=True, kw_only=True):
    """Contract 2.3. `config` is a string that holds JSON."""

    id: str
    name: str
    label: str
    version: str
    active: bool
    status: str
    description: str = ""
    config: str = "{}"


class Instance(Shape, frozen=True, kw_only=True):
    """Contract 2.1. `state` is one of the contract's twelve; `suspended` stands beside it."""

    id: str
    name: str
    version: str
    definition_id: str = field(name="processDefID")
    label: str = field(name="interviewLabel")
    next_element: str = field(name="nextElem")
    is_test: bool
    state: str
    bp_status: str
    urgency: int
    task_outcome: str
    business_key: str
    start_time: str
    end_time: str
    suspended: bool
    is_closed: bool
    ext1: str = field(name="Ext1", default="")
    ext2: str = field(name="Ext2", default="")
    ext3: str = field(name="Ext3", default="")
    ext4: str = field(name="Ext4", default="")
    ext5: str = field(name="Ext5", default="")
    ext6: str = field(name="Ext6", default="")
    ext7: float = field(name="Ext7", default=0)
    ext8: float = field(name="Ext8", default=0)


class TokenAt(Shape, frozen=True, kw_only=True):
    """Where an instance is."""

    element: str
    state: str
    since: str
    token: int = 0


class Incident(Shape, frozen=True, kw_only=True):
    """What an instance stumbled over and waits for: repair it, then `retry`."""

    id: int
    element: str
    kind: str
    message: str
    at: str


class SlaTarget(Shape, frozen=True, kw_only=True):
    """Goal, deadline or a milestone; `remaining` in seconds, of working time if `working`, negative when over."""

    name: str
    due_at: str
    passed: bool
    working: bool
    remaining: int


class SlaExtension(Shape, frozen=True, kw_only=True):
    """More time that an operator gave: `by` in seconds."""

    at: str
    who: str
    targets: list[str]
    by: int
    reason: str


class SlaClock(Shape, frozen=True, kw_only=True):
    """Of a task (`task` is its id), a stage or the whole instance: `kind` says which; `state` says on track, at risk,
    breached, paused, ..."""

    name: str
    task: str
    element: str
    goal_at: str
    deadline_at: str
    paused_at: str
    state: str
    kind: str = ""
    targets: list[SlaTarget] = []
    paused_for: list[str] = []
    extensions: list[SlaExtension] = []


class InstanceDetail(Instance, frozen=True, kw_only=True):
    """`allowed` says which actions the state permits now; `parked` counts input that waits for the resume."""

    title: str
    created_by: str
    started_at: str
    modified_at: str
    ended_at: str
    parent_id: str
    root_id: str
    tokens: list[TokenAt]
    incidents: list[Incident]
    sla: list[SlaClock]
    sla_state: str = ""
    allowed: dict[str, bool]
    children: list[str]
    parked: int


class InstanceRow(Shape, frozen=True, kw_only=True):
    """Contract 2.2: a row of the instance query."""

    id: str
    name: str
    version: str
    label: str
    title: str
    description: str
    business_key: str
    state: str
    suspended: bool
    urgency: int
    bp_stage: str
    bp_status: str
    bp_step: str
    current_element: str = field(name="curElement")
    created_by: str
    created_date: str
    last_handler: str | None
    last_modified_by: str
    last_modified_date: str
    owner: str
    start_time: str
    end_time: str


class HistoryEntry(Shape, frozen=True, kw_only=True):
    """One fact. Entries of one command share `seq`."""

    seq: int
    at: str
    kind: str
    element: str
    element_kind: str
    who: str
    data: dict[str, Any]


class ElementPlan(Shape, frozen=True, kw_only=True):
    """An element at which `tokens` stand ("": the process); they go on at `to`, or cannot for the `problem`."""

    element: str
    to: str
    tokens: int
    problem: str


class MigrationPlan(Shape, frozen=True, kw_only=True):
    """What a migration would do; `id` is that of the definition to go on by."""

    id: str
    version: str
    possible: bool
    elements: list[ElementPlan]


class FormField(Shape, frozen=True, kw_only=True):
    """A field of a form that the model describes; `value` is the variable's, else the field's default."""

    name: str
    type: str
    label: str
    value: Any
    required: bool
    read_only: bool
    choices: dict[str, str]


class Task(Shape, frozen=True, kw_only=True):
    """A to-do or historical task. `state` is open, completed or cancelled; `actions` is what the caller may do now.
    Only a task by itself has `approval` (None: one person decides), `return_to` and `form_fields`."""

    id: str
    name: str
    element: str
    instance_id: str
    definition: str
    version: str
    business_key: str
    assignee: str
    candidates: list[str]
    queue: str
    owner: str
    delegated: bool
    priority: int
    urgency: int
    created_at: str
    goal_at: str
    due_at: str
    follow_up_at: str
    sla_state: str
    form: str
    outcomes: list[str]
    state: str
    suspended: bool
    outcome: str
    ended_at: str
    ended_by: str
    form_fields: list[FormField] = []
    actions: list[str] = []
    approval: Approval | None = None
    return_to: list[ReturnChoice] = []


class Recs(msgspec.Struct, Generic[T], frozen=True):
    """A page of records; `after` is the cursor of the next one, "" on the last. With `more` there are more than
    `total`."""

    items: list[T] = field(name="Recs")
    total: int
    after: str = ""
    more: bool = False


class Job(Shape, frozen=True, kw_only=True):
    """Work for a program, locked for it until `locked_until`."""

    id: str
    type: str
    instance_id: str
    element: str
    variables: dict[str, Any]
    headers: dict[str, str]
    retries: int
    locked_until: str


class Published(Shape, frozen=True, kw_only=True):
    """Ids of the instances a message reached or started; `buffered`: it waits for a receiver."""

    delivered: list[str]
    started: list[str]
    buffered: bool


class Broadcast(Shape, frozen=True, kw_only=True):
    """How many instances a signal reached and started."""

    delivered: int
    started: int


class Fulfilled(Shape, frozen=True, kw_only=True):
    """Ids of the instances that conditions started."""

    started: list[str]


class Evaluated(Shape, frozen=True, kw_only=True):
    """`feel` is the value as FEEL text, exact where JSON is not."""

    value: Any
    feel: str
    type: str


class MatchedRule(Shape, frozen=True, kw_only=True):
    """A rule that matched: `number` counts from 1."""

    decision: str
    number: int
    id: str


class DecisionTable(Shape, frozen=True, kw_only=True):
    """A decision table on the way: its inputs as pairs of name and FEEL text, and its outputs, one object a rule."""

    decision: str
    inputs: list[list[str]]
    rules: list[int]
    outputs: list[dict[str, Any]]


class Decided(Shape, frozen=True, kw_only=True):
    """`feel` is the value as FEEL text, exact where JSON is not; `messages` tell e.g. of values that fit no type."""

    value: Any
    feel: str
    matched: list[MatchedRule]
    tables: list[DecisionTable]
    messages: list[str]


class Person(Shape, frozen=True, kw_only=True):
    """Roles are administrator, operator, user."""

    name: str
    email: str
    manager: str
    roles: list[str]
    groups: list[str]
    queues: list[str]
    kind: str
    created_at: str
    disabled: bool
    skills: dict[str, int] = {}


class OAuthClient(Shape, frozen=True, kw_only=True):
    """A client's registration; nobody can read its secret."""

    client_id: str
    user: str
    created_at: str
    revoked: bool
    scopes: list[str] = []
    ranges: list[str] = []
    expires_at: str = ""
    former_until: str = ""
    requests: int = 0


class NewClient(Shape, frozen=True, kw_only=True):
    """A new client with its secret, which is not seen again."""

    username: str
    client_id: str
    client_secret: str


class ClockNow(Shape, frozen=True, kw_only=True):
    """The test clock."""

    now: str

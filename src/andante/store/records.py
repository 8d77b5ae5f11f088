"""What the lists and single reads give: one record a row. Times are ms since the epoch, UTC; 0 is unset."""

from typing import Generic, NamedTuple, TypeVar

import msgspec

from andante.store.names import Names

T = TypeVar("T")


class Share(NamedTuple):
    """What somebody may take meanwhile because it is offered to `person`: under these names ("user:x", "group:x",
    "role:x", "queue:x"), of one process and queue, "" for all."""

    person: str
    names: tuple[str, ...]
    definition: str
    queue: str


class InstanceRecord(msgspec.Struct, frozen=True):
    """An instance as lists show it (contract 2.1 and 2.2 are made of these). `ext` holds Ext1..Ext8."""

    id: str
    definition_id: str
    name: str
    version: str
    label: str
    title: str
    business_key: str
    state: str
    suspended: bool
    closed: bool
    is_test: bool
    urgency: int
    task_outcome: str
    bp_status: str
    bp_stage: str
    bp_step: str
    description: str
    next_element: str
    current_element: str
    created_by: str
    owner: str
    last_handler: str
    modified_by: str
    started_at: int
    modified_at: int
    ended_at: int
    ext: list[str | int | float]
    parent_id: str
    root_id: str
    incident: bool


class TaskRecord(msgspec.Struct, frozen=True):
    """A user task, open or over. `state` is open, completed or cancelled; `suspended` is its instance's flag.

    `goal_at` and `due_at` are those of its SLA, else `due_at` is the model's due date; from `risk_at` on it is at risk.
    While its clocks wait for a condition `risk_at` is task_times.WAITING, and what is still to come has no time.
    `groups` items are "group:x", "role:x" or "queue:x"; `users` are bare names.
    """

    id: str
    instance_id: str
    key: int
    name: str
    element: str
    definition_id: str
    definition: str
    version: str
    business_key: str
    assignee: str
    users: list[str]
    groups: list[str]
    queue: str
    owner: str
    delegated: bool
    priority: int
    urgency: int
    created_at: int
    goal_at: int
    due_at: int
    risk_at: int
    follow_up_at: int
    form: str
    outcomes: list[str]
    state: str
    outcome: str
    ended_at: int
    ended_by: str
    suspended: bool
    sla_state: str = ""


class DeploymentRecord(msgspec.Struct, frozen=True):
    """Files that were deployed together; `resource` is the name of a definition's own."""

    id: str
    name: str = ""
    source: str = ""
    resource: str = ""


class DefinitionRecord(msgspec.Struct, frozen=True):
    """A definition (contract 2.3). `config` is JSON text; `kind` is xml or json; `status` Pass or Warning."""

    id: str
    name: str
    version: str
    label: str
    description: str
    active: bool
    suspended: bool
    status: str
    config: str
    kind: str
    created_at: int
    created_by: str
    source_id: str = ""
    modified_by: str = ""
    modified_at: int = 0

    @property
    def retention(self) -> str:
        """How long its instances are kept when they are over: a duration, "forever", or "" where it does not say."""
        found = self._settings().get("retention", "")
        return found if isinstance(found, str) else ""

    @property
    def deployment(self) -> DeploymentRecord | None:
        """None where it was deployed as a single file without a name."""
        found = self._settings().get("deployment")
        return None if found is None else msgspec.convert(found, DeploymentRecord)

    def _settings(self) -> dict[str, object]:
        return msgspec.json.decode(self.config, type=dict[str, object]) if self.config else {}


class Page(msgspec.Struct, Generic[T]):
    """One page of a list: `total` counts all that match, or with `more` that there are more than so many; `after`
    continues it ("" when there is no more)."""

    items: list[T]
    total: int
    after: str = ""
    more: bool = False


class InstanceQuery(msgspec.Struct):
    """Which instances, in which order. `states` may hold "Suspended" (the flag); empty means all. `broken`: those with
    an incident; `roots`: those that no other has called; `parent_id`: those that this one has; `ids`: some of these;
    `going`: those that are open and not suspended, `open`: all that are open; `text`: a part of the title, label or
    business key. `definitions`: only those of these definitions (None: of all). With `own` the person sees what they
    have started, and beside it what `read` names. `over`: those that have ended, of which `ended_...` say when. `names`
    and `keys`: some of these definitions or business keys, and none of `not_names` or `not_ids`; `key_like` is a
    pattern of SQL, as is `label_like`. Times are in ms."""

    states: list[str] = []
    name: str = ""
    version: str = ""
    business_key: str = ""
    created_by: str = ""
    definition_id: str = ""
    started_from: int = 0
    started_before: int = 0
    broken: bool = False
    roots: bool = False
    text: str = ""
    order_field: str = "started_at"
    descending: bool = True
    skip: int = 0
    limit: int = 100
    after: str = ""
    definitions: Names | None = None
    own: str = ""
    read: Names | None = None
    ids: list[str] = []
    parent_id: str = ""
    going: bool = False
    open: bool = False
    over: bool = False
    ended_from: int = 0
    ended_before: int = 0
    names: list[str] = []
    not_names: list[str] = []
    keys: list[str] = []
    key_like: str = ""
    label_like: str = ""
    not_ids: list[str] = []


class TaskQuery(msgspec.Struct):
    """Which tasks. `view` todo: open and not suspended; delegated: of these, what `user` has given to somebody; paused:
    open and suspended; history: over; all.

    Unless `everything`, only what `user` (with `groups` and `queues`) works on, may claim, or (history) has handled;
    `stands_for` are persons whose tasks the user does meanwhile, each with the process and queue that it is for ("":
    all); `shares` is what is offered to those of them who share. `scope` mine or free: of these, what is with `user`,
    or with nobody. `groups` are bare names. Times are in ms, from (`..._from`) or before (`..._before`); `due` is one
    of the groups of store/task_groups.py, of which `days` has the ends of this day and this week. `ended_as` is
    completed or cancelled. `definitions`: only tasks of these (None: of all). `put_off` hidden or only: without, or
    only, what `user` has and is to follow up later than `now`. `assigned`: what somebody has. `instance_ids` and
    `elements`: some of these.
    """

    view: str = "todo"
    user: str = ""
    groups: list[str] = []
    queues: list[str] = []
    stands_for: tuple[tuple[str, str, str], ...] = ()
    shares: tuple[Share, ...] = ()
    everything: bool = False
    scope: str = ""
    instance_id: str = ""
    assignee: str = ""
    candidate: str = ""
    name: str = ""
    element: str = ""
    definition: str = ""
    queue: str = ""
    business_key: str = ""
    due: str = ""
    days: tuple[int, int] = (0, 0)
    due_from: int = 0
    due_before: int = 0
    follow_up_before: int = 0
    put_off: str = ""
    created_from: int = 0
    created_before: int = 0
    ended_from: int = 0
    ended_before: int = 0
    ended_as: str = ""
    outcome: str = ""
    overdue: bool = False
    sla_state: str = ""
    urgency_min: int = 0
    priority_min: int | None = None
    text: str = ""
    now: int = 0
    order_field: str = ""
    descending: bool = False
    skip: int = 0
    limit: int = 100
    after: str = ""
    definitions: Names | None = None
    assigned: bool = False
    instance_ids: list[str] = []
    elements: list[str] = []
    definition_id: str = ""

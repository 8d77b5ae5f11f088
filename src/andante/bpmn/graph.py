"""A process as the core runs it: one immutable graph, nodes and flows indexed by small ints.

Built by `bpmn.build` from XML or from the contract's JSON form; both give the same graph. Nothing here knows where
a node came from, but each keeps the id and the line it was written on, for messages.
"""

from collections.abc import Mapping
from typing import Final, final

from andante.bpmn.kinds import NAMES
from andante.expressions import Expression
from andante.timing.sla import SlaPolicy


@final
class Flow:
    """A sequence flow (BPMN 2.0.2 section 8.4.13). `condition` is None on unconditional flows."""

    __slots__ = ("condition", "id", "index", "name", "source", "target")

    def __init__(
        self, index: int, id: str, source: int, target: int, name: str = "", condition: Expression | None = None
    ) -> None:
        self.index = index
        self.id = id
        self.source = source
        self.target = target
        self.name = name
        self.condition = condition


@final
class Assignment:
    """One input or output mapping: `target` is set to the value of `source`."""

    __slots__ = ("source", "target")

    def __init__(self, target: str, source: Expression) -> None:
        self.target = target
        self.source = source


@final
class EventDefinition:
    """What an event waits for or throws.

    `kind` is one of kinds.MESSAGE, TIMER, SIGNAL, ERROR, TERMINATE. `name` gives the message or signal name;
    `correlation` the correlation key of a message; `code` the error code (None on a boundary event catches all);
    `timer_kind` is "date", "duration" or "cycle" and `timer` its ISO 8601 text. `code_variable` and
    `message_variable` receive the caught error's code and message.
    """

    __slots__ = ("code", "code_variable", "correlation", "kind", "message_variable", "name", "timer", "timer_kind")

    def __init__(
        self,
        kind: int,
        *,
        name: Expression | None = None,
        correlation: Expression | None = None,
        code: str | None = None,
        timer_kind: str = "",
        timer: Expression | None = None,
        code_variable: str = "",
        message_variable: str = "",
    ) -> None:
        self.kind = kind
        self.name = name
        self.correlation = correlation
        self.code = code
        self.timer_kind = timer_kind
        self.timer = timer
        self.code_variable = code_variable
        self.message_variable = message_variable


@final
class UserTask:
    """Who may do a user task and how it is shown. Expressions give a string or a list of strings; None is unset.

    `candidates` follows the contract's receiver expression (6.2): items `user:x`, `group:x`, `role:x`, `queue:x`
    or bare user names. `due` and `follow_up` give an ISO date-time or duration; `priority` an integer (default 50).
    """

    __slots__ = (
        "assignee", "candidate_groups", "candidate_users", "candidates", "due", "follow_up", "form", "outcomes",
        "priority", "queue", "title",
    )  # fmt: skip

    def __init__(
        self,
        *,
        assignee: Expression | None = None,
        candidate_users: Expression | None = None,
        candidate_groups: Expression | None = None,
        candidates: Expression | None = None,
        queue: str = "",
        due: Expression | None = None,
        follow_up: Expression | None = None,
        priority: Expression | None = None,
        form: str = "",
        outcomes: tuple[str, ...] = (),
        title: Expression | None = None,
    ) -> None:
        self.assignee = assignee
        self.candidate_users = candidate_users
        self.candidate_groups = candidate_groups
        self.candidates = candidates
        self.queue = queue
        self.due = due
        self.follow_up = follow_up
        self.priority = priority
        self.form = form
        self.outcomes = outcomes
        self.title = title


@final
class JobWork:
    """Work done by a worker outside: a service task, or a send task or throw event that a worker carries out."""

    __slots__ = ("headers", "priority", "result_variable", "retries", "type")

    def __init__(
        self,
        type: Expression,
        retries: int = 3,
        headers: Mapping[str, str] | None = None,
        result_variable: str = "",
        priority: int = 0,
    ) -> None:
        self.type = type
        self.retries = retries
        self.headers: Mapping[str, str] = headers or {}
        self.result_variable = result_variable
        self.priority = priority


@final
class Script:
    """An expression to evaluate; its value goes to `result_variable` ("" with a context value: each entry is set)."""

    __slots__ = ("expression", "result_variable")

    def __init__(self, expression: Expression, result_variable: str = "") -> None:
        self.expression = expression
        self.result_variable = result_variable


@final
class Call:
    """A call activity (BPMN 2.0.2 section 10.2.4 and 10.2.5): the process called and what goes in and comes out.

    `all_in` and `all_out` pass every variable; else only `ins` and `outs`. `version` "" takes the active version.
    `ins` are evaluated in the caller, `outs` over the called instance's variables.
    """

    __slots__ = ("all_in", "all_out", "business_key", "element", "ins", "outs", "version")

    def __init__(
        self,
        element: Expression,
        version: str = "",
        *,
        all_in: bool = True,
        all_out: bool = True,
        ins: tuple[Assignment, ...] = (),
        outs: tuple[Assignment, ...] = (),
        business_key: Expression | None = None,
    ) -> None:
        self.element = element
        self.version = version
        self.all_in = all_in
        self.all_out = all_out
        self.ins = ins
        self.outs = outs
        self.business_key = business_key


@final
class MultiInstance:
    """Multi-instance characteristics (BPMN 2.0.2 section 10.2.7): `cardinality` or `collection` is set, never both."""

    __slots__ = (
        "cardinality", "collection", "completion", "element_variable", "output_collection", "output_element",
        "sequential",
    )  # fmt: skip

    def __init__(
        self,
        *,
        sequential: bool = False,
        cardinality: Expression | None = None,
        collection: Expression | None = None,
        element_variable: str = "",
        completion: Expression | None = None,
        output_collection: str = "",
        output_element: Expression | None = None,
    ) -> None:
        self.sequential = sequential
        self.cardinality = cardinality
        self.collection = collection
        self.element_variable = element_variable
        self.completion = completion
        self.output_collection = output_collection
        self.output_element = output_element


Work = UserTask | JobWork | Script | Call


@final
class SlaAction:
    """What is done when a goal or deadline passes (contract 2.5). `criteria` None: always.

    `type` is one of the contract's action types, e.g. "Notify Manager"; `to` holds receiver items (contract 6.2).
    """

    __slots__ = ("criteria", "name", "to", "type")

    def __init__(self, name: str, type: str, criteria: Expression | None = None, to: tuple[str, ...] = ()) -> None:
        self.name = name
        self.type = type
        self.criteria = criteria
        self.to = to


@final
class Sla:
    """An SLA of a task or of the process (contract 2.5). `criteria` decides whether it applies at all, `start_when`
    when its clock starts; None: always, and when the task (or the instance) is created."""

    __slots__ = ("criteria", "deadline_actions", "goal_actions", "policy", "start_when")

    def __init__(
        self,
        policy: SlaPolicy,
        *,
        criteria: Expression | None = None,
        start_when: Expression | None = None,
        goal_actions: tuple[SlaAction, ...] = (),
        deadline_actions: tuple[SlaAction, ...] = (),
    ) -> None:
        self.policy = policy
        self.criteria = criteria
        self.start_when = start_when
        self.goal_actions = goal_actions
        self.deadline_actions = deadline_actions


@final
class Node:
    """A flow node. `scope` is the index of the enclosing sub-process, -1 at process level.

    `incoming`/`outgoing` hold flow indices; `default` is the default flow's index or -1. `boundaries` are the boundary
    events attached here; `attached_to` the activity a boundary event sits on (-1 elsewhere). `start` is the none start
    event of a sub-process (-1 elsewhere). `inputs`/`outputs` are the variable mappings; a data mapper of the JSON form
    is an untyped task with `outputs` alone. `conditional` says that an outgoing flow has a condition or is the default.
    """

    __slots__ = (
        "attached_to", "boundaries", "conditional", "default", "documentation", "event", "id", "incoming", "index",
        "inputs", "interrupting", "kind", "lane", "line", "multi", "name", "outgoing", "outputs", "scope", "slas",
        "start", "work",
    )  # fmt: skip

    def __init__(
        self,
        index: int,
        id: str,
        kind: int,
        *,
        name: str = "",
        scope: int = -1,
        line: int = 0,
        incoming: tuple[int, ...] = (),
        outgoing: tuple[int, ...] = (),
        default: int = -1,
        conditional: bool = False,
        boundaries: tuple[int, ...] = (),
        attached_to: int = -1,
        interrupting: bool = True,
        event: EventDefinition | None = None,
        multi: MultiInstance | None = None,
        work: Work | None = None,
        inputs: tuple[Assignment, ...] = (),
        outputs: tuple[Assignment, ...] = (),
        start: int = -1,
        slas: tuple[Sla, ...] = (),
        lane: str = "",
        documentation: str = "",
    ) -> None:
        self.index = index
        self.id = id
        self.kind = kind
        self.name = name
        self.scope = scope
        self.line = line
        self.incoming = incoming
        self.outgoing = outgoing
        self.default = default
        self.conditional = conditional
        self.boundaries = boundaries
        self.attached_to = attached_to
        self.interrupting = interrupting
        self.event = event
        self.multi = multi
        self.work = work
        self.inputs = inputs
        self.outputs = outputs
        self.start = start
        self.slas = slas
        self.lane = lane
        self.documentation = documentation

    @property
    def kind_name(self) -> str:
        return NAMES[self.kind]


@final
class Variable:
    """A variable that a JSON definition declares; `type` is "Text", "Number", "Boolean", "Date", "DateTime", "Any"."""

    __slots__ = ("default", "has_default", "name", "read_only", "type")

    def __init__(
        self,
        name: str,
        type: str = "Any",
        default: object = None,
        *,
        has_default: bool = False,
        read_only: bool = False,
    ) -> None:
        self.name = name
        self.type = type
        self.default = default
        self.has_default = has_default
        self.read_only = read_only


@final
class ProcessGraph:
    """One executable process. Immutable; shared by every instance of the definition and by threads.

    `variables` is None for a process that declares none (BPMN XML: any name may be introduced); a JSON definition
    declares its own and keeps to them. `starts` are the root start events; `reach[flow index]` is, for flows into an
    inclusive join (an inclusive gateway with two or more incoming flows), a bit mask of the nodes from which the flow
    can be reached without passing the join (BPMN 2.0.2 section 13.4.3).
    """

    __slots__ = (
        "by_id", "cancelable", "constants", "documentation", "flows", "instance_label", "name", "no_cancel_after",
        "nodes", "process_id", "reach", "slas", "starts", "variables", "version",
    )  # fmt: skip

    def __init__(
        self,
        process_id: str,
        nodes: tuple[Node, ...],
        flows: tuple[Flow, ...],
        starts: tuple[int, ...],
        *,
        name: str = "",
        version: str = "",
        documentation: str = "",
        variables: Mapping[str, Variable] | None = None,
        constants: Mapping[str, object] | None = None,
        slas: tuple[Sla, ...] = (),
        instance_label: Expression | None = None,
        cancelable: bool = False,
        no_cancel_after: str = "",
        reach: Mapping[int, int] | None = None,
    ) -> None:
        self.process_id = process_id
        self.nodes: Final = nodes
        self.flows: Final = flows
        self.starts = starts
        self.name = name
        self.version = version
        self.documentation = documentation
        self.variables = variables
        self.constants: Mapping[str, object] = constants or {}
        self.slas = slas
        self.instance_label = instance_label
        self.cancelable = cancelable
        self.no_cancel_after = no_cancel_after
        self.reach: Mapping[int, int] = reach or {}
        self.by_id: Mapping[str, int] = {node.id: node.index for node in nodes}

"""A process as the core runs it: one immutable graph, nodes and flows indexed by small ints.

Built by `bpmn.build` from XML or from the contract's JSON form; both give the same graph. Nothing here knows where
a node came from, but each keeps the id and the line it was written on, for messages.
"""

from collections.abc import Mapping
from typing import Final, final

from andante.bpmn.assigning import watched
from andante.bpmn.kinds import CONDITIONAL, NAMES
from andante.bpmn.work import (
    Activation,
    AdHoc,
    Assignment,
    Call,
    CorrelationKey,
    CorrelationProperty,
    DecisionCall,
    FormUse,
    JobWork,
    MultiInstance,
    Repeat,
    Script,
    UserTask,
    Work,
)  # fmt: skip
from andante.expressions import Expression
from andante.timing.sla import SlaPolicy

__all__ = [
    "Activation", "AdHoc", "Assignment", "Call", "CorrelationKey", "CorrelationProperty", "DecisionCall",
    "EventDefinition", "Flow", "FormUse", "JobWork", "MultiInstance", "Node", "ProcessGraph", "Repeat", "Script",
    "Sla", "SlaAction", "UserTask", "Variable", "Work",
]  # fmt: skip


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
class EventDefinition:
    """What an event waits for or throws.

    `kind` is one of kinds.MESSAGE, TIMER, SIGNAL, ERROR, TERMINATE, ESCALATION, COMPENSATE, CANCEL, CONDITIONAL, LINK.
    `name` gives the message or signal name; `correlation` the correlation key of a message, or where that is unset,
    `key` what makes one; `code` a link's name, or the code of an error or escalation (None catches all), which an event
    that throws may compute by `name`; `message` what an error says; `timer_kind` is "date", "duration" or "cycle" and
    `timer` its ISO 8601 text. `code_variable` and `message_variable` receive the caught error's code and message.
    `activity` is the id of the one activity that a compensation event undoes ("": all of its scope), and `waits` says
    that it waits until that is done. `condition` is that of a conditional event, looked at when one of `variables` is
    set (none named: any). A MULTIPLE event has two or more `parts`, in the order of the model: one of them is enough,
    or all must occur where it is `parallel`.
    """

    __slots__ = (
        "activity", "code", "code_variable", "condition", "correlation", "key", "kind", "message", "message_variable",
        "name", "parallel", "parts", "timer", "timer_kind", "variables", "waits",
    )  # fmt: skip

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
        message: Expression | None = None,
        activity: str = "",
        waits: bool = True,
        condition: Expression | None = None,
        variables: tuple[str, ...] = (),
        key: CorrelationKey | None = None,
        parts: "tuple[EventDefinition, ...]" = (),
        parallel: bool = False,
    ) -> None:
        self.key = key
        self.kind = kind
        self.name = name
        self.correlation = correlation
        self.code = code
        self.timer_kind = timer_kind
        self.timer = timer
        self.code_variable = code_variable
        self.message_variable = message_variable
        self.message = message
        self.activity = activity
        self.waits = waits
        self.condition = condition
        self.variables = variables
        self.parts = parts
        self.parallel = parallel

    @property
    def each(self) -> "tuple[EventDefinition, ...]":
        """Its parts; of an event that is not multiple, itself."""
        return self.parts or (self,)


@final
class SlaAction:
    """What is done when a target passes (contract 2.5). `criteria` None: always.

    `type` is one of the action types of bpmn.slas, e.g. "Notify Manager"; `to` holds who is told, or who gets the task
    (contract 6.2); `detail` the code of an escalation, or the outcome with which a task is completed; `values` the
    variables that are set.
    """

    __slots__ = ("criteria", "detail", "name", "to", "type", "values")

    def __init__(
        self,
        name: str,
        type: str,
        criteria: Expression | None = None,
        to: tuple[str, ...] = (),
        detail: str = "",
        values: tuple[Assignment, ...] = (),
    ) -> None:
        self.name = name
        self.type = type
        self.criteria = criteria
        self.to = to
        self.detail = detail
        self.values = values


@final
class Sla:
    """An SLA of a task, a stage or the process (contract 2.5). `criteria` decides whether it applies at all,
    `start_when` when its clock starts; None: always, and when the work begins. While `pause_when` is true the clock
    stands still. `milestone_actions` has the actions of each milestone of the policy. `calendar` names the business
    calendar of its working time, "" for that of its task, its queue or its process."""

    __slots__ = (
        "calendar", "criteria", "deadline_actions", "goal_actions", "milestone_actions", "pause_when", "policy",
        "start_when",
    )  # fmt: skip

    def __init__(
        self,
        policy: SlaPolicy,
        *,
        criteria: Expression | None = None,
        start_when: Expression | None = None,
        goal_actions: tuple[SlaAction, ...] = (),
        deadline_actions: tuple[SlaAction, ...] = (),
        milestone_actions: tuple[tuple[SlaAction, ...], ...] = (),
        pause_when: Expression | None = None,
        calendar: str = "",
    ) -> None:
        self.calendar = calendar
        self.policy = policy
        self.criteria = criteria
        self.start_when = start_when
        self.goal_actions = goal_actions
        self.deadline_actions = deadline_actions
        self.milestone_actions = milestone_actions or ((),) * len(policy.milestones)
        self.pause_when = pause_when

    @property
    def actions(self) -> tuple[tuple[SlaAction, ...], ...]:
        """In the order of the policy's targets."""
        return (self.goal_actions, self.deadline_actions, *self.milestone_actions)


@final
class Node:
    """A flow node. `scope` is the index of the enclosing sub-process, -1 at process level.

    `incoming`/`outgoing` hold flow indices; `default` is the default flow's index or -1. `boundaries` are the boundary
    events attached here; `attached_to` the activity a boundary event sits on (-1 elsewhere). `start` is the none start
    event of a sub-process, or the start event of an event sub-process (-1 elsewhere); `handlers` are the event
    sub-processes in a sub-process. `inputs`/`outputs` are the variable mappings; a data mapper of the JSON form
    is an untyped task with `outputs` alone. `conditional` says that an outgoing flow has a condition or is the default.
    `before` and `after` are other engines' listeners: scripts that set variables when a token arrives and when the work
    is done, before the output mappings. `form` is that of a user task or start event. `offered` are the
    elements of an ad-hoc sub-process that no flow leads to. `undone_by` is the activity
    that undoes this one (-1: none), `for_compensation` marks such an activity. `instantiates` marks receive tasks and
    event-based gateways that start instances, and the events behind the latter; `parallel` a gateway all of whose
    events must occur. `calendar` names the business calendar of a user task's SLAs, its own or its lane's.
    """

    __slots__ = (
        "after", "attached_to", "before", "boundaries", "calendar", "conditional", "default", "documentation", "event",
        "for_compensation", "form", "handlers", "id", "incoming", "index", "inputs", "instantiates", "interrupting",
        "kind", "lane", "line", "multi", "name", "offered", "outgoing", "outputs", "parallel", "scope", "slas", "start",
        "undone_by", "work",
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
        handlers: tuple[int, ...] = (),
        slas: tuple[Sla, ...] = (),
        lane: str = "",
        documentation: str = "",
        before: tuple[Script, ...] = (),
        after: tuple[Script, ...] = (),
        form: FormUse | None = None,
        offered: tuple[int, ...] = (),
        undone_by: int = -1,
        for_compensation: bool = False,
        instantiates: bool = False,
        parallel: bool = False,
        calendar: str = "",
    ) -> None:
        self.calendar = calendar
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
        self.handlers = handlers
        self.slas = slas
        self.lane = lane
        self.documentation = documentation
        self.before = before
        self.after = after
        self.form = form
        self.offered = offered
        self.undone_by = undone_by
        self.for_compensation = for_compensation
        self.instantiates = instantiates
        self.parallel = parallel

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
    declares its own and keeps to them. `defaults` are the values a process begins with where it is given no others.
    `starts` are the nodes at which an instance may begin, `plain_start` the one where nothing occurs (-1: none),
    `handlers` the event sub-processes at process level; `conditions` says whether there are conditional events,
    `keeps_steps` whether some task asks who has done an earlier one, `watched` of which nodes it is kept who has done
    them; `reach[flow index]` is, for flows into an inclusive join (an inclusive gateway with two or more incoming
    flows), a bit mask of the nodes from which the flow can be reached without passing the join (BPMN 2.0.2 section
    13.4.3). `calendar` names the business calendar of SLAs for which nothing nearer names one.
    """

    __slots__ = (
        "by_id", "calendar", "cancelable", "conditions", "constants", "defaults", "documentation", "flows", "handlers",
        "instance_label", "keeps_steps", "name", "no_cancel_after", "nodes", "plain_start", "process_id", "reach",
        "retention", "slas", "starts", "variables", "version", "watched",
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
        handlers: tuple[int, ...] = (),
        defaults: tuple[Assignment, ...] = (),
        retention: str = "",
        calendar: str = "",
    ) -> None:
        self.calendar = calendar
        self.process_id = process_id
        self.nodes: Final = nodes
        self.flows: Final = flows
        self.starts = starts
        self.plain_start = next((index for index in starts if nodes[index].event is None), -1)
        self.name = name
        self.version = version
        self.documentation = documentation
        self.variables = variables
        self.constants: Mapping[str, object] = constants or {}
        self.slas = slas
        self.instance_label = instance_label
        self.cancelable = cancelable
        self.no_cancel_after = no_cancel_after
        self.retention = retention
        self.reach: Mapping[int, int] = reach or {}
        self.handlers = handlers
        self.defaults = defaults
        self.conditions = any(
            part.kind == CONDITIONAL for node in nodes if node.event is not None for part in node.event.each
        )
        self.keeps_steps = any(isinstance(node.work, UserTask) and node.work.looks_back for node in nodes)
        assigned = {n.index: n.work.assignment for n in nodes if isinstance(n.work, UserTask) and n.work.assignment}
        self.watched: frozenset[int] = watched(nodes, assigned)
        self.by_id: Mapping[str, int] = {node.id: node.index for node in nodes}

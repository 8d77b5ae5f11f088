"""The rules that hold between elements (BPMN 2.0.2 chapters 10 and 13), checked on the linked nodes and flows."""

from collections.abc import Sequence

from andante.bpmn import kinds
from andante.bpmn.approvals import check_approval
from andante.bpmn.assignments import check_assignment
from andante.bpmn.compensation import check_compensation
from andante.bpmn.exhaustive import open_choice
from andante.bpmn.findings import Findings
from andante.bpmn.graph import Activation, EventDefinition, Flow, Node, Script, UserTask
from andante.bpmn.instantiating import begins, check_instantiating
from andante.expressions import to_json
from andante.timing.cycle import check as check_timer
from andante.timing.instants import TimingError

_WITH_INPUTS = kinds.ACTIVITIES | {kinds.THROW_EVENT, kinds.END_EVENT}
_EVENTS_AFTER_GATEWAY = frozenset((kinds.MESSAGE, kinds.TIMER, kinds.SIGNAL, kinds.CONDITIONAL))


def check_graph(id: str, line: int, nodes: Sequence[Node], flows: Sequence[Flow], findings: Findings) -> None:
    """Adds a fault for what cannot run, a warning for what runs but is probably not meant."""
    if not any(begins(node) for node in nodes):
        findings.fault("noStart", id, line, "The process has no start event. Add one.")
    _one_none_start(nodes, findings)
    for node in nodes:
        kind = node.kind
        if node.inputs and kind not in _WITH_INPUTS:
            findings.fault(
                "inputMisplaced", node.id, node.line,
                f"A {node.kind_name} has no input mappings. Set the variables by a script task before it.",
            )  # fmt: skip
        if node.event is not None:
            _event(node, findings)
        check_instantiating(node, nodes, flows, findings)
        if node.instantiates and node.event is not None:
            for event in node.event.each:
                _process_start(event, node, findings)
        if kind == kinds.START_EVENT:
            _start(node, nodes, findings)
        elif kind == kinds.END_EVENT:
            if node.outgoing:
                findings.fault(
                    "endFlow", node.id, node.line, "A flow leaves the end event. Make it an intermediate event."
                )
        elif kind == kinds.BOUNDARY_EVENT:
            _boundary(node, findings)
        elif kind == kinds.EVENT_SUB_PROCESS:
            _event_sub_process(node, findings)
        elif kind == kinds.AD_HOC:
            _ad_hoc(node, nodes, findings)
        elif kind in kinds.SCOPES and node.start < 0:
            findings.fault("noStart", node.id, node.line, "The sub-process has no none start event. Add one.")
        elif kind == kinds.EVENT_GATEWAY:
            _event_gateway(node, nodes, flows, findings)
        elif kind == kinds.COMPLEX_GATEWAY and len(node.incoming) > 1 and not isinstance(node.work, Activation):
            findings.fault(
                "activationCondition", node.id, node.line,
                "The complex gateway does not say when it goes on. Write an activationCondition, such as "
                "activationCount >= 2.",
            )  # fmt: skip
        elif isinstance(node.work, UserTask):
            check_approval(node.work, node.id, node.line, findings)
            check_assignment(node.work, node, nodes, findings)
        elif kind == kinds.SCRIPT_TASK and not isinstance(node.work, Script):
            findings.fault("noScript", node.id, node.line, "The script task has no script. Write one.")
        if node.conditional or kind == kinds.EXCLUSIVE_GATEWAY:
            _choice(node, flows, findings)
    check_compensation(nodes, findings)
    _reachable(nodes, flows, findings)


def _one_none_start(nodes: Sequence[Node], findings: Findings) -> None:
    starts = [n for n in nodes if n.kind == kinds.START_EVENT and n.scope < 0 and n.event is None]
    for node in starts[1:]:
        findings.fault(
            "severalStarts", node.id, node.line,
            f"The process has a none start event already, {starts[0].id}. Keep one, or start by message or signal.",
        )  # fmt: skip


def _event(node: Node, findings: Findings) -> None:
    for event in () if node.event is None else node.event.each:
        if event.kind != kinds.TIMER or event.timer is None or not event.timer.is_constant:
            continue
        try:
            check_timer(event.timer_kind, str(to_json(event.timer.constant)))
        except TimingError as fault:
            findings.fault("timer", node.id, node.line, f"The timer's {event.timer_kind} cannot be read: {fault}")


def _is(node: Node, *wanted: int) -> bool:
    """Whether the event, or one of its parts, is of one of these kinds."""
    return node.event is not None and any(part.kind in wanted for part in node.event.each)


def _start(node: Node, nodes: Sequence[Node], findings: Findings) -> None:
    if node.incoming:
        findings.fault(
            "startFlow", node.id, node.line, "A flow leads into the start event. Lead it to the element after it."
        )
    if not node.outgoing:
        findings.fault("startFlow", node.id, node.line, "No flow leaves the start event. Connect it.")
    if node.event is None:
        return
    if node.scope >= 0:
        if _is(node, kinds.ERROR) and not node.interrupting:
            findings.fault(
                "errorInterrupts", node.id, node.line,
                "An error always interrupts its scope. Remove isInterrupting=\"false\".",
            )  # fmt: skip
        return
    if node.event.parallel:
        findings.fault(
            "unsupported", node.id, node.line,
            "A parallel multiple event cannot start a process: nothing keeps what has occurred before there is an "
            "instance. Start by one of its events and wait for the others behind it, or use a parallel event-based "
            "gateway that instantiates.",
        )  # fmt: skip
    for event in node.event.each:
        _process_start(event, node, findings)


def _process_start(event: EventDefinition, node: Node, findings: Findings) -> None:
    if event.kind in (kinds.ERROR, kinds.ESCALATION, kinds.COMPENSATE):
        findings.fault(
            "eventKind", node.id, node.line,
            f"No {kinds.EVENT_NAMES[event.kind]} event can start a process. Use a message, signal, timer or condition.",
        )  # fmt: skip
    for expression in (event.name, event.timer):
        if expression is not None and not (expression.is_constant and isinstance(expression.constant, str)):
            findings.fault(
                "startExpression", node.id, node.line,
                f"'{expression.text}' cannot be computed before the start: there are no variables yet. "
                "Write a fixed text.",
            )  # fmt: skip


def _event_sub_process(node: Node, findings: Findings) -> None:
    if node.start < 0:
        findings.fault("noStart", node.id, node.line, "The event sub-process has no start event. Add one.")
    if node.incoming or node.outgoing:
        findings.fault(
            "eventSubProcess", node.id, node.line,
            "Its event starts the event sub-process, no flow does, and none leaves it. Remove the sequence flows.",
        )  # fmt: skip
    if node.multi is not None:
        findings.fault(
            "eventSubProcess", node.id, node.line,
            "An event sub-process is no multi-instance. Put a multi-instance sub-process into it.",
        )  # fmt: skip


def _ad_hoc(node: Node, nodes: Sequence[Node], findings: Findings) -> None:
    if not node.offered:
        findings.fault(
            "adHocEmpty", node.id, node.line, "Nothing can begin in the ad-hoc sub-process. Put an activity into it."
        )
    for inner in nodes:
        if inner.scope == node.index and inner.kind in (kinds.START_EVENT, kinds.END_EVENT):
            findings.fault(
                "adHocEvent", inner.id, inner.line,
                "An ad-hoc sub-process has no start and end events. Remove it: what no flow leads to begins by itself.",
            )  # fmt: skip


def _boundary(node: Node, findings: Findings) -> None:
    if node.incoming:
        findings.fault("boundaryFlow", node.id, node.line, "A flow leads into the boundary event. Remove it.")
    if _is(node, kinds.ERROR) and not node.interrupting:
        findings.fault(
            "boundaryError", node.id, node.line,
            "An error always interrupts its activity. Remove cancelActivity=\"false\".",
        )  # fmt: skip
    if not node.outgoing and not _is(node, kinds.COMPENSATE):
        findings.warn(
            "boundaryFlow", node.id, node.line, "No flow leaves the boundary event: its path ends at once. Connect it."
        )


def _event_gateway(node: Node, nodes: Sequence[Node], flows: Sequence[Flow], findings: Findings) -> None:
    if len(node.outgoing) < 2:
        findings.fault(
            "eventGateway", node.id, node.line, "An event-based gateway needs two or more outgoing flows. Add events."
        )
    for index in node.outgoing:
        target = nodes[flows[index].target]
        caught = target.kind == kinds.RECEIVE_TASK or (
            target.kind == kinds.CATCH_EVENT
            and target.event is not None
            and all(part.kind in _EVENTS_AFTER_GATEWAY for part in target.event.each)
        )
        if not caught or target.boundaries or target.multi is not None:
            findings.fault(
                "eventGateway", node.id, node.line,
                f"After an event-based gateway only a message, timer, signal or conditional catch event or a plain "
                f"receive task may come, but {target.id} is a {target.kind_name}. Put such an event before it.",
            )  # fmt: skip
        elif len(target.incoming) > 1:
            findings.fault(
                "eventGateway", target.id, target.line,
                f"{target.id} follows the event-based gateway {node.id}: no other flow may lead there. Remove it.",
            )  # fmt: skip


def _choice(node: Node, flows: Sequence[Flow], findings: Findings) -> None:
    if len(node.outgoing) < 2 and not node.conditional:
        return
    open_flows = [flows[i] for i in node.outgoing if flows[i].condition is None and i != node.default]
    if node.kind == kinds.EXCLUSIVE_GATEWAY and len(node.outgoing) > 1:
        for flow in open_flows:
            findings.fault(
                "noCondition", flow.id, node.line,
                f"The flow leaves the exclusive gateway {node.id} without a condition. Write one, or make it the "
                "default flow.",
            )  # fmt: skip
    if node.default < 0 and not open_flows and node.outgoing and open_choice(node, flows):
        findings.warn(
            "noDefault", node.id, node.line,
            "If no condition is true the instance stops here with an incident. Mark one flow as the default.",
        )  # fmt: skip


def _reachable(nodes: Sequence[Node], flows: Sequence[Flow], findings: Findings) -> None:
    pending = [
        n.index for n in nodes if n.instantiates or begins(n) or (n.scope < 0 and n.kind == kinds.EVENT_SUB_PROCESS)
    ]
    seen = set(pending)
    while pending:
        node = nodes[pending.pop()]
        ahead = [flows[i].target for i in node.outgoing]
        ahead.extend((*node.boundaries, *node.handlers, *node.offered))
        if node.start >= 0:
            ahead.append(node.start)
        if node.undone_by >= 0:
            ahead.append(node.undone_by)
        for index in ahead:
            if index not in seen:
                seen.add(index)
                pending.append(index)
    for node in nodes:
        if _is(node, kinds.COMPENSATE) and node.attached_to >= 0:
            continue
        if node.index not in seen and (node.scope < 0 or node.scope in seen):
            findings.warn("unreachable", node.id, node.line, "No path leads here. Connect it or remove it.")

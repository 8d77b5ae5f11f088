"""From a draft to the graph: ids become indices, and what only shows across elements is checked."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.beginnings import add_starts
from andante.bpmn.checks import check_graph
from andante.bpmn.compensation import link_handlers
from andante.bpmn.draft import FlowDraft, NodeDraft, ProcessDraft
from andante.bpmn.findings import Findings
from andante.bpmn.graph import Flow, Node, ProcessGraph
from andante.bpmn.instantiating import begins, link_instantiating
from andante.bpmn.links import linked
from andante.bpmn.quality import check_quality
from andante.bpmn.reach import reach_masks
from andante.expressions import Expression

MAX_ELEMENTS: Final = 20_000

_NOT_OFFERED: Final = frozenset((kinds.START_EVENT, kinds.END_EVENT, kinds.BOUNDARY_EVENT, kinds.EVENT_SUB_PROCESS))
_UNCONDITIONAL: Final = frozenset(
    (
        kinds.START_EVENT, kinds.END_EVENT, kinds.CATCH_EVENT, kinds.THROW_EVENT, kinds.BOUNDARY_EVENT,
        kinds.PARALLEL_GATEWAY, kinds.EVENT_GATEWAY,
    )
)  # fmt: skip


def build(draft: ProcessDraft, findings: Findings) -> ProcessGraph | None:
    """The graph; None where `findings` has faults, from this process or before it."""
    if len(draft.nodes) + len(draft.flows) > MAX_ELEMENTS:
        count = len(draft.nodes) + len(draft.flows)
        findings.fault(
            "tooManyElements", draft.id, draft.line,
            f"The process has {count} elements, more than the limit of {MAX_ELEMENTS}. Move parts of it into called "
            "processes.",
        )  # fmt: skip
        return None
    add_starts(draft, findings)
    positions = _positions(draft, findings)
    nodes = _nodes(draft, positions)
    flows = _flows(draft, nodes, positions, findings)
    _link(draft, nodes, flows, positions, findings)
    link_handlers(draft, nodes, positions, findings)
    link_instantiating(nodes, flows)
    if findings.faults:
        return None
    check_graph(draft.id, draft.line, nodes, flows, findings)
    if draft.no_cancel_after and draft.no_cancel_after not in positions:
        findings.fault(
            "unknownElement", draft.id, draft.line,
            f"noCancelAfterElem names '{draft.no_cancel_after}', which is no element of the process. Name one.",
        )  # fmt: skip
    if findings.faults:
        return None
    starts = tuple(n.index for n in nodes if begins(n))
    graph = ProcessGraph(
        draft.id,
        tuple(nodes),
        tuple(flows),
        starts,
        name=draft.name,
        version=draft.version,
        documentation=draft.documentation,
        variables=draft.variables,
        constants=draft.constants,
        slas=tuple(draft.slas),
        defaults=tuple(mapping for scope, _, mapping in draft.defaults if not scope),
        instance_label=draft.instance_label,
        cancelable=draft.cancelable,
        no_cancel_after=draft.no_cancel_after,
        retention=draft.retention,
        calendar=draft.calendar,
        reach=reach_masks(nodes, flows),
        handlers=tuple(n.index for n in nodes if n.kind == kinds.EVENT_SUB_PROCESS and n.scope < 0),
    )
    check_quality(graph, findings)
    return graph


def _positions(draft: ProcessDraft, findings: Findings) -> dict[str, int]:
    """Node id -> index; every id of node or flow only once."""
    positions: dict[str, int] = {}
    lines: dict[str, int] = {}
    items: list[NodeDraft | FlowDraft] = [*draft.nodes, *draft.flows]
    for index, item in enumerate(items):
        if item.id in lines:
            where = f" (line {lines[item.id]})" if lines[item.id] else ""
            findings.fault(
                "duplicateId", item.id, item.line,
                f"'{item.id}' is used twice{where}. Give each element an id of its own.",
            )  # fmt: skip
            continue
        lines[item.id] = item.line
        if isinstance(item, NodeDraft):
            positions[item.id] = index
    return positions


def _nodes(draft: ProcessDraft, positions: dict[str, int]) -> list[Node]:
    return [
        Node(
            index,
            node.id,
            node.kind,
            name=node.name,
            scope=positions.get(node.scope, -1),
            line=node.line,
            interrupting=node.interrupting,
            event=node.event,
            multi=node.multi,
            work=node.work,
            inputs=tuple(node.inputs),
            outputs=tuple(node.outputs),
            slas=tuple(node.slas),
            lane=node.lane,
            documentation=node.documentation,
            before=tuple(node.before),
            after=tuple(node.after),
            form=node.form,
            for_compensation=node.for_compensation,
            instantiates=node.instantiates,
            parallel=node.parallel,
            calendar=node.calendar,
        )
        for index, node in enumerate(draft.nodes)
    ]


def _flows(draft: ProcessDraft, nodes: list[Node], positions: dict[str, int], findings: Findings) -> list[Flow]:
    flows: list[Flow] = []
    into: list[list[int]] = [[] for _ in nodes]
    out: list[list[int]] = [[] for _ in nodes]
    for flow in draft.flows:
        if flow.source in draft.refused or flow.target in draft.refused:
            continue
        source = _end(flow, flow.source, "from", positions, findings)
        target = _end(flow, flow.target, "to", positions, findings)
        if source is None or target is None:
            continue
        if nodes[source].scope != nodes[target].scope:
            findings.fault(
                "flowAcrossScopes", flow.id, flow.line,
                f"The sequence flow goes from {flow.source} to {flow.target} across the border of a sub-process. "
                "Connect the sub-process itself, or use a boundary event.",
            )  # fmt: skip
        index = len(flows)
        flows.append(Flow(index, flow.id, source, target, flow.name, _condition(flow, nodes[source], findings)))
        out[source].append(index)
        into[target].append(index)
    for source, target in linked(nodes, into, out, findings):
        index = len(flows)
        flows.append(Flow(index, f"{nodes[source].id}-{nodes[target].id}", source, target))
        out[source].append(index)
        into[target].append(index)
    for node in nodes:
        node.incoming = tuple(into[node.index])
        node.outgoing = tuple(out[node.index])
    return flows


def _end(flow: FlowDraft, id: str, what: str, positions: dict[str, int], findings: Findings) -> int | None:
    index = positions.get(id)
    if index is None:
        shown = f"'{id}', which is no flow node of this process" if id else "nowhere"
        findings.fault(
            "danglingFlow", flow.id, flow.line, f"The sequence flow leads {what} {shown}. Connect it or remove it."
        )
    return index


def _condition(flow: FlowDraft, source: Node, findings: Findings) -> Expression | None:
    """The flow's condition where its source evaluates one (section 8.4.13); a fault or warning elsewhere."""
    if flow.condition is None or source.kind not in _UNCONDITIONAL:
        return flow.condition
    if source.kind == kinds.PARALLEL_GATEWAY:
        findings.warn(
            "conditionIgnored", flow.id, flow.line,
            f"A parallel gateway takes all its flows: the condition is ignored. Make {source.id} an inclusive gateway "
            "if it should count.",
        )  # fmt: skip
    else:
        findings.fault(
            "conditionMisplaced", flow.id, flow.line,
            f"A flow that leaves a {source.kind_name} can have no condition. Put an exclusive gateway after it.",
        )  # fmt: skip
    return None


def _link(
    draft: ProcessDraft, nodes: list[Node], flows: list[Flow], positions: dict[str, int], findings: Findings
) -> None:
    """Default flows, boundary events with their activities, the start of each sub-process."""
    by_id = {flow.id: flow for flow in flows}
    boundaries: dict[int, list[int]] = {}
    for item, node in zip(draft.nodes, nodes, strict=True):
        if item.default:
            _default(item, node, by_id, findings)
        if item.kind == kinds.BOUNDARY_EVENT and item.attached_to not in draft.refused:
            host = positions.get(item.attached_to, -1)
            if host < 0 or nodes[host].kind not in kinds.ACTIVITIES or nodes[host].scope != node.scope:
                findings.fault(
                    "boundaryAttachment", node.id, node.line,
                    f"The boundary event is attached to '{item.attached_to}', which is no activity beside it. "
                    "Attach it to a task, sub-process or call activity.",
                )  # fmt: skip
                continue
            node.attached_to = host
            boundaries.setdefault(host, []).append(node.index)
        elif item.kind == kinds.START_EVENT and node.scope >= 0:
            _sub_process_start(node, nodes[node.scope], findings)
        node.conditional = node.default >= 0 or any(flows[i].condition is not None for i in node.outgoing)
        if item.kind == kinds.EVENT_SUB_PROCESS and node.scope >= 0:
            nodes[node.scope].handlers = (*nodes[node.scope].handlers, node.index)
        if node.scope >= 0 and nodes[node.scope].kind == kinds.AD_HOC and _begins(node):
            nodes[node.scope].offered = (*nodes[node.scope].offered, node.index)
    for host, attached in boundaries.items():
        nodes[host].boundaries = tuple(attached)


def _begins(node: Node) -> bool:
    """Whether the node of an ad-hoc sub-process is offered."""
    return not node.incoming and not node.for_compensation and node.kind not in _NOT_OFFERED


def _default(item: NodeDraft, node: Node, by_id: dict[str, Flow], findings: Findings) -> None:
    flow = by_id.get(item.default)
    if flow is None or flow.source != node.index:
        findings.fault(
            "defaultFlow", node.id, node.line,
            f"The default flow '{item.default}' does not leave this element. Name one of its outgoing flows.",
        )  # fmt: skip
        return
    node.default = flow.index
    if flow.condition is not None:
        flow.condition = None
        findings.warn(
            "conditionIgnored", flow.id, item.line,
            "The flow is the default flow: its condition is ignored. Remove the one or the other.",
        )  # fmt: skip


def _sub_process_start(node: Node, host: Node, findings: Findings) -> None:
    triggered = host.kind == kinds.EVENT_SUB_PROCESS
    if triggered and node.event is None:
        findings.fault(
            "subProcessStart", node.id, node.line,
            "The start event of an event sub-process must say which event starts it. Add an event definition.",
        )  # fmt: skip
    elif node.event is not None and not triggered:
        findings.fault(
            "subProcessStart", node.id, node.line,
            "The start event of an embedded sub-process must be a none start event. Remove its event definition, or "
            "wait for the event in an intermediate catch event.",
        )  # fmt: skip
    elif host.start >= 0:
        findings.fault(
            "subProcessStart", node.id, node.line, f"The sub-process {host.id} has a second start event. Keep one."
        )
    else:
        host.start = node.index

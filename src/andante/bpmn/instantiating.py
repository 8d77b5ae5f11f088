"""What starts instances without a start event: receive tasks and event-based gateways that instantiate (BPMN 2.0.2
sections 10.2.3, 10.6.6 and 13.2)."""

from collections.abc import Sequence

from andante.bpmn import kinds
from andante.bpmn.findings import Findings
from andante.bpmn.graph import Flow, Node, ProcessGraph


def begins(node: Node) -> bool:
    """Whether instances of the process may begin at this node."""
    if node.scope >= 0:
        return False
    return node.kind == kinds.START_EVENT or (node.instantiates and node.kind != kinds.EVENT_GATEWAY)


def link_instantiating(nodes: Sequence[Node], flows: Sequence[Flow]) -> None:
    """What follows a gateway that instantiates is what starts instances."""
    for node in nodes:
        if node.kind == kinds.EVENT_GATEWAY and node.instantiates:
            for index in node.outgoing:
                nodes[flows[index].target].instantiates = True


def others(graph: ProcessGraph, node: Node) -> list[Flow]:
    """For an event behind a parallel gateway that instantiates: the flows to the other events there."""
    if not node.instantiates or not node.incoming:
        return []
    gateway = graph.nodes[graph.flows[node.incoming[0]].source]
    if not gateway.parallel:
        return []
    return [graph.flows[index] for index in gateway.outgoing if graph.flows[index].target != node.index]


def check_instantiating(node: Node, nodes: Sequence[Node], flows: Sequence[Flow], findings: Findings) -> None:
    """Adds a fault for what cannot start instances; `node` is one that says it does, or a parallel event gateway."""
    if node.kind == kinds.EVENT_GATEWAY and node.parallel and not node.instantiates:
        findings.fault(
            "unsupported", node.id, node.line,
            "A parallel event-based gateway begins a process and stands nowhere else. Set instantiate, or use a "
            "parallel gateway with the events behind it.",
        )  # fmt: skip
    if not node.instantiates:
        return
    gateway = nodes[flows[node.incoming[0]].source] if node.incoming else node
    if gateway.kind == kinds.EVENT_GATEWAY and gateway is not node:
        _check_event(node, findings)
        return
    if node.scope >= 0:
        findings.fault(
            "instantiate", node.id, node.line,
            f"No {node.kind_name} in a sub-process starts instances. Move it to the process, or remove instantiate.",
        )  # fmt: skip
    for index in node.incoming:
        source = nodes[flows[index].source]
        if source.kind != kinds.START_EVENT or source.event is not None:
            findings.fault(
                "instantiate", node.id, node.line,
                f"It starts instances, but a flow leads here from {source.id}. Let none lead here but from a none "
                "start event, or remove instantiate.",
            )  # fmt: skip
    if node.multi is not None or node.boundaries or node.for_compensation:
        findings.fault(
            "instantiate", node.id, node.line,
            "What starts instances is done as they begin: it is no loop or multi-instance, has no boundary events and "
            "undoes nothing. Remove these, or instantiate.",
        )  # fmt: skip


def _check_event(node: Node, findings: Findings) -> None:
    event = node.event
    if event is not None and (event.parallel or any(part.kind not in _STARTING for part in event.each)):
        findings.fault(
            "instantiate", node.id, node.line,
            "The gateway before it starts instances: only a message or a signal does so there. Use a start event for "
            "a timer, and wait for anything else behind what has occurred.",
        )  # fmt: skip


_STARTING = frozenset((kinds.MESSAGE, kinds.SIGNAL))

"""Where a sub-process without a start event begins (BPMN 2.0.2 section 13.3.4): at all that no flow leads to."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import FlowDraft, NodeDraft, ProcessDraft
from andante.bpmn.findings import Findings

_BEGINNING: Final = kinds.ACTIVITIES | kinds.GATEWAYS | {kinds.CATCH_EVENT, kinds.THROW_EVENT, kinds.END_EVENT}


def add_starts(draft: ProcessDraft, findings: Findings) -> None:
    """Gives such a sub-process the start event that is meant."""
    started = {node.scope for node in draft.nodes if node.kind == kinds.START_EVENT}
    reached = {flow.target for flow in draft.flows}
    first: dict[str, list[NodeDraft]] = {
        node.id: []
        for node in draft.nodes
        if node.kind in (kinds.SUB_PROCESS, kinds.TRANSACTION) and node.id not in started
    }
    for node in draft.nodes if first else ():
        if node.scope in first and node.id not in reached and _begins(node):
            first[node.scope].append(node)
    hosts = {node.id: node for node in draft.nodes if first.get(node.id)}
    for id, host in hosts.items():
        start = NodeDraft(f"{id}_start", kinds.START_EVENT, scope=id, line=host.line)
        draft.nodes.append(start)
        for node in first[id]:
            draft.flows.append(FlowDraft(f"{start.id}-{node.id}", start.id, node.id, scope=id, line=host.line))
        findings.warn(
            "noStart", id, host.line,
            f"The sub-process has no start event: it begins with {', '.join(node.id for node in first[id])}. Add one "
            "to say that.",
        )  # fmt: skip


def _begins(node: NodeDraft) -> bool:
    link = node.event is not None and node.event.kind == kinds.LINK
    return node.kind in _BEGINNING and not node.for_compensation and not (link and node.kind == kinds.CATCH_EVENT)

"""Compensation and transactions across elements: which activity undoes which, and what may be cancelled (BPMN 2.0.2
sections 10.3.5, 10.5 and 10.7)."""

from collections.abc import Mapping, Sequence

from andante.bpmn import kinds
from andante.bpmn.draft import ProcessDraft
from andante.bpmn.findings import Findings
from andante.bpmn.graph import EventDefinition, Node


def link_handlers(draft: ProcessDraft, nodes: list[Node], positions: dict[str, int], findings: Findings) -> None:
    """Give each activity with a compensation boundary event its handler. Such an event waits for nothing: it is taken
    off the activity's boundary events."""
    targets: dict[str, list[str]] = {}
    for source, target in draft.associations:
        targets.setdefault(source, []).append(target)
    used: set[int] = set()
    for node in nodes:
        if node.kind != kinds.BOUNDARY_EVENT or not _is(node.event, kinds.COMPENSATE) or node.attached_to < 0:
            continue
        host = nodes[node.attached_to]
        host.boundaries = tuple(index for index in host.boundaries if index != node.index)
        found = [positions[id] for id in targets.get(node.id, ()) if id in positions]
        handlers = [index for index in found if nodes[index].for_compensation and nodes[index].scope == node.scope]
        if len(handlers) != 1:
            findings.fault(
                "compensationHandler", node.id, node.line,
                f"The compensation event leads to {len(handlers)} handlers. Connect it by an association with one "
                "activity beside it that is marked isForCompensation.",
            )  # fmt: skip
            continue
        if host.undone_by >= 0:
            findings.fault(
                "compensationHandler", node.id, node.line,
                f"{host.id} has a compensation event already. Keep one.",
            )  # fmt: skip
        host.undone_by = handlers[0]
        used.add(handlers[0])
    _own_handlers(nodes, findings)
    for node in nodes:
        if node.for_compensation and node.index not in used:
            findings.fault(
                "compensationHandler", node.id, node.line,
                "The activity is marked isForCompensation, but no compensation boundary event leads to it. Connect "
                "one by an association.",
            )  # fmt: skip


def _own_handlers(nodes: Sequence[Node], findings: Findings) -> None:
    """A sub-process with an event sub-process that compensation starts is undone by that."""
    for node in nodes:
        start = nodes[node.start] if node.kind == kinds.EVENT_SUB_PROCESS and node.start >= 0 else None
        if start is None or not _is(start.event, kinds.COMPENSATE):
            continue
        host = nodes[node.scope] if node.scope >= 0 else None
        if host is None or host.kind not in (kinds.SUB_PROCESS, kinds.TRANSACTION, kinds.AD_HOC):
            findings.fault(
                "compensationHandler", node.id, node.line,
                "Compensation undoes a sub-process that has completed: such an event sub-process stands directly in a "
                "sub-process. Move it there.",
            )  # fmt: skip
        elif host.undone_by >= 0:
            findings.fault(
                "compensationHandler", node.id, node.line,
                f"{host.id} has a compensation event already. Keep one.",
            )  # fmt: skip
        else:
            host.undone_by = node.index


def check_compensation(nodes: Sequence[Node], findings: Findings) -> None:
    """Adds a fault for handlers and events that cannot run."""
    by_id = {node.id: node for node in nodes}
    for node in nodes:
        _check(node, nodes, by_id, findings)


def _check(node: Node, nodes: Sequence[Node], by_id: Mapping[str, Node], findings: Findings) -> None:
    if node.for_compensation and (node.incoming or node.outgoing or node.boundaries or node.undone_by >= 0):
        findings.fault(
            "compensationHandler", node.id, node.line,
            "A compensation handler has no sequence flows and no boundary events. Put what it needs into a "
            "sub-process that is the handler.",
        )  # fmt: skip
    for event in () if node.event is None else node.event.each:
        if event.kind == kinds.COMPENSATE:
            if node.kind == kinds.BOUNDARY_EVENT and node.outgoing:
                findings.fault(
                    "compensationHandler", node.id, node.line,
                    "A sequence flow leaves the compensation event. Connect it with its handler by an association.",
                )  # fmt: skip
            elif event.activity:
                _thrown(node, event, nodes, by_id, findings)
        elif event.kind == kinds.CANCEL:
            _cancel(node, nodes, findings)


def _is(event: EventDefinition | None, kind: int) -> bool:
    return event is not None and event.kind == kind


def _thrown(
    node: Node, event: EventDefinition, nodes: Sequence[Node], by_id: Mapping[str, Node], findings: Findings
) -> None:
    scopes = [node.scope]
    while scopes[-1] >= 0 and nodes[scopes[-1]].kind == kinds.EVENT_SUB_PROCESS:
        scopes.append(nodes[scopes[-1]].scope)
    target = by_id.get(event.activity)
    if target is None or target.kind not in kinds.ACTIVITIES or target.scope not in scopes:
        findings.fault(
            "compensationActivity", node.id, node.line,
            f"activityRef names '{event.activity}', which is no activity beside the event. Name one, or remove it to "
            "undo everything in the scope.",
        )  # fmt: skip
    elif target.undone_by < 0 and target.kind not in kinds.SCOPES:
        findings.warn(
            "compensationActivity", node.id, node.line,
            f"{target.id} has no compensation handler: there is nothing to undo. Attach a compensation event to it.",
        )  # fmt: skip


def _cancel(node: Node, nodes: Sequence[Node], findings: Findings) -> None:
    if node.kind == kinds.BOUNDARY_EVENT:
        host = nodes[node.attached_to]
        if host.kind != kinds.TRANSACTION or not node.interrupting:
            findings.fault(
                "cancelEvent", node.id, node.line,
                "Only a transaction is cancelled, and that ends it. Attach the event to a transaction and remove "
                'cancelActivity="false".',
            )  # fmt: skip
        return
    scope = nodes[node.scope] if node.scope >= 0 else None
    if scope is None or scope.kind != kinds.TRANSACTION:
        findings.fault(
            "cancelEvent", node.id, node.line,
            "A cancel end event stands directly in a transaction. Use an error end event elsewhere.",
        )  # fmt: skip
    elif not any(_is(nodes[index].event, kinds.CANCEL) for index in scope.boundaries):
        findings.fault(
            "cancelEvent", node.id, node.line,
            f"The transaction {scope.id} has no cancel boundary event to be left by. Attach one.",
        )  # fmt: skip

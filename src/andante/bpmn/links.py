"""Link events: a sequence flow that is not drawn, from each throw to the catch of its name (BPMN 2.0.2, 10.4.5.6)."""

from collections.abc import Sequence

from andante.bpmn import kinds
from andante.bpmn.findings import Findings
from andante.bpmn.graph import Node


def linked(
    nodes: Sequence[Node], into: Sequence[Sequence[int]], out: Sequence[Sequence[int]], findings: Findings
) -> list[tuple[int, int]]:
    """The pairs of throw and catch, by index. `into` and `out` are the flows drawn at each node."""
    ends: dict[tuple[int, str], int] = {}
    throws: list[Node] = []
    for node in nodes:
        event = node.event
        if event is None or event.kind != kinds.LINK:
            continue
        name = event.code or ""
        if node.kind == kinds.THROW_EVENT:
            throws.append(node)
            if out[node.index]:
                findings.fault("link", node.id, node.line, "A flow leaves the link that goes out. Remove the flow.")
        elif (node.scope, name) in ends:
            first = nodes[ends[node.scope, name]].id
            findings.fault(
                "link",
                node.id,
                node.line,
                f"The link '{name}' comes in twice: here and at {first}. Rename one of them.",
            )
        else:
            ends[node.scope, name] = node.index
            if into[node.index]:
                findings.fault("link", node.id, node.line, "A flow leads to the link that comes in. Remove the flow.")
    pairs: list[tuple[int, int]] = []
    for node in throws:
        name = node.event.code or "" if node.event is not None else ""
        end = ends.get((node.scope, name))
        if end is None:
            findings.fault(
                "link", node.id, node.line,
                f"The link '{name}' goes out, but comes in nowhere beside it. Add a catch event of that link.",
            )  # fmt: skip
        else:
            pairs.append((node.index, end))
    return pairs

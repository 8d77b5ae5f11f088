"""Which nodes an inclusive or complex join must wait for (BPMN 2.0.2 section 13.4.3)."""

from collections.abc import Sequence

from andante.bpmn import kinds
from andante.bpmn.graph import Flow, Node


def predecessors(nodes: Sequence[Node], flows: Sequence[Flow]) -> list[list[int]]:
    """For each node those from which a token comes to it: by a flow, or to a boundary event from its activity."""
    before: list[list[int]] = [[] for _ in nodes]
    for flow in flows:
        before[flow.target].append(flow.source)
    for node in nodes:
        if node.attached_to >= 0:
            before[node.index].append(node.attached_to)
    return before


def reach_masks(nodes: Sequence[Node], flows: Sequence[Flow]) -> dict[int, int]:
    """For each flow into such a join, the bit mask of the nodes from which a token can still come to it.

    A path may not visit the join itself, so in a loop a token behind the join does not hold the join up. A token on an
    activity may also leave by one of its boundary events. Paths stay in the join's scope: a sub-process stands for what
    runs in it.
    """
    joins = [n for n in nodes if n.kind in (kinds.INCLUSIVE_GATEWAY, kinds.COMPLEX_GATEWAY) and len(n.incoming) > 1]
    if not joins:
        return {}
    before = predecessors(nodes, flows)
    cyclic = _on_cycles(before)
    ancestors: dict[int, int] = {}
    masks: dict[int, int] = {}
    for join in joins:
        for index in join.incoming:
            source = flows[index].source
            if join.index in cyclic:
                masks[index] = _avoiding(source, join.index, before)
            else:
                masks[index] = _ancestors(source, before, cyclic, ancestors)
    return masks


def sources(source: int, join: int, before: Sequence[Sequence[int]]) -> set[int]:
    """All from which a token comes to `source` without passing `join`, itself included."""
    found = {source} - {join}
    pending = list(found)
    while pending:
        for index in before[pending.pop()]:
            if index != join and index not in found:
                found.add(index)
                pending.append(index)
    return found


def _avoiding(source: int, join: int, before: Sequence[Sequence[int]]) -> int:
    """The bit mask of `sources`."""
    mask = 0
    for index in sources(source, join, before):
        mask |= 1 << index
    return mask


def _ancestors(source: int, before: Sequence[Sequence[int]], cyclic: set[int], known: dict[int, int]) -> int:
    """As `_avoiding` for a join on no cycle, where no path can return to it: shared between joins."""
    order: list[int] = []
    pending = [source]
    seen = {source}
    while pending:
        index = pending[-1]
        ahead = [p for p in before[index] if p not in seen and p not in known]
        if index in known or index in cyclic or not ahead:
            order.append(pending.pop())
        else:
            seen.update(ahead)
            pending.extend(ahead)
    for index in order:
        if index in known:
            continue
        if index in cyclic:
            known[index] = _avoiding(index, -1, before)
            continue
        mask = 1 << index
        for previous in before[index]:
            mask |= known[previous] if previous in known else _avoiding(previous, -1, before)
        known[index] = mask
    return known[source]


def _on_cycles(before: Sequence[Sequence[int]]) -> set[int]:
    """The nodes that lie on a cycle: what remains when nodes without predecessor or successor are taken off, again and
    again, is a superset of them and good enough, as the general search then serves."""
    after: list[list[int]] = [[] for _ in before]
    for index, ahead in enumerate(before):
        for source in ahead:
            after[source].append(index)
    left = set(range(len(before)))
    for into, out in ((before, after), (after, before)):
        count = [sum(1 for n in into[i] if n in left) for i in range(len(before))]
        free = [i for i in left if count[i] == 0]
        while free:
            index = free.pop()
            left.discard(index)
            for following in out[index]:
                if following in left:
                    count[following] -= 1
                    if count[following] == 0:
                        free.append(following)
    return left

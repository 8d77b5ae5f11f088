"""What runs but is probably not meant: paths without an end, joins that wait for ever, names that nothing sets.

All of it is a warning. Where the drawing alone cannot tell, nothing is said: a false alarm costs the true ones their
readers.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from andante.bpmn import kinds
from andante.bpmn.findings import Findings
from andante.bpmn.graph import Assignment, Call, Flow, JobWork, Node, ProcessGraph, Sla, UserTask
from andante.bpmn.reach import predecessors, sources
from andante.expressions import Expression

# Names that are there without anybody's doing: the contract's, the vendors', those of a multi-instance.
_GIVEN: Final = frozenset(
    (
        "$BP", "$Flow", "execution", "externalTask", "loopCounter", "nrOfActiveInstances", "nrOfCompletedInstances",
        "nrOfInstances",
    )
)  # fmt: skip
_BRINGING: Final = frozenset(
    (kinds.RECEIVE_TASK, kinds.CATCH_EVENT, kinds.BOUNDARY_EVENT, kinds.START_EVENT, *kinds.SCOPES)
)
_CHOOSING: Final = frozenset((kinds.EXCLUSIVE_GATEWAY, kinds.EVENT_GATEWAY))
# What a join is checked for grows with the square of the process.
_MOST_FLOWS: Final = 16
_MOST_STEPS: Final = 200_000


def check_quality(graph: ProcessGraph, findings: Findings) -> None:
    """Adds the warnings of a process that can run."""
    _endless(graph, findings)
    _waiting_joins(graph.nodes, graph.flows, findings)
    _same_messages(graph.nodes, findings)
    _idle_forms(graph, findings)
    if graph.variables:
        _unset_names(graph, findings)


def _idle_forms(graph: ProcessGraph, findings: Findings) -> None:
    """A message, a signal or time fills in no form, and nobody starts a sub-process."""
    for node in graph.nodes:
        if node.form is not None and node.kind == kinds.START_EVENT and (node.event is not None or node.scope >= 0):
            text = "Nobody fills in the form of this start event. Put it on the plain start of the process."
            findings.warn("form", node.id, node.line, text)


# Paths without an end.


def _endless(graph: ProcessGraph, findings: Findings) -> None:
    """Elements that are reached, but from which the end of their scope is not. Something that interrupts the scope
    from outside is an end as well."""
    nodes, flows = graph.nodes, graph.flows
    before: list[list[int]] = [[] for _ in nodes]
    ends: list[int] = []
    for node in nodes:
        targets = [flows[index].target for index in node.outgoing]
        targets.extend(index for index in node.boundaries if not _undoes(nodes[index]))
        if not targets:
            ends.append(node.index)
        for target in targets:
            before[target].append(node.index)
    finite = set(ends)
    while ends:
        for index in before[ends.pop()]:
            if index not in finite:
                finite.add(index)
                ends.append(index)
    told: set[int] = set()
    for node in nodes:
        if node.index in finite or not node.incoming or node.scope in told or _interrupted(node.scope, graph):
            continue
        told.add(node.scope)
        findings.warn(
            "endless", node.id, node.line,
            "From here no end can be reached: the path goes round for ever. Add a way out, or a boundary event on a "
            "sub-process around it.",
        )  # fmt: skip


def _undoes(node: Node) -> bool:
    """A compensation boundary event is no way out."""
    return node.event is not None and node.event.kind == kinds.COMPENSATE


def _interrupted(scope: int, graph: ProcessGraph) -> bool:
    """Whether a boundary event or an event sub-process may end the scope, or one around it."""
    nodes = graph.nodes
    while True:
        handlers = nodes[scope].handlers if scope >= 0 else graph.handlers
        if any(nodes[nodes[index].start].interrupting for index in handlers):
            return True
        if scope < 0:
            return False
        if any(nodes[index].interrupting for index in nodes[scope].boundaries):
            return True
        scope = nodes[scope].scope


# Joins that wait for ever.


def _waiting_joins(nodes: Sequence[Node], flows: Sequence[Flow], findings: Findings) -> None:
    """Parallel joins two of whose flows can never both bring a token.

    Each token comes from one start; more of them come only of a fork. So for each pair of incoming flows there must be
    an element that sends tokens both ways at once.
    """
    joins = [
        n
        for n in nodes
        if n.kind == kinds.PARALLEL_GATEWAY
        and 1 < len(n.incoming) <= _MOST_FLOWS
        and not (n.scope >= 0 and nodes[n.scope].kind == kinds.AD_HOC)
    ]
    if not joins:
        return
    before = predecessors(nodes, flows)
    left = _MOST_STEPS
    for join in joins:
        found_from: list[set[int]] = []
        for index in join.incoming:
            found = sources(flows[index].source, join.index, before)
            left -= len(found)
            found_from.append(found)
        if left < 0:
            return
        pair = _exclusive_pair(join, found_from, nodes, flows)
        if pair is not None:
            one, two = (flows[join.incoming[at]].id for at in pair)
            findings.warn(
                "joinNeverDone", join.id, join.line,
                f"The flows {one} and {two} never both bring a token, since only one of them is taken: the join waits "
                "for ever. Bring them together by an exclusive gateway.",
            )  # fmt: skip


def _exclusive_pair(
    join: Node, origins: Sequence[set[int]], nodes: Sequence[Node], flows: Sequence[Flow]
) -> tuple[int, int] | None:
    for one in range(len(origins)):
        for two in range(one + 1, len(origins)):
            # A flow to which no start leads is told of by what is unreachable.
            if not all(any(nodes[index].kind == kinds.START_EVENT for index in origins[at]) for at in (one, two)):
                continue
            ways = (join.incoming[one], join.incoming[two])
            both = origins[one] & origins[two]
            if not any(_forks(nodes[index], (origins[one], origins[two]), ways, nodes, flows) for index in both):
                return one, two
    return None


def _forks(
    node: Node, origins: tuple[set[int], set[int]], ways: tuple[int, int], nodes: Sequence[Node], flows: Sequence[Flow]
) -> bool:
    """Whether the node sends tokens both ways at once."""
    if any(not nodes[index].interrupting for index in node.boundaries):
        return True  # it may do so again and again
    if node.kind in _CHOOSING or len(node.outgoing) < 2:
        return False
    taken: list[set[int]] = []
    for found, way in zip(origins, ways, strict=True):
        taken.append({index for index in node.outgoing if index == way or flows[index].target in found})
    return bool(taken[0]) and bool(taken[1]) and len(taken[0] | taken[1]) > 1


# Messages that several wait for.


def _same_messages(nodes: Sequence[Node], findings: Findings) -> None:
    """A message awaited by several instances of a parallel multi-instance needs a key that tells which is meant."""
    for node in nodes:
        events = () if node.event is None else node.event.each
        messages = [event for event in events if event.kind == kinds.MESSAGE]
        if all(event.correlation is not None or event.key is not None for event in messages):
            continue
        if node.kind not in (kinds.CATCH_EVENT, kinds.RECEIVE_TASK, kinds.BOUNDARY_EVENT):
            continue
        around = node.attached_to if node.attached_to >= 0 else node.index
        if node.kind == kinds.BOUNDARY_EVENT:
            around = nodes[around].scope
        while around >= 0:
            multi = nodes[around].multi
            if multi is not None and not multi.sequential:
                findings.warn(
                    "noCorrelation", node.id, node.line,
                    f"Each instance of {nodes[around].id} waits for the same message: the first takes it, whomever it "
                    "is for. Give the message a correlation key.",
                )  # fmt: skip
                break
            around = nodes[around].scope


# Names that nothing sets.


def _unset_names(graph: ProcessGraph, findings: Findings) -> None:
    known = {*_GIVEN, *(graph.variables or ()), *graph.constants, *_set_by_slas(graph.slas)}
    for node in graph.nodes:
        known.update(_made(node))
    told: set[str] = set()
    for id, line, expression in _expressions(graph):
        if "[" in expression.text:
            continue  # within a filter, names are those of the items
        for name in sorted(expression.names - known - told):
            told.add(name)
            findings.warn(
                "unknownVariable", id, line,
                f"'{expression.text}' reads '{name}', which is not declared and which nothing sets. Declare it, or "
                "correct the name.",
            )  # fmt: skip


def _made(node: Node) -> Iterator[str]:
    yield from (mapping.target for mapping in (*node.inputs, *node.outputs))
    yield from (script.result_variable for script in (*node.before, *node.after))
    if node.form is not None and node.form.form is not None:
        yield from node.form.form.names
    yield from _set_by_slas(node.slas)
    if node.multi is not None:
        yield from (node.multi.element_variable, node.multi.output_collection)
    for event in () if node.event is None else node.event.each:
        yield from (event.code_variable, event.message_variable)
    if isinstance(node.work, Call):
        yield from (mapping.target for mapping in node.work.outs)
    yield getattr(node.work, "result_variable", "")


def _set_by_slas(slas: tuple[Sla, ...]) -> Iterator[str]:
    for sla in slas:
        yield from (each.target for actions in sla.actions for action in actions for each in action.values)


def _expressions(graph: ProcessGraph) -> Iterator[tuple[str, int, Expression]]:
    """All that read the instance's own variables, with element and line. What a job, a person or a called process
    brings is not known, so output mappings after them are left out."""
    for flow in graph.flows:
        if flow.condition is not None:
            yield flow.id, 0, flow.condition
    for node in graph.nodes:
        events = () if node.event is None else node.event.each
        parts: list[object] = [*events, *node.inputs, *node.slas, *node.before]
        brings = node.kind in _BRINGING or isinstance(node.work, Call | JobWork | UserTask)
        if not brings:
            parts.extend(node.outputs)
        if isinstance(node.work, Call):
            parts.extend((node.work.element, node.work.version, node.work.business_key, *node.work.ins))
        else:
            parts.append(node.work)
        if node.multi is not None:
            parts.extend((node.multi.collection, node.multi.cardinality))
        for part in parts:
            for expression in _within(part):
                yield node.id, node.line, expression


def _within(part: object) -> Iterator[Expression]:
    if isinstance(part, Expression):
        yield part
    elif isinstance(part, Assignment):
        yield part.source
    elif part is not None:
        names = getattr(type(part), "__mypyc_attrs__", None) or getattr(type(part), "__slots__", ())
        for name in names or ():
            value = getattr(part, name, None)
            if isinstance(value, Expression):
                yield value

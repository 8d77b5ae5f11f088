"""Which nodes an inclusive join must wait for, against the definition in BPMN 2.0.2 section 13.4.3."""

from hypothesis import given, settings
from hypothesis import strategies as st
from modelling import flow, path, read

from andante.bpmn import kinds
from andante.bpmn.graph import Flow, Node, ProcessGraph
from andante.bpmn.reach import reach_masks


def names(graph: ProcessGraph, flow_id: str) -> set[str]:
    index = next(f.index for f in graph.flows if f.id == flow_id)
    return {node.id for node in graph.nodes if graph.reach[index] >> node.index & 1}


def test_a_split_and_its_join() -> None:
    graph = read(
        '<startEvent id="s"/><inclusiveGateway id="split" default="split-a"/><task id="a"/><task id="b"/>'
        '<inclusiveGateway id="join"/><endEvent id="e"/>' + flow("s", "split") + flow("split", "a")
        + flow("split", "b", "x = 1") + flow("a", "join") + flow("b", "join") + flow("join", "e")
    )  # fmt: skip
    assert set(graph.reach) == {f.index for f in graph.flows if f.target == graph.by_id["join"]}
    assert names(graph, "a-join") == {"s", "split", "a"}
    assert names(graph, "b-join") == {"s", "split", "b"}


def test_in_a_loop_what_lies_behind_the_join_does_not_hold_it_up() -> None:
    graph = read(
        '<startEvent id="s"/><inclusiveGateway id="join"/><task id="a"/><exclusiveGateway id="again" '
        'default="again-e"/><endEvent id="e"/>' + flow("s", "join") + flow("join", "a") + flow("a", "again")
        + flow("again", "join", "more = true") + flow("again", "e")
    )  # fmt: skip
    assert names(graph, "s-join") == {"s"}
    assert names(graph, "again-join") == {"a", "again"}


def test_a_boundary_event_is_a_way_out_of_its_activity() -> None:
    timer = "<timerEventDefinition><timeDuration>PT1S</timeDuration></timerEventDefinition>"
    graph = read(
        path('<inclusiveGateway id="it"/>') + '<task id="a"/>'
        f'<boundaryEvent id="late" attachedToRef="a">{timer}</boundaryEvent><parallelGateway id="g"/>'
        + flow("start", "g") + flow("g", "a") + flow("late", "it")
    )  # fmt: skip
    assert names(graph, "late-it") == {"start", "g", "a", "late"}


def test_a_process_without_inclusive_joins_has_no_masks() -> None:
    assert read(path('<inclusiveGateway id="it"/>')).reach == {}


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Node], list[Flow]]:
    """Any nodes with any flows, some of the nodes inclusive gateways, some boundary events."""
    count = draw(st.integers(2, 9))
    chosen = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    ends = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=18))
    flows = [Flow(index, f"f{index}", source, target) for index, (source, target) in enumerate(pairs)]
    nodes: list[Node] = []
    for index, inclusive in enumerate(chosen):
        attached = draw(st.integers(-1, index - 1)) if draw(st.integers(0, 3)) == 0 else -1
        node = Node(index, f"n{index}", kinds.INCLUSIVE_GATEWAY if inclusive else kinds.TASK, attached_to=attached)
        node.incoming = tuple(f.index for f in flows if f.target == index)
        nodes.append(node)
    return nodes, flows


def reaches(nodes: list[Node], flows: list[Flow], start: int, into: Flow, join: int) -> bool:
    """By the definition, forwards: is there a path from the node to the flow that does not visit the join?"""
    seen, pending = {start}, [start]
    while pending:
        at = pending.pop()
        if at == into.source:
            return True
        ahead = [f.target for f in flows if f.source == at] + [n.index for n in nodes if n.attached_to == at]
        for following in ahead:
            if following != join and following not in seen:
                seen.add(following)
                pending.append(following)
    return False


@settings(max_examples=200, deadline=None)
@given(networks())
def test_masks_agree_with_the_definition(network: tuple[list[Node], list[Flow]]) -> None:
    nodes, flows = network
    masks = reach_masks(nodes, flows)
    for node in nodes:
        joins = node.kind == kinds.INCLUSIVE_GATEWAY and len(node.incoming) > 1
        for index in node.incoming:
            assert (index in masks) == joins
            if joins:
                others = [n.index for n in nodes if n.index != node.index]
                expected = {n for n in others if reaches(nodes, flows, n, flows[index], node.index)}
                assert {n for n in range(len(nodes)) if masks[index] >> n & 1} == expected

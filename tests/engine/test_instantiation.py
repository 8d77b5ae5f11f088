"""Instances that a receive task or an event behind an event-based gateway begins (BPMN 2.0.2 10.2.3, 10.6.6, 13.2)."""

import pytest
from drawing import HOUR, MESSAGE, OTHER_MESSAGE, ROOTS, SIGNAL, boundary, drawn, event, on_event, paths, tasks, when

from andante.bpmn import ModelRefused
from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine.faults import Rejected
from andante.testing import Scenario

RECEIVE = '<receiveTask id="order" messageRef="M" instantiate="true"/>'


def received(*more: str, receive: str = RECEIVE) -> ProcessGraph:
    return drawn(receive, tasks("look"), event("end", "end"), paths("order look end"), *more)


def begun(graph: ProcessGraph, at: str, **variables: object) -> Scenario:
    """What was sent begins an instance at `at`."""
    return Scenario(graph).start(variables, at=at)


def test_a_receive_task_begins_an_instance_with_its_message() -> None:
    graph = received()
    assert [graph.nodes[index].id for index in graph.starts] == ["order"]
    running = begun(graph, "order", sum=3).then(at=["look"], variables={"sum": 3})
    assert not running.instance.subscriptions
    running.complete("look").then(state="Completed OK")


def test_without_the_message_it_does_not_begin() -> None:
    with pytest.raises(Rejected, match="no none start event"):
        Scenario(received()).start()


def test_its_output_mappings_see_what_the_message_brought() -> None:
    mapped = (
        '<receiveTask id="order" messageRef="M" instantiate="true"><extensionElements>'
        '<andante:output target="total" source="=sum * 2"/></extensionElements></receiveTask>'
    )
    begun(received(receive=mapped), "order", sum=3).then(at=["look"], variables={"total": 6})


def test_the_process_waits_for_its_event_sub_processes_before_it_goes_on() -> None:
    graph = received(on_event("sub", SIGNAL, interrupting=False, task="extra"))
    running = begun(graph, "order").signal("s").then(at=["extra", "look"])
    assert len(running.instance.subscriptions) == 1


def test_what_failed_at_the_beginning_is_retried_there_and_not_awaited() -> None:
    late = "<timerEventDefinition><timeDuration>=span</timeDuration></timerEventDefinition>"
    running = begun(received(on_event("sub", late, task="extra")), "order", span=5).then(incidents=["timer"])
    running.when(cmd.SetVariables({"span": "PT1H"})).retry().then(at=["look"], incidents=[])
    running.pass_time("PT1H").then(at=["extra"])


def test_behind_a_none_start_event_it_waits_when_that_is_started() -> None:
    graph = drawn(
        event("start", "start"), RECEIVE, tasks("look"), event("end", "end"), paths("start order look end")
    )  # fmt: skip
    assert [graph.nodes[index].id for index in graph.starts] == ["start", "order"]
    Scenario(graph).start().then(at=["order"]).message("m").then(at=["look"])
    begun(graph, "order").then(at=["look"])


def gateway(kind: str = "Exclusive", *more: str) -> ProcessGraph:
    join = "" if kind == "Exclusive" else '<parallelGateway id="all"/>'
    return drawn(
        f'<eventBasedGateway id="first" instantiate="true" eventGatewayType="{kind}"/>',
        event("catch", "paid", MESSAGE), '<receiveTask id="sent" messageRef="N"/>',
        event("catch", "alarm", SIGNAL), tasks("a", "b", "c", "last"),
        event("end", "end"), join,
        paths("first paid a", "first sent b", "first alarm c"),
        paths("a last", "b last", "c last", "last end") if kind == "Exclusive"
        else paths("a all", "b all", "c all", "all last end"),
        *more,
    )  # fmt: skip


@pytest.mark.parametrize(("at", "then"), [("paid", "a"), ("sent", "b"), ("alarm", "c")])
def test_an_exclusive_gateway_begins_with_the_first_event_and_awaits_no_other(at: str, then: str) -> None:
    graph = gateway()
    assert [graph.nodes[index].id for index in graph.starts] == ["paid", "sent", "alarm"]
    running = begun(graph, at, x=1).then(at=[then], variables={"x": 1})
    assert not running.instance.subscriptions


@pytest.mark.parametrize("at", ["paid", "sent", "alarm"])
def test_a_parallel_gateway_begins_with_the_first_event_and_awaits_the_others(at: str) -> None:
    after = {"paid": "a", "sent": "b", "alarm": "c"}
    running = begun(gateway("Parallel"), at).then(at=[after.pop(at), *({"paid", "sent", "alarm"} - {at})])
    for task in running.tasks:
        running.complete(task)
    for name, task in after.items():
        if name == "alarm":
            running.signal("s")
        else:
            running.message("m" if name == "paid" else "n")
        running.complete(task)
    running.then(at=["last"]).complete("last").then(state="Completed OK")


def test_an_instance_that_is_started_before_such_a_gateway_waits_there() -> None:
    more = event("start", "start") + paths("start first")
    running = Scenario(gateway("Exclusive", more)).start().then(at=["first"]).message("n").then(at=["b"])
    assert not running.instance.subscriptions
    running = Scenario(gateway("Parallel", more)).start().then(at=["alarm", "paid", "sent"])
    running.message("n").then(at=["alarm", "b", "paid"])


def test_what_a_parallel_gateway_awaits_survives_a_pause_and_ends_with_the_instance() -> None:
    running = begun(gateway("Parallel"), "paid").suspend().signal("s").message("n").then(at=["a", "alarm", "sent"])
    running.resume().then(at=["a", "b", "c"])
    running = begun(gateway("Parallel"), "paid").terminate()
    assert not running.instance.subscriptions


def test_another_version_goes_on_waiting() -> None:
    running = begun(gateway("Parallel"), "paid").migrate(gateway("Parallel", tasks("more"), paths("paid more")))
    running.signal("s").then(at=["a", "c", "sent"])


def test_what_could_not_be_awaited_is_not_taken_for_what_has_begun() -> None:
    def version(flow: str) -> ProcessGraph:
        return drawn(
            '<eventBasedGateway id="first" instantiate="true" eventGatewayType="Parallel"/>',
            event("catch", "paid", MESSAGE), '<receiveTask id="sent" messageRef="N"/>', tasks("a", "b"),
            f'<sequenceFlow id="{flow}" sourceRef="first" targetRef="sent"/>', paths("first paid a", "sent b"),
            roots=ROOTS.replace('<message id="N"', '<message id="N" andante:correlation="=order"'),
        )  # fmt: skip

    running = begun(version("f"), "paid").then(at=["a", "sent"], incidents=["correlation"])
    with pytest.raises(Rejected, match="a flow that version"):
        running.migrate(version("g"))
    running.when(cmd.SetVariables({"order": "7"}, introduce=True)).retry().then(at=["a", "sent"], incidents=[])
    running.message("n", business_key="7").then(at=["a", "b"])


def test_an_operator_cannot_begin_again() -> None:
    running = begun(gateway("Parallel"), "paid")
    for target in ("first", "paid", "sent"):
        with pytest.raises(Rejected, match="starts instances"):
            running.move("a", target)
    running.move("sent", "last").then(at=["a", "alarm", "last"])


@pytest.mark.parametrize(
    ("element", "more"),
    [
        ("order", tasks("before") + event("start", "start") + paths("start before order")),
        ("order", event("start", "start", SIGNAL) + paths("start order")),
        ("order", boundary("late", "order", HOUR) + paths("late end")),
    ],
)
def test_what_begins_instances_has_nothing_before_it(element: str, more: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        received(more)
    assert ("instantiate", element) in [(each.code, each.element) for each in refused.value.findings]


def test_so_it_is_no_multi_instance_and_stands_in_the_process() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    many = RECEIVE.replace("/>", f">{loop}</receiveTask>")
    with pytest.raises(ModelRefused, match="no loop or multi-instance"):
        received(receive=many)
    with pytest.raises(ModelRefused, match="in a sub-process"):
        drawn(
            event("start", "start"), '<subProcess id="sub">', event("start", "s"), RECEIVE, paths("s order"),
            "</subProcess>", paths("start sub"),
        )  # fmt: skip


@pytest.mark.parametrize("definition", [HOUR, when("=x = 1"), MESSAGE + HOUR])
def test_only_messages_and_signals_begin_behind_a_gateway(definition: str) -> None:
    more = event("catch", "it", definition) + paths("first it last")
    with pytest.raises(ModelRefused) as refused:
        gateway("Exclusive", more)
    assert ("instantiate", "it") in [(each.code, each.element) for each in refused.value.findings]


def test_several_messages_may_begin_at_one_event_behind_a_gateway() -> None:
    graph = gateway("Parallel", event("catch", "it", MESSAGE + OTHER_MESSAGE), paths("first it all"))
    begun(graph, "it").then(at=["alarm", "all", "paid", "sent"])


def test_names_that_are_computed_begin_nothing() -> None:
    with pytest.raises(ModelRefused, match="cannot be computed before the start"):
        drawn(
            RECEIVE, event("end", "end"), paths("order end"), roots=ROOTS.replace('name="m"', 'name="=a"')
        )  # fmt: skip


def test_a_parallel_gateway_stands_at_the_beginning_alone() -> None:
    with pytest.raises(ModelRefused, match="begins a process"):
        drawn(
            event("start", "start"), '<eventBasedGateway id="first" eventGatewayType="Parallel"/>',
            event("catch", "a", MESSAGE), event("catch", "b", SIGNAL), paths("start first a", "first b"),
        )  # fmt: skip
    with pytest.raises(ModelRefused, match="Write Exclusive or Parallel"):
        gateway("Inclusive")

"""Each element of BPMN XML that runs, as the graph has it."""

import pytest
from modelling import bpmn, flow, only, path, read, read_one, shown

from andante.bpmn import kinds, read_xml
from andante.bpmn.graph import Call, JobWork, Script, UserTask


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ('<task id="it"/>', kinds.TASK),
        ('<manualTask id="it"/>', kinds.MANUAL_TASK),
        ('<userTask id="it"/>', kinds.USER_TASK),
        ('<serviceTask id="it"/>', kinds.SERVICE_TASK),
        ('<scriptTask id="it"><script>1 + 1</script></scriptTask>', kinds.SCRIPT_TASK),
        ('<sendTask id="it" messageRef="M"/>', kinds.SEND_TASK),
        ('<receiveTask id="it" messageRef="M"/>', kinds.RECEIVE_TASK),
        ('<callActivity id="it" calledElement="Other"/>', kinds.CALL_ACTIVITY),
        ('<subProcess id="it"><startEvent id="in"/></subProcess>', kinds.SUB_PROCESS),
        ('<exclusiveGateway id="it"/>', kinds.EXCLUSIVE_GATEWAY),
        ('<parallelGateway id="it"/>', kinds.PARALLEL_GATEWAY),
        ('<inclusiveGateway id="it"/>', kinds.INCLUSIVE_GATEWAY),
        ('<intermediateThrowEvent id="it"/>', kinds.THROW_EVENT),
    ],
)
def test_every_kind_of_flow_node_is_read(element: str, kind: int) -> None:
    if element.startswith("<subProcess"):
        element = element.replace(
            '<startEvent id="in"/>', '<startEvent id="in"/><endEvent id="out"/>' + flow("in", "out")
        )
    assert read_one(element, roots='<message id="M" name="m"/>').kind == kind


@pytest.mark.parametrize(
    ("definition", "kind", "expected"),
    [
        ('<messageEventDefinition messageRef="M"/>', kinds.MESSAGE, ("literal:paid", "", None)),
        ('<signalEventDefinition signalRef="S"/>', kinds.SIGNAL, ("literal:alarm", "", None)),
        ("<timerEventDefinition><timeDuration>PT5M</timeDuration></timerEventDefinition>", kinds.TIMER,
         (None, "duration", "literal:PT5M")),
        ("<timerEventDefinition><timeDate>=departure</timeDate></timerEventDefinition>", kinds.TIMER,
         (None, "date", "feel:departure")),
        ("<timerEventDefinition><timeDate>${departure}</timeDate></timerEventDefinition>", kinds.TIMER,
         (None, "date", "juel:${departure}")),
    ],
)  # fmt: skip
def test_a_catch_event_knows_what_it_waits_for(
    definition: str, kind: int, expected: tuple[str | None, str, str | None]
) -> None:
    roots = '<message id="M" name="paid"/><signal id="S" name="alarm"/>'
    node = read_one(f'<intermediateCatchEvent id="it">{definition}</intermediateCatchEvent>', roots=roots)
    assert node.event is not None
    assert node.event.kind == kind
    assert (shown(node.event.name), node.event.timer_kind, shown(node.event.timer)) == expected


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ('<messageEventDefinition messageRef="M"/>', kinds.MESSAGE),
        ('<signalEventDefinition signalRef="S"/>', kinds.SIGNAL),
        ("<timerEventDefinition><timeCycle>R/PT1H</timeCycle></timerEventDefinition>", kinds.TIMER),
    ],
)
def test_a_process_can_start_by_an_event(definition: str, kind: int) -> None:
    roots = '<message id="M" name="order"/><signal id="S" name="alarm"/>'
    graph = read(f'<startEvent id="s">{definition}</startEvent><endEvent id="e"/>{flow("s", "e")}', roots=roots)
    (start,) = graph.starts
    event = graph.nodes[start].event
    assert event is not None
    assert event.kind == kind


def test_ends_throw_errors_and_terminate() -> None:
    graph = read(
        '<startEvent id="s"/><parallelGateway id="g"/>'
        '<endEvent id="e1"><errorEventDefinition errorRef="E"/></endEvent>'
        '<endEvent id="e2"><terminateEventDefinition/></endEvent>'
        + flow("s", "g") + flow("g", "e1") + flow("g", "e2"),
        roots='<error id="E" name="no" errorCode="NO_STOCK"/>',
    )  # fmt: skip
    first, second = (graph.nodes[graph.by_id[id]].event for id in ("e1", "e2"))
    assert first is not None
    assert second is not None
    assert (first.kind, first.code, second.kind) == (kinds.ERROR, "NO_STOCK", kinds.TERMINATE)


def test_boundary_events_and_their_activity_know_each_other() -> None:
    graph = read(
        path('<userTask id="it"/>')
        + '<boundaryEvent id="late" attachedToRef="it" cancelActivity="false"><timerEventDefinition>'
        "<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<boundaryEvent id="failed" attachedToRef="it"><errorEventDefinition errorRef="E"/></boundaryEvent>'
        '<endEvent id="end2"/>' + flow("late", "end2") + flow("failed", "end2"),
        roots='<error id="E"/>',
    )
    task, late, failed = (graph.nodes[graph.by_id[id]] for id in ("it", "late", "failed"))
    assert task.boundaries == (late.index, failed.index)
    assert (late.attached_to, failed.attached_to) == (task.index, task.index)
    assert (late.interrupting, failed.interrupting) == (False, True)
    assert failed.event is not None
    assert failed.event.code is None  # an error without a code catches all


def test_conditions_default_and_order_of_flows() -> None:
    graph = read(
        '<startEvent id="s"/><exclusiveGateway id="g" default="g-c"/><endEvent id="a"/><endEvent id="b"/>'
        '<endEvent id="c"/>' + flow("s", "g") + flow("g", "a", "amount &gt; 10") + flow("g", "b", "${amount > 5}")
        + flow("g", "c")
    )  # fmt: skip
    gate = graph.nodes[graph.by_id["g"]]
    assert [graph.flows[index].id for index in gate.outgoing] == ["g-a", "g-b", "g-c"]
    assert [shown(graph.flows[index].condition) for index in gate.outgoing] == [
        "feel:amount > 10", "juel:${amount > 5}", None,
    ]  # fmt: skip
    assert graph.flows[gate.default].id == "g-c"


def test_a_sub_process_holds_its_nodes() -> None:
    inner = '<startEvent id="in"/><userTask id="work"/><endEvent id="out"/>' + flow("in", "work") + flow("work", "out")
    graph = read(path(f'<subProcess id="it">{inner}</subProcess>'))
    host = graph.nodes[graph.by_id["it"]]
    assert graph.nodes[host.start].id == "in"
    assert [graph.nodes[graph.by_id[id]].scope for id in ("start", "in", "work")] == [-1, host.index, host.index]
    assert graph.starts == (graph.by_id["start"],)


def test_multi_instance_with_cardinality_and_completion_condition() -> None:
    node = read_one(
        '<userTask id="it"><multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3</loopCardinality>'
        "<completionCondition>nrOfCompletedInstances &gt;= 2</completionCondition>"
        "</multiInstanceLoopCharacteristics></userTask>"
    )
    assert node.multi is not None
    assert node.multi.sequential
    assert shown(node.multi.cardinality) == "feel:3"
    assert shown(node.multi.completion) == "feel:nrOfCompletedInstances >= 2"


def test_work_of_tasks() -> None:
    script = read_one('<scriptTask id="it" scriptFormat="feel"><script>a + 1</script></scriptTask>').work
    assert isinstance(script, Script)
    assert shown(script.expression) == "feel:a + 1"
    job = read_one('<serviceTask id="it" andante:type="pay" andante:retries="5"/>').work
    assert isinstance(job, JobWork)
    assert (shown(job.type), job.retries) == ("literal:pay", 5)
    call = read_one('<callActivity id="it" calledElement="Other"/>').work
    assert isinstance(call, Call)
    assert (shown(call.element), call.all_in, call.all_out) == ("literal:Other", True, True)


def test_a_service_task_without_a_type_is_asked_for_by_its_id_with_a_warning() -> None:
    model = read_xml(bpmn(path('\n<serviceTask id="it"/>')))
    work = only(model).nodes[only(model).by_id["it"]].work
    assert isinstance(work, JobWork)
    assert work.type.constant == "it"
    assert [(w.code, w.element, w.line) for w in model.warnings] == [("noJobType", "it", 2)]


def test_potential_owners_as_the_standard_writes_them() -> None:
    work = read_one(
        '<userTask id="it"><potentialOwner><resourceAssignmentExpression>'
        "<formalExpression>user(ann), group(sales), legal</formalExpression>"
        "</resourceAssignmentExpression></potentialOwner></userTask>"
    ).work
    assert isinstance(work, UserTask)
    assert work.candidates is not None
    assert work.candidates.constant == "user:ann,group:sales,group:legal"


def test_lanes_name_nodes_and_bind_tasks_to_their_queue() -> None:
    body = path('<userTask id="it"/>') + (
        '<laneSet id="L"><lane id="l1" name="Sales" andante:queue="sales"><flowNodeRef>start</flowNodeRef>'
        '<childLaneSet id="L2"><lane id="l2" name="Inside sales"><flowNodeRef>it</flowNodeRef></lane></childLaneSet>'
        "</lane></laneSet>"
    )
    graph = read(body)
    start, task = graph.nodes[graph.by_id["start"]], graph.nodes[graph.by_id["it"]]
    assert (start.lane, task.lane) == ("Sales", "Inside sales")
    assert isinstance(task.work, UserTask)
    assert task.work.queue == "sales"


def test_the_lanes_queue_leaves_tasks_with_receivers_of_their_own() -> None:
    body = path('<userTask id="it" andante:assignee="ann"/>') + (
        '<laneSet id="L"><lane id="l1" name="Sales" andante:queue="sales"><flowNodeRef>it</flowNodeRef></lane>'
        "</laneSet>"
    )
    graph = read(body)
    work = graph.nodes[graph.by_id["it"]].work
    assert isinstance(work, UserTask)
    assert work.queue == ""


def test_all_executable_processes_of_a_file_are_read_and_others_reported() -> None:
    def process(id: str, mark: str) -> str:
        return f'<process id="{id}" {mark}>' + path('<task id="it"/>').replace("it", f"it{id}") + "</process>"

    space = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    yes, no = 'isExecutable="true"', 'isExecutable="false"'
    model = read_xml(
        f"<definitions {space}>{process('A', yes)}{process('B', yes)}{process('C', no)}</definitions>".encode()
    )
    assert [graph.process_id for graph in model.processes] == ["A", "B"]
    assert [(w.code, w.element) for w in model.warnings] == [("notExecutable", "C")]
    model = read_xml(f"<definitions {space}>{process('A', '')}{process('C', no)}</definitions>".encode())
    assert [graph.process_id for graph in model.processes] == ["A", "C"]


def test_prefixes_comments_and_cdata_do_not_matter() -> None:
    data = (
        b'<?xml version="1.0" encoding="UTF-8"?><!-- a comment --><b:definitions '
        b'xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"><b:process id="P"><b:startEvent id="s"/>'
        b'<b:scriptTask id="it"><b:script><![CDATA[if a < 1 then 2 else 3]]></b:script></b:scriptTask>'
        b'<b:sequenceFlow id="f" sourceRef="s" targetRef="it"/><?tool says?></b:process></b:definitions>'
    )
    graph = only(read_xml(data))
    work = graph.nodes[graph.by_id["it"]].work
    assert isinstance(work, Script)
    assert shown(work.expression) == "feel:if a < 1 then 2 else 3"


@pytest.mark.parametrize(
    ("declared", "text", "expected"),
    [
        ("", "a = 1", "feel:a = 1"),
        ("", "=a = 1", "feel:a = 1"),
        ("", "${a == 1}", "juel:${a == 1}"),
        ("https://www.omg.org/spec/DMN/20191111/FEEL/", "a = 1", "feel:a = 1"),
        ("http://www.jcp.org/en/jsr/detail?id=245/juel", "a == 1", "juel:${a == 1}"),
        ("http://www.w3.org/1999/XPath", "${a == 1}", "juel:${a == 1}"),
    ],
)
def test_the_language_of_a_condition(declared: str, text: str, expected: str) -> None:
    body = path('<task id="it"/>').replace(flow("it", "end"), flow("it", "end", text))
    graph = read(body, attributes=f'expressionLanguage="{declared}"' if declared else "")
    assert shown(next(f for f in graph.flows if f.id == "it-end").condition) == expected

"""The contract's JSON form (2.4 to 2.6) and what it refuses."""

from collections.abc import Mapping

import pytest
from modelling import codes, only, plain, refused, shown

from andante.bpmn import kinds, read_json
from andante.bpmn.graph import Call, JobWork, Node, ProcessGraph, Script, UserTask
from andante.timing.instants import DAY, HOUR, MINUTE


def body(**fields: object) -> dict[str, object]:
    """start -> it -> end, where `it` is a manual task unless a field defines it."""
    base: dict[str, object] = {
        "name": "P",
        "label": "A process",
        "startEvents": [{"name": "start", "connector": "it"}],
        "endEvents": [{"name": "end"}],
    }
    items = [item for value in fields.values() if isinstance(value, list) for item in value]
    if not any(isinstance(item, dict) and item.get("name") == "it" for item in items):
        base["manualTasks"] = [{"name": "it", "connector": "end"}]
    return base | fields


def node(graph: ProcessGraph, id: str = "it") -> Node:
    return graph.nodes[graph.by_id[id]]


def read(**fields: object) -> ProcessGraph:
    return only(read_json(body(**fields)))


def one(array: str, **fields: object) -> Node:
    return node(read(**{array: [{"name": "it", "connector": "end", **fields}]}))


def test_the_process_around_its_elements() -> None:
    graph = read(
        description="About", version="1.0.1", instanceLabel="No {!number} of {!who}",
        config={"cancelable": True, "noCancelAfterElem": "it", "noCancelAfterElemLabel": "It", "retention": "30"},
        variables=[
            {"name": "number", "label": "Number", "type": "Number", "value": 1},
            {"name": "who", "type": "Text", "readOnly": True},
        ],
        constants=[{"name": "limit", "type": "Number", "value": 100}],
    )  # fmt: skip
    assert (graph.process_id, graph.name, graph.documentation, graph.version) == ("P", "A process", "About", "1.0.1")
    assert (graph.cancelable, graph.no_cancel_after, graph.retention) == (True, "it", "P30D")
    assert shown(graph.instance_label) == "juel:No ${number} of ${who}"
    assert graph.variables is not None
    number, who = graph.variables["number"], graph.variables["who"]
    assert (number.type, number.default, number.has_default, number.read_only) == ("Number", 1, True, False)
    assert (who.type, who.has_default, who.read_only) == ("Text", False, True)
    assert graph.constants == {"limit": 100}


def test_a_definition_without_variables_declares_none() -> None:
    assert read().variables == {}


@pytest.mark.parametrize(
    ("array", "fields", "kind"),
    [
        ("userTasks", {}, kinds.USER_TASK),
        ("serviceTasks", {"jobType": "x"}, kinds.SERVICE_TASK),
        ("serviceTasks", {"script": "1 + 1"}, kinds.SCRIPT_TASK),
        ("scriptTasks", {"script": "1 + 1"}, kinds.SCRIPT_TASK),
        ("sendTasks", {"message": "m"}, kinds.SEND_TASK),
        ("receiveTasks", {"message": "m"}, kinds.RECEIVE_TASK),
        ("manualTasks", {}, kinds.MANUAL_TASK),
        ("callActivities", {"process": "Other"}, kinds.CALL_ACTIVITY),
        ("subProcesses", {"startEvents": [{"name": "in", "connector": "out"}], "endEvents": [{"name": "out"}]},
         kinds.SUB_PROCESS),
        ("catchEvents", {"type": "Signal", "signal": "s"}, kinds.CATCH_EVENT),
        ("throwEvents", {"type": "Signal", "signal": "s"}, kinds.THROW_EVENT),
        ("exclusiveGateways", {}, kinds.EXCLUSIVE_GATEWAY),
        ("parallelGateways", {}, kinds.PARALLEL_GATEWAY),
        ("inclusiveGateways", {}, kinds.INCLUSIVE_GATEWAY),
    ],
)  # fmt: skip
def test_every_array_of_elements(array: str, fields: Mapping[str, object], kind: int) -> None:
    assert one(array, **fields).kind == kind


def test_connectors_as_names_and_as_objects() -> None:
    graph = read(
        exclusiveGateways=[
            {
                "name": "it",
                "connectors": [
                    {"target": "a", "condition": "{!x} > 1", "label": "big", "name": "big"},
                    {"target": "b", "condition": "=x = 1"},
                ],
                "connector": "end",
                "connectorPoint": '{"fromPort":"R"}',
            }
        ],
        tasks=[{"name": "a", "connectors": ["end"]}, {"name": "b", "connector": "end"}],
    )
    gate = node(graph)
    flows = [graph.flows[index] for index in gate.outgoing]
    assert [(f.id, f.name, shown(f.condition)) for f in flows] == [
        ("big", "big", "juel:{!x} > 1"), ("it-b", "", "feel:x = 1"), ("it-end", "", None),
    ]  # fmt: skip
    assert gate.default == flows[2].index


def test_a_marked_default() -> None:
    graph = read(
        inclusiveGateways=[
            {"name": "it", "connectors": [{"target": "end", "condition": "true"}, {"target": "b", "default": True}]}
        ],
        tasks=[{"name": "b", "connector": "end"}],
    )
    assert graph.flows[node(graph).default].id == "it-b"


def test_two_connectors_to_one_target_get_ids_of_their_own() -> None:
    graph = read(parallelGateways=[{"name": "it", "connectors": ["end", "end"]}])
    assert [graph.flows[index].id for index in node(graph).outgoing] == ["it-end", "it-end-2"]


def test_a_user_task_with_its_people() -> None:
    work = one(
        "userTasks", title="Approve {!what}", priority="high", assignee="{!boss}", candidateUsers=["ann", "bob"],
        candidateGroups="sales", receivers='"puser:ann,group:legal"', dueDate="P2D", followUpDate="=soon", form="f",
        outcomes=["approved", "rejected"],
    ).work  # fmt: skip
    assert isinstance(work, UserTask)
    assert [shown(e) for e in (work.title, work.assignee, work.due, work.follow_up)] == [
        "juel:Approve ${what}", "juel:${boss}", "literal:P2D", "feel:soon",
    ]  # fmt: skip
    constants = [e.constant for e in (work.candidate_users, work.candidate_groups, work.candidates, work.priority) if e]
    assert constants == [["ann", "bob"], "sales", "puser:ann,group:legal", 75]
    assert (work.form, work.outcomes) == ("f", ("approved", "rejected"))


def test_a_job_a_script_and_a_call() -> None:
    variables = [{"name": "r"}]
    graph = read(
        variables=variables,
        serviceTasks=[
            {"name": "it", "jobType": "pay", "retries": 1, "headers": {"a": "b"}, "resultVariable": "r",
             "connector": "s"}
        ],
        scriptTasks=[{"name": "s", "script": "${r + 1}", "resultVariable": "r", "connector": "c"}],
        callActivities=[
            {"name": "c", "process": "Other", "version": "2", "inputs": {"a": "=r"}, "outputs": {"r": "=x"},
             "businessKey": "{!r}", "connector": "end"}
        ],
    )  # fmt: skip
    job, script, call = (node(graph, id).work for id in ("it", "s", "c"))
    assert isinstance(job, JobWork)
    assert (job.type.constant, job.retries, job.headers, job.result_variable) == ("pay", 1, {"a": "b"}, "r")
    assert isinstance(script, Script)
    assert shown(script.expression) == "juel:${r + 1}"
    assert isinstance(call, Call)
    assert (shown(call.version), call.all_in, call.all_out) == ("literal:2", False, False)
    assert [(m.target, shown(m.source)) for m in (*call.ins, *call.outs)] == [("a", "feel:r"), ("r", "feel:x")]


def test_a_standard_loop() -> None:
    loop = {"condition": "open", "maximum": 3, "testBefore": True}
    model = read_json(body(manualTasks=[{"name": "it", "connector": "end", "standardLoop": loop}]))
    multi = node(only(model)).multi
    assert multi is not None
    assert multi.repeat is not None
    assert (shown(multi.repeat.condition), multi.repeat.maximum, multi.repeat.test_before) == ("feel:open", 3, True)


def test_a_data_mapper_assigns_in_order() -> None:
    graph = read(
        variables=[{"name": "a"}, {"name": "b"}],
        dataMappers=[
            {
                "name": "it",
                "connector": "end",
                "assignmentItems": [
                    {"assignTo": "a", "name": "1", "value": 5},
                    {"assignTo": "a", "operator": "add", "value": 2},
                    {"assignTo": "b", "operator": "add", "value": "{!a}"},
                    {"assignTo": "b", "operator": "set", "value": "a * 2", "valueType": "Expression"},
                    {"assignTo": "$Flow.Title", "value": "Hello"},
                ],
            }
        ],
    )
    assert [(m.target, shown(m.source)) for m in node(graph).outputs] == [
        ("a", "literal:5"), ("a", "feel:a + (2)"), ("b", "feel:b + (a)"), ("b", "feel:a * 2"),
        ("$Flow.Title", "literal:Hello"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "kind", "timer"),
    [
        ({"date": "=departure"}, "date", "feel:departure"),
        ({"duration": "PT5M"}, "duration", "literal:PT5M"),
        ({"offset": 2, "unit": "hours"}, "duration", "literal:PT2H"),
        ({"baseTime": "{!departure}", "offset": -2, "unit": "days"}, "date",
         'feel:date and time(departure) + duration("-P2D")'),
    ],
)  # fmt: skip
def test_times_to_catch(fields: Mapping[str, object], kind: str, timer: str) -> None:
    event = one("catchEvents", type="Time", **fields).event
    assert event is not None
    assert (event.kind, event.timer_kind, shown(event.timer)) == (kinds.TIMER, kind, timer)


def test_ends_and_boundaries() -> None:
    graph = read(
        userTasks=[{"name": "it", "connector": "end"}],
        boundaryEvents=[
            {"name": "late", "attachedTo": "it", "type": "Time", "duration": "P1D", "interrupting": False,
             "connector": "e2"},
            {"name": "failed", "attachedTo": "it", "type": "Error", "connector": "e3"},
        ],
        endEvents=[
            {"name": "end"}, {"name": "e2", "type": "Terminate"}, {"name": "e3", "type": "Error", "errorCode": "NO"},
        ],
    )  # fmt: skip
    late, failed, e2, e3 = (node(graph, id) for id in ("late", "failed", "e2", "e3"))
    assert (late.attached_to, late.interrupting, failed.interrupting) == (graph.by_id["it"], False, True)
    assert e2.event is not None
    assert e3.event is not None
    assert (e2.event.kind, e3.event.kind, e3.event.code) == (kinds.TERMINATE, kinds.ERROR, "NO")


def test_lanes_are_bound_to_work_queues() -> None:
    lane = {"name": "l", "label": "Sales", "role": "Loan.Sales", "elements": ["it", "own"], "width": 100, "height": 50}
    graph = read(
        userTasks=[{"name": "it", "connector": "own"}, {"name": "own", "assignee": "ann", "connector": "end"}],
        laneSet={"name": "ls", "label": "Lanes", "lanes": [lane]},
    )
    first, second = node(graph), node(graph, "own")
    assert isinstance(first.work, UserTask)
    assert isinstance(second.work, UserTask)
    assert (first.lane, first.work.queue, second.lane, second.work.queue) == ("Sales", "Loan.Sales", "Sales", "")


SLA = {
    "name": "it_sla", "label": "it_sla", "active": True, "criteria": "", "startWhen": "", "variable": "",
    "goalDays": 1, "goalHours": 2, "goalMinutes": 3, "goalOnlyBusinessDays": True, "goalIncreaseUrgencyBy": 1,
    "goalActions": [
        {"name": "sla-act", "type": "Notify Manager", "action": "", "criteria": "{!IsMatched} && {!Owner}"}
    ],
    "deadlineDays": 2, "deadlineHours": 0, "deadlineMinutes": 0, "deadlineOnlyBusinessDays": False,
    "deadlineIncreaseUrgencyBy": 2, "actions": [],
    "reminders": [{"relativeTo": "goal", "offset": "-PT1H"}],
}  # fmt: skip


def test_an_sla_as_the_contract_writes_it_belongs_to_the_task_it_is_called_after() -> None:
    (sla,) = node(read(userTasks=[{"name": "it", "connector": "end"}], slas=[SLA])).slas
    goal, deadline = sla.policy.goal, sla.policy.deadline
    assert goal is not None
    assert deadline is not None
    assert (goal.ms, goal.business, goal.urgency) == (DAY + 2 * HOUR + 3 * MINUTE, True, 1)
    assert (deadline.ms, deadline.business, deadline.urgency) == (2 * DAY, False, 2)
    assert [(a.type, shown(a.criteria)) for a in sla.goal_actions] == [
        ("Notify Manager", "juel:{!IsMatched} && {!Owner}")
    ]
    assert [r.offset_ms for r in sla.policy.reminders] == [-HOUR]


def test_slas_by_name_of_the_process_and_of_a_task() -> None:
    graph = read(
        userTasks=[{"name": "it", "usingSLA": ["quick"], "connector": "end"}],
        slas=[{"name": "quick", "goalHours": 1}, {"name": "whole", "deadlineDays": 3}],
        usingSLA=["whole"],
    )
    assert [s.policy.name for s in node(graph).slas] == ["quick"]
    assert [s.policy.name for s in graph.slas] == ["whole"]


def test_inactive_empty_and_unused_slas() -> None:
    tasks = [{"name": "it", "connector": "end"}]
    model = read_json(body(userTasks=tasks, slas=[SLA | {"active": False}]))
    assert (node(only(model)).slas, codes(model.warnings)) == ((), [])
    model = read_json(body(userTasks=tasks, slas=[{"name": "it_sla", "goalActions": []}]))
    assert (node(only(model)).slas, codes(model.warnings)) == ((), ["emptySla"])
    model = read_json(body(userTasks=tasks, slas=[{"name": "other", "goalHours": 1}]))
    assert codes(model.warnings) == ["unusedSla"]


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("name", {"name": "1st"}),
        ("name", {"name": "a__b"}),
        ("name", {"name": "a_"}),
        ("name", {"name": "a" * 65}),
        ("label", {"label": ""}),
        ("label", {"label": "x" * 81}),
        ("fieldType", {"label": 5}),
        ("fieldType", {"userTasks": {"name": "u"}}),
        ("fieldType", {"userTasks": ["u"]}),
        ("unknownField", {"colour": "red"}),
        ("unknownField", {"userTasks": [{"name": "it", "connector": "end", "preActions": ["x"]}]}),
        ("noDecision", {"businessRuleTasks": [{"name": "it", "connector": "end"}]}),
        ("mapping", {"businessRuleTasks": [{"name": "it", "decision": "d", "mapDecisionResult": "best"}]}),
        ("unsupported", {"serviceTasks": [{"name": "it", "type": "RecordCreate", "connector": "end"}]}),
        ("danglingFlow", {"tasks": [{"name": "it", "connector": "nowhere"}]}),
        ("duplicateId", {"tasks": [{"name": "it", "connector": "end"}, {"name": "it"}]}),
        ("noId", {"userTasks": [{"label": "no name"}]}),
        ("noCondition", {"exclusiveGateways": [{"name": "it", "connectors": ["end", "a"]}],
                         "tasks": [{"name": "a", "connector": "end"}]}),
        ("expression", {"scriptTasks": [{"name": "it", "script": "1 +", "connector": "end"}]}),
        ("loopMaximum", {"tasks": [{"name": "it", "connector": "end", "standardLoop": {}}]}),
        ("loopMaximum", {"tasks": [{"name": "it", "connector": "end", "standardLoop": {"maximum": -1}}]}),
        ("multiInstance", {"tasks": [{"name": "it", "connector": "end", "standardLoop": {"maximum": 1},
                                      "multiInstance": {"cardinality": 2}}]}),
        ("expressionLanguage", {"scriptTasks": [{"name": "it", "script": "1", "scriptFormat": "groovy"}]}),
        ("variableType", {"variables": [{"name": "a", "type": "Money"}]}),
        ("variableType", {"variables": [{"name": "a", "type": "Number", "value": "1"}]}),
        ("variableType", {"constants": [{"name": "a", "type": "Boolean", "value": 1}]}),
        ("duplicateId", {"variables": [{"name": "a"}, {"name": "a"}]}),
        ("undeclaredVariable", {"scriptTasks": [{"name": "it", "script": "1", "resultVariable": "r"}]}),
        ("readOnlyVariable", {"variables": [{"name": "r", "readOnly": True}],
                              "scriptTasks": [{"name": "it", "script": "1", "resultVariable": "r"}]}),
        ("unknownElement", {"config": {"noCancelAfterElem": "gone"}}),
        ("unknownElement", {"laneSet": {"lanes": [{"name": "l", "elements": ["gone"]}]}}),
        ("unknownSla", {"usingSLA": ["gone"]}),
        ("slaAction", {"slas": [{"name": "s", "goalHours": 1, "goalActions": [{"type": "Fire the manager"}]}]}),
        ("sla", {"slas": [{"name": "s", "goalHours": -1}]}),
        ("operator", {"dataMappers": [{"name": "it", "assignmentItems": [{"assignTo": "a", "operator": "xor"}]}]}),
        ("timer", {"catchEvents": [{"name": "it", "type": "Time", "connector": "end"}]}),
        ("timer", {"catchEvents": [{"name": "it", "offset": 1, "unit": "moons", "connector": "end"}]}),
        ("eventKind", {"catchEvents": [{"name": "it", "type": "Error", "connector": "end"}]}),
        ("inputMisplaced", {"catchEvents": [{"name": "it", "signal": "s", "inputs": {"a": 1}, "connector": "end"}]}),
    ],
)  # fmt: skip
def test_what_is_refused(code: str, fields: dict[str, object]) -> None:
    findings = refused(body(**fields))
    assert code in codes(findings)
    assert all(f.line == 0 and f.element and f.message for f in findings)


def test_nesting_has_a_limit() -> None:
    item: dict[str, object] = {"name": "it"}
    for number in range(2_000):
        item = {"name": f"s{number}", "subProcesses": [item]}
    assert "tooDeep" in codes(refused(body(subProcesses=[item])))


@pytest.mark.parametrize("value", [None, [], "text", 5])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(Exception, match="no JSON object"):
        read_json(value)


def test_empty_fields_of_the_vendor_say_nothing() -> None:
    task: dict[str, object] = {"name": "it", "connector": "end"}
    task |= {"preActions": [], "postActions": None, "skip": False, "locationX": 5}
    assert codes(read_json(body(userTasks=[task], id="001L", status="Pass", active=True)).warnings) == []


def test_reading_twice_gives_the_same() -> None:
    fields = {"userTasks": [{"name": "it", "connector": "end"}], "slas": [SLA]}
    given = body(**fields)
    assert plain(only(read_json(given))) == plain(only(read_json(given)))

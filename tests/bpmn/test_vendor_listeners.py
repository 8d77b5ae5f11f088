"""Listeners that only set variables or say whom a task is for: they run here. Others are refused."""

import pytest
from modelling import codes, flow, path, read, refusal

from andante.bpmn.graph import JobWork, UserTask
from andante.engine import commands as cmd
from andante.engine.commands import SetVariables
from andante.testing import Scenario

SET = "${execution.setVariable('seen', %s)}"


def listener(event: str, value: str, kind: str = "executionListener", v: str = "camunda") -> str:
    return f'<{v}:{kind} event="{event}" expression="{SET % value}"/>'


def extended(element: str, content: str, attributes: str = "", rest: str = "") -> str:
    return f'<{element} id="it" {attributes}><extensionElements>{content}</extensionElements>{rest}</{element}>'


@pytest.mark.parametrize("v", ["camunda", "flowable", "activiti"])
def test_start_and_end_of_an_activity(v: str) -> None:
    content = listener("start", "count + 1", v=v) + listener("end", "seen * 10", v=v)
    scenario = Scenario(read(path(extended("userTask", content)))).given({"count": 1})
    scenario.then(variables={"seen": 2})
    scenario.complete("it").then(variables={"seen": 20})


def test_a_task_listener_sets_who_does_it_and_a_variable() -> None:
    content = (
        '<camunda:taskListener event="create" expression="${task.setAssignee(boss)}"/>'
        '<camunda:taskListener event="complete" expression="${task.setVariable(\'by\', boss)}"/>'
    )
    scenario = Scenario(read(path(extended("userTask", content)))).given({"boss": "ann"})
    assert [task.assignee for task in scenario.instance.tasks.values()] == ["ann"]
    scenario.complete("it").then(state="Completed OK", variables={"by": "ann"})


@pytest.mark.parametrize(
    ("method", "field"),
    [
        ("addCandidateUser", "candidate_users"), ("addCandidateGroup", "candidate_groups"), ("setPriority", "priority"),
        ("setDueDate", "due"), ("setFollowUpDate", "follow_up"), ("setName", "title"),
    ],
)  # fmt: skip
def test_what_a_create_listener_may_say_of_a_task(method: str, field: str) -> None:
    content = f'<camunda:taskListener event="create" expression="${{task.{method}(x)}}"/>'
    work = read(path(extended("userTask", content))).nodes[2].work
    assert isinstance(work, UserTask)
    assert getattr(work, field).text == "${x}"


def test_a_multi_instance_runs_them_for_each_item() -> None:
    multi = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    body = path(extended("task", listener("start", "seen + 1"), rest=multi))
    Scenario(read(body)).given({"seen": 0}).then(state="Completed OK", variables={"seen": 3})


def test_events_and_gateways_have_them_too() -> None:
    body = (
        '<startEvent id="start"/>' + extended("exclusiveGateway", listener("end", "1"))
        + '<endEvent id="end"><extensionElements>' + listener("start", "seen + 1")
        + "</extensionElements></endEvent>" + flow("start", "it") + flow("it", "end")
    )  # fmt: skip
    Scenario(read(body)).given().then(state="Completed OK", variables={"seen": 2})


def test_a_boundary_event_sets_as_it_occurs() -> None:
    body = (
        path('<userTask id="it"/>') + '<boundaryEvent id="b" attachedToRef="it"><extensionElements>'
        + listener("start", "'late'") + "</extensionElements><timerEventDefinition><timeDuration>PT1H</timeDuration>"
        "</timerEventDefinition></boundaryEvent>" + flow("b", "end")
    )  # fmt: skip
    Scenario(read(body)).given().pass_time("PT2H").then(state="Completed OK", variables={"seen": "late"})


def test_a_listener_of_the_process_runs_at_its_start() -> None:
    body = f"<extensionElements>{listener('start', '7')}</extensionElements>" + path('<task id="it"/>')
    Scenario(read(body)).given().then(state="Completed OK", variables={"seen": 7})
    assert codes(refusal(body.replace('event="start"', 'event="end"'))) == ["unsupportedExtension"]


def test_a_value_that_fails_is_an_incident_and_set_when_tried_again() -> None:
    scenario = Scenario(read(path(extended("userTask", listener("start", "missing")))))
    scenario.given().then(state="Broken", incidents=["expression"], tasks=[])
    scenario.when(SetVariables({"missing": 5}, introduce=True)).retry()
    scenario.then(tasks=["it"], incidents=[], variables={"seen": 5})


@pytest.mark.parametrize(
    ("form", "script"),
    [
        ("javascript", "execution.setVariable('a', 5); execution.setVariable(&quot;b&quot;, 'x;y');"),
        ("groovy", "execution.setVariable('a', 5)\nexecution.setVariable('b', 'x;y')"),
        ("juel", "${execution.setVariable('a', 2 + 3)}"),
        ("feel", "{a: 2 + 3}"),
    ],
)
def test_scripts_that_only_set_variables(form: str, script: str) -> None:
    content = (
        f'<camunda:executionListener event="start"><camunda:script scriptFormat="{form}">{script}</camunda:script>'
        "</camunda:executionListener>"
    )
    scenario = Scenario(read(path(extended("task", content)))).given().then(state="Completed OK", variables={"a": 5})
    if "b" in script.replace("setVariable", ""):
        assert scenario.variables["b"] == "x;y"


@pytest.mark.parametrize(
    "script",
    [
        "if (a) { execution.setVariable('a', 5) }",
        "execution.setVariable('a', b + 1)",
        "execution.setVariable('a', 5); mail.send()",
        "execution.setVariable('a', new Date())",
        "var x = 5;",
        "",
    ],
)
def test_a_script_that_does_more_is_refused(script: str) -> None:
    content = (
        '<camunda:executionListener event="start"><camunda:script scriptFormat="javascript">'
        f"{script}</camunda:script></camunda:executionListener>"
    )
    assert codes(refusal(path(extended("task", content)))) == ["unsupportedExtension"]


def test_a_second_assignment_of_a_task_is_refused() -> None:
    content = '<camunda:taskListener event="create" expression="${task.setAssignee(boss)}"/>'
    (fault,) = refusal(path(extended("userTask", content, 'camunda:assignee="kim"')))
    assert "taskListener" in fault.message


@pytest.mark.parametrize("v", ["camunda", "flowable"])
def test_the_initiator_is_who_starts(v: str) -> None:
    body = path(f'<userTask id="it" {v}:assignee="${{me}}"/>').replace(
        '<startEvent id="start"', f'<startEvent id="start" {v}:initiator="me"'
    )
    scenario = Scenario(read(body)).start(by="zoe")
    assert [task.assignee for task in scenario.instance.tasks.values()] == ["zoe"]


def test_what_a_worker_says_may_be_an_error_of_the_model() -> None:
    content = (
        '<camunda:errorEventDefinition errorRef="e1" expression="${externalTask.getErrorMessage() == \'gone\'}"/>'
        '<camunda:errorEventDefinition errorRef="e2" expression="${amount > 100}"/>'
    )
    body = (
        path(extended("serviceTask", content, 'camunda:type="external" camunda:topic="t"'))
        + '<boundaryEvent id="b" attachedToRef="it"><errorEventDefinition camunda:errorCodeVariable="code"/>'
        '</boundaryEvent><userTask id="mend"/>' + flow("b", "mend") + flow("mend", "end")
    )
    roots = '<error id="e1" errorCode="GONE"/><error id="e2" errorCode="MUCH"/>'
    graph = read(body, roots=roots)
    assert isinstance(graph.nodes[graph.by_id["it"]].work, JobWork)
    failed = Scenario(graph).given({"amount": 5}).fail_job("it", message="gone", retries=2)
    failed.then(tasks=["mend"], variables={"code": "GONE"})
    much = Scenario(graph).given({"amount": 5}).complete_job("it", amount=500)
    much.then(tasks=["mend"], variables={"code": "MUCH"})
    Scenario(graph).given({"amount": 5}).complete_job("it", amount=50).then(state="Completed OK")
    Scenario(graph).given({"amount": 5}).fail_job("it", message="busy", retries=2).then(at=["it"], incidents=[])


def test_the_pause_after_a_failure_is_the_models_where_the_worker_names_none() -> None:
    content = "<camunda:failedJobRetryTimeCycle>R3/PT10M</camunda:failedJobRetryTimeCycle>"
    graph = read(path(extended("serviceTask", content, 'camunda:class="x"')))
    scenario = Scenario(graph).given().fail_job("it", message="busy", retries=2)
    (job,) = scenario.instance.jobs.values()
    assert job.retry_at == scenario.now + 600_000


RETURNING = (
    '<camunda:taskListener event="create"><camunda:script scriptFormat="javascript">'
    "if(!!task.getVariable('approver')) {\n  task.setAssignee(approver);\n}</camunda:script></camunda:taskListener>"
    '<camunda:taskListener event="assignment"><camunda:script scriptFormat="javascript">'
    "task.setVariable('approver', task.getAssignee());</camunda:script></camunda:taskListener>"
)


def assignee(scenario: Scenario) -> str:
    (task,) = scenario.instance.tasks.values()
    return task.assignee


def test_a_task_that_comes_again_goes_to_who_had_it() -> None:
    scenario = Scenario(read(path(extended("userTask", RETURNING)))).given()
    assert assignee(scenario) == ""
    key = scenario.task("it")
    scenario.when(cmd.ClaimTask(key, "ann")).then(variables={"approver": "ann"})
    scenario.when(cmd.TransferTask(key, "bob")).then(variables={"approver": "bob"})
    scenario.when(cmd.DelegateTask(key, "kim")).then(variables={"approver": "kim"})
    scenario.when(cmd.ResolveTask(key)).then(variables={"approver": "bob"})
    scenario.when(cmd.UnclaimTask(key)).then(variables={"approver": "bob"})
    scenario.move("it", "it")
    assert assignee(scenario) == "bob"


def test_an_assignment_listener_of_ours_and_one_that_fails() -> None:
    content = '<camunda:taskListener event="assignment" expression="${execution.setVariable(\'who\', %s)}"/>'
    whole = path(extended("userTask", content, 'camunda:assignee="ann"'))
    Scenario(read(whole % "task.assignee")).given().then(variables={"who": "ann"})
    scenario = Scenario(read(whole % "task.assignee.missing")).given()
    scenario.then(state="Broken", tasks=["it"], incidents=["expression"])
    scenario.retry().complete("it").then(state="Completed OK")


def test_who_has_a_task_is_known_while_it_is_given_alone() -> None:
    content = '<camunda:taskListener event="complete" expression="${task.setVariable(\'who\', task.assignee)}"/>'
    assert codes(refusal(path(extended("userTask", content)))) == ["unsupportedExtension"]

"""Camunda 7's extensions."""

import pytest
from modelling import codes, path, plain, read, read_one, refusal, shown, warnings_of

from andante.bpmn import kinds
from andante.bpmn.graph import Call, JobWork, Script, UserTask


def extended(element: str, content: str, attributes: str = "") -> str:
    return f'<{element} id="it" {attributes}><extensionElements>{content}</extensionElements></{element}>'


def test_a_user_task_with_its_people_and_dates() -> None:
    work = read_one(
        '<userTask id="it" camunda:assignee="${starter}" camunda:candidateUsers="ann, bob" '
        'camunda:candidateGroups="sales" camunda:dueDate="P2D" camunda:followUpDate="${soon}" '
        'camunda:priority="75" camunda:formKey="embedded:app:forms/x.html"/>'
    ).work
    assert isinstance(work, UserTask)
    assert shown(work.assignee) == "juel:${starter}"
    assert work.candidate_users is not None
    assert work.candidate_users.constant == "ann, bob"
    assert [shown(e) for e in (work.candidate_groups, work.due, work.follow_up, work.priority)] == [
        "literal:sales", "literal:P2D", "juel:${soon}", "literal:75",
    ]  # fmt: skip
    assert work.form == "embedded:app:forms/x.html"


@pytest.mark.parametrize(
    ("attributes", "type"),
    [
        ('camunda:type="external" camunda:topic="billing"', "billing"),
        ('camunda:class="org.example.Pay"', "org.example.Pay"),
        ('camunda:delegateExpression="${payer}"', "payer"),
        ('camunda:expression="${payer.pay(amount)}"', "payer.pay"),
    ],
)
@pytest.mark.parametrize("element", ["serviceTask", "sendTask"])
def test_delegates_and_external_tasks_are_jobs(element: str, attributes: str, type: str) -> None:
    work = read_one(f'<{element} id="it" {attributes}/>').work
    assert isinstance(work, JobWork)
    assert work.type.constant == type


def test_a_throw_event_that_code_sends_is_a_job_too() -> None:
    definition = '<messageEventDefinition camunda:type="external" camunda:topic="mail"/>'
    work = read_one(f'<intermediateThrowEvent id="it">{definition}</intermediateThrowEvent>').work
    assert isinstance(work, JobWork)
    assert work.type.constant == "mail"


def test_a_constant_expression_is_computed_here() -> None:
    node = read_one('<serviceTask id="it" camunda:expression="plain" camunda:resultVariable="r"/>')
    assert node.kind == kinds.SCRIPT_TASK
    assert isinstance(node.work, Script)
    assert node.work.result_variable == "r"


def test_retries_fields_and_properties_go_with_the_job() -> None:
    content = (
        "<camunda:failedJobRetryTimeCycle>R5/PT10M</camunda:failedJobRetryTimeCycle>"
        '<camunda:field name="to" stringValue="ann"/>'
        '<camunda:field name="text"><camunda:expression>${t}</camunda:expression></camunda:field>'
        '<camunda:properties><camunda:property name="region" value="eu"/></camunda:properties>'
    )
    node = read_one(extended("serviceTask", content, 'camunda:class="x"'))
    work = node.work
    assert isinstance(work, JobWork)
    assert (work.retries, work.backoff_ms) == (5, 600_000)
    assert work.headers == {"to": "ann", "region": "eu"}
    assert [(m.target, shown(m.source)) for m in node.inputs] == [("text", "juel:${t}")]


def test_input_and_output_parameters() -> None:
    content = (
        '<camunda:inputOutput><camunda:inputParameter name="a">${b}</camunda:inputParameter>'
        '<camunda:inputParameter name="c">text</camunda:inputParameter>'
        '<camunda:inputParameter name="l"><camunda:list><camunda:value>1</camunda:value>'
        "<camunda:value>2</camunda:value></camunda:list></camunda:inputParameter>"
        '<camunda:inputParameter name="m"><camunda:map><camunda:entry key="k">v</camunda:entry></camunda:map>'
        "</camunda:inputParameter>"
        '<camunda:outputParameter name="d"><camunda:script scriptFormat="feel">e + 1</camunda:script>'
        "</camunda:outputParameter></camunda:inputOutput>"
    )
    node = read_one(extended("userTask", content))
    assert [m.target for m in node.inputs] == ["a", "c", "l", "m"]
    assert shown(node.inputs[0].source) == "juel:${b}"
    assert [m.source.constant for m in node.inputs[1:]] == ["text", ["1", "2"], {"k": "v"}]
    assert [(m.target, shown(m.source)) for m in node.outputs] == [("d", "feel:e + 1")]


@pytest.mark.parametrize(
    ("content", "all_in", "all_out", "ins", "outs"),
    [
        ("", True, True, [], []),
        ('<camunda:in variables="all"/>', True, True, [], []),
        ('<camunda:in source="a" target="b"/>', False, True, [("b", "feel:a")], []),
        ('<camunda:in sourceExpression="${a + 1}" target="b"/>', False, True, [("b", "juel:${a + 1}")], []),
        ('<camunda:out source="x" target="y"/>', True, False, [], [("y", "feel:x")]),
        ('<camunda:in variables="all"/><camunda:in source="a" target="b"/><camunda:out variables="all"/>', True, True,
         [("b", "feel:a")], []),
    ],
)  # fmt: skip
def test_call_mappings(
    content: str, all_in: bool, all_out: bool, ins: list[tuple[str, str]], outs: list[tuple[str, str]]
) -> None:
    call = read_one(extended("callActivity", content, 'calledElement="Other"')).work
    assert isinstance(call, Call)
    assert (call.all_in, call.all_out) == (all_in, all_out)
    assert [(m.target, shown(m.source)) for m in call.ins] == ins
    assert [(m.target, shown(m.source)) for m in call.outs] == outs


def test_a_call_with_business_key_and_version() -> None:
    content = '<camunda:in businessKey="${key}"/>'
    attributes = 'calledElement="Other" camunda:calledElementBinding="version" camunda:calledElementVersion="2"'
    call = read_one(extended("callActivity", content, attributes)).work
    assert isinstance(call, Call)
    assert (shown(call.business_key), shown(call.version)) == ("juel:${key}", "literal:2")


@pytest.mark.parametrize(
    ("attributes", "version", "same"),
    [
        ('camunda:calledElementBinding="latest"', None, False),
        ('camunda:calledElementBinding="deployment"', None, True),
        ('camunda:calledElementBinding="version" camunda:calledElementVersion="${v}"', "juel:${v}", False),
        ('camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="1.2"', "literal:1.2", False),
    ],
)
def test_which_version_is_called(attributes: str, version: str | None, same: bool) -> None:
    call = read_one(f'<callActivity id="it" calledElement="Other" {attributes}/>').work
    assert isinstance(call, Call)
    assert (shown(call.version), call.same_deployment) == (version, same)


def test_a_binding_without_its_version_is_refused() -> None:
    element = '<callActivity id="it" calledElement="Other" camunda:calledElementBinding="versionTag"/>'
    (finding,) = refusal(path(element))
    assert finding.code == "binding"
    assert "camunda:calledElementVersionTag" in finding.message


def test_what_a_caught_error_tells() -> None:
    graph = read(
        path('<task id="it"/>') + '<boundaryEvent id="b" attachedToRef="it"><errorEventDefinition '
        'camunda:errorCodeVariable="code" camunda:errorMessageVariable="text"/></boundaryEvent>'
        '<sequenceFlow id="f" sourceRef="b" targetRef="end"/>'
    )
    event = graph.nodes[graph.by_id["b"]].event
    assert event is not None
    assert (event.code_variable, event.message_variable) == ("code", "text")


def test_a_multi_instance_over_a_collection() -> None:
    node = read_one(
        '<userTask id="it"><multiInstanceLoopCharacteristics camunda:collection="people" '
        'camunda:elementVariable="person"/></userTask>'
    )
    assert node.multi is not None
    assert (shown(node.multi.collection), node.multi.element_variable) == ("feel:people", "person")


def test_version_tag_and_script_result() -> None:
    body = path('<scriptTask id="it" scriptFormat="juel" camunda:resultVariable="r"><script>${a}</script></scriptTask>')
    graph = read(body, process='camunda:versionTag="1.2"')
    assert graph.version == "1.2"
    assert plain(graph.nodes[graph.by_id["it"]].work) == {
        "kind of": "Script", "expression": "juel:${a}", "result_variable": "r",
    }  # fmt: skip


def test_what_has_no_meaning_here_is_a_warning() -> None:
    body = path('<userTask id="it" camunda:asyncBefore="true" camunda:exclusive="false"/>')
    assert codes(warnings_of(body)) == ["ignored", "ignored"]


@pytest.mark.parametrize(
    "element",
    [
        extended("userTask", '<camunda:taskListener class="x" event="create"/>'),
        extended("userTask", '<camunda:executionListener class="x" event="start"/>'),
        extended("userTask", '<camunda:taskListener expression="${mail.send(task)}" event="create"/>'),
        extended("userTask", '<camunda:taskListener expression="${task.setVariable(\'a\', 1)}" event="update"/>'),
        extended(
            "serviceTask", '<camunda:executionListener delegateExpression="${x}" event="end"/>', 'camunda:class="y"'
        ),
        extended("userTask", "<camunda:somethingNew/>"),
        '<serviceTask id="it" camunda:type="mail"/>',
        '<callActivity id="it" calledElement="x" camunda:variableMappingClass="y"/>',
        '<userTask id="it" camunda:somethingNew="x"/>',
    ],
)
def test_what_would_run_code_or_is_unknown_is_refused(element: str) -> None:
    assert codes(refusal(path(element))) == ["unsupportedExtension"]


def test_an_initiator_of_a_message_start_is_refused() -> None:
    start = '<startEvent id="s" camunda:initiator="who"><messageEventDefinition messageRef="m"/></startEvent>'
    body = path('<task id="it"/>') + start + '<sequenceFlow id="f" sourceRef="s" targetRef="it"/>'
    (fault,) = refusal(body, roots='<message id="m" name="M"/>')
    assert "camunda:initiator" in fault.message
    assert "none start event" in fault.message


@pytest.mark.parametrize(
    ("cycle", "retries", "pause"),
    [("R3/PT10M", 3, 600_000), ("PT1M,PT5M", 3, 60_000), ("R5/P1D", 5, 86_400_000), ("", 3, 0)],
)
def test_a_retry_cycle(cycle: str, retries: int, pause: int) -> None:
    content = f"<camunda:failedJobRetryTimeCycle>{cycle}</camunda:failedJobRetryTimeCycle>"
    work = read_one(extended("serviceTask", content, 'camunda:class="x"')).work
    assert isinstance(work, JobWork)
    assert (work.retries, work.backoff_ms) == (retries, pause)


def test_a_list_and_a_map_of_expressions_are_gathered() -> None:
    content = (
        '<camunda:inputOutput><camunda:inputParameter name="l"><camunda:list><camunda:value>${a + 1}</camunda:value>'
        "<camunda:value>b</camunda:value></camunda:list></camunda:inputParameter>"
        '<camunda:inputParameter name="m"><camunda:map><camunda:entry key="k">${a}</camunda:entry></camunda:map>'
        "</camunda:inputParameter></camunda:inputOutput>"
    )
    node = read_one(extended("userTask", content))
    values = {"a": 1}
    assert [m.source.evaluate(values, None) for m in node.inputs] == [[2, "b"], {"k": 1}]
    assert node.inputs[0].source.names == {"a"}
    nested = content.replace("<camunda:value>b</camunda:value>", "<camunda:value><camunda:script/></camunda:value>")
    assert codes(refusal(path(extended("userTask", nested)))) == ["mapping"]


def test_a_connector_is_a_job_with_its_parameters() -> None:
    content = (
        "<camunda:connector><camunda:inputOutput>"
        '<camunda:inputParameter name="url">https://example.org/${id}</camunda:inputParameter>'
        '<camunda:outputParameter name="answer">${response}</camunda:outputParameter></camunda:inputOutput>'
        "<camunda:connectorId>http-connector</camunda:connectorId></camunda:connector>"
    )
    node = read_one(extended("serviceTask", content))
    assert isinstance(node.work, JobWork)
    assert node.work.type.constant == "http-connector"
    assert [m.target for m in node.inputs] == ["url"]
    assert [m.target for m in node.outputs] == ["answer"]


def test_an_error_that_the_model_reads_from_a_worker_needs_a_code() -> None:
    content = '<camunda:errorEventDefinition id="e" errorRef="none" expression="${true}"/>'
    element = extended("serviceTask", content, 'camunda:type="external" camunda:topic="t"')
    assert codes(refusal(path(element))) == ["unknownError"]

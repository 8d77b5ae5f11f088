"""Zeebe's extensions (Camunda 8)."""

import pytest
from modelling import codes, path, read, read_one, refusal, shown

from andante.bpmn import kinds
from andante.bpmn.graph import Call, JobWork, Script, UserTask


def extended(element: str, content: str, attributes: str = "") -> str:
    return f'<{element} id="it" {attributes}><extensionElements>{content}</extensionElements></{element}>'


@pytest.mark.parametrize("element", ["serviceTask", "sendTask", "scriptTask"])
def test_a_task_definition_is_a_job(element: str) -> None:
    content = (
        '<zeebe:taskDefinition type="=&quot;pay-&quot; + kind" retries="5"/>'
        '<zeebe:taskHeaders><zeebe:header key="a" value="b"/></zeebe:taskHeaders>'
    )
    node = read_one(extended(element, content))
    assert isinstance(node.work, JobWork)
    assert shown(node.work.type) == 'feel:"pay-" + kind'
    assert (node.work.retries, node.work.headers) == (5, {"a": "b"})
    assert node.kind in (kinds.SERVICE_TASK, kinds.SEND_TASK)


def test_mappings() -> None:
    content = (
        '<zeebe:ioMapping><zeebe:input source="=order.id" target="id"/><zeebe:input source="fixed" target="f"/>'
        '<zeebe:output source="=result" target="r"/></zeebe:ioMapping>'
    )
    node = read_one(extended("userTask", content))
    assert [(m.target, shown(m.source)) for m in node.inputs] == [("id", "feel:order.id"), ("f", "literal:fixed")]
    assert [(m.target, shown(m.source)) for m in node.outputs] == [("r", "feel:result")]


def test_a_user_task() -> None:
    content = (
        '<zeebe:userTask/><zeebe:assignmentDefinition assignee="=boss" candidateGroups="sales" '
        'candidateUsers="=[&quot;ann&quot;]"/><zeebe:taskSchedule dueDate="=due" followUpDate="=soon"/>'
        '<zeebe:priorityDefinition priority="80"/><zeebe:formDefinition formId="order-form"/>'
    )
    work = read_one(extended("userTask", content)).work
    assert isinstance(work, UserTask)
    assert [
        shown(e) for e in (work.assignee, work.candidate_groups, work.due, work.follow_up, work.priority)
    ] == ["feel:boss", "literal:sales", "feel:due", "feel:soon", "literal:80"]  # fmt: skip
    assert shown(work.candidate_users) == 'feel:["ann"]'
    assert work.form == "order-form"


def test_a_called_element() -> None:
    content = '<zeebe:calledElement processId="=which" propagateAllChildVariables="false"/>'
    call = read_one(extended("callActivity", content)).work
    assert isinstance(call, Call)
    assert (shown(call.element), call.all_in, call.all_out) == ("feel:which", True, False)


@pytest.mark.parametrize(
    ("attributes", "version", "same"),
    [
        ("", None, False),
        ('bindingType="latest"', None, False),
        ('bindingType="deployment"', None, True),
        ('bindingType="versionTag" versionTag="1.2"', "literal:1.2", False),
    ],
)
def test_which_version_is_called(attributes: str, version: str | None, same: bool) -> None:
    call = read_one(extended("callActivity", f'<zeebe:calledElement processId="Other" {attributes}/>')).work
    assert isinstance(call, Call)
    assert (shown(call.version), call.same_deployment) == (version, same)


def test_a_binding_without_its_tag_is_refused() -> None:
    content = '<zeebe:calledElement processId="Other" bindingType="versionTag"/>'
    assert codes(refusal(path(extended("callActivity", content)))) == ["binding"]


def test_loop_characteristics() -> None:
    content = (
        '<extensionElements><zeebe:loopCharacteristics inputCollection="=items" inputElement="item" '
        'outputCollection="results" outputElement="=result"/></extensionElements>'
    )
    node = read_one(
        f'<userTask id="it"><multiInstanceLoopCharacteristics isSequential="true">{content}'
        "</multiInstanceLoopCharacteristics></userTask>"
    )
    multi = node.multi
    assert multi is not None
    assert (shown(multi.collection), multi.element_variable) == ("feel:items", "item")
    assert (multi.output_collection, shown(multi.output_element)) == ("results", "feel:result")


def test_a_script_with_an_expression() -> None:
    node = read_one(extended("scriptTask", '<zeebe:script expression="=a + b" resultVariable="c"/>'))
    assert node.kind == kinds.SCRIPT_TASK
    assert isinstance(node.work, Script)
    assert (shown(node.work.expression), node.work.result_variable) == ("feel:a + b", "c")


def test_the_correlation_key_of_a_message() -> None:
    roots = (
        '<message id="M" name="paid"><extensionElements><zeebe:subscription correlationKey="=orderId"/>'
        "</extensionElements></message>"
    )
    event = read_one('<receiveTask id="it" messageRef="M"/>', roots=roots).event
    assert event is not None
    assert (shown(event.name), shown(event.correlation)) == ("literal:paid", "feel:orderId")


def test_a_version_tag() -> None:
    tag = '<extensionElements><zeebe:versionTag value="2.0"/></extensionElements>'
    assert read(tag + path('<task id="it"/>')).version == "2.0"


@pytest.mark.parametrize(
    "element",
    [
        extended("userTask", '<zeebe:taskListeners><zeebe:taskListener type="x"/></zeebe:taskListeners>'),
        extended("serviceTask", '<zeebe:executionListeners/><zeebe:taskDefinition type="x"/>'),
        extended("serviceTask", '<zeebe:somethingNew/><zeebe:taskDefinition type="x"/>'),
    ],
)
def test_listeners_and_unknown_extensions_are_refused(element: str) -> None:
    assert codes(refusal(path(element))) == ["unsupportedExtension"]


def test_retries_must_be_known_at_deployment() -> None:
    content = '<zeebe:taskDefinition type="x" retries="=n"/>'
    assert codes(refusal(path(extended("serviceTask", content)))) == ["number"]

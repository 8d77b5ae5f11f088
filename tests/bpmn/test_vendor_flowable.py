"""Flowable's extensions, and the same under Activiti's namespace."""

import pytest
from modelling import codes, path, read_one, refusal, shown, warnings_of

from andante.bpmn.graph import Call, JobWork, UserTask

BOTH = pytest.mark.parametrize("v", ["flowable", "activiti"])


@BOTH
def test_a_user_task(v: str) -> None:
    work = read_one(
        f'<userTask id="it" {v}:assignee="kermit" {v}:candidateGroups="sales,legal" {v}:dueDate="${{due}}" '
        f'{v}:priority="60" {v}:formKey="f"/>'
    ).work
    assert isinstance(work, UserTask)
    assert [shown(e) for e in (work.assignee, work.due, work.priority)] == [
        "literal:kermit", "juel:${due}", "literal:60",
    ]  # fmt: skip
    assert work.form == "f"


@BOTH
def test_jobs(v: str) -> None:
    node = read_one(
        f'<serviceTask id="it" {v}:expression="${{pay.now(x)}}" {v}:resultVariableName="r"><extensionElements>'
        f'<{v}:field name="n"><{v}:string>text</{v}:string></{v}:field>'
        f'<{v}:field name="m"><{v}:expression>${{a}}</{v}:expression></{v}:field></extensionElements></serviceTask>'
    )
    work = node.work
    assert isinstance(work, JobWork)
    assert (work.type.constant, work.result_variable) == ("pay.now", "r")
    assert work.headers == {"expression": "${pay.now(x)}", "n": "text"}
    assert [(m.target, shown(m.source)) for m in node.inputs] == [("m", "juel:${a}")]


@BOTH
def test_tasks_with_a_work_of_their_own_are_jobs_of_that_type(v: str) -> None:
    node = read_one(
        f'<serviceTask id="it" {v}:type="http"><extensionElements>'
        f'<{v}:field name="requestMethod"><{v}:string>GET</{v}:string></{v}:field>'
        f'<{v}:field name="requestUrl"><{v}:expression>https://example.org/${{id}}</{v}:expression></{v}:field>'
        f'<{v}:field name="responseVariableName" stringValue="answer"/></extensionElements></serviceTask>'
    )
    assert isinstance(node.work, JobWork)
    assert (node.work.type.constant, node.work.result_variable) == ("http", "answer")
    assert node.work.headers == {"requestMethod": "GET", "responseVariableName": "answer"}
    assert [(m.target, shown(m.source)) for m in node.inputs] == [("requestUrl", "juel:https://example.org/${id}")]
    mail = read_one(f'<serviceTask id="it" {v}:type="mail"/>').work
    assert isinstance(mail, JobWork)
    assert mail.type.constant == "mail"


@BOTH
def test_aggregated_variables_are_a_list_of_contexts(v: str) -> None:
    node = read_one(
        f'<userTask id="it"><multiInstanceLoopCharacteristics {v}:collection="${{people}}"><extensionElements>'
        f'<{v}:variableAggregation target="reviews"><variable source="approved"/><{v}:variable source="note" '
        f'target="why"/></{v}:variableAggregation></extensionElements></multiInstanceLoopCharacteristics></userTask>'
    )
    assert node.multi is not None
    assert node.multi.output_collection == "reviews"
    assert shown(node.multi.output_element) == 'feel:{"approved": approved, "why": note}'


@pytest.mark.parametrize(
    "inside", ["<variable/>", '<variable sourceExpression="${a}"/>', '<variable source="a" x="y"/>']
)
def test_aggregations_that_compute_are_refused(inside: str) -> None:
    loop = (
        '<multiInstanceLoopCharacteristics flowable:collection="x"><extensionElements><flowable:variableAggregation '
        f'target="all">{inside}</flowable:variableAggregation></extensionElements></multiInstanceLoopCharacteristics>'
    )
    assert refusal(path(f'<userTask id="it">{loop}</userTask>'))


@BOTH
def test_the_process_of_the_same_deployment_is_called(v: str) -> None:
    call = read_one(f'<callActivity id="it" calledElement="Other" {v}:sameDeployment="true"/>').work
    assert isinstance(call, Call)
    assert call.same_deployment


def test_external_workers() -> None:
    work = read_one('<serviceTask id="it" flowable:type="external-worker" flowable:topic="t"/>').work
    assert isinstance(work, JobWork)
    assert work.type.constant == "t"


@BOTH
def test_calls(v: str) -> None:
    call = read_one(
        f'<callActivity id="it" calledElement="Other" {v}:inheritVariables="false" {v}:inheritBusinessKey="true">'
        f'<extensionElements><{v}:out source="x" target="y"/></extensionElements></callActivity>'
    ).work
    assert isinstance(call, Call)
    assert (call.all_in, call.all_out) == (False, False)
    assert shown(call.business_key) == "juel:${execution.businessKey}"


def test_the_older_way_to_name_a_collection() -> None:
    node = read_one(
        '<userTask id="it"><multiInstanceLoopCharacteristics><loopDataInputRef>people</loopDataInputRef>'
        '<inputDataItem name="person"/></multiInstanceLoopCharacteristics></userTask>'
    )
    assert node.multi is not None
    assert (shown(node.multi.collection), node.multi.element_variable) == ("feel:people", "person")


@BOTH
@pytest.mark.parametrize("attributes", ['{v}:skipExpression="x"', '{v}:triggerable="true"', '{v}:somethingNew="x"'])
def test_what_is_refused(v: str, attributes: str) -> None:
    element = f'<serviceTask id="it" {v}:class="x" {attributes.format(v=v)}/>'
    (fault,) = refusal(path(element))
    assert fault.code == "unsupportedExtension"
    assert f"{v}:" in fault.message


@BOTH
def test_what_is_ignored(v: str) -> None:
    assert codes(warnings_of(path(f'<serviceTask id="it" {v}:class="x" {v}:async="true"/>'))) == ["ignored"]

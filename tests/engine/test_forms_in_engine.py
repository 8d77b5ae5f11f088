"""What people send with a task or a start is checked by its form, in the core, whichever way it comes."""

import json
from typing import Any

import pytest

from andante.bpmn import read_json, read_xml
from andante.bpmn.graph import FormUse, ProcessGraph
from andante.codec import encode_state
from andante.engine import commands as cmd
from andante.engine.faults import FORM, Rejected
from andante.engine.settings import EngineSettings
from andante.forms import Form, read_form
from andante.testing import Scenario

ASK: dict[str, Any] = {"components": [
    {"key": "amount", "type": "number", "validate": {"required": True, "min": 1}},
    {"key": "reason", "type": "textfield", "validate": {"required": True},
     "conditional": {"hide": "=amount < 100"}},
]}  # fmt: skip
CHECK: dict[str, Any] = {"components": [
    {"key": "amount", "type": "number", "readonly": True},
    {"key": "agreed", "type": "checkbox", "validate": {"required": True}},
    {"key": "share", "type": "number", "defaultValue": "=amount / 2"},
    {"key": "total", "type": "expression", "expression": "=amount + share"},
]}  # fmt: skip
XML = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"
 xmlns:andante="http://andante.dev/schema/bpmn/1.0"><process id="Ask" isExecutable="true">
 <startEvent id="start"><extensionElements><andante:form>{json.dumps(ASK).replace("<", "&lt;")}</andante:form>
 </extensionElements></startEvent>
 <userTask id="check"><extensionElements><andante:form>{json.dumps(CHECK)}</andante:form></extensionElements></userTask>
 <userTask id="after"/><endEvent id="end"/>
 <sequenceFlow id="f" sourceRef="start" targetRef="check"/><sequenceFlow id="g" sourceRef="check" targetRef="after"/>
 <sequenceFlow id="h" sourceRef="after" targetRef="end"/></process></definitions>"""
JSON = {
    "name": "Ask", "label": "Ask",
    "variables": [{"name": name, "type": "Any"} for name in ("amount", "reason", "agreed", "share", "total")],
    "startEvents": [{"name": "start", "type": "Form", "form": ASK, "connector": "check"}],
    "userTasks": [{"name": "check", "form": CHECK, "connector": "after"}, {"name": "after", "connector": "end"}],
    "endEvents": [{"name": "end"}],
}  # fmt: skip


@pytest.fixture(params=["xml", "json"])
def graph(request: pytest.FixtureRequest) -> ProcessGraph:
    model = read_xml(XML.encode()) if request.param == "xml" else read_json(JSON)
    return model.processes[0]


def refused(run: Scenario, *commands: cmd.Command) -> dict[str, str]:
    """The fields that are wrong, each with its word; nothing has changed."""
    before = encode_state(run.instance)
    with pytest.raises(Rejected) as found:
        run.when(*commands)
    assert found.value.code == FORM
    assert encode_state(run.instance) == before
    return {detail["field"]: detail["code"] for detail in found.value.details}  # type: ignore[index]


def test_a_start_is_checked(graph: ProcessGraph) -> None:
    run = Scenario(graph)
    for variables, wrong in (({}, {"amount", "reason"}), ({"amount": 0}, {"amount"}), ({"amount": 500}, {"reason"})):
        with pytest.raises(Rejected) as found:
            run.given(variables)
        assert {detail["field"] for detail in found.value.details} == wrong  # type: ignore[index]
    run.given(amount=5, reason="smuggled").then(tasks=["check"], variables={"amount": 5, "reason": None})


def test_a_call_and_an_instance_that_a_process_starts_fill_in_no_form(graph: ProcessGraph) -> None:
    Scenario(graph).start({}, parent="caller").then(tasks=["check"])


def test_a_completion_is_checked_and_sets_what_is_computed(graph: ProcessGraph) -> None:
    run = Scenario(graph).given(amount=8)
    key = run.task("check")
    assert refused(run, cmd.CompleteTask(key, "", None)) == {"agreed": "required"}
    assert refused(run, cmd.CompleteTask(key, "", {"agreed": True, "amount": 1})) == {"amount": "readOnly"}
    assert refused(run, cmd.CompleteTask(key, "", {"agreed": "yes", "share": "x"})) == {
        "agreed": "required", "share": "type",
    }  # fmt: skip
    run.when(cmd.CompleteTask(key, "", {"agreed": True, "total": 0}))
    run.then(tasks=["after"], variables={"amount": 8, "agreed": True, "share": 4, "total": 12})


def test_a_delegate_may_fill_in_a_part(graph: ProcessGraph) -> None:
    run = Scenario(graph).given(amount=8)
    key = run.task("check")
    run.when(cmd.DelegateTask(key, "kim"), by="ada")
    assert refused(run, cmd.ResolveTask(key, {"share": "x"})) == {"share": "type"}
    run.when(cmd.ResolveTask(key, {"share": 3})).then(variables={"share": 3, "agreed": None})
    assert refused(run, cmd.CompleteTask(key, "", None)) == {"agreed": "required"}


def test_nothing_is_filled_in_while_suspended(graph: ProcessGraph) -> None:
    run = Scenario(graph).given(amount=8)
    run.when(cmd.Suspend())
    with pytest.raises(Rejected) as found:
        run.when(cmd.CompleteTask(run.task("check"), "", None))
    assert found.value.code != FORM
    run.when(cmd.Resume(), cmd.CompleteTask(run.task("check"), "", {"agreed": True})).then(tasks=["after"])
    Scenario(graph).given(amount=8).when(cmd.Terminate()).then(tasks=[])


@pytest.mark.parametrize("deployed", [True, False])
def test_a_form_that_is_deployed_by_itself_is_found_by_a_function(deployed: bool) -> None:
    asked: list[tuple[str, str]] = []

    def find(use: FormUse, definition_id: str) -> Form | None:
        asked.append((use.key, definition_id))
        return read_form(json.dumps(ASK)).form if deployed else None

    text = XML.split("<startEvent")[0] + (
        '<startEvent id="start"/><userTask id="it" andante:form="ask" andante:formBinding="latest" '
        'andante:formStrict="true"/><endEvent id="end"/><sequenceFlow id="f" sourceRef="start" targetRef="it"/>'
        '<sequenceFlow id="g" sourceRef="it" targetRef="end"/></process></definitions>'
    )
    run = Scenario(read_xml(text.encode()).processes[0], settings=EngineSettings(forms=find)).given()
    if deployed:
        wrong = refused(run, cmd.CompleteTask(run.task("it"), "", {"amount": 5, "more": 1}))
        assert wrong == {"more": "unknown"}
    run.when(cmd.CompleteTask(run.task("it"), "", {"amount": 5 if deployed else "any"})).then(tasks=[])
    assert set(asked) == {("ask", "definition")}


def test_an_inner_variable_is_what_the_form_sees() -> None:
    task = (
        '<userTask id="it"><extensionElements><andante:input target="least" source="=10"/><andante:form>'
        '{"components": [{"key": "n", "type": "number", "validate": {"min": "=least"}}]}'
        "</andante:form></extensionElements></userTask>"
    )
    text = XML.split("<startEvent")[0] + (
        f'<startEvent id="start"/>{task}<endEvent id="end"/><sequenceFlow id="f" sourceRef="start" targetRef="it"/>'
        '<sequenceFlow id="g" sourceRef="it" targetRef="end"/></process></definitions>'
    )
    run = Scenario(read_xml(text.encode()).processes[0]).given(least=1)
    assert refused(run, cmd.CompleteTask(run.task("it"), "", {"n": 5})) == {"n": "min"}

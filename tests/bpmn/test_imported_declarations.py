"""Imports between BPMN files (BPMN 2.0.2 section 8.3.3): declarations of one file that another refers to."""

from pathlib import Path

import pytest
from modelling import SPACES, flow, path

from andante.bpmn import Finding, Model, ModelRefused, read_xml, spaces_of, target_namespace
from andante.testing import Scenario

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
COMMON = (
    f'<definitions {SPACES} id="D" targetNamespace="urn:common"><message id="M" name="paid" '
    'andante:correlation="=key"/><signal id="S" name="alarm"/><error id="E" errorCode="E1"/>'
    '<escalation id="U" escalationCode="U1"/>'
    '<messageEventDefinition id="MD" messageRef="M"/><process id="common"><startEvent id="s"/></process></definitions>'
).encode()
FILES = {"urn:common": COMMON}
IMPORT = f'\n<import importType="{BPMN}" location="common.bpmn" namespace="urn:common"/>'


def importing(body: str, *, roots: str = IMPORT, prefix: str = "c", files: dict[str, bytes] = FILES) -> Model:
    spaces = f'{SPACES} xmlns:{prefix}="urn:common"'
    data = f'<definitions {spaces} id="D" targetNamespace="urn:mine">{roots}<process id="P" isExecutable="true">{body}'
    return read_xml(f"{data}</process></definitions>".encode(), files)


def faults(body: str, *, files: dict[str, bytes]) -> list[Finding]:
    with pytest.raises(ModelRefused) as refused:
        importing(body, files=files)
    return list(refused.value.findings)


def caught(definition: str) -> str:
    return path(f'\n<intermediateCatchEvent id="it">{definition}</intermediateCatchEvent>')


def test_a_message_of_another_file_is_awaited() -> None:
    for wait in (
        '<receiveTask id="it" messageRef="c:M"/>',
        '<receiveTask id="it" messageRef="M"/>',
        '<intermediateCatchEvent id="it"><messageEventDefinition messageRef="c:M"/></intermediateCatchEvent>',
        '<intermediateCatchEvent id="it"><eventDefinitionRef>c:MD</eventDefinitionRef></intermediateCatchEvent>',
    ):
        (graph,) = importing(path(wait)).processes
        run = Scenario(graph).start({"key": "K"}).message("paid", correlation={"x": "other"}).then(at=["it"])
        run.message("paid", correlation={"x": "K"}).then(state="Completed OK")


def test_signals_errors_and_escalations_of_another_file() -> None:
    (graph,) = importing(caught('<signalEventDefinition signalRef="c:S"/>')).processes
    Scenario(graph).start().signal("alarm").then(state="Completed OK")
    body = (
        '<serviceTask id="it" andante:type="t"/><boundaryEvent id="b" attachedToRef="it"><errorEventDefinition '
        'errorRef="c:E"/></boundaryEvent><intermediateThrowEvent id="up">'
        '<escalationEventDefinition escalationRef="c:U"/></intermediateThrowEvent><endEvent id="failed"/>'
        + flow("b", "up")
        + flow("up", "failed")
    )
    (graph,) = importing(path(body)).processes
    Scenario(graph).start().throw_error("it", "E1").then(state="Completed OK")
    up = graph.nodes[graph.by_id["up"]].event
    assert up is not None
    assert up.code == "U1"


def test_ones_own_declaration_of_the_same_id_is_another() -> None:
    own = IMPORT + '<message id="M" name="mine"/>'
    for ref, name in (("M", "mine"), ("c:M", "paid")):
        (graph,) = importing(path(f'<receiveTask id="it" messageRef="{ref}"/>'), roots=own).processes
        event = graph.nodes[graph.by_id["it"]].event
        assert event is not None
        assert event.name is not None
        assert event.name.constant == name


def test_what_is_not_there_is_a_fault_only_where_something_of_it_is_needed() -> None:
    unused = importing(path('<task id="it"/>'), files={})
    assert [(found.code, found.line) for found in unused.warnings] == [("import", 2)]
    missing = faults(caught('<messageEventDefinition messageRef="c:M"/>'), files={})
    assert [(found.code, found.element, found.line) for found in missing] == [("import", "it", 3)]
    assert "urn:common" in missing[0].message
    gone = faults(caught('<signalEventDefinition signalRef="c:Gone"/>'), files=FILES)
    assert [(found.code, found.element, found.line) for found in gone] == [("unknownSignal", "it", 3)]


def test_imports_of_anything_but_bpmn_are_documentation() -> None:
    roots = '<import importType="http://www.w3.org/2001/XMLSchema" location="x.xsd" namespace="urn:common"/>'
    assert importing(path('<task id="it"/>'), roots=roots, files={}).warnings == ()


def test_the_namespaces_of_a_file() -> None:
    data = f'<definitions xmlns="{BPMN}" targetNamespace="urn:mine">{IMPORT}</definitions>'.encode()
    assert (spaces_of(data), target_namespace(data)) == (("urn:mine", ("urn:common",)), "urn:mine")
    for other in (b"", b"no xml", b"<a/>"):
        assert (spaces_of(other), target_namespace(other)) == (("", ()), "")


def test_a_scenario_of_a_file_with_those_that_it_imports(tmp_path: Path) -> None:
    wait = path('<receiveTask id="it" messageRef="c:M"/>')
    text = (
        f'<definitions {SPACES} xmlns:c="urn:common" id="D" targetNamespace="urn:mine">{IMPORT}<process id="P">{wait}'
    )
    (tmp_path / "mine.bpmn").write_text(f"{text}</process></definitions>")
    (tmp_path / "common.bpmn").write_bytes(COMMON)
    run = Scenario.read(tmp_path / "mine.bpmn", imports=[tmp_path / "common.bpmn"]).start({"key": "K"})
    run.message("paid", business_key="K").then(state="Completed OK")

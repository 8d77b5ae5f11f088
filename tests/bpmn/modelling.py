"""Small models for tests, and what a graph looks like as plain data."""

from collections.abc import Mapping

import pytest

from andante.bpmn import Finding, Model, ModelRefused, read_json, read_xml
from andante.bpmn.graph import Node, ProcessGraph
from andante.expressions import Expression

SPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:andante="http://andante.dev/schema/bpmn/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:activiti="http://activiti.org/bpmn" xmlns:other="http://example.org/other"'
)


def bpmn(body: str, *, roots: str = "", attributes: str = "", process: str = "") -> bytes:
    """A file with one executable process P of this body; each newline in `body` is a line of the file."""
    head = f'<definitions {SPACES} id="D" targetNamespace="t" {attributes}>{roots}<process id="P" isExecutable="true" '
    return f"{head}{process}>{body}</process></definitions>".encode()


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def path(element: str, id: str = "it") -> str:
    """start -> the element -> end."""
    ends = '<startEvent id="start"/><endEvent id="end"/>'
    return f"{ends}{element}{flow('start', id)}{flow(id, 'end')}"


def read(body: str, *, roots: str = "", attributes: str = "", process: str = "") -> ProcessGraph:
    return read_xml(bpmn(body, roots=roots, attributes=attributes, process=process)).processes[0]


def read_one(element: str, id: str = "it", *, roots: str = "") -> Node:
    """The node that one element becomes."""
    graph = read(path(element, id), roots=roots)
    return graph.nodes[graph.by_id[id]]


def refusal(body: str, *, roots: str = "", attributes: str = "", process: str = "") -> list[Finding]:
    """The faults of a process that must be refused."""
    return refused(bpmn(body, roots=roots, attributes=attributes, process=process))


def refused(data: bytes | dict[str, object]) -> list[Finding]:
    with pytest.raises(ModelRefused) as refusal:
        read_xml(data) if isinstance(data, bytes) else read_json(data)
    assert refusal.value.findings
    return list(refusal.value.findings)


def codes(findings: list[Finding] | tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def warnings_of(body: str, *, roots: str = "", attributes: str = "", process: str = "") -> list[Finding]:
    return list(read_xml(bpmn(body, roots=roots, attributes=attributes, process=process)).warnings)


def shown(expression: Expression | None) -> str | None:
    """An expression as "language:text"."""
    return None if expression is None else f"{expression.language}:{expression.text}"


def plain(value: object) -> object:
    """Any part of a graph as plain data, without lines."""
    if isinstance(value, Expression):
        return shown(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    slots = getattr(type(value), "__mypyc_attrs__", None) or getattr(type(value), "__slots__", None)
    if slots is None:
        return value
    names = [name for name in slots if name != "line"]
    return {"kind of": type(value).__name__} | {name: plain(getattr(value, name)) for name in names}


def only(model: Model) -> ProcessGraph:
    (graph,) = model.processes
    return graph

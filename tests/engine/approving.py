"""A process with an approval, written as its author writes it."""

from collections.abc import Mapping

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine.settings import DEFAULTS, EngineSettings
from andante.testing import Scenario

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">'
)


def bpmn(body: str) -> ProcessGraph:
    """The process with these elements."""
    [graph] = read_xml(f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()).processes
    return graph


def approval(policy: str, receivers: str = 'andante:candidateUsers="ann, bob, cid"', more: str = "") -> ProcessGraph:
    """start -> approve -> end, with the outcomes approved, rejected and abstained."""
    return bpmn(
        '<startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="approve"/>'
        f'<userTask id="approve" {receivers} andante:outcomes="approved, rejected, abstained"><extensionElements>'
        f"<andante:approval {policy}/></extensionElements></userTask>"
        f'<sequenceFlow id="b" sourceRef="approve" targetRef="end"/><endEvent id="end"/>{more}'
    )


def begun(
    graph: ProcessGraph, variables: Mapping[str, object] | None = None, by: str = "ina",
    settings: EngineSettings = DEFAULTS,
) -> Scenario:  # fmt: skip
    return Scenario(graph, settings=settings).start(variables, by=by)


def holders(scenario: Scenario) -> list[str]:
    """Who has an open task, or who may claim it."""
    return sorted(task.assignee or ",".join((*task.users, *task.groups)) for task in scenario.instance.tasks.values())


def task_of(scenario: Scenario, who: str) -> int:
    """The key of the open task of this person or group."""
    found = [task.key for task in scenario.instance.tasks.values() if who in (task.assignee, *task.users, *task.groups)]
    assert found, f"{who} has no task; {holders(scenario)} have"
    return found[0]

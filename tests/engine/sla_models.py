"""Processes in BPMN XML with SLAs, for the scenarios about them."""

from typing import Final

from andante.bpmn import read_xml
from andante.engine import commands as cmd
from andante.engine.effects import Notify
from andante.testing import Scenario
from andante.timing.sla import SlaClock

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
HEAD: Final = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="t">'
)


def extensions(content: str) -> str:
    return f"<extensionElements>{content}</extensionElements>" if content else ""


def process(body: str, own: str = "") -> Scenario:
    """A process whose elements and flows are `body`; `own` are its extensions."""
    xml = f'{HEAD}<process id="P" isExecutable="true">{extensions(own)}{body}</process></definitions>'
    (graph,) = read_xml(xml.encode()).processes
    return Scenario(graph)


def a_task(sla: str, attributes: str = 'andante:assignee="carl"', beside: str = "", own: str = "") -> Scenario:
    """start -> fix -> end, with the extensions of the task."""
    return process(
        '<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="fix"/>'
        f'<userTask id="fix" name="Fix it" {attributes}>{extensions(sla)}</userTask>'
        f'<sequenceFlow id="f2" sourceRef="fix" targetRef="end"/><endEvent id="end"/>{beside}',
        own,
    )


def clock(scenario: Scenario) -> SlaClock:
    """The state of its only clock."""
    (found,) = scenario.instance.clocks.values()
    return found.state


def told(scenario: Scenario) -> list[tuple[str, list[str]]]:
    """Who was told what so far."""
    return [(note.kind, note.recipients) for note in scenario.asked(Notify)]


def assigned(scenario: Scenario, **values: object) -> Scenario:
    """Somebody sets these variables from outside."""
    return scenario.when(cmd.SetVariables(values, introduce=True))

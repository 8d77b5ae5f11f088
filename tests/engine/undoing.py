"""Small BPMN files in which something is undone, as scenarios."""

from itertools import pairwise

from andante.bpmn import read_xml
from andante.testing import Scenario

SPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0" '
    'targetNamespace="t"'
)
ERROR = '<error id="E" errorCode="bad"/>'
UNDO = "<compensateEventDefinition{}/>"


def process(*parts: str) -> Scenario:
    body = "".join(parts)
    data = f'<definitions {SPACES}>{ERROR}<process id="P" isExecutable="true">{body}</process></definitions>'
    (graph,) = read_xml(data.encode()).processes
    return Scenario(graph)


def path(*ids: str) -> str:
    return "".join(f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(ids))


def user(*ids: str) -> str:
    return "".join(f'<userTask id="{id}" name="{id}"/>' for id in ids)


def job(id: str, inner: str = "") -> str:
    return f'<serviceTask id="{id}" andante:type="{id}">{inner}</serviceTask>'


def handled(id: str, handler: str = "") -> str:
    """A compensation event on `id`, led to the service task that undoes it."""
    name = f"undo_{id}"
    handler = handler or f'<serviceTask id="{name}" andante:type="{name}" isForCompensation="true"/>'
    return (
        f'<boundaryEvent id="on_{id}" attachedToRef="{id}">{UNDO.format("")}</boundaryEvent>'
        f'{handler}<association id="to_{name}" sourceRef="on_{id}" targetRef="{name}"/>'
    )


def throw(id: str = "undo", attributes: str = "") -> str:
    return f'<intermediateThrowEvent id="{id}">{UNDO.format(attributes)}</intermediateThrowEvent>'


def sub(id: str, *parts: str, loop: str = "", kind: str = "subProcess") -> str:
    return f'<{kind} id="{id}">{loop}<startEvent id="{id}_start"/>{"".join(parts)}<endEvent id="{id}_end"/></{kind}>'


ENDS = '<startEvent id="start"/><endEvent id="end"/>'

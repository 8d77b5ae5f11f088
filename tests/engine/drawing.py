"""Small BPMN files for scenarios: what a modeller would draw, as XML."""

from collections.abc import Iterable
from itertools import pairwise

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph

SPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
ROOTS = """
<message id="M" name="m"/><message id="N" name="n"/>
<signal id="S" name="s"/>
<escalation id="Up" escalationCode="up"/><escalation id="Higher" escalationCode="higher"/>
<error id="Bad" errorCode="bad"/><error id="Worse" errorCode="worse"/>
"""
MESSAGE = '<messageEventDefinition messageRef="M"/>'
OTHER_MESSAGE = '<messageEventDefinition messageRef="N"/>'
SIGNAL = '<signalEventDefinition signalRef="S"/>'
HOUR = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
HOURLY = "<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>"
ERROR = '<errorEventDefinition errorRef="Bad"/>'
UP = '<escalationEventDefinition escalationRef="Up"/>'
ANY_ESCALATION = "<escalationEventDefinition/>"
ANY_ERROR = "<errorEventDefinition/>"


def drawn(*parts: str, roots: str = ROOTS) -> ProcessGraph:
    """The one process of a file with these parts. Raises ModelRefused."""
    head = f'<definitions {SPACES} id="D" targetNamespace="t">{roots}<process id="P" isExecutable="true">'
    (graph,) = read_xml(f"{head}{''.join(parts)}</process></definitions>".encode()).processes
    return graph


def event(kind: str, id: str, definition: str = "", attributes: str = "") -> str:
    """An event: start, end, catch, throw, boundary."""
    names = {"catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent"}
    name = names.get(kind, f"{kind}Event")
    return f'<{name} id="{id}" {attributes}>{definition}</{name}>'


def boundary(id: str, on: str, definition: str, *, interrupting: bool = True) -> str:
    return event("boundary", id, definition, f'attachedToRef="{on}" cancelActivity="{str(interrupting).lower()}"')


def when(condition: str, attributes: str = "") -> str:
    """A conditional event's definition."""
    return f"<conditionalEventDefinition {attributes}><condition>{condition}</condition></conditionalEventDefinition>"


def tasks(*ids: str) -> str:
    """User tasks."""
    return "".join(f'<userTask id="{id}"/>' for id in ids)


def job(id: str) -> str:
    return f'<serviceTask id="{id}" andante:type="{id}"/>'


def script(id: str, text: str, result: str) -> str:
    return f'<scriptTask id="{id}" andante:resultVariable="{result}"><script>{text}</script></scriptTask>'


def paths(*each: Iterable[str] | str) -> str:
    """Sequence flows along paths of ids, separated by blanks."""
    made = []
    for path in each:
        ids = path.split() if isinstance(path, str) else path
        made += [f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(ids)]
    return "".join(made)


def sub_process(id: str, *parts: str, attributes: str = "") -> str:
    return f'<subProcess id="{id}" {attributes}>{"".join(parts)}</subProcess>'


def on_event(id: str, definition: str, *parts: str, interrupting: bool = True, task: str = "") -> str:
    """An event sub-process: its start event, a user task of the name `task` or what else is in it."""
    start = event("start", f"{id}_on", definition, f'isInterrupting="{str(interrupting).lower()}"')
    inside = parts or (tasks(task), event("end", f"{id}_end"), paths(f"{id}_on {task} {id}_end"))
    return sub_process(id, start, *inside, attributes='triggeredByEvent="true"')

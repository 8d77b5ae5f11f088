"""The processes that simulated people run: random ones, and some that show what random ones do not have."""

from collections.abc import Sequence
from random import Random
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import EventDefinition, JobWork, Script
from andante.testing.random_process import random_draft

HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://andante.dev/simulator">'
)
MESSAGES: Final = ("paid", "answer")

FIXED: Final = """
<message id="paid" name="paid" andante:correlation="=order"/><message id="answer" name="answer"/>
<message id="begin" name="begin"/><signal id="news" name="news"/><error id="bad" errorCode="bad"/>
<process id="order" isExecutable="true">
  <startEvent id="s"/><serviceTask id="reserve" andante:type="reserve"/><eventBasedGateway id="which"/>
  <intermediateCatchEvent id="payment"><messageEventDefinition messageRef="paid"/></intermediateCatchEvent>
  <intermediateCatchEvent id="late"><timerEventDefinition><timeDuration>PT30S</timeDuration></timerEventDefinition>
  </intermediateCatchEvent>
  <serviceTask id="ship" andante:type="ship"/><userTask id="remind" name="remind"/><endEvent id="e"/>
  <endEvent id="e2"/><boundaryEvent id="no" attachedToRef="reserve"><errorEventDefinition errorRef="bad"/>
  </boundaryEvent><userTask id="sorry"/><endEvent id="e3"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="reserve"/><sequenceFlow id="f2" sourceRef="reserve" targetRef="which"/>
  <sequenceFlow id="f3" sourceRef="which" targetRef="payment"/>
  <sequenceFlow id="f4" sourceRef="which" targetRef="late"/>
  <sequenceFlow id="f5" sourceRef="payment" targetRef="ship"/><sequenceFlow id="f6" sourceRef="ship" targetRef="e"/>
  <sequenceFlow id="f7" sourceRef="late" targetRef="remind"/><sequenceFlow id="f8" sourceRef="remind" targetRef="e2"/>
  <sequenceFlow id="f9" sourceRef="no" targetRef="sorry"/><sequenceFlow id="f10" sourceRef="sorry" targetRef="e3"/>
</process>
<process id="caller" isExecutable="true">
  <startEvent id="s"/><parallelGateway id="split"/><callActivity id="one" calledElement="called"/>
  <callActivity id="many" calledElement="called">
    <multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>
  </callActivity><userTask id="beside"/><parallelGateway id="join"/><endEvent id="e"/>
  <boundaryEvent id="slow" attachedToRef="one"><timerEventDefinition><timeDuration>PT90S</timeDuration>
  </timerEventDefinition></boundaryEvent><exclusiveGateway id="either"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="split"/><sequenceFlow id="f2" sourceRef="split" targetRef="one"/>
  <sequenceFlow id="f3" sourceRef="split" targetRef="many"/><sequenceFlow id="f4" sourceRef="split" targetRef="beside"/>
  <sequenceFlow id="f5" sourceRef="one" targetRef="either"/><sequenceFlow id="f6" sourceRef="many" targetRef="join"/>
  <sequenceFlow id="f7" sourceRef="beside" targetRef="join"/><sequenceFlow id="f8" sourceRef="join" targetRef="e"/>
  <sequenceFlow id="f9" sourceRef="slow" targetRef="either"/>
  <sequenceFlow id="f10" sourceRef="either" targetRef="join"/>
</process>
<process id="called" isExecutable="true">
  <startEvent id="s"/><intermediateThrowEvent id="ask"><messageEventDefinition messageRef="begin"/>
  </intermediateThrowEvent><userTask id="do"/><endEvent id="e"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="ask"/><sequenceFlow id="f2" sourceRef="ask" targetRef="do"/>
  <sequenceFlow id="f3" sourceRef="do" targetRef="e"/>
</process>
<process id="begun" isExecutable="true">
  <startEvent id="s"><messageEventDefinition messageRef="begin"/></startEvent><userTask id="see"/>
  <endEvent id="e"><signalEventDefinition signalRef="news"/></endEvent>
  <sequenceFlow id="f1" sourceRef="s" targetRef="see"/><sequenceFlow id="f2" sourceRef="see" targetRef="e"/>
</process>
<process id="promised" isExecutable="true">
  <startEvent id="s"/><userTask id="answer" andante:assignee="kim"><extensionElements>
    <andante:sla name="soon" goal="PT10S" deadline="PT40S" goalIncreaseUrgencyBy="1">
      <andante:reminder relativeTo="goal" offset="-PT5S"/>
      <andante:reminder relativeTo="deadline" offset="PT0S" every="PT10S" max="3"/>
    </andante:sla></extensionElements></userTask>
  <boundaryEvent id="tick" attachedToRef="answer" cancelActivity="false"><timerEventDefinition>
    <timeCycle>R3/PT8S</timeCycle></timerEventDefinition></boundaryEvent>
  <scriptTask id="count" scriptFormat="feel" andante:resultVariable="ticks"><script>
    if ticks = null then 1 else ticks + 1</script></scriptTask><endEvent id="ticked"/>
  <intermediateCatchEvent id="hear"><signalEventDefinition signalRef="news"/></intermediateCatchEvent><endEvent id="e"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="answer"/><sequenceFlow id="f2" sourceRef="answer" targetRef="hear"/>
  <sequenceFlow id="f3" sourceRef="hear" targetRef="e"/><sequenceFlow id="f4" sourceRef="tick" targetRef="count"/>
  <sequenceFlow id="f5" sourceRef="count" targetRef="ticked"/>
</process>
<process id="hourly" isExecutable="true">
  <startEvent id="s"><timerEventDefinition><timeCycle>R4/PT7S</timeCycle></timerEventDefinition></startEvent>
  <receiveTask id="await" messageRef="answer"/><endEvent id="e"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="await"/><sequenceFlow id="f2" sourceRef="await" targetRef="e"/>
</process>"""
Names = dict[tuple[str, str], None]  # kind and name of messages and signals
STARTED: Final = ("order", "order", "caller", "promised")


def fixed(note: str = "") -> bytes:
    """The processes that are always there; another `note` makes another version of them."""
    return f"{HEAD}<!-- {note} -->{FIXED}</definitions>".encode()


def random_xml(random: Random, number: int) -> bytes:
    """A random process of its own as BPMN XML."""
    return xml(random_draft(random.randrange(100_000), random.randrange(3, 12), f"random{number}"))


def xml(draft: ProcessDraft) -> bytes:
    """A process of what random processes are made of, as BPMN XML."""
    names: Names = {}
    body = "".join(_nodes(draft, "", names))
    declared = "".join(f'<{kind} id="{kind}-{name}" name={quoteattr(name)}/>' for kind, name in names)
    return f'{HEAD}{declared}<process id="{draft.id}" isExecutable="true">{body}</process></definitions>'.encode()


def _nodes(draft: ProcessDraft, scope: str, names: Names) -> Sequence[str]:
    found = [_node(draft, node, names) for node in draft.nodes if node.scope == scope]
    inside = {node.id for node in draft.nodes if node.scope == scope}
    for flow in draft.flows:
        if flow.source in inside:
            condition = ""
            if flow.condition is not None:
                condition = f"<conditionExpression>={escape(flow.condition.text)}</conditionExpression>"
            found.append(
                f'<sequenceFlow id="{flow.id}" sourceRef="{flow.source}" targetRef="{flow.target}">{condition}'
                "</sequenceFlow>"
            )
    return found


def _node(draft: ProcessDraft, node: NodeDraft, names: Names) -> str:
    name = kinds.NAMES[node.kind]
    attributes = f' default="{node.default}"' if node.default else ""
    body = ""
    if node.attached_to:
        attributes += f' attachedToRef="{node.attached_to}" cancelActivity="{str(node.interrupting).lower()}"'
    if isinstance(node.work, JobWork):
        attributes += f" andante:type={quoteattr(str(node.work.type.constant))}"
    elif isinstance(node.work, Script):
        attributes += f' scriptFormat="feel" andante:resultVariable="{node.work.result_variable}"'
        body += f"<script>{escape(node.work.expression.text)}</script>"
    if node.event is not None:
        attributes += ' parallelMultiple="true"' if node.event.parallel else ""
        body += "".join(_event(event, names) for event in node.event.each)
    if node.kind == kinds.SUB_PROCESS:
        body += "".join(_nodes(draft, node.id, names))
    if node.multi is not None:
        sequential = str(node.multi.sequential).lower()
        count = "" if node.multi.cardinality is None else node.multi.cardinality.text
        body += f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>={escape(count)}'
        body += "</loopCardinality></multiInstanceLoopCharacteristics>"
    return f'<{name} id="{node.id}"{attributes}>{body}</{name}>'


def _event(event: EventDefinition, names: Names) -> str:
    name = "" if event.name is None else str(event.name.constant)
    if event.kind == kinds.TIMER and event.timer is not None:
        kind = {"duration": "timeDuration", "cycle": "timeCycle", "date": "timeDate"}[event.timer_kind]
        text = escape(str(event.timer.constant))
        return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"
    if event.kind in (kinds.MESSAGE, kinds.SIGNAL):
        kind = kinds.EVENT_NAMES[event.kind]
        names[kind, name] = None
        return f'<{kind}EventDefinition {kind}Ref="{kind}-{name}"/>'
    if event.kind == kinds.ERROR:
        return "<errorEventDefinition/>"
    raise AssertionError(f"random processes have no {kinds.EVENT_NAMES[event.kind]} events")

"""What is refused at deployment: with code, element, line and remedy."""

import pytest
from modelling import bpmn, codes, flow, path, refusal, refused, warnings_of

UNDO = '<boundaryEvent id="b" attachedToRef="it"><compensateEventDefinition/></boundaryEvent>'
HANDLER = '<task id="h" isForCompensation="true"/><association id="b-h" sourceRef="b" targetRef="h"/>'
OWN = (
    '<subProcess id="own" triggeredByEvent="true"><startEvent id="on"><compensateEventDefinition/></startEvent>'
    '<task id="t"/><sequenceFlow id="x" sourceRef="on" targetRef="t"/></subProcess>'
)
CANCEL = '<endEvent id="c"><cancelEventDefinition/></endEvent>'
TIMER = "<timerEventDefinition><timeDuration>PT1S</timeDuration></timerEventDefinition>"


@pytest.mark.parametrize(
    "element",
    [
        '<callChoreography id="it"/>',
        '<userTask id="it" startQuantity="2"/>',
        '<eventBasedGateway id="it" eventGatewayType="Parallel"/>',
    ],
)
def test_what_bpmn_has_and_we_do_not_yet_is_refused_in_place(element: str) -> None:
    findings = refusal("\n\n" + path(element), roots='<message id="M" name="m"/>')
    found = [f for f in findings if f.code == "unsupported"]
    assert found
    for finding in found:
        assert finding.line == 3
        assert finding.element == "it"
        assert finding.message.count(".") >= 2  # what is wrong, and the remedy


@pytest.mark.parametrize(
    ("code", "element", "body"),
    [
        ("noStart", "P", '<task id="it"/>'),
        ("noStart", "it", path('<subProcess id="it"/>')),
        ("danglingFlow", "it-nowhere", path('<task id="it"/>') + flow("it", "nowhere")),
        ("danglingFlow", "-it", path('<task id="it"/>') + flow("", "it")),
        ("duplicateId", "it", path('<task id="it"/>') + '<task id="it"/>'),
        ("noId", "task", path('<task id="it"/>') + "<task/>"),
        ("boundaryAttachment", "b", path('<task id="it"/>')
         + f'<boundaryEvent id="b" attachedToRef="start">{TIMER}</boundaryEvent>'),
        ("boundaryFlow", "b", path('<task id="it"/>')
         + f'<boundaryEvent id="b" attachedToRef="it">{TIMER}</boundaryEvent>' + flow("it", "b")),
        ("boundaryError", "b", path('<task id="it"/>') + '<boundaryEvent id="b" attachedToRef="it" '
         'cancelActivity="false"><errorEventDefinition/></boundaryEvent>' + flow("b", "end")),
        ("defaultFlow", "it", path('<task id="it" default="start-it"/>')),
        ("defaultFlow", "it", path('<task id="it" default="none"/>')),
        ("noCondition", "g-a", '<startEvent id="s"/><exclusiveGateway id="g"/><endEvent id="a"/><endEvent id="b"/>'
         + flow("s", "g") + flow("g", "a") + flow("g", "b", "x = 1")),
        ("conditionMisplaced", "start-it", path('<task id="it"/>').replace(flow("start", "it"),
         flow("start", "it", "a = 1"))),
        ("startFlow", "start", path('<task id="it"/>') + flow("it", "start")),
        ("endFlow", "end", path('<task id="it"/>') + flow("end", "it")),
        ("severalStarts", "two", path('<task id="it"/>') + '<startEvent id="two"/>' + flow("two", "it")),
        ("eventGateway", "it", path('<eventBasedGateway id="it"/>')),
        ("eventGateway", "it", path('<eventBasedGateway id="it"/>') + '<userTask id="u"/>' + flow("it", "u")),
        ("subProcessStart", "in", path(f'<subProcess id="it"><startEvent id="in">{TIMER}</startEvent></subProcess>')),
        ("noStart", "it", path('<task id="t"/>', "t") + '<subProcess id="it" triggeredByEvent="true"/>'),
        ("eventSubProcess", "it", path(f'<subProcess id="it" triggeredByEvent="true"><startEvent id="in">{TIMER}'
         '</startEvent><task id="t"/>' + flow("in", "t") + "</subProcess>")),
        ("eventSubProcess", "it", path('<task id="t"/>', "t") + '<subProcess id="it" triggeredByEvent="true">'
         f'<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>'
         f'<startEvent id="in">{TIMER}</startEvent><task id="x"/>' + flow("in", "x") + "</subProcess>"),
        ("subProcessStart", "in", path('<task id="t"/>', "t") + '<subProcess id="it" triggeredByEvent="true">'
         '<startEvent id="in"/></subProcess>'),
        ("errorInterrupts", "in", path('<task id="t"/>', "t") + '<subProcess id="it" triggeredByEvent="true">'
         '<startEvent id="in" isInterrupting="false"><errorEventDefinition/></startEvent></subProcess>'),
        ("eventKind", "in", '<startEvent id="in"><errorEventDefinition/></startEvent>'),
        ("boundaryAttachment", "b", path('<task id="t"/>', "t") + '<subProcess id="it" triggeredByEvent="true"/>'
         f'<boundaryEvent id="b" attachedToRef="it">{TIMER}</boundaryEvent>'),
        ("flowAcrossScopes", "in-end", path('<subProcess id="it"><startEvent id="in"/></subProcess>')
         + flow("in", "end")),
        ("timer", "it", path('<intermediateCatchEvent id="it"><timerEventDefinition><timeDuration>five minutes'
         "</timeDuration></timerEventDefinition></intermediateCatchEvent>")),
        ("timer", "it", path('<intermediateCatchEvent id="it"><timerEventDefinition/></intermediateCatchEvent>')),
        ("messageName", "it", path('<receiveTask id="it"/>')),
        ("messageName", "it", path('<sendTask id="it"/>')),
        ("messageName", "it", path('<intermediateCatchEvent id="it"><messageEventDefinition/>'
         "</intermediateCatchEvent>")),
        ("unknownMessage", "it", path('<receiveTask id="it" messageRef="gone"/>')),
        ("unknownSignal", "it", path('<intermediateCatchEvent id="it"><signalEventDefinition signalRef="gone"/>'
         "</intermediateCatchEvent>")),
        ("errorCode", "e", path('<task id="it"/>') + '<endEvent id="e"><errorEventDefinition/></endEvent>'
         + flow("it", "e")),
        ("escalationCode", "it", path('<intermediateThrowEvent id="it"><escalationEventDefinition/>'
         "</intermediateThrowEvent>")),
        ("unknownEscalation", "it", path('<intermediateThrowEvent id="it"><escalationEventDefinition '
         'escalationRef="gone"/></intermediateThrowEvent>')),
        ("condition", "it", path('<intermediateCatchEvent id="it"><conditionalEventDefinition/>'
         "</intermediateCatchEvent>")),
        ("eventKind", "in", '<startEvent id="in"><escalationEventDefinition/></startEvent>'),
        ("eventKind", "it", path('<intermediateCatchEvent id="it"/>')),
        ("eventKind", "it", path('<intermediateThrowEvent id="it"><errorEventDefinition/></intermediateThrowEvent>')),
        ("noScript", "it", path('<scriptTask id="it"/>')),
        ("noDecision", "it", path('<businessRuleTask id="it"/>')),
        ("noCalledElement", "it", path('<callActivity id="it"/>')),
        ("multiInstance", "it", path('<task id="it"><multiInstanceLoopCharacteristics/></task>')),
        ("expressionLanguage", "f", path('<task id="it"/>') + '<sequenceFlow id="f" sourceRef="it" targetRef="end">'
         '<conditionExpression language="javascript">check(a)</conditionExpression></sequenceFlow>'),
        ("expressionLanguage", "f", path('<task id="it"/>') + '<sequenceFlow id="f" sourceRef="it" targetRef="end">'
         '<conditionExpression language="python">a == 1</conditionExpression></sequenceFlow>'),
        ("compensationHandler", "it", path('<task id="it" isForCompensation="true"/>')),
        ("compensationHandler", "b", path('<task id="it"/>') + UNDO),
        ("compensationHandler", "h", path('<task id="it"/>') + UNDO + HANDLER + flow("h", "end")),
        ("compensationHandler", "b2", path('<task id="it"/>') + UNDO + HANDLER + UNDO.replace('"b"', '"b2"')
         + HANDLER.replace('"h"', '"h2"').replace('"b"', '"b2"')),
        ("compensationHandler", "b", path('<task id="it"/>') + UNDO + HANDLER + flow("b", "end")),
        ("compensationHandler", "own", path('<task id="it"/>') + OWN),
        ("compensationHandler", "own", path(f'<subProcess id="it"><startEvent id="s"/>{OWN}</subProcess>') + UNDO
         + HANDLER),
        ("eventKind", "s", path('<task id="it"/>') + '<startEvent id="s"><compensateEventDefinition/></startEvent>'),
        ("activationCondition", "it", path('<complexGateway id="it"/>') + '<task id="t"/>' + flow("start", "t")
         + flow("t", "it")),
        ("binding", "it", path('<callActivity id="it" calledElement="c" andante:binding="nearest"/>')),
        ("adHocEmpty", "it", path('<adHocSubProcess id="it"/>')),
        ("adHocEvent", "s", path('<adHocSubProcess id="it"><startEvent id="s"/><task id="t"/></adHocSubProcess>')
         .replace("</adHocSubProcess>", flow("s", "t") + '<task id="u"/></adHocSubProcess>')),
        ("adHocOrdering", "it", path('<adHocSubProcess id="it" ordering="Random"><task id="t"/></adHocSubProcess>')),
        ("compensationActivity", "it", path('<intermediateThrowEvent id="it"><compensateEventDefinition '
         'activityRef="gone"/></intermediateThrowEvent>')),
        ("cancelEvent", "c", path('<task id="it"/>') + CANCEL + flow("it", "c")),
        ("cancelEvent", "c", path(f'<transaction id="it"><startEvent id="s"/>{CANCEL}{flow("s", "c")}</transaction>')),
        ("cancelEvent", "b", path('<task id="it"/>') + '<boundaryEvent id="b" attachedToRef="it">'
         "<cancelEventDefinition/></boundaryEvent>" + flow("b", "end")),
        ("unsupported", "it", path('<transaction id="it" method="##Store"><startEvent id="s"/></transaction>')),
        ("noStart", "it", path('<transaction id="it"/>')),
        ("expression", "it", path('<scriptTask id="it"><script>1 +</script></scriptTask>')),
        ("expression", "it-end", path('<task id="it"/>').replace(flow("it", "end"), flow("it", "end", "${a =="))),
        ("unknownElement", "strangeTask", path('<task id="it"/>') + "<strangeTask/>"),
        ("unknownAttribute", "it", path('<task id="it" colour="red"/>')),
        ("boolean", "b", path('<task id="it"/>') + '<boundaryEvent id="b" attachedToRef="it" cancelActivity="maybe">'
         + TIMER + "</boundaryEvent>" + flow("b", "end")),
        ("inputMisplaced", "it", path('<exclusiveGateway id="it"><extensionElements><andante:input target="a" '
         'source="1"/></extensionElements></exclusiveGateway>')),
    ],
)  # fmt: skip
def test_a_faulty_model_is_refused_with_its_place(code: str, element: str, body: str) -> None:
    findings = refusal("\n" + body)
    assert (code, element) in [(f.code, f.element) for f in findings]
    fault = next(f for f in findings if (f.code, f.element) == (code, element))
    assert fault.line == (1 if element == "P" else 2)
    assert fault.message


def test_every_fault_is_told_at_once() -> None:
    body = path('<task id="it"/>') + '\n<choreographyTask id="c"/>\n<callChoreography id="r"/>' + flow("it", "gone")
    assert {"danglingFlow", "unsupported"} <= set(codes(refusal(body)))
    assert {f.element for f in refusal(body)} == {"c", "r", "it-gone"}


@pytest.mark.parametrize("element", [
    '<receiveTask id="it" messageRef="{}"/>', '<sendTask id="it" messageRef="{}"/>',
    '<intermediateCatchEvent id="it"><messageEventDefinition messageRef="{}"/></intermediateCatchEvent>',
    '<intermediateThrowEvent id="it"><signalEventDefinition signalRef="{}"/></intermediateThrowEvent>',
])  # fmt: skip
def test_a_wrong_reference_is_one_fault(element: str) -> None:
    assert codes(refusal(path(element.format("gone")))) in (["unknownMessage"], ["unknownSignal"])
    roots = '<message id="bare"/><signal id="bare"/>'
    assert codes(refusal(path(element.format("bare")), roots=roots)) in (["messageName"], ["signalName"])


def test_flows_to_a_refused_element_are_no_further_fault() -> None:
    assert codes(refusal(path('<choreographyTask id="it"/>'))) == ["unsupported"]


@pytest.mark.parametrize("name", ["=prefix + &quot;x&quot;", "${name}", "=1 / 0", "=5"])
def test_a_start_event_cannot_compute(name: str) -> None:
    start = '<startEvent id="s"><messageEventDefinition messageRef="M"/></startEvent><endEvent id="e"/>'
    findings = refusal(start + flow("s", "e"), roots=f'<message id="M" name="{name}"/>')
    assert codes(findings) == ["startExpression"]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("unreachable", path('<task id="it"/>') + '<task id="lost"/>'),
        ("noDefault", '<startEvent id="s"/><exclusiveGateway id="g"/><endEvent id="a"/><endEvent id="b"/>'
         + flow("s", "g") + flow("g", "a", "x = 1") + flow("g", "b", "x = 2")),
        ("boundaryFlow", path('<task id="it"/>') + f'<boundaryEvent id="b" attachedToRef="it">{TIMER}</boundaryEvent>'),
        ("compensationActivity", path('<intermediateThrowEvent id="it"><compensateEventDefinition activityRef="t"/>'
         '</intermediateThrowEvent>').replace(flow("start", "it"), '<task id="t"/>' + flow("start", "t")
         + flow("t", "it"))),
        ("conditionIgnored", '<startEvent id="s"/><parallelGateway id="g"/><endEvent id="a"/><endEvent id="b"/>'
         + flow("s", "g") + flow("g", "a", "x = 1") + flow("g", "b")),
        ("ignored", path('<task id="it" other:colour="red"/>')),
        ("ignored", path('<task id="it"><extensionElements><other:note>hello</other:note></extensionElements></task>')),
    ],
)  # fmt: skip
def test_what_runs_but_is_doubtful_is_a_warning_with_its_line(code: str, body: str) -> None:
    (warning,) = warnings_of("\n" + body)
    assert (warning.code, warning.line) == (code, 2)


def test_a_thousand_extensions_of_a_kind_are_one_warning() -> None:
    tasks = "".join(f'<task id="t{n}" other:colour="red"/>' + flow("start", f"t{n}") for n in range(1000))
    (warning,) = warnings_of('<startEvent id="start"/>' + tasks)
    assert "1000 times" in warning.message


def test_a_file_that_demands_an_unknown_extension_is_refused() -> None:
    roots = '<extension mustUnderstand="true" definition="x"/>'
    assert codes(refusal(path('<task id="it"/>'), roots=roots)) == ["unsupported"]


def test_no_process_no_deployment() -> None:
    space = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    assert codes(refused(f"<definitions {space}/>".encode())) == ["noProcess"]
    assert codes(refused(f'<definitions {space}><process id="P"/></definitions>'.encode())) == ["noProcess"]
    assert codes(refused(b"<html/>")) == ["notBpmn"]


def test_two_processes_with_one_id() -> None:
    data = bpmn(path('<task id="it"/>')).replace(b"</process>", b"</process><process id='P' isExecutable='true'/>")
    assert "duplicateId" in codes(refused(data))

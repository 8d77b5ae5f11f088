"""The rarer elements in the JSON form: the graph of the same process in XML, what is refused, and that it runs."""

import pytest
from modelling import bpmn, codes, only, refused
from test_json_form import body
from test_two_forms import by_name

from andante.bpmn import read_json, read_xml
from andante.testing import Scenario

XML = bpmn(
    """
<startEvent id="start"/>
<task id="one"/><task id="two"/><userTask id="undo" isForCompensation="true"/>
<boundaryEvent id="undone" attachedToRef="one"><compensateEventDefinition/></boundaryEvent>
<association id="a" sourceRef="undone" targetRef="undo"/>
<complexGateway id="some" default="some-sold"><activationCondition>activationCount >= 1</activationCondition>
</complexGateway>
<transaction id="sold"><startEvent id="s1"/><endEvent id="e1"><cancelEventDefinition/></endEvent>
  <sequenceFlow id="s1-e1" sourceRef="s1" targetRef="e1"/></transaction>
<boundaryEvent id="off" attachedToRef="sold"><cancelEventDefinition/></boundaryEvent>
<adHocSubProcess id="free" ordering="Sequential" cancelRemainingInstances="false"><userTask id="f1"/><userTask id="f2"/>
  <completionCondition>done</completionCondition></adHocSubProcess>
<subProcess id="late" triggeredByEvent="true"><startEvent id="s2" isInterrupting="false"><conditionalEventDefinition
  andante:variables="sum"><condition>sum > 1</condition></conditionalEventDefinition></startEvent>
  <task id="t2"/><sequenceFlow id="s2-t2" sourceRef="s2" targetRef="t2"/></subProcess>
<intermediateThrowEvent id="up"><escalationEventDefinition escalationRef="U"/></intermediateThrowEvent>
<intermediateThrowEvent id="back"><compensateEventDefinition activityRef="one" waitForCompletion="false"/>
</intermediateThrowEvent>
<intermediateThrowEvent id="out"><linkEventDefinition name="next"/></intermediateThrowEvent>
<intermediateCatchEvent id="in"><linkEventDefinition name="next"/></intermediateCatchEvent>
<intermediateCatchEvent id="any"><messageEventDefinition messageRef="M"/><timerEventDefinition><timeDuration>P1D
  </timeDuration></timerEventDefinition></intermediateCatchEvent>
<endEvent id="end"><errorEventDefinition errorRef="E"/></endEvent>
"""
    + "".join(
        f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"{extra}'
        for source, target, extra in [
            ("start", "one", "/>"), ("one", "some", "/>"), ("two", "some", "/>"), ("some", "two",
             "><conditionExpression>again</conditionExpression></sequenceFlow>"), ("some", "sold", "/>"),
            ("sold", "free", "/>"), ("off", "up", "/>"), ("up", "back", "/>"), ("back", "out", "/>"),
            ("free", "any", "/>"), ("in", "any", "/>"), ("any", "end", "/>"),
        ]
    ),
    roots='<escalation id="U" escalationCode="up"/><error id="E" errorCode="${code}" andante:message="=why"/>'
    '<message id="M" name="m"/>',
    process='name="Rare"',
)  # fmt: skip

JSON: dict[str, object] = {
    "name": "P",
    "label": "Rare",
    "startEvents": [{"name": "start", "connector": "one"}],
    "tasks": [{"name": "one", "connector": "some"}, {"name": "two", "connector": "some"}],
    "userTasks": [{"name": "undo"}],
    "boundaryEvents": [
        {"name": "undone", "attachedTo": "one", "handler": "undo"},
        {"name": "off", "attachedTo": "sold", "type": "Cancel", "connector": "up"},
    ],
    "complexGateways": [
        {"name": "some", "activationCondition": "activationCount >= 1", "connector": "sold",
         "connectors": [{"target": "two", "condition": "again"}]}
    ],
    "transactions": [
        {"name": "sold", "connector": "free", "startEvents": [{"name": "s1", "connector": "e1"}],
         "endEvents": [{"name": "e1", "type": "Cancel"}]}
    ],
    "adHocSubProcesses": [
        {"name": "free", "sequential": True, "cancelRemaining": False, "completionCondition": "done",
         "userTasks": [{"name": "f1"}, {"name": "f2"}], "connector": "any"}
    ],
    "eventSubProcesses": [
        {"name": "late", "tasks": [{"name": "t2"}],
         "startEvents": [{"name": "s2", "interrupting": False, "condition": "sum > 1", "variables": ["sum"],
                          "connector": "t2"}]}
    ],
    "throwEvents": [
        {"name": "up", "escalationCode": "up", "connector": "back"},
        {"name": "back", "type": "Compensation", "activity": "one", "wait": False, "connector": "out"},
        {"name": "out", "link": "next"},
    ],
    "catchEvents": [
        {"name": "in", "link": "next", "connector": "any"},
        {"name": "any", "events": [{"message": "m"}, {"duration": "P1D"}], "connector": "end"},
    ],
    "endEvents": [{"name": "end", "errorCode": "{!code}", "errorMessage": "=why"}],
}  # fmt: skip


def test_both_forms_give_the_same_graph() -> None:
    from_xml, from_json = by_name(only(read_xml(XML))), by_name(only(read_json(JSON)))
    assert from_xml.pop("variables") is None
    assert from_json.pop("variables") == {}
    assert from_xml["nodes"] == from_json["nodes"]
    assert from_xml == from_json


def test_what_is_written_as_json_runs() -> None:
    graph = only(
        read_json(
            body(
                variables=[{"name": "sum", "type": "Number"}],
                userTasks=[{"name": "it", "connector": "end"}, {"name": "undo"}, {"name": "look"}],
                boundaryEvents=[
                    {"name": "b", "attachedTo": "it", "handler": "undo"},
                    {"name": "c", "attachedTo": "it", "condition": "sum > 9", "interrupting": False,
                     "connector": "look"},
                ],
                endEvents=[{"name": "end", "type": "Compensation"}],
            )
        )
    )  # fmt: skip
    run = Scenario(graph).start({"sum": 1}).then(at=["it"])
    run.complete("it", sum=10).then(at=["undo", "end"])
    run.complete("undo").then(state="Completed OK", at=[])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"catchEvents": [{"name": "it", "type": "Condition", "connector": "end"}]}, "condition"),
        ({"catchEvents": [{"name": "it", "type": "Escalation", "connector": "end"}]}, "eventKind"),
        ({"catchEvents": [{"name": "it", "type": "Link", "connector": "end"}]}, "link"),
        ({"throwEvents": [{"name": "it", "type": "Escalation", "connector": "end"}]}, "escalationCode"),
        ({"throwEvents": [{"name": "it", "events": [{"signal": "s"}], "connector": "end"}]}, "eventKind"),
        ({"throwEvents": [{"name": "it", "events": [{"signal": "s"}, {"message": "m"}], "parallel": True,
                           "connector": "end"}]}, "eventKind"),
        ({"catchEvents": [{"name": "it", "events": [{"signal": "s"}, {"duration": "P1D"}, {"link": "l"}],
                           "connector": "end"}]}, "eventKind"),
        ({"userTasks": [{"name": "it", "connector": "end"}], "boundaryEvents": [
            {"name": "b", "attachedTo": "it", "handler": "nobody"}]}, "compensationHandler"),
        ({"userTasks": [{"name": "it", "connector": "end"}, {"name": "late"}], "boundaryEvents": [
            {"name": "b", "attachedTo": "it", "errorCode": "{!code}", "connector": "late"}]}, "errorCode"),
        ({"adHocSubProcesses": [{"name": "it", "connector": "end"}]}, "adHocEmpty"),
        ({"adHocSubProcesses": [{"name": "it", "connector": "end", "userTasks": [{"name": "u"}],
                                 "outputCollection": "gone"}]}, "undeclaredVariable"),
        ({"eventSubProcesses": [{"name": "late", "startEvents": [{"name": "s", "connector": "t"}],
                                 "tasks": [{"name": "t"}]}]}, "subProcessStart"),
        ({"transactions": [{"name": "it", "connector": "end"}]}, "noStart"),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused(fields: dict[str, object], code: str) -> None:
    assert code in codes(refused(body(**fields)))


def test_receive_tasks_and_event_gateways_start_instances() -> None:
    graph = only(
        read_json(
            {
                "name": "P",
                "label": "A process",
                "receiveTasks": [
                    {"name": "order", "message": "m", "instantiate": True, "connector": "end"},
                    {"name": "paid", "message": "paid", "connector": "end"},
                ],
                "catchEvents": [{"name": "sent", "signal": "sent", "connector": "end"}],
                "eventGateways": [
                    {"name": "both", "instantiate": True, "parallel": True, "connectors": ["paid", "sent"]}
                ],
                "endEvents": [{"name": "end"}],
            }
        )
    )
    assert sorted(graph.nodes[index].id for index in graph.starts) == ["order", "paid", "sent"]
    Scenario(graph).start(at="order").then(state="Completed OK")
    Scenario(graph).start(at="paid").then(at=["sent"]).signal("sent").then(state="Completed OK")

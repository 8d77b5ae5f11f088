"""One process written in XML and in the JSON form gives one and the same graph."""

from modelling import bpmn, only, plain

from andante.bpmn import read_json, read_xml

XML = bpmn(
    """
<documentation>Orders above a limit are approved.</documentation>
<extensionElements>
  <andante:sla name="whole" goal="P1D" deadline="P3D" deadlineIncreaseUrgencyBy="1"/>
</extensionElements>
<laneSet id="lanes"><lane id="sales" name="Sales" andante:queue="Shop.Sales">
  <flowNodeRef>approve</flowNodeRef><flowNodeRef>check</flowNodeRef></lane></laneSet>
<startEvent id="start" name="Order placed"/>
<userTask id="approve" name="Approve" andante:title="Approve ${orderId}" andante:outcomes="yes,no"
  andante:priority="75"
  andante:actions="complete, return">
  <extensionElements>
    <andante:sla name="approve_sla" goal="PT2H" goalBusinessDays="true" goalIncreaseUrgencyBy="1">
      <andante:goalAction name="tell" type="Notify Manager" criteria="=amount > 100"/>
      <andante:reminder relativeTo="goal" offset="-PT30M"/>
    </andante:sla>
    <andante:approval type="everyOne" groupAsOne="false" voteThreshold="yes: 60, no: 33.4" defaultOutcome="no"
      terminatingActions="no" autoApproval="initiator, approved" approveOutcome="yes" rejectOutcome="no"
      resultVariable="said"/>
  </extensionElements>
</userTask>
<userTask id="pack" name="Pack" andante:candidateGroups="packers">
  <multiInstanceLoopCharacteristics isSequential="true" andante:collection="parcels" andante:elementVariable="parcel">
    <completionCondition>nrOfCompletedInstances > 9</completionCondition></multiInstanceLoopCharacteristics>
</userTask>
<serviceTask id="pay" name="Pay" andante:type="pay" andante:retries="5">
  <extensionElements><andante:header name="method" value="card"/>
    <andante:input target="sum" source="=amount"/><andante:output target="paid" source="=receipt"/></extensionElements>
</serviceTask>
<scriptTask id="compute" name="Compute" andante:resultVariable="total"><script>amount * 1.19</script></scriptTask>
<callActivity id="ship" name="Ship" calledElement="Shipping"><extensionElements>
  <andante:input target="what" source="=parcels"/></extensionElements></callActivity>
<subProcess id="check" name="Check">
  <startEvent id="checkStart"/><task id="look"/><endEvent id="checkEnd"/>
  <sequenceFlow id="checkStart-look" sourceRef="checkStart" targetRef="look"/>
  <sequenceFlow id="look-checkEnd" sourceRef="look" targetRef="checkEnd"/>
</subProcess>
<intermediateCatchEvent id="paidEvent"><messageEventDefinition messageRef="paid"/></intermediateCatchEvent>
<intermediateCatchEvent id="tooLate"><timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>
</intermediateCatchEvent>
<intermediateThrowEvent id="tell"><signalEventDefinition signalRef="shipped"/></intermediateThrowEvent>
<boundaryEvent id="slow" attachedToRef="approve" cancelActivity="false">
  <timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>
<exclusiveGateway id="big" name="Big?" default="big-compute"/>
<parallelGateway id="both"/>
<inclusiveGateway id="join"/>
<eventBasedGateway id="wait"/>
<endEvent id="end" name="Done"/>
<endEvent id="stop"><terminateEventDefinition/></endEvent>
<endEvent id="fail"><errorEventDefinition errorRef="unpaid"/></endEvent>
"""
    + "".join(
        f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"{extra}'
        for source, target, extra in [
            ("start", "compute", "/>"), ("approve", "both", "/>"), ("pack", "join", "/>"), ("pay", "wait", "/>"),
            ("compute", "big", "/>"), ("ship", "join", "/>"), ("check", "end", "/>"), ("paidEvent", "tell", "/>"),
            ("tooLate", "fail", "/>"), ("tell", "check", "/>"), ("slow", "stop", "/>"),
            ("big", "approve", ' name="yes"><conditionExpression>=total > limit</conditionExpression></sequenceFlow>'),
            ("big", "compute", "/>"), ("both", "pack", "/>"), ("both", "ship", "/>"), ("join", "pay", "/>"),
            ("wait", "paidEvent", "/>"), ("wait", "tooLate", "/>"),
        ]
    ),
    roots='<message id="paid" name="paid" andante:correlation="=orderId"/><signal id="shipped" name="shipped"/>'
    '<error id="unpaid" errorCode="UNPAID"/>',
    process='name="An order" andante:version="1.0" andante:cancelable="true" andante:noCancelAfter="pay" '
    'andante:instanceLabel="Order ${orderId}"',
)  # fmt: skip

JSON: dict[str, object] = {
    "name": "P",
    "label": "An order",
    "description": "Orders above a limit are approved.",
    "version": "1.0",
    "instanceLabel": "Order {!orderId}",
    "config": {"cancelable": True, "noCancelAfterElem": "pay"},
    "variables": [{"name": "total"}, {"name": "paid"}],
    "laneSet": {
        "lanes": [{"name": "sales", "label": "Sales", "role": "Shop.Sales", "elements": ["approve", "check"]}]
    },
    "startEvents": [{"name": "start", "label": "Order placed", "connector": "compute"}],
    "userTasks": [
        {"name": "approve", "label": "Approve", "title": "Approve {!orderId}", "outcomes": ["yes", "no"],
         "priority": "75", "connector": "both", "actions": ["complete", "return"],
         "approval": {"type": "everyOne", "groupAsOne": False, "voteThreshold": {"yes": 60, "no": 33.4},
                      "defaultOutcome": "no", "terminatingActions": ["no"], "autoApproval": ["initiator", "approved"],
                      "approveOutcome": "yes", "rejectOutcome": "no", "resultVariable": "said"}},
        {"name": "pack", "label": "Pack", "candidateGroups": "packers", "connector": "join",
         "multiInstance": {"sequential": True, "collection": "parcels", "elementVariable": "parcel",
                           "completionCondition": "nrOfCompletedInstances > 9"}},
    ],
    "serviceTasks": [
        {"name": "pay", "label": "Pay", "jobType": "pay", "retries": 5, "headers": {"method": "card"},
         "inputs": {"sum": "=amount"}, "outputs": {"paid": "=receipt"}, "connector": "wait"}
    ],
    "scriptTasks": [
        {"name": "compute", "label": "Compute", "script": "amount * 1.19", "resultVariable": "total",
         "connector": "big"}
    ],
    "callActivities": [
        {"name": "ship", "label": "Ship", "process": "Shipping", "inputs": {"what": "=parcels"}, "connector": "join"}
    ],
    "subProcesses": [
        {"name": "check", "label": "Check", "connector": "end",
         "startEvents": [{"name": "checkStart", "connector": "look"}],
         "tasks": [{"name": "look", "connector": "checkEnd"}], "endEvents": [{"name": "checkEnd"}]}
    ],
    "catchEvents": [
        {"name": "paidEvent", "message": "paid", "correlation": "=orderId", "connector": "tell"},
        {"name": "tooLate", "duration": "P3D", "connector": "fail"},
    ],
    "throwEvents": [{"name": "tell", "signal": "shipped", "connector": "check"}],
    "boundaryEvents": [
        {"name": "slow", "attachedTo": "approve", "interrupting": False, "duration": "P1D", "connector": "stop"}
    ],
    "exclusiveGateways": [
        {"name": "big", "label": "Big?", "connector": "compute",
         "connectors": [{"target": "approve", "label": "yes", "condition": "=total > limit"}]}
    ],
    "parallelGateways": [{"name": "both", "connectors": ["pack", "ship"]}],
    "inclusiveGateways": [{"name": "join", "connector": "pay"}],
    "eventGateways": [{"name": "wait", "connectors": ["paidEvent", "tooLate"]}],
    "endEvents": [
        {"name": "end", "label": "Done"}, {"name": "stop", "type": "Terminate"},
        {"name": "fail", "type": "Error", "errorCode": "UNPAID"},
    ],
    "slas": [
        {"name": "approve_sla", "goalHours": 2, "goalOnlyBusinessDays": True, "goalIncreaseUrgencyBy": 1,
         "goalActions": [{"name": "tell", "type": "Notify Manager", "criteria": "=amount > 100"}],
         "reminders": [{"relativeTo": "goal", "offset": "-PT30M"}]},
        {"name": "whole", "goalDays": 1, "deadlineDays": 3, "deadlineIncreaseUrgencyBy": 1},
    ],
    "usingSLA": ["whole"],
}  # fmt: skip


def by_name(graph: object) -> dict[str, object]:
    """The graph with nodes and flows by their ids, so that their numbers do not matter."""
    shape = plain(graph)
    assert isinstance(shape, dict)
    nodes = {node["index"]: node["id"] for node in shape["nodes"]}
    flows = {flow["index"]: flow["id"] for flow in shape["flows"]}
    for flow in shape["flows"]:
        flow.update(index=0, source=nodes[flow["source"]], target=nodes[flow["target"]])
    for node in shape["nodes"]:
        node.update(index=0, incoming=sorted(flows[i] for i in node["incoming"]))
        node.update(outgoing=[flows[i] for i in node["outgoing"]], boundaries=[nodes[i] for i in node["boundaries"]])
        node.update(default=flows.get(node["default"]))
        node.update({key: nodes.get(node[key]) for key in ("scope", "attached_to", "start", "undone_by")})
        node.update({key: sorted(nodes[i] for i in node[key]) for key in ("handlers", "offered")})
    shape["nodes"] = {node["id"]: node for node in shape["nodes"]}
    shape["flows"] = {flow["id"]: flow for flow in shape["flows"]}
    shape["handlers"] = sorted(nodes[i] for i in shape["handlers"])
    shape["starts"] = [nodes[i] for i in shape["starts"]]
    shape["reach"] = {
        flows[index]: {nodes[n] for n in nodes if mask >> n & 1} for index, mask in shape["reach"].items()
    }
    del shape["by_id"]
    return shape


def test_both_forms_give_the_same_graph() -> None:
    from_xml, from_json = by_name(only(read_xml(XML))), by_name(only(read_json(JSON)))
    # Only the JSON form declares its variables.
    assert from_xml.pop("variables") is None
    assert set(from_json.pop("variables") or ()) == {"total", "paid"}  # type: ignore[call-overload]
    assert from_xml["nodes"] == from_json["nodes"]
    assert from_xml == from_json


def test_the_comparison_sees_a_difference() -> None:
    other = JSON | {"parallelGateways": [{"name": "both", "connectors": ["ship", "pack"]}]}
    assert by_name(only(read_xml(XML)))["nodes"] != by_name(only(read_json(other)))["nodes"]

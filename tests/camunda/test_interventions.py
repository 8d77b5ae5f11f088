"""What a team from Camunda 7 does by hand: modification, start at an activity, errors and escalations of tasks."""

from typing import Any

from engine_rest import Rest, fresh, model

ERROR = '<bpmn:error id="Faulty" errorCode="FAULTY"/><bpmn:escalation id="Late" escalationCode="LATE"/>'
ASK = '<bpmn:userTask id="ask" name="Ask"/><bpmn:userTask id="mend" name="Mend"/><bpmn:userTask id="boss"/>'
CATCHERS = (
    '<bpmn:boundaryEvent id="broken" attachedToRef="ask"><bpmn:errorEventDefinition errorRef="Faulty"'
    ' camunda:errorMessageVariable="why"/></bpmn:boundaryEvent>'
    '<bpmn:boundaryEvent id="late" attachedToRef="ask" cancelActivity="false"><bpmn:escalationEventDefinition'
    ' escalationRef="Late"/></bpmn:boundaryEvent>'
)
FLOWS = ("start", "ask"), ("ask", "mend"), ("broken", "mend"), ("late", "boss"), ("mend", "end"), ("boss", "end")


def deployed(rest: Rest) -> str:
    key = fresh("mending")
    rest.deploy((f"{key}.bpmn", model(key, ASK + CATCHERS, *FLOWS, extra=ERROR)))
    return key


def at(rest: Rest, instance_id: str) -> list[str]:
    tree = rest.get(f"/process-instance/{instance_id}/activity-instances")
    return sorted(each["activityId"] for each in tree["childActivityInstances"])


def test_an_instance_is_modified(rest: Rest) -> None:
    started = rest.start(deployed(rest))
    path = f"/process-instance/{started}/modification"
    (ask,) = rest.get(f"/process-instance/{started}/activity-instances")["childActivityInstances"]
    instructions: list[dict[str, Any]] = [
        {"type": "startBeforeActivity", "activityId": "boss", "variables": {"sum": {"value": 7, "local": False}}},
        {"type": "startAfterActivity", "activityId": "ask"},
        {"type": "cancel", "activityInstanceId": ask["id"]},
    ]
    rest.post(path, {"instructions": instructions, "annotation": "by hand", "skipIoMappings": False}, 204)
    assert at(rest, started) == ["boss", "mend"]
    assert rest.variables(started) == {"sum": 7}
    refused = [
        {"type": "startBeforeActivity", "activityId": "ask"}, {"type": "startTransition", "transitionId": "nowhere"},
    ]  # fmt: skip
    assert "nowhere" in rest.post(path, {"instructions": refused}, 400)["message"]
    assert at(rest, started) == ["boss", "mend"]
    for wrong in ({"type": "cancel"}, {"type": "jump"}, {"type": "startAfterActivity", "activityId": "end"}):
        rest.post(path, {"instructions": [wrong]}, 400)
    rest.post(path, {"instructions": [{**instructions[0], "ancestorActivityInstanceId": "x"}]}, 501)
    more = [
        {"type": "startTransition", "transitionId": "flow1"},
        {"type": "cancel", "activityId": "mend", "cancelCurrentActiveActivityInstances": True},
        {"type": "cancel", "activityId": "boss"},
    ]
    rest.post(path, {"instructions": more}, 204)
    assert at(rest, started) == ["mend"]
    rest.post(path, {"instructions": [{"type": "cancel", "activityId": "mend"}]}, 204)
    assert rest.state(started) == "EXTERNALLY_TERMINATED"
    rest.post(path, {"instructions": more}, 404)


def test_several_instances_are_modified(rest: Rest) -> None:
    key = deployed(rest)
    ids = [rest.start(key) for _ in range(2)]
    moves = [{"type": "startBeforeActivity", "activityId": "boss"}, {"type": "cancel", "activityId": "ask"}]
    body = {"instructions": moves, "processInstanceIds": ids, "annotation": "for both"}
    rest.post("/modification/execute", body, 204)
    assert [at(rest, each) for each in ids] == [["boss"], ["boss"]]
    rest.post("/modification/execute", {**body, "processInstanceIds": []}, 400)
    rest.post("/modification/execute", {**body, "processDefinitionId": "another"}, 400)
    rest.post("/modification/executeAsync", body, 501)


def test_an_instance_starts_at_chosen_activities(rest: Rest) -> None:
    key = deployed(rest)
    instructions = [
        {"type": "startBeforeActivity", "activityId": "boss"},
        {"type": "startAfterActivity", "activityId": "ask", "variables": {"n": {"value": 1, "type": "Long"}}},
    ]
    started = rest.start(key, startInstructions=instructions)
    assert at(rest, started) == ["boss", "mend"]
    assert rest.types(started) == {"n": "Long"}
    rest.post(f"/process-definition/key/{key}/start", {"startInstructions": [{"type": "cancel"}]}, 400)
    unknown = {"startInstructions": [{"type": "startBeforeActivity", "activityId": "nowhere"}]}
    rest.post(f"/process-definition/key/{key}/start", unknown, 400)
    assert rest.get("/process-instance/count", processDefinitionKey=key) == {"count": 1}


def test_a_task_throws_an_error_or_escalates(rest: Rest) -> None:
    started = rest.start(deployed(rest))
    (task,) = rest.get("/task", processInstanceId=started)
    path = f"/task/{task['id']}"
    rest.post(f"{path}/bpmnEscalation", {"escalationCode": "LATE", "variables": {"days": {"value": 3}}}, 204)
    assert at(rest, started) == ["ask", "boss"]
    rest.post(f"{path}/bpmnError", {}, 400)
    assert "LATE" in rest.post(f"{path}/bpmnError", {"errorCode": "LATE"}, 400)["message"]
    rest.post(f"{path}/bpmnError", {"errorCode": "FAULTY", "errorMessage": "a scratch"}, 204)
    assert at(rest, started) == ["boss", "mend"]
    assert rest.variables(started) == {"days": 3, "why": "a scratch"}


def test_instances_are_migrated_by_a_plan(rest: Rest) -> None:
    key = deployed(rest)
    ids = [rest.start(key) for _ in range(2)]
    old = rest.get(f"/process-definition/key/{key}")["id"]
    renamed = {"ask": "look"}
    flows = [(renamed.get(source, source), renamed.get(target, target)) for source, target in FLOWS]
    data = model(key, (ASK + CATCHERS).replace('"ask"', '"look"'), *flows, extra=ERROR)
    (new,) = rest.deploy((f"{key}.bpmn", data))["deployedProcessDefinitions"]
    ends = {"sourceProcessDefinitionId": old, "targetProcessDefinitionId": new}
    plan = rest.post("/migration/generate", ends)
    assert "mend" in {each["sourceActivityIds"][0] for each in plan["instructions"]}
    assert "ask" not in {each["sourceActivityIds"][0] for each in plan["instructions"]}
    moved = {"sourceActivityIds": ["ask"], "targetActivityIds": ["look"]}
    bad = [{**moved, "targetActivityIds": ["broken"]}, {**moved, "targetActivityIds": ["nowhere"]}]
    reports = rest.post("/migration/validate", {**ends, "instructions": [moved, *bad]})["instructionReports"]
    assert [each["instruction"]["targetActivityIds"] for each in reports] == [["broken"], ["nowhere"]]
    body = {"migrationPlan": {**ends, "instructions": [moved, *plan["instructions"]]}, "processInstanceIds": ids}
    rest.post("/migration/execute", {**body, "processInstanceIds": []}, 400)
    rest.post("/migration/execute", body, 204)
    assert [at(rest, each) for each in ids] == [["look"], ["look"]]
    assert rest.get(f"/process-instance/{ids[0]}")["definitionId"] == new
    rest.post("/migration/execute", body, 400)
    rest.post("/migration/executeAsync", body, 501)

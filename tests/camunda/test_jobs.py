"""Camunda's jobs: what failed is tried again, timers are shown. And deployments of several files: all or none."""

from typing import Any

from engine_rest import Rest, fresh, model, one_task

GATEWAY = (
    '<bpmn:exclusiveGateway id="choose"/><bpmn:sequenceFlow id="large" sourceRef="choose" targetRef="end">'
    '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${amount > 10}</bpmn:conditionExpression>'
    "</bpmn:sequenceFlow>"
)
TIMER = (
    '<bpmn:intermediateCatchEvent id="later"><bpmn:timerEventDefinition><bpmn:timeDuration'
    ' xsi:type="bpmn:tFormalExpression">P30D</bpmn:timeDuration></bpmn:timerEventDefinition>'
    "</bpmn:intermediateCatchEvent>"
)


def started(rest: Rest, data: bytes, key: str, **variables: Any) -> str:
    rest.deploy((f"{key}.bpmn", data))
    body = {"variables": {name: {"value": value} for name, value in variables.items()}}
    id: str = rest.post(f"/process-definition/key/{key}/start", body)["id"]
    return id


def test_what_failed_is_a_job_that_is_tried_again(rest: Rest) -> None:
    key = fresh("stuck")
    instance_id = started(rest, model(key, GATEWAY, ("start", "choose")), key, amount=5)
    (job,) = rest.get("/job", processDefinitionKey=key, noRetriesLeft=True)
    assert (job["processInstanceId"], job["failedActivityId"], job["retries"]) == (instance_id, "choose", 0)
    assert job["exceptionMessage"]
    assert rest.http.get(f"/job/{job['id']}/stacktrace").text == job["exceptionMessage"]
    assert rest.get("/job/count", processDefinitionKey=key) == {"count": 1}
    assert rest.post("/job/count", {"processDefinitionKey": key, "withRetriesLeft": True}) == {"count": 0}
    (incident,) = rest.get("/incident", processInstanceId=instance_id)
    assert (incident["configuration"], incident["incidentType"]) == (job["id"], "failedJob")

    assert job["exceptionMessage"] in rest.post(f"/job/{job['id']}/execute", status=500)["message"]
    (job,) = rest.get("/job", processInstanceId=instance_id)
    rest.put(f"/job/{job['id']}/retries", {"retries": -1}, 400)
    rest.put(f"/process-instance/{instance_id}/variables/amount", {"value": 50})
    rest.put(f"/job/{job['id']}/retries", {"retries": 1})
    assert rest.get(f"/job/{job['id']}", 404)["message"].startswith("No job found")
    assert rest.get(f"/history/process-instance/{instance_id}")["state"] == "COMPLETED"


def test_a_timer_is_a_job_of_its_instance(rest: Rest) -> None:
    key = fresh("timer")
    instance_id = started(rest, model(key, TIMER, ("start", "later"), ("later", "end")), key)
    (job,) = rest.get("/job", processInstanceId=instance_id, timers=True)
    assert (job["retries"], job["exceptionMessage"], job["suspended"]) == (3, None, False)
    assert job["dueDate"]
    assert rest.get(f"/job/{job['id']}") == job
    assert rest.get("/job", processInstanceId=instance_id, withException=True) == []
    assert "fire early" in rest.post(f"/job/{job['id']}/execute", status=501)["message"]
    rest.put("/job/suspended", {"processInstanceId": instance_id, "suspended": True})
    assert [each["suspended"] for each in rest.post("/job", {"processInstanceId": instance_id})] == [True]
    assert rest.get(f"/process-instance/{instance_id}")["suspended"]
    rest.put("/job/suspended", {"suspended": True}, 400)


def test_several_files_are_deployed_all_or_none(rest: Rest) -> None:
    good, bad = fresh("good"), fresh("bad")
    broken = model(bad, '<bpmn:userTask id="nowhere"/>', ("start", "missing"))
    answer = rest.http.post(
        "/deployment/create",
        files=[(name, (f"{name}.bpmn", data)) for name, data in ((good, one_task(good, good)), (bad, broken))],
    )
    assert answer.status_code == 400
    assert f"{bad}.bpmn: The model cannot be deployed" in answer.json()["message"]
    assert rest.get("/process-definition", key=good) == []
    named = {f"{good}.bpmn": one_task(good, good), f"{bad}.bpmn": one_task(bad, bad)}
    rest.deploy(*named.items(), **{"deployment-name": good, "deployment-source": "a pipeline"})
    found = rest.get("/process-definition", keysIn=f"{good},{bad}")
    assert {(each["key"], each["resource"]) for each in found} == {(good, f"{good}.bpmn"), (bad, f"{bad}.bpmn")}
    (deployment,) = rest.get("/deployment", name=good)
    assert {each["deploymentId"] for each in found} == {deployment["id"]}
    assert deployment["source"] == "a pipeline"
    resources = rest.get(f"/deployment/{deployment['id']}/resources")
    for each in resources:
        data = rest.http.get(f"/deployment/{deployment['id']}/resources/{each['id']}/data").content
        assert data == named.pop(each["name"])
    assert not named
    again = rest.deploy(*((f"{key}.bpmn", one_task(key, key)) for key in (good, bad)))
    assert again["id"] == deployment["id"]

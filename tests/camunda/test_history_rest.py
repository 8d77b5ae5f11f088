"""Camunda 7's history as those who look back ask for it: what ended when, what failed, who worked, what is deleted."""

import pytest
from engine_rest import Rest, fresh, model, one_task

ASK = '<bpmn:userTask id="ask" name="Ask"/>'


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def _ids(found: list[dict[str, str]]) -> list[str]:
    return [each["id"] for each in found]


def test_instances_are_found_by_when_and_how_they_ended(rest: Rest) -> None:
    key, other = fresh("past"), fresh("other")
    for name in (key, other):
        rest.deploy((f"{name}.bpmn", model(name, ASK, ("start", "ask"), ("ask", "end"))))
    done, left, open_ = (rest.start(key, businessKey=f"{key}-{n}") for n in "abc")
    elsewhere = rest.start(other, businessKey=f"{key}-d")
    path = "/history/process-instance"
    (task,) = rest.get("/task", processInstanceId=done)
    rest.post(f"/task/{task['id']}/complete", {}, 204)
    rest.later(60)
    rest.delete(f"/process-instance/{left}")
    first, second = (rest.get(f"{path}/{each}")["endTime"] for each in (done, left))
    mine = {"processDefinitionKey": key}
    assert _ids(rest.get(path, **mine, finishedBefore=second)) == [done]
    assert _ids(rest.get(path, **mine, finishedAfter=second)) == [left]
    assert _ids(rest.get(path, **mine, finished="true", sortBy="endTime", sortOrder="desc")) == [left, done]
    assert _ids(rest.get(path, **mine, finishedAfter=first, sortBy="endTime", sortOrder="asc", maxResults=1)) == [done]
    assert _ids(rest.post(path, {**mine, "externallyTerminated": True})) == [left]
    assert _ids(rest.get(path, **mine, unfinished="true")) == [open_]
    both = {"processDefinitionKeyIn": f"{key},{other}", "sortBy": "businessKey"}
    assert _ids(rest.get(path, **both)) == [done, left, open_, elsewhere]
    assert _ids(rest.get(path, **both, processDefinitionKeyNotIn=key)) == [elsewhere]
    assert _ids(rest.get(path, **both, processInstanceIdNotIn=f"{done},{left}")) == [open_, elsewhere]
    assert _ids(rest.get(path, processInstanceBusinessKeyIn=f"{key}-a,{key}-d", sortBy="businessKey")) == [
        done, elsewhere,
    ]  # fmt: skip
    assert rest.get(f"{path}/count", processInstanceBusinessKeyLike=f"{key.upper()}-%") == {"count": 4}
    assert rest.get(f"{path}/count", **mine, processDefinitionNameLike="%nothing%") == {"count": 0}
    rest.get(path, 400, unfinished="true", finishedBefore=second)
    rest.get(path, 400, executedJobAfter=second)
    assert rest.delete(f"{path}/{open_}", 400)["type"] == "BadUserRequestException"
    rest.delete(f"{path}/{done}")
    rest.get(f"{path}/{done}", 404)
    rest.delete(f"{path}/{done}", 404)
    rest.delete(f"{path}/{done}", failIfNotExists="false")


def test_activities_variables_and_tasks_of_instances(rest: Rest) -> None:
    key = fresh("steps")
    rest.deploy((f"{key}.bpmn", model(key, ASK, ("start", "ask"), ("ask", "end"))))
    started = rest.start(key, {"sum": {"value": 5, "type": "Long"}, "name": "Ann", "on": True})
    second = rest.start(key, {"sum": 7})
    path = "/history/activity-instance"
    of = {"processInstanceId": started}
    (waits,) = rest.get(path, **of, unfinished="true")
    assert (waits["activityId"], waits["endTime"]) == ("ask", None)
    assert rest.get(f"{path}/{waits['id']}") == waits
    rest.get(f"{path}/{started}:nowhere:9", 404)
    assert rest.post(f"{path}/count", {**of, "finished": True}) == {"count": 1}
    assert [each["activityId"] for each in rest.get(path, **of, sortBy="activityId", sortOrder="desc")] == [
        "start", "ask",
    ]  # fmt: skip
    assert rest.get(path, **of, startedBefore="2000-01-01T00:00:00.000+0000") == []
    rest.get(path, 400, activityId="ask")
    path = "/history/variable-instance"
    both = {"processInstanceIdIn": f"{started},{second}"}
    assert {each["value"] for each in rest.get(path, **both, variableName="sum")} == {5, 7}
    assert [each["value"] for each in rest.get(path, **both, variableName="sum", variableValue="7")] == [7]
    assert [each["name"] for each in rest.get(path, **of, variableNameLike="n%")] == ["name"]
    assert [each["name"] for each in rest.get(path, **of, variableTypeIn="boolean,Long", sortBy="variableName")] == [
        "on", "sum",
    ]  # fmt: skip
    assert rest.post(f"{path}/count", of) == {"count": 3}
    assert rest.get(f"{path}/{started}:name")["value"] == "Ann"
    rest.get(path, 400)
    (task,) = rest.get("/history/task", **of, unfinished="true")
    assert task["endTime"] is None
    rest.delete(f"/process-instance/{started}")
    assert rest.get("/history/task", **of, taskDeleteReason="completed") == []
    (task,) = rest.get("/history/task", **of, taskDeleteReason="deleted")
    assert task["deleteReason"] == "deleted"
    rest.get("/history/task", 400, **of, unfinished="true", finished="true")


def test_what_failed_and_what_workers_did(rest: Rest) -> None:
    key = fresh("log")
    rest.deploy((f"{key}.bpmn", one_task(key, key)))
    started = rest.start(key)
    of = {"processInstanceId": started}
    (task,) = rest.fetch(key)
    failure = {"workerId": "w", "errorMessage": "no stock", "errorDetails": "at line 1", "retries": 0}
    rest.post(f"/external-task/{task['id']}/failure", failure, 204)
    (incident,) = rest.get("/history/incident", **of, open="true")
    assert incident["activityId"] == "work"
    assert "no stock" in incident["incidentMessage"]
    rest.put(f"/external-task/{task['id']}/retries", {"retries": 1})
    (again,) = rest.fetch(key)
    rest.post(f"/external-task/{again['id']}/complete", {"workerId": "w"}, 204)
    (past,) = rest.get("/history/incident", **of, resolved="true")
    assert past["id"] == incident["id"]
    assert past["endTime"] is not None
    assert rest.get("/history/incident/count", **of, open="true") == {"count": 0}
    path = "/history/external-task-log"
    logs = rest.get(path, **of)
    assert [(each["creationLog"], each["failureLog"], each["successLog"]) for each in logs] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    (failed,) = rest.get(path, externalTaskId=task["id"], failureLog="true")
    assert (failed["errorMessage"], failed["topicName"], failed["retries"]) == ("no stock", key, 0)
    assert rest.get(f"{path}/{failed['id']}/error-details") == b"at line 1"
    assert rest.get(f"{path}/{failed['id']}") == failed
    assert rest.get(f"{path}/count", **of) == {"count": 3}
    for word in ("incident", "external-task-log", "decision-instance"):
        rest.get(f"/history/{word}", 400)

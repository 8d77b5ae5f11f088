"""External tasks over the wire, on both databases: who gets which, who may report, and what is told of them."""

import threading
from typing import Any

import pytest
from engine_rest import Rest, external, fresh, model, one_task
from whole_server import SECRET

from andante.client import Client


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def topic(rest: Rest) -> str:
    """A process of this name whose one task has this topic."""
    name = fresh("dig")
    rest.deploy((f"{name}.bpmn", one_task(name, name, more='camunda:taskPriority="7"')))
    return name


def test_a_task_is_shown_as_camunda_shows_it(rest: Rest, topic: str) -> None:
    started = rest.start(topic, {"depth": 3}, businessKey="B-1")
    (task,) = rest.fetch(topic, worker="ann", lock=60_000)
    assert task["createTime"]
    assert task["lockExpirationTime"] > task["createTime"]
    assert {name: task[name] for name in (
        "activityId", "topicName", "workerId", "retries", "errorMessage", "errorDetails", "suspended", "tenantId",
        "priority", "businessKey", "processInstanceId", "processDefinitionKey", "variables", "extensionProperties",
    )} == {
        "activityId": "work", "topicName": topic, "workerId": "ann", "retries": None, "errorMessage": None,
        "errorDetails": None, "suspended": False, "tenantId": None, "priority": 7, "businessKey": "B-1",
        "processInstanceId": started, "processDefinitionKey": topic,
        "variables": {"depth": {"type": "Integer", "value": 3, "valueInfo": {}}}, "extensionProperties": {},
    }  # fmt: skip
    rest.post(f"/external-task/{task['id']}/complete", {"workerId": "ann"}, 204)
    assert rest.state(started) == "COMPLETED"


def test_who_has_lost_the_lock_changes_nothing(rest: Rest, topic: str) -> None:
    started = rest.start(topic)
    (task,) = rest.fetch(topic, worker="slow", lock=30_000)
    path = f"/external-task/{task['id']}"
    assert rest.fetch(topic, worker="quick") == []
    refused = rest.post(f"{path}/complete", {"workerId": "quick"}, 400)
    assert refused["type"] == "RestException"
    assert "locked by worker 'slow'" in refused["message"]
    rest.later(31)
    assert "run out" in rest.post(f"{path}/extendLock", {"workerId": "slow", "newDuration": 1000}, 400)["message"]
    (again,) = rest.fetch(topic, worker="quick", lock=30_000)
    assert again["id"] == task["id"]
    late: dict[str, Any] = {"workerId": "slow", "variables": {"x": {"value": 1}}}
    for what in ("complete", "failure", "bpmnError", "extendLock"):
        rest.post(f"{path}/{what}", {**late, "errorCode": "E", "newDuration": 1000}, 400)
    assert rest.variables(started) == {}
    assert rest.get(path)["workerId"] == "quick"
    rest.post(f"{path}/complete", {"workerId": "quick"}, 204)
    assert rest.post(f"{path}/complete", {"workerId": "quick"}, 404)["type"] == "RestException"


def test_a_lock_is_extended_taken_and_given_back(rest: Rest, topic: str) -> None:
    rest.start(topic)
    (task,) = rest.fetch(topic, worker="a", lock=10_000)
    path = f"/external-task/{task['id']}"
    rest.post(f"{path}/extendLock", {"workerId": "a", "newDuration": 100_000}, 204)
    rest.later(50)
    assert rest.fetch(topic, worker="b") == []
    rest.post(f"{path}/lock", {"workerId": "b", "lockDuration": 1_000}, 400)
    rest.post(f"{path}/unlock", None, 204)
    rest.post(f"{path}/lock", {"workerId": "b", "lockDuration": 1_000}, 204)
    rest.post(f"{path}/lock", {"workerId": "b", "lockDuration": 0}, 400)
    assert rest.get(path)["workerId"] == "b"
    rest.post(f"{path}/complete", {"workerId": "b"}, 204)


def test_a_failure_is_told_and_the_last_one_is_an_incident(rest: Rest, topic: str) -> None:
    started = rest.start(topic)
    (task,) = rest.fetch(topic)
    path = f"/external-task/{task['id']}"
    said = {"workerId": "w", "errorMessage": "broke", "errorDetails": "at\nline 1", "retries": 1, "retryTimeout": 5_000}
    rest.post(f"{path}/failure", {**said, "variables": {"tried": {"value": True}}}, 204)
    assert rest.fetch(topic) == []  # not before the timeout
    rest.later(6)
    (task,) = rest.fetch(topic)
    assert (task["retries"], task["errorMessage"], task["errorDetails"]) == (1, "broke", "at\nline 1")
    assert task["variables"]["tried"]["value"] is True
    rest.post(f"{path}/failure", {**said, "retries": 0}, 204)
    assert rest.get(f"{path}/errorDetails") == b"at\nline 1"
    (incident,) = rest.get("/incident", processInstanceId=started)
    assert (incident["incidentType"], incident["activityId"]) == ("failedExternalTask", "work")
    assert rest.get(f"/incident/{incident['id']}")["incidentMessage"].endswith("broke")
    assert rest.fetch(topic) == []
    rest.put(f"{path}/retries", {"retries": 2})  # the timeout goes on, as in Camunda 7
    assert rest.get("/incident/count", processInstanceId=started) == {"count": 0}
    rest.later(6)
    (task,) = rest.fetch(topic)
    assert task["retries"] == 2
    rest.put("/external-task/retries", {"retries": 0, "externalTaskIds": [task["id"]]})
    assert rest.get("/incident/count", processInstanceId=started) == {"count": 1}
    rest.delete(f"/process-instance/{started}")


def test_topics_say_which_tasks_they_want(rest: Rest) -> None:
    key, topic = fresh("pick"), fresh("pick")
    inside = (
        '<bpmn:extensionElements><camunda:properties><camunda:property name="tool" value="spade"/></camunda:properties>'
        '<camunda:inputOutput><camunda:inputParameter name="own">${size}</camunda:inputParameter></camunda:inputOutput>'
        "</bpmn:extensionElements>"
    )
    rest.deploy(
        (
            f"{key}.bpmn",
            one_task(key, topic, inside).replace(b"<bpmn:process ", b'<bpmn:process camunda:versionTag="t1" '),
        )
    )
    small = rest.start(key, {"size": 1, "flag": True}, businessKey="S")
    large = rest.start(key, {"size": 2, "flag": 1}, businessKey="L")
    definition = rest.get(f"/process-definition/key/{key}")

    def found(**more: Any) -> list[str]:
        tasks = rest.fetch(topic, **more)
        for task in tasks:
            rest.post(f"/external-task/{task['id']}/unlock", None, 204)
        return sorted(task["processInstanceId"] for task in tasks)

    both = sorted([small, large])
    assert found(businessKey="S") == [small]
    assert found(processVariables={"size": 2}) == [large]
    assert found(processVariables={"flag": True}) == [small]
    assert found(processVariables={"size": 3}) == []
    assert found(processDefinitionKey=key) == both
    assert found(processDefinitionKeyIn=["other"]) == []
    assert found(processDefinitionId=definition["id"], processDefinitionVersionTag="t1") == both
    assert found(processDefinitionVersionTag="t2") == []
    assert found(tenantIdIn=["acme"]) == []
    assert found(withoutTenantId=True) == both

    (task,) = rest.fetch(topic, businessKey="S", variables=["size"], includeExtensionProperties=True)
    assert list(task["variables"]) == ["size"]
    assert task["extensionProperties"] == {"tool": "spade"}
    rest.post(f"/external-task/{task['id']}/unlock", None, 204)
    (task,) = rest.fetch(topic, businessKey="S", localVariables=True)
    assert {name: each["value"] for name, each in task["variables"].items()} == {"own": 1}


def test_several_topics_each_have_their_own_lock(rest: Rest) -> None:
    key, one, two = fresh("fork"), fresh("one"), fresh("two")
    body = (
        external("A", one) + external("B", two) + '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
    )
    flows = (("start", "fork"), ("fork", "A"), ("fork", "B"), ("A", "join"), ("B", "join"), ("join", "end"))
    rest.deploy((f"{key}.bpmn", model(key, body, *flows)))
    rest.start(key)
    asked = {
        "workerId": "w", "maxTasks": 5, "sorting": [{"sortBy": "createTime", "sortOrder": "desc"}],
        "topics": [{"topicName": one, "lockDuration": 10_000}, {"topicName": two, "lockDuration": 90_000}],
    }  # fmt: skip
    assert {task["topicName"] for task in rest.post("/external-task/fetchAndLock", asked)} == {one, two}
    rest.later(60)
    assert [task["topicName"] for task in rest.fetch(one, two, worker="v")] == [one]


def test_the_more_urgent_comes_first(rest: Rest) -> None:
    key, topic = fresh("rank"), fresh("rank")
    rest.deploy((f"{key}.bpmn", one_task(key, topic)))
    first, second = rest.start(key), rest.start(key)
    (task,) = [each for each in rest.get("/external-task", topicName=topic) if each["processInstanceId"] == second]
    rest.put(f"/external-task/{task['id']}/priority", {"priority": 50})
    asked = {
        "workerId": "w",
        "maxTasks": 1,
        "usePriority": True,
        "topics": [{"topicName": topic, "lockDuration": 1000}],
    }
    (task,) = rest.post("/external-task/fetchAndLock", asked)
    assert (task["processInstanceId"], task["priority"]) == (second, 50)
    (task,) = rest.post("/external-task/fetchAndLock", asked)
    assert task["processInstanceId"] == first


def test_a_fetch_waits_for_the_first_task(rest: Rest, topic: str) -> None:
    found: list[Any] = []
    asked = {"workerId": "w", "maxTasks": 1, "asyncResponseTimeout": 20_000,
             "topics": [{"topicName": topic, "lockDuration": 1000}]}  # fmt: skip
    waiting = threading.Thread(target=lambda: found.extend(rest.post("/external-task/fetchAndLock", asked)))
    waiting.start()
    started = rest.start(topic)
    waiting.join(15)
    assert [task["processInstanceId"] for task in found] == [started]


def test_lists_and_counts(rest: Rest, topic: str) -> None:
    first, second = rest.start(topic), rest.start(topic)
    (task,) = rest.fetch(topic, most=1, worker="ann")
    other = ({first, second} - {task["processInstanceId"]}).pop()

    def ids(**query: Any) -> list[str]:
        return [each["processInstanceId"] for each in rest.get("/external-task", topicName=topic, **query)]

    assert set(ids()) == {first, second}
    assert ids(locked="true") == [task["processInstanceId"]]
    assert ids(notLocked="true") == [other]
    assert ids(workerId="ann") == [task["processInstanceId"]]
    assert ids(externalTaskIdIn=f"{task['id']},none") == [task["processInstanceId"]]
    assert ids(processInstanceIdIn=f"{other},x") == [other]
    assert len(ids(maxResults=1, firstResult=1, sortBy="taskPriority", sortOrder="desc")) == 1
    rest.put(f"/process-instance/{other}/suspended", {"suspended": True})
    assert ids(suspended="true") == [other]
    assert rest.fetch(topic, worker="ben") == []
    assert rest.get("/external-task/count", topicName=topic) == {"count": 2}
    assert rest.post("/external-task/count", {"topicName": topic, "locked": True}) == {"count": 1}
    assert topic in rest.get("/external-task/topic-names")
    assert (
        len(rest.post("/external-task", {"topicName": topic, "sorting": [{"sortBy": "id", "sortOrder": "desc"}]})) == 2
    )
    assert "variableFilter" in rest.get("/external-task", 400, variableFilter="x")["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"maxTasks": 1, "topics": []}, "worker id"),
        ({"workerId": "w", "topics": []}, "maxTasks"),
        ({"workerId": "w", "maxTasks": 1, "topics": [{"topicName": "t"}]}, "lock duration of topic 't'"),
        ({"workerId": "w", "maxTasks": 1, "topics": [{"lockDuration": 5}]}, "topic name"),
        ({"workerId": "w", "maxTasks": 1, "asyncResponseTimeout": 1_800_001, "topics": []}, "1800000"),
        ({"workerId": "w", "maxTasks": "many", "topics": []}, "maxTasks"),
        ({"workerId": "w", "maxTasks": 1, "topics": [], "sorting": [{"sortBy": "x"}]}, "createTime"),
    ],
)
def test_a_fetch_that_makes_no_sense_is_told_why(rest: Rest, body: dict[str, Any], words: str) -> None:
    refused = rest.post("/external-task/fetchAndLock", body, 400)
    assert refused["type"] == "InvalidRequestException"
    assert words in refused["message"]


def test_what_is_granted_to_others_is_not_there(rest: Rest, topic: str) -> None:
    """Grants by definition narrow this API as they do Andante's own."""
    name = fresh("worker")
    with Client(rest.server, "admin", SECRET) as client:
        client.add_person(name, password="a good password", roles=["operator"])
        client.add_person(fresh("law"), groups=[topic])
        client.grant(topic, f"group:{topic}", ["start", "view", "work", "operate", "administer"])
    started = rest.start(topic)
    (task,) = rest.get("/external-task", topicName=topic)
    worker = Rest(rest.server, name, "a good password")
    assert worker.fetch(topic) == []
    assert worker.fetch(topic, processVariables={"x": 1}) == []
    assert worker.get("/external-task", topicName=topic) == []
    assert worker.get("/external-task/count", topicName=topic) == {"count": 0}
    assert worker.get("/process-definition", key=topic) == []
    for path in (f"/external-task/{task['id']}", f"/process-instance/{started}", f"/process-definition/key/{topic}"):
        worker.get(path, 404)
    worker.post(f"/external-task/{task['id']}/complete", {"workerId": "w"}, 404)
    worker.post(f"/process-definition/key/{topic}/start", {}, 404)
    worker.close()

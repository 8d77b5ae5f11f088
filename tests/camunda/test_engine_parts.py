"""The parts of Camunda 7's REST API around external tasks: deploy, start, look, correlate, decide, and who may."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from camunda.external_task.external_task_worker import ExternalTaskWorker
from engine_rest import Rest, fresh, model, one_task
from whole_server import SECRET, serving

from andante.client import Client

MODELS: Final = Path(__file__).parents[1] / "models"
DMN: Final = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dish" name="Dish" namespace="http://t">
<decision id="{key}" name="Dish"><decisionTable hitPolicy="COLLECT"><input id="i"><inputExpression typeRef="integer">
<text>guests</text></inputExpression></input><output id="o" name="dish" typeRef="string"/>
<rule id="r1"><inputEntry id="e1"><text>&lt; 5</text></inputEntry><outputEntry id="x1"><text>"steak"</text>
</outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>&gt; 2</text></inputEntry><outputEntry id="x2"><text>"stew"</text>
</outputEntry></rule>
</decisionTable></decision></definitions>"""
USER_TASK: Final = (
    '<bpmn:userTask id="ask" name="Ask" camunda:candidateGroups="law" camunda:formKey="embedded:x.html"/>'
)


def asked(key: str) -> bytes:
    """A process of one user task for the group law."""
    return model(key, USER_TASK, ("start", "ask"), ("ask", "end"))


def person(rest: Rest, name: str, **more: Any) -> Rest:
    """Somebody who logs in with a password."""
    with Client(rest.server, "admin", SECRET) as client:
        client.add_person(name, password="a good password", **more)
    return Rest(rest.server, name, "a good password")


@pytest.fixture
def people(rest: Rest) -> Iterator[Callable[..., Rest]]:
    made: list[Rest] = []

    def make(word: str, **more: Any) -> Rest:
        made.append(person(rest, fresh(word), **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_deployment_of_a_model_its_decision_and_its_form(rest: Rest) -> None:
    key, dish, form = fresh("order"), fresh("dish"), fresh("form")
    schema = f'{{"type":"default","id":"{form}","components":[{{"type":"textfield","key":"name"}}]}}'
    fields = {"deployment-name": "Lunch", "deployment-source": "modeler", "enable-duplicate-filtering": "true"}
    files = (f"{key}.bpmn", one_task(key, key)), (f"{dish}.dmn", DMN.format(key=dish).encode())
    made = rest.deploy(*files, (f"{form}.form", schema.encode()), **fields)
    assert (made["name"], made["source"], made["tenantId"]) == ("Lunch", "modeler", None)
    (definition,) = made["deployedProcessDefinitions"].values()
    assert (definition["key"], definition["version"], definition["historyTimeToLive"]) == (key, 1, 180)
    assert [each["key"] for each in made["deployedDecisionDefinitions"].values()] == [dish]
    again = rest.deploy(*files, **fields)
    assert list(again["deployedProcessDefinitions"]) == [definition["id"]]
    rest.deploy((f"{key}.bpmn", one_task(key, "other")))
    assert [each["version"] for each in rest.get("/process-definition", key=key, sortBy="version")] == [1, 2]
    assert [each["version"] for each in rest.get("/process-definition", key=key, latestVersion="true")] == [2]
    assert rest.get("/process-definition/count", key=key) == {"count": 2}
    assert rest.get(f"/process-definition/{definition['id']}/xml")["bpmn20Xml"].encode() == one_task(key, key)
    assert "dishes" not in rest.get(f"/decision-definition/key/{dish}/xml")["dmnXml"]
    deployment = definition["deploymentId"]
    resources = {each["name"]: each for each in rest.get(f"/deployment/{deployment}/resources")}
    assert set(resources) == {f"{key}.bpmn", f"{dish}.dmn", f"{form}.form"}
    path = f"/deployment/{deployment}/resources/{resources[f'{key}.bpmn']['id']}"
    assert rest.get(path) == resources[f"{key}.bpmn"]
    assert rest.get(f"{path}/data") == one_task(key, key)
    assert rest.get("/deployment", id=deployment)[0]["id"] == deployment
    rest.delete(f"/deployment/{deployment}")
    rest.get(f"/deployment/{deployment}", 404)


def test_a_model_that_cannot_run_is_refused_as_camunda_does(rest: Rest) -> None:
    refused = rest.deploy(("bad.bpmn", model(fresh("bad"), "", ("start", "nowhere"))), status=400)
    assert refused["type"] == "ParseException"
    (error, *_) = refused["details"]["model"]["errors"]
    assert error["message"]
    assert error["line"] > 0
    assert "picture.png" in rest.deploy(("picture.png", b"x"), status=400)["message"]
    assert rest.deploy(("a.bpmn", b"<a/>"), status=501, **{"tenant-id": "acme"})["type"] == "RestException"
    assert rest.http.post("/deployment/create", json={}).status_code == 400


def test_an_instance_is_started_looked_at_suspended_and_ended(rest: Rest) -> None:
    key = fresh("life")
    rest.deploy((f"{key}.bpmn", asked(key)))
    body = {"variables": {"sum": {"value": 5, "type": "Long"}}, "businessKey": "K-1", "withVariablesInReturn": True}
    started = rest.post(f"/process-definition/key/{key}/start", body)
    assert started["variables"]["sum"] == {"type": "Long", "value": 5, "valueInfo": {}}
    path = f"/process-instance/{started['id']}"
    assert rest.get(path)["businessKey"] == "K-1"
    (child,) = rest.get(f"{path}/activity-instances")["childActivityInstances"]
    assert (child["activityId"], child["activityType"]) == ("ask", "userTask")
    rest.put(f"{path}/suspended", {"suspended": True})
    for query in ({"suspended": "true"}, {"businessKey": "K-1"}, {"processInstanceIds": f"{started['id']},x"}):
        assert [each["id"] for each in rest.get("/process-instance", processDefinitionKey=key, **query)] == [
            started["id"]
        ]
    assert rest.get("/process-instance/count", processDefinitionKey=key, active="true") == {"count": 0}
    assert rest.post("/process-instance/count", {"variables": [{"name": "sum", "operator": "eq", "value": 5}],
                                                 "processDefinitionKey": key}) == {"count": 1}  # fmt: skip
    rest.get("/process-instance", 501, variables="sum_gt_3")
    rest.get("/process-instance", 400, activityIdIn="ask")
    rest.put("/process-instance/suspended", {"suspended": False, "processInstanceIds": [started["id"]]})
    rest.put("/process-definition/suspended", {"processDefinitionKey": key, "suspended": True})
    refused = rest.post(f"/process-definition/key/{key}/start", {}, 400)
    assert refused["type"] == "SuspendedEntityInteractionException"
    rest.delete(path)
    rest.get(path, 404)
    rest.delete(path, 404)
    rest.delete(path, failIfNotExists="false")
    past = rest.get(f"/history/process-instance/{started['id']}")
    assert (past["state"], past["processDefinitionVersion"]) == ("EXTERNALLY_TERMINATED", 1)
    assert rest.get("/history/process-instance/count", processDefinitionKey=key, finished="true") == {"count": 1}
    assert rest.get("/history/process-instance/count", processDefinitionKey=key, unfinished="true") == {"count": 0}
    assert rest.post("/history/process-instance", {"processDefinitionKey": key, "completed": True}) == []
    (*_, last) = rest.get("/history/activity-instance", processInstanceId=started["id"])
    assert (last["activityId"], last["canceled"]) == ("ask", True)


def test_a_task_goes_from_hand_to_hand(rest: Rest, people: Callable[..., Rest]) -> None:
    key = fresh("task")
    rest.deploy((f"{key}.bpmn", asked(key)))
    ann, ben, eve = people("ann", groups=["law"]), people("ben", groups=["law"]), people("eve")
    started = ann.start(key)
    (task,) = ann.get("/task", processInstanceId=started, unassigned="true")
    assert (task["name"], task["assignee"], task["formKey"]) == ("Ask", None, "embedded:x.html")
    path = f"/task/{task['id']}"
    assert eve.get("/task", processInstanceId=started) == []
    eve.get(path, 404)
    eve.post(f"{path}/claim", {}, 404)
    ann.post(f"{path}/claim", {}, 204)
    ben.post(f"{path}/claim", {}, 500)
    ann.post(f"{path}/comment/create", {"message": "I look at it"})
    assert [each["message"] for each in ann.get(f"{path}/comment")] == ["I look at it"]
    links = ann.get(f"{path}/identity-links")
    assert {(each["type"], each["groupId"]) for each in links} == {("assignee", None), ("candidate", "law")}
    rest.post(f"{path}/assignee", {"userId": "admin"}, 204)
    assert rest.get("/task/count", processInstanceId=started, assignee="admin") == {"count": 1}
    rest.post(f"{path}/unclaim", None, 204)
    ben.post(f"{path}/claim", {}, 204)
    assert ben.get(f"{path}/form")["key"] == "embedded:x.html"
    rest.put(f"{path}/variables/sum", {"value": 5, "type": "Long"})
    assert ben.get(f"{path}/variables/sum") == {"type": "Long", "value": 5, "valueInfo": {}}
    rest.post(f"{path}/variables", {"modifications": {"sum": {"value": 6}}, "deletions": ["none"]}, 204)
    assert rest.variables(started)["sum"] == 6
    rest.delete(f"{path}/variables/sum")
    assert rest.variables(started)["sum"] is None
    for somebody in (eve, ben):
        somebody.put(f"{path}/variables/sum", {"value": 1}, 403)
        somebody.get(f"{path}/variables/nothing", 404)
    body = {"variables": {"ok": {"value": True}}, "withVariablesInReturn": True}
    assert ben.post(f"{path}/complete", body)["ok"]["value"] is True
    ben.post(f"{path}/complete", {}, 404)
    (past,) = rest.get("/history/task", processInstanceId=started)
    assert past["deleteReason"] == "completed"
    assert rest.get("/history/task/count", taskDefinitionKey="ask", processInstanceId=started) == {"count": 1}


def test_a_message_starts_and_a_signal_reaches_all(rest: Rest) -> None:
    key, word, news = fresh("msg"), fresh("placed"), fresh("news")
    body = (
        '<bpmn:startEvent id="by"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
        '<bpmn:intermediateCatchEvent id="hear"><bpmn:signalEventDefinition signalRef="s"/>'
        "</bpmn:intermediateCatchEvent>"
    )
    extra = f'<bpmn:message id="m" name="{word}"/><bpmn:signal id="s" name="{news}"/>'
    rest.deploy((f"{key}.bpmn", model(key, body, ("start", "hear"), ("by", "hear"), ("hear", "end"), extra=extra)))
    said = {"messageName": word, "businessKey": "M-1", "processVariables": {"n": {"value": 1}}}
    (result,) = rest.post("/message", {**said, "resultEnabled": True, "variablesInResultEnabled": True})
    assert result["resultType"] == "ProcessDefinition"
    assert result["variables"]["n"]["value"] == 1
    rest.post("/message", said, 204)
    assert rest.get("/process-instance/count", processDefinitionKey=key, businessKey="M-1") == {"count": 2}
    rest.post("/signal", {"name": news, "variables": {"heard": {"value": True}}}, 204)
    past = rest.get("/history/process-instance", processDefinitionKey=key, completed="true")
    assert [rest.variables(each["id"])["heard"] for each in past] == [True, True]
    rest.post("/message", {"messageName": word, "all": True, "processInstanceId": "none"}, 204)
    rest.post("/message", {}, 400)
    rest.post("/signal", {"name": news, "executionId": "x"}, 404)


def test_a_decision_is_evaluated(rest: Rest) -> None:
    key = fresh("dish")
    rest.deploy((f"{key}.dmn", DMN.format(key=key).encode()))
    path = f"/decision-definition/key/{key}"
    assert rest.get(path)["version"] == 1
    found = rest.post(f"{path}/evaluate", {"variables": {"guests": {"value": 3, "type": "Integer"}}})
    assert [row["dish"] for row in found] == [
        {"type": "String", "value": "steak", "valueInfo": {}}, {"type": "String", "value": "stew", "valueInfo": {}},
    ]  # fmt: skip
    assert rest.get("/decision-definition/count", key=key, latestVersion="true") == {"count": 1}
    rest.post("/decision-definition/key/nothing/evaluate", {}, 404)


def test_who_may_do_what_is_the_same_as_in_andante_s_api(rest: Rest, people: Callable[..., Rest]) -> None:
    key = fresh("right")
    rest.deploy((f"{key}.bpmn", one_task(key, key)))
    ann, boss = people("ann"), people("boss", roles=["operator"])
    mine, other = ann.start(key), rest.start(key)
    assert ann.get("/process-instance", processDefinitionKey=key)[0]["id"] == mine
    assert ann.get("/process-instance/count", processDefinitionKey=key) == {"count": 1}
    ann.get(f"/process-instance/{other}", 404)
    ann.get(f"/process-instance/{other}/variables", 404)
    assert boss.get("/process-instance/count", processDefinitionKey=key) == {"count": 2}
    refused = ann.post("/external-task/fetchAndLock", {"workerId": "a", "maxTasks": 1, "topics": []}, 403)
    assert refused["type"] == "AuthorizationException"
    calls: tuple[Callable[[], Any], ...] = (
        lambda: ann.deploy(("x.bpmn", one_task("x", "x")), status=403),
        lambda: ann.put(f"/process-instance/{mine}/suspended", {"suspended": True}, 403),
        lambda: ann.delete(f"/process-instance/{mine}", 403),
        lambda: ann.post("/message", {"messageName": "m"}, 403),
        lambda: boss.delete(f"/process-definition/{rest.get(f'/process-definition/key/{key}')['id']}", 403),
    )
    for call in calls:
        assert call()["type"] == "AuthorizationException"


def test_how_people_say_who_they_are(rest: Rest, people: Callable[..., Rest]) -> None:
    token = httpx.post(
        f"{rest.server}/baas/auth/v1.0/oauth2/token", data={"client_id": "admin", "client_secret": SECRET}
    ).json()["access_token"]
    assert httpx.get(f"{rest.base}/version", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert httpx.get(f"{rest.base}/engine").json() == [{"name": "default"}]
    ann = people("ann")
    assert ann.get("/engine/default/version") == rest.get("/version")
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic %%"}, {"Authorization": "Basic YQ=="}):
        refused = httpx.get(f"{rest.base}/version", headers=headers)
        assert refused.status_code == 401
        assert refused.json()["type"] == "AuthenticationException"
        assert refused.headers["www-authenticate"] == "Bearer"  # browsers are not to keep a name and password
    for auth in (("admin", "wrong"), ("nobody", "x"), ("admin", "")):
        assert httpx.get(f"{rest.base}/version", auth=auth).status_code == 401


def test_what_is_not_there_says_so(rest: Rest) -> None:
    absent = rest.get("/tenant/count", 501)
    assert absent == {"type": "RestException", "message": "Andante has no tenants (GET /tenant/count). Leave them out.",
                      "code": None}  # fmt: skip
    rest.post("/batch/x/suspended", {}, 501)
    assert rest.get("/nothing", 404)["type"] == "NotFoundException"
    assert rest.put("/version", {}, 405)["type"] == "NotAllowedException"
    text = {"content-type": "text/plain"}
    assert rest.http.post("/external-task/fetchAndLock", content=b"x", headers=text).status_code == 415
    assert rest.http.post("/message", content=b"[1]").json()["type"] == "InvalidRequestException"


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path}/andante.db", camunda_rest=False) as url:
        gone = httpx.get(f"{url}/engine-rest/engine")
        assert gone.status_code == 404
        assert "resCode" in gone.json()


def test_an_invoice_of_a_real_model_is_paid(rest: Rest) -> None:
    """A model of somebody else's, from deployment to end: its Java delegate is a worker's topic here."""
    data = (MODELS / "camunda-invoice-en-collaboration.bpmn").read_bytes()
    made = rest.deploy(("invoice.bpmn", data))
    (definition,) = made["deployedProcessDefinitions"].values()
    said = {"messageName": "invoice-received-en-collaboration-camunda", "businessKey": "I-1", "resultEnabled": True}
    (result,) = rest.post("/message", said)
    started = result["processInstance"]["id"]
    assert result["processInstance"]["definitionId"] == definition["id"]
    answers: dict[str, dict[str, Any]] = {
        "assignApprover": {"approver": {"value": "admin"}}, "approveInvoice": {"approved": {"value": True}},
        "prepareBankTransfer": {},
    }  # fmt: skip
    for element, variables in answers.items():
        (task,) = rest.get("/task", processInstanceId=started)
        assert task["taskDefinitionKey"] == element
        rest.post(f"/task/{task['id']}/complete", {"variables": variables}, 204)
    (external,) = rest.get("/external-task", processInstanceId=started)
    login = {"auth_basic": {"username": "admin", "password": SECRET}, "asyncResponseTimeout": 0}
    worker = ExternalTaskWorker("archive", base_url=rest.base, config=login)
    worker.fetch_and_execute(external["topicName"], lambda task: task.complete({"archived": True}))
    assert rest.state(started) == "COMPLETED"
    assert rest.variables(started) == {"approver": "admin", "approved": True, "archived": True}

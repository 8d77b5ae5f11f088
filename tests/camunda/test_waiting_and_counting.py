"""What a team from Camunda 7 looks at and triggers: executions, statistics, files of tasks, lists by several things."""

import json

from engine_rest import Rest, fresh, model

CATCH = (
    '<bpmn:receiveTask id="wait" messageRef="Paid"/><bpmn:intermediateCatchEvent id="all"><bpmn:signalEventDefinition'
    ' signalRef="Go"/></bpmn:intermediateCatchEvent><bpmn:userTask id="ask" name="Ask" camunda:priority="${urgent}"/>'
)
FLOWS = ("start", "wait"), ("wait", "all"), ("all", "ask"), ("ask", "end")


def deployed(rest: Rest) -> tuple[str, str]:
    """The key, and the word in its message and signal."""
    key = fresh("waiting")
    extra = f'<bpmn:message id="Paid" name="{key}Paid"/><bpmn:signal id="Go" name="{key}Go"/>'
    rest.deploy((f"{key}.bpmn", model(key, CATCH, *FLOWS, extra=extra)))
    return key, key


def test_what_an_execution_awaits_is_given_to_it_alone(rest: Rest) -> None:
    key, word = deployed(rest)
    one, other = rest.start(key, {"urgent": 1}), rest.start(key, {"urgent": 2})
    assert rest.get(f"/execution/{one}") == {"id": one, "processInstanceId": one, "ended": False, "tenantId": None}
    path = f"/execution/{one}/messageSubscriptions/{word}Paid"
    asked = {"processDefinitionKey": key, "messageEventSubscriptionName": f"{word}Paid"}
    assert [each["id"] for each in rest.get("/execution", **asked)] == [one, other]
    assert rest.post("/execution/count", {**asked, "processInstanceId": one}) == {"count": 1}
    (listed,) = rest.get("/event-subscription", processInstanceId=one, eventType="message")
    assert rest.get(path) == listed
    assert (listed["activityId"], listed["eventName"]) == ("wait", f"{word}Paid")
    rest.post(f"{path}/trigger", {"variables": {"sum": {"value": 5}}}, 204)
    rest.get(path, 404)
    assert rest.post(f"{path}/trigger", {}, 400)["type"] == "MismatchingMessageCorrelationException"
    assert [each["id"] for each in rest.get("/execution", **asked)] == [other]
    signal = {"name": f"{word}Go", "executionId": one}
    rest.post("/signal", {**signal, "executionId": other}, 400)
    rest.post("/signal", signal, 204)
    assert rest.get("/event-subscription/count", processInstanceId=one) == {"count": 0}
    rest.get("/event-subscription", 400)
    rest.post(f"/execution/{one}/localVariables", {"modifications": {"sum": {"value": 6}}}, 204)
    rest.put(f"/execution/{one}/localVariables/more", {"value": True})
    rest.delete(f"/execution/{one}/localVariables/sum")
    assert rest.variables(one) == {"urgent": 1, "sum": None, "more": True}
    listed = rest.get("/variable-instance", processInstanceIdIn=f"{one},{other}", variableName="urgent")
    assert [(each["processInstanceId"], each["value"]) for each in listed] == [(one, 1), (other, 2)]
    assert rest.post("/variable-instance/count", {"processInstanceIdIn": [one]}) == {"count": 3}
    (second,) = rest.get("/variable-instance", processInstanceIdIn=f"{one},{other}", variableValues="urgent_eq_2")
    assert rest.get(f"/variable-instance/{second['id']}") == second
    counts = rest.get(f"/process-definition/key/{key}/statistics", incidents="true")
    assert {(each["id"], each["instances"]) for each in counts} == {("wait", 1), ("ask", 1)}
    found = [each for each in rest.get("/process-definition/statistics") if each["definition"]["key"] == key]
    assert [(each["instances"], each["failedJobs"], each["incidents"]) for each in found] == [(2, 0, [])]
    assert rest.get(f"/process-definition/{found[0]['id']}/statistics") == counts


def test_a_form_is_read_as_it_was_deployed(rest: Rest) -> None:
    key, form = fresh("filled"), fresh("form")
    schema = {"type": "default", "id": form, "components": [{"type": "textfield", "key": "name", "label": "Name"}]}
    ask = (
        f'<bpmn:userTask id="ask" camunda:formRef="{form}" camunda:formRefBinding="latest"/><bpmn:userTask id="bare"/>'
    )
    data = model(key, ask, ("start", "ask"), ("ask", "bare"), ("bare", "end"))
    rest.deploy((f"{form}.form", json.dumps(schema).encode()), (f"{key}.bpmn", data))
    started = rest.start(key)
    (task,) = rest.get("/task", processInstanceId=started)
    assert rest.get(f"/task/{task['id']}/deployed-form") == schema
    rest.post(f"/task/{task['id']}/complete", {"variables": {"name": {"value": "Ann"}}}, 204)
    (task,) = rest.get("/task", processInstanceId=started)
    rest.get(f"/task/{task['id']}/deployed-form", 404)
    rest.get(f"/process-definition/key/{key}/deployed-start-form", 404)


def test_a_condition_starts(rest: Rest) -> None:
    key = fresh("cold")
    begins = (
        '<bpmn:startEvent id="by"><bpmn:conditionalEventDefinition><bpmn:condition'
        ' xsi:type="bpmn:tFormalExpression">${degrees &lt; 0}</bpmn:condition>'
        '</bpmn:conditionalEventDefinition></bpmn:startEvent><bpmn:userTask id="heat"/>'
    )
    data = model(key, begins, ("start", "heat"), ("by", "heat"), ("heat", "end"))
    made = rest.deploy((f"{key}.bpmn", data))
    (definition,) = made["deployedProcessDefinitions"]
    body = {"processDefinitionId": definition, "businessKey": "north", "variables": {"degrees": {"value": -3}}}
    (started,) = rest.post("/condition", body)
    assert (started["definitionKey"], started["businessKey"]) == (key, "north")
    assert rest.post("/condition", {**body, "variables": {"degrees": {"value": 3}}}) == []


def test_a_task_s_files_and_lists_by_several_things(rest: Rest) -> None:
    key, word = deployed(rest)
    made = [rest.start(key, {"urgent": urgent}) for urgent in (3, 1, 3)]
    for each in made:
        rest.post(f"/execution/{each}/messageSubscriptions/{word}Paid/trigger", {}, 204)
    rest.post("/signal", {"name": f"{word}Go"}, 204)
    sorting = [{"sortBy": "priority", "sortOrder": "desc"}, {"sortBy": "instanceId", "sortOrder": "asc"}]
    asked = {"processDefinitionKey": key, "sorting": sorting}
    assert [each["processInstanceId"] for each in rest.post("/task", asked)] == [made[0], made[2], made[1]]
    assert [each["priority"] for each in rest.post("/task", asked, firstResult=1, maxResults=2)] == [3, 1]
    by = [{"sortBy": "definitionKey"}, {"sortBy": "instanceId", "sortOrder": "desc"}]
    past = rest.post("/history/process-instance", {"processDefinitionKey": key, "sorting": by})
    assert [each["id"] for each in past] == made[::-1]
    some = {"processInstanceIdIn": f"{made[0]},{made[1]}", "taskDefinitionKeyIn": "ask,other"}
    assert rest.get("/task/count", **some, assigned="true") == {"count": 0}
    assert {each["processInstanceId"] for each in rest.get("/task", **some)} == set(made[:2])
    definition = rest.get(f"/process-definition/key/{key}")["id"]
    assert rest.get("/task/count", processDefinitionId=definition) == {"count": 3}
    (task,) = rest.get("/task", processInstanceId=made[0])
    assert [each["endTime"] for each in rest.get("/history/task", processInstanceId=made[0])] == [None]
    path = f"/task/{task['id']}"
    assert rest.get(f"{path}/localVariables") == {}
    said = rest.post(f"{path}/comment/create", {"message": "look"})
    assert rest.get(f"{path}/comment/{said['id']}")["message"] == "look"
    rest.post(f"{path}/claim", {"userId": "admin"}, 204)
    assert [each["userId"] for each in rest.get(f"{path}/identity-links", type="assignee")] == ["admin"]
    sent = rest.http.post(f"{path}/attachment/create", files={"content": ("note.txt", b"a note", "text/plain")})
    file = sent.json()
    assert (sent.status_code, file["name"], file["taskId"]) == (200, "note.txt", task["id"])
    assert [each["id"] for each in rest.get(f"{path}/attachment")] == [file["id"]]
    assert rest.get(f"{path}/attachment/{file['id']}/data") == b"a note"
    (other,) = rest.get("/task", processInstanceId=made[1])
    rest.get(f"/task/{other['id']}/attachment/{file['id']}", 404)
    rest.delete(f"{path}/attachment/{file['id']}")
    assert rest.get(f"{path}/attachment") == []
    assert rest.http.post(f"{path}/attachment/create", files={"url": (None, "http://x")}).status_code == 501

"""Users, groups and what they may do, and the logs of a past, as a team from Camunda 7 asks for them."""

from engine_rest import Rest, fresh, model

TIMER = (
    '<bpmn:intermediateCatchEvent id="later"><bpmn:timerEventDefinition><bpmn:timeDuration'
    ' xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>'
    '</bpmn:intermediateCatchEvent><bpmn:scriptTask id="count" scriptFormat="juel"><bpmn:script>${missing}'
    "</bpmn:script></bpmn:scriptTask>"
)


def test_users_and_groups_are_made_asked_and_taken_away(rest: Rest) -> None:
    ann, ben, law = fresh("ann"), fresh("ben"), fresh("law")
    secret = {"credentials": {"password": "a good password"}}
    for name in (ann, ben):
        profile = {"id": name, "firstName": "A", "lastName": "B", "email": f"{name}@example.org"}
        rest.post("/user/create", {"profile": profile, **secret}, 204)
    rest.post("/user/create", {"profile": {"id": ann}, **secret}, 400)
    rest.post("/group/create", {"id": law, "name": "Lawyers", "type": "WORKFLOW"}, 204)
    for name in (ann, ben):
        rest.put(f"/group/{law}/members/{name}")
    assert [each["id"] for each in rest.get("/user", memberOfGroup=law)] == [ann, ben]
    assert rest.get("/user/count", emailLike=f"{ben}@%") == {"count": 1}
    assert [each["name"] for each in rest.get("/group", member=ann)] == ["Lawyers"]
    assert rest.get(f"/group/{law}") == {"id": law, "name": "Lawyers", "type": None}
    found = rest.get("/identity/groups", userId=ann)
    assert found["groups"] == [{"id": law, "name": "Lawyers"}]
    assert [each["id"] for each in found["groupUsers"]] == [ben]
    asked = {"username": ann, "password": "a good password"}
    assert rest.post("/identity/verify", asked) == {"authenticatedUser": ann, "authenticated": True}
    assert rest.post("/identity/verify", {**asked, "password": "another"})["authenticated"] is False
    anns = Rest(rest.server, ann, "a good password")
    assert anns.get(f"/user/{ann}/profile")["email"] == f"{ann}@example.org"
    for path in (f"/user/{ben}/profile", "/user", "/history/user-operation"):
        anns.get(path, 403)
    anns.put(f"/group/{law}/members/{ben}", status=403)
    rights = {"resourceName": "x", "resourceType": 6}
    for permission, may in (("CREATE_INSTANCE", True), ("READ_INSTANCE", False)):
        told = anns.get("/authorization/check", permissionName=permission, **rights)
        assert (told["permissionName"], told["authorized"]) == (permission, may)
    assert rest.get("/authorization/check", permissionName="UPDATE", resourceType=1)["authorized"] is True
    rest.get("/authorization/check", 400, permissionName="FLY", **rights)
    rest.get("/authorization", 501)
    rest.put(f"/user/{ann}/credentials", {"password": "another password"})
    anns.get("/task", 401)
    anns.close()
    rest.delete(f"/group/{law}/members/{ann}")
    assert [each["id"] for each in rest.get("/user", memberOfGroup=law)] == [ben]
    rest.delete(f"/user/{ben}")
    rest.get(f"/user/{ben}/profile", 404)
    assert rest.get("/user", id=ben) == []
    rest.delete(f"/group/{law}")
    done = rest.get("/history/user-operation", entityType="User", sortBy="timestamp", sortOrder="desc", maxResults=1)
    assert [(each["operationType"], each["userId"], each["category"]) for each in done] == [
        ("Update", "admin", "Admin")
    ]


def test_the_logs_of_an_instance(rest: Rest) -> None:
    key = fresh("past")
    flows = ("start", "later"), ("later", "count"), ("count", "end")
    rest.deploy((f"{key}.bpmn", model(key, TIMER, *flows)))
    started = rest.start(key, {"sum": {"type": "Long", "value": 5}})
    of = {"processInstanceId": started}
    before = rest.get("/metrics/root-process-instance-start/sum")["result"]
    rest.put(f"/process-instance/{started}/variables/sum", {"type": "Long", "value": 6})
    changes = rest.get("/history/detail", **of, sortBy="time", sortOrder="desc")
    assert [(each["variableName"], each["value"], each["variableType"], each["revision"]) for each in changes] == [
        ("sum", 6, "Long", 1), ("sum", 5, "Long", 0),
    ]  # fmt: skip
    assert rest.get("/history/detail/count", **of, initial="true") == {"count": 1}
    rest.later(3_601)
    logs = rest.get("/history/job-log", **of)
    kinds = [name for each in logs for name in ("creationLog", "successLog", "failureLog", "deletionLog") if each[name]]
    assert kinds == ["creationLog", "successLog", "failureLog"]
    (failed,) = rest.get("/history/job-log", **of, failureLog="true")
    assert failed["activityId"] == "count"
    assert rest.get(f"/history/job-log/{failed['id']}/stacktrace").decode() == failed["jobExceptionMessage"]
    assert failed["jobId"] == rest.get("/job", **of)[0]["id"]
    rest.post(
        f"/process-instance/{started}/modification",
        {"instructions": [{"type": "cancel", "activityId": "count"}], "annotation": "given up"}, 204,
    )  # fmt: skip
    (last, *_) = rest.get("/history/user-operation", **of)
    assert (last["operationType"], last["annotation"], last["processInstanceId"]) == (
        "ModifyProcessInstance", "given up", started,
    )  # fmt: skip
    assert rest.get("/history/user-operation/count", **of, operationType="SetVariable") == {"count": 1}
    assert rest.get("/metrics/process-instances/sum")["result"] == before
    rest.get("/metrics/job-successful/sum", 501)
    rest.get("/history/detail", 400)

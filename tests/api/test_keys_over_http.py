"""Keys and limited clients, over HTTP."""

from house import House, Person

TOKEN = "/baas/auth/v1.0/oauth2/token"


async def test_a_key_is_made_used_and_revoked(house: House, approval: str) -> None:
    made = (await house.kim.post("/runtime/keys", {"name": "script", "scopes": ["task.*"]})).result
    robot = Person(house.http, made["key"])
    await house.kim.start("Approval")
    assert len(await robot.tasks()) == 1
    (await robot.post("/runtime/instances", {"name": "Approval"})).refused(403, "bpm.access.forbidden", "scope")
    listed = (await house.kim.get("/runtime/keys")).result["Recs"]
    assert [(each["name"], "key" in each) for each in listed] == [("script", False)]
    assert listed[0]["lastUsedAt"]
    assert (await house.zoe.get("/runtime/keys")).result["total"] == 0
    (await house.zoe.get("/runtime/keys", person="kim")).refused(403, "bpm.access.forbidden")
    (await house.zoe.delete(f"/runtime/keys/{made['id']}")).refused(404, "bpm.key.notFound")
    assert (await house.ada.get("/runtime/keys", person="*")).result["total"] == 1
    assert (await house.kim.delete(f"/runtime/keys/{made['id']}")).status == 200
    assert (await robot.get("/query/tasks")).status == 401


async def test_a_limited_key_makes_no_wider_one(house: House) -> None:
    made = (await house.kim.post("/runtime/keys", {"name": "one", "scopes": ["key.own", "task.read"]})).result
    robot = Person(house.http, made["key"])
    for scopes in ([], ["task.*"], ["instance.start"]):
        (await robot.post("/runtime/keys", {"name": "two", "scopes": scopes})).refused(403, "bpm.access.forbidden")
    assert (await robot.post("/runtime/keys", {"name": "two", "scopes": ["task.read"]})).status == 200


async def test_wrong_keys_are_refused(house: House) -> None:
    bad = [{"name": ""}, {"name": "x", "scopes": ["fly"]}, {"name": "x", "ranges": ["here"]},
           {"name": "x", "expiresAt": "2020-01-01"}, {"name": "x", "expiresAt": "soon"}]  # fmt: skip
    for body in bad:
        (await house.kim.post("/runtime/keys", body)).refused(400, "astrozero.0002")
    (await house.ada.post("/runtime/keys", {"name": "x", "person": "nobody"})).refused(404, "bpm.person.notFound")
    assert (await house.kim.get("/runtime/keys")).result["total"] == 0


async def test_a_token_for_scopes(house: House, approval: str) -> None:
    body = {"user": "kim", "clientId": "robot", "scopes": ["task.read", "instance.start"]}
    secret = (await house.ada.post("/admin/clients", body)).result["clientSecret"]
    form = {"grant_type": "client_credentials", "client_id": "robot", "client_secret": secret}
    whole = (await house.http.post(TOKEN, data=form)).json()
    assert whole["scope"] == "instance.start task.read"
    some = (await house.http.post(TOKEN, data={**form, "scope": "task.read"})).json()
    assert some["scope"] == "task.read"
    assert (await Person(house.http, whole["access_token"]).start("Approval"))["name"] == "Approval"
    refused = await Person(house.http, some["access_token"]).post("/runtime/instances", {"name": "Approval"})
    refused.refused(403, "bpm.access.forbidden")
    for scope in ("fly", "task.act", "admin"):
        answer = await house.http.post(TOKEN, data={**form, "scope": scope})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    fresh = (await house.ada.post("/admin/clients/robot/secret", {"keepFor": "PT0S"})).result["clientSecret"]
    assert (await house.http.post(TOKEN, data=form)).json()["error"] == "unauthorized_client"
    assert (await house.http.post(TOKEN, data={**form, "client_secret": fresh})).status_code == 200
    elsewhere = (await house.ada.put("/admin/clients/robot", {"ranges": ["192.0.2.0/24"]})).result
    assert elsewhere["ranges"] == ["192.0.2.0/24"]
    answer = await house.http.post(TOKEN, data={**form, "client_secret": fresh})
    assert answer.json()["error"] == "unauthorized_client"
    assert (await Person(house.http, whole["access_token"]).get("/query/tasks")).status == 401
    (await house.ada.put("/admin/clients/nobody", {"ranges": []})).refused(404, "bpm.client.notFound")


async def test_a_client_sends_so_many_requests_a_second(house: House) -> None:
    body = {"user": "kim", "clientId": "hasty", "requests": 2}
    secret = (await house.ada.post("/admin/clients", body)).result["clientSecret"]
    form = {"grant_type": "client_credentials", "client_id": "hasty", "client_secret": secret}
    token = (await house.http.post(TOKEN, data=form)).json()["access_token"]
    hasty = Person(house.http, token)
    answers = [await hasty.get("/query/tasks") for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    answers[2].refused(429, "bpm.access.tooMany", "hasty")
    camunda = await house.http.get("/engine-rest/task", headers={"authorization": f"Bearer {token}"})
    assert (camunda.status_code, camunda.headers["retry-after"]) == (429, "1")
    assert (await house.kim.get("/query/tasks")).status == 200  # others do not wait for it
    house.clock.set(house.clock.now() + 500)
    assert (await hasty.get("/query/tasks")).status == 200
    assert (await hasty.get("/query/tasks")).status == 429
    house.clock.set(house.clock.now() + 60_000)
    assert [(await hasty.get("/query/tasks")).status for _ in range(3)] == [200, 200, 429]

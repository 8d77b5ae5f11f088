"""Grants by definition, over HTTP: who is not granted a definition does not find it anywhere."""

import pytest
from house import APPROVAL, House, Person

SECRET_ONE = APPROVAL.replace(b'"Approval"', b'"Salary"')
JOB = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <message id="m" name="raise"/>
  <process id="Salary" isExecutable="true">
    <startEvent id="begin"><messageEventDefinition messageRef="m"/></startEvent>
    <serviceTask id="pay" andante:type="pay"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="pay"/>
  </process>
</definitions>"""
OPEN = "Running,Waiting for user interaction"


async def grant(house: House, definition: str, who: str, *actions: str) -> None:
    body = {"definition": definition, "who": who, "actions": list(actions)}
    assert (await house.ada.put("/admin/grants", body)).result["createdBy"] == "ada"


async def names(who: Person, path: str, **query: object) -> set[str]:
    found = (await who.get(path, **query)).result
    recs = found if isinstance(found, list) else found["Recs"]
    return {each.get("name") or each.get("definition") for each in recs}


@pytest.fixture
async def salary(house: House) -> str:
    """Two processes, each with an open instance of ada's; the managers alone may view one of them. That one's id."""
    await house.ada.deploy(APPROVAL)
    await house.ada.deploy(SECRET_ONE)
    await house.ada.start("Approval")
    hidden: str = (await house.ada.start("Salary"))["id"]
    await grant(house, "Salary", "group:managers", "view")
    return hidden


async def test_without_grants_it_is_as_the_roles_say(house: House, approval: str) -> None:
    assert (await house.kim.start("Approval"))["name"] == "Approval"
    assert (await house.ada.get("/admin/grants")).result == {"Recs": [], "total": 0}
    assert (await house.oda.get("/runtime/instances", states=OPEN)).result


async def test_what_one_may_not_view_is_nowhere(house: House, salary: str) -> None:
    oda, kim = house.oda, house.kim
    (definition,) = (await house.ada.get("/metadata/definitions", name="Salary")).result
    (task,) = await house.ada.tasks(definition="Salary")
    assert await names(oda, "/metadata/definitions") == {"Approval"}
    assert await names(oda, "/runtime/instances", states=OPEN) == {"Approval"}
    assert (await oda.get("/runtime/instances", states=OPEN)).response.headers["x-total-count"] == "1"
    for who in (oda, kim):
        assert {each["definition"] for each in await who.tasks()} <= {"Approval"}
        assert await who.tasks(text="Salary") == []
        counted = (await who.get("/query/tasks/counts")).result["Recs"]
        assert {each["count"] for each in counted if each["key"] == "todo"} <= {0, 1}
    assert {each["definition"] for each in await oda.tasks(view="all")} == {"Approval"}
    groups = (await oda.get("/query/tasks/groups", view="all", by="process")).result["Recs"]
    assert [each["key"] for each in groups] == ["Approval"]
    paths = (
        f"/runtime/instances/{salary}", f"/runtime/instances/{salary}/variables", f"/runtime/instances/{salary}/replay",
        f"/runtime/instances/{salary}/history", f"/runtime/tasks/{task['id']}", f"/runtime/tasks/{task['id']}/form",
        f"/metadata/definitions/{definition['id']}", f"/metadata/definitions/{definition['id']}/xml",
        f"/metadata/definitions/{definition['id']}/form",
    )  # fmt: skip
    for path in paths:
        assert (await oda.get(path)).status == 404, path
    for body in ({"action": "suspend"}, {"action": "terminate", "reason": "x"}):
        (await oda.put(f"/runtime/instances/{salary}", body)).refused(404, "bpm.instance.notFound")
    assert (await oda.put(f"/runtime/instances/{salary}/variables", {"a": 1})).status == 404
    assert (await kim.put(f"/runtime/tasks/{task['id']}", {"action": "claim"})).status == 404
    assert (await oda.put(f"/metadata/definitions/{definition['id']}", {"action": "suspend"})).status == 404
    unknown = (await kim.post("/runtime/instances", {"name": "Nothing"})).json
    hidden = (await kim.post("/runtime/instances", {"name": "Salary"})).json
    assert hidden["resCode"] == unknown["resCode"]
    assert hidden["resMsg"] == unknown["resMsg"].replace("Nothing", "Salary")
    lee = await names(house.lee, "/runtime/instances", states=OPEN)
    assert lee == {"Salary"}  # not an operator, but granted to view this one


async def test_batches_insight_and_jobs_stop_at_what_one_may_see(house: House, salary: str) -> None:
    oda = house.oda
    body = {"action": "suspend", "query": {}, "dryRun": True}
    assert (await oda.post("/runtime/batches", body)).result["total"] == 1
    assert (await house.ada.post("/runtime/batches", body)).result["total"] == 2
    one = {"action": "suspend", "ids": [salary], "dryRun": True}
    (await oda.post("/runtime/batches", one)).refused(404, "bpm.instance.notFound")
    mine = (await house.ada.post("/runtime/batches", {"action": "resume", "query": {}})).result["id"]
    assert (await oda.get(f"/runtime/batches/{mine}")).status == 404
    await house.ada.act(salary, "terminate")
    house.clock.set(house.clock.now() + 60_000)
    assert "Salary" in await names(house.ada, "/runtime/insight/processes")
    assert "Salary" not in await names(oda, "/runtime/insight/processes")
    assert (await oda.get("/runtime/insight/processes/Salary/elements")).result["total"] == 0
    assert "Salary" not in {each["name"] for each in (await oda.get("/runtime/insight/people")).result["Recs"]}
    assert (await oda.get("/runtime/verification")).status == 400
    await house.ada.deploy(JOB)
    sent = {"name": "raise"}
    assert (await oda.post("/runtime/messages", sent)).result["started"] == []
    assert len((await house.ada.post("/runtime/messages", sent)).result["started"]) == 1
    asked = {"type": "pay", "worker": "w"}
    assert (await oda.post("/runtime/jobs/activate", asked)).result["total"] == 0
    job = (await house.ada.post("/runtime/jobs/activate", asked)).result["Recs"][0]["id"]
    assert (await oda.put(f"/runtime/jobs/{job}", {"action": "complete"})).status == 404


async def test_start_and_work_are_for_those_who_are_granted_them(house: House, approval: str) -> None:
    await grant(house, "Approval", "user:zoe", "start")
    await grant(house, "Approval", "group:managers", "work")
    instance = (await house.zoe.start("Approval"))["id"]
    (await house.kim.post("/runtime/instances", {"name": "Approval"})).refused(403, "bpm.access.forbidden")
    (await house.oda.post("/runtime/instances", {"name": "Approval"})).refused(403, "bpm.access.forbidden")
    assert await house.kim.tasks() == []  # a candidate, and yet
    (task,) = await house.lee.tasks()
    (await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "claim"})).refused(403, "bpm.access.forbidden")
    bulk = (await house.kim.post("/runtime/tasks/bulk", {"action": "claim", "ids": [task["id"]]})).result
    assert bulk["failed"] == 1
    done = {"action": "complete", "outcome": "yes"}
    assert (await house.lee.put(f"/runtime/tasks/{task['id']}", {"action": "claim"})).result["assignee"] == "lee"
    assert (await house.lee.put(f"/runtime/tasks/{task['id']}", done)).result["state"] == "completed"
    assert (await house.ada.get(f"/runtime/instances/{instance}")).result["state"] == "Completed OK"


async def test_operate_grants_make_an_operator_of_one_process(house: House, approval: str) -> None:
    await house.ada.deploy(SECRET_ONE)
    one, other = (await house.ada.start("Approval"))["id"], (await house.ada.start("Salary"))["id"]
    assert (await house.kim.put(f"/runtime/instances/{one}", {"action": "suspend"})).status in (403, 404)
    await grant(house, "Approval", "user:zoe", "operate")
    assert (await house.zoe.act(one, "suspend"))["state"]
    assert await names(house.zoe, "/runtime/instances", states="Suspended") == {"Approval"}
    assert (await house.zoe.put(f"/runtime/instances/{other}", {"action": "suspend"})).status == 404
    assert (await house.zoe.put(f"/runtime/instances/{one}/variables?introduce=true", {"a": 1})).status == 200
    assert (await house.oda.put(f"/runtime/instances/{one}", {"action": "resume"})).status == 403
    assert (await house.oda.act(other, "suspend"))["state"]
    assert (await house.zoe.post("/runtime/batches", {"action": "resume", "query": {}})).result["total"] == 1
    assert (await house.zoe.get("/runtime/batches")).result["total"] == 1
    ids = {"action": "resume", "ids": [one], "dryRun": True}
    (await house.oda.post("/runtime/batches", ids)).refused(403, "bpm.access.forbidden")


async def test_administer_grants_decide_who_deploys(house: House, approval: str) -> None:
    await grant(house, "Approval", "group:managers", "administer")
    changed = APPROVAL.replace(b"Approve it", b"Approve this")
    headers = {"content-type": "application/xml"}
    refused = await house.oda.call("POST", "/metadata/definitions", content=changed, headers=headers)
    refused.refused(403, "bpm.access.forbidden", "Approval")
    assert await house.lee.deploy(changed)
    assert await house.oda.deploy(SECRET_ONE)
    other = await house.lee.call("POST", "/metadata/definitions", content=SECRET_ONE + b"\n", headers=headers)
    other.refused(403, "bpm.access.forbidden", "Salary")
    assert (await house.oda.delete(f"/metadata/definitions/{approval}")).status == 403
    assert (await house.lee.delete(f"/metadata/definitions/{approval}")).status == 200


async def test_a_star_is_any_definition(house: House, approval: str) -> None:
    await grant(house, "*", "role:operator", "start")
    await grant(house, "Approval", "user:kim", "start")
    for who in (house.kim, house.oda, house.ada):
        assert (await who.start("Approval"))["name"] == "Approval"
    (await house.zoe.post("/runtime/instances", {"name": "Approval"})).refused(403, "bpm.access.forbidden")
    assert (await house.ada.delete("/admin/grants", definition="*", who="role:operator")).status == 200
    (await house.oda.post("/runtime/instances", {"name": "Approval"})).refused(403, "bpm.access.forbidden")


BAD = [
    ({"definition": "Inv*", "who": "user:kim", "actions": ["view"]}, "definition"),
    ({"definition": "", "who": "user:kim", "actions": ["view"]}, "definition"),
    ({"definition": "X", "who": "kim", "actions": ["view"]}, "who"),
    ({"definition": "X", "who": "user:nobody", "actions": ["view"]}, "nobody"),
    ({"definition": "X", "who": "user:kim", "actions": ["fly"]}, "actions"),
    ({"definition": "X", "who": "user:kim", "actions": []}, "actions"),
]


async def test_a_wrong_grant_changes_nothing(house: House) -> None:
    for body, word in BAD:
        (await house.ada.put("/admin/grants", body)).refused(400, "astrozero.0002", word)
    gone = await house.ada.delete("/admin/grants", definition="X", who="user:kim")
    gone.refused(404, "bpm.grant.notFound")
    assert (await house.ada.get("/admin/grants")).result["total"] == 0
    assert (await house.oda.put("/admin/grants", BAD[0][0])).status == 403

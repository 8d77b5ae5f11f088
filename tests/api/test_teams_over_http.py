"""Work queues, groups, roles and deputies over HTTP, and what they change for whom."""

from house import House

WORK = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Claim" isExecutable="true">
    <startEvent id="begin"/>
    <userTask id="look" andante:queue="claims"/>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="look"/>
    <sequenceFlow id="f2" sourceRef="look" targetRef="finish"/>
  </process>
</definitions>"""


async def test_a_queue_of_its_own_gives_its_members_the_tasks(house: House) -> None:
    ada, kim, lee = house.ada, house.kim, house.lee
    made = (
        await ada.post(
            "/runtime/queues",
            {"name": "claims", "label": "Claims", "lead": "oda", "members": ["kim", "group:managers"],
             "skills": {"law": 2}, "calendar": "office"},
        )
    ).result  # fmt: skip
    assert made["members"] == ["user:kim", "group:managers"]
    assert (made["persons"], made["lead"], made["rule"]) == (["kim", "lee"], "oda", "")
    await ada.deploy(WORK)
    await ada.start("Claim")
    assert [task["element"] for task in await kim.tasks()] == ["look"]
    assert [task["element"] for task in await lee.tasks()] == ["look"]
    assert await house.zoe.tasks() == []
    (task,) = await kim.tasks()
    assert (await kim.put(f"/runtime/tasks/{task['id']}", {"action": "claim"})).result["assignee"] == "kim"

    changed = (await ada.put("/runtime/queues/claims", {"members": ["zoe"], "rule": "roundRobin"})).result
    assert (changed["persons"], changed["rule"], changed["label"]) == (["zoe"], "roundRobin", "Claims")
    listed = (await kim.get("/runtime/queues")).result
    assert [(each["name"], each["persons"]) for each in listed["Recs"]] == [("claims", ["zoe"]), ("personnel", ["lee"])]
    assert (await kim.get("/runtime/queues/personnel")).result["createdAt"] == ""
    await ada.delete("/runtime/queues/claims")
    (await kim.get("/runtime/queues/claims")).refused(404, "bpm.team.notFound", "claims")


async def test_groups_and_roles_with_those_below(house: House) -> None:
    ada = house.ada
    assert [each["name"] for each in (await ada.get("/runtime/groups")).result["Recs"]] == ["managers"]
    await ada.post("/runtime/roles", {"name": "head", "members": ["zoe"]})
    await ada.post("/runtime/roles", {"name": "clerk", "parent": "head", "members": ["kim"]})
    made = (await ada.post("/runtime/queues", {"name": "all", "members": ["roleAndSubordinates:head"]})).result
    assert made["persons"] == ["kim", "zoe"]
    circle = await ada.put("/runtime/roles/head", {"parent": "clerk"})
    circle.refused(400, "astrozero.0002", "below itself")


async def test_what_cannot_be_is_refused_and_changes_nothing(house: House) -> None:
    ada = house.ada
    for body, word in (
        ({"name": "a,b"}, "name"),
        ({"name": "q", "lead": "nobody"}, "lead: there is no person 'nobody'"),
        ({"name": "q", "members": ["ghost"]}, "members: there is no person 'ghost'"),
        ({"name": "q", "members": ["queue:x"]}, "cannot be in a queue"),
        ({"name": "q", "rule": "loudest"}, "roundRobin"),
        ({"name": "q", "rule": "skill"}, "skills"),
    ):
        (await ada.post("/runtime/queues", body)).refused(400, "astrozero.0002", word)
    (await ada.post("/runtime/groups", {"name": "g", "rule": "roundRobin"})).refused(400, "astrozero.0002", "queue")
    assert [each["name"] for each in (await ada.get("/runtime/queues")).result["Recs"]] == ["personnel"]
    await ada.post("/runtime/queues", {"name": "q"})
    (await ada.post("/runtime/queues", {"name": "q"})).refused(409, "bpm.team.exists")
    (await house.oda.post("/runtime/queues", {"name": "p"})).refused(403, "bpm.access.forbidden")


async def test_skills_are_written_at_the_person(house: House) -> None:
    changed = (await house.ada.put("/admin/persons/kim", {"skills": {"french": 3}})).result
    assert changed["skills"] == {"french": 3}
    (await house.ada.put("/admin/persons/kim", {"skills": {"french": 0}})).refused(400, "astrozero.0002", "skills")


async def test_a_deputy_sees_and_does_the_tasks_meanwhile(house: House) -> None:
    own = WORK.replace(b'andante:queue="claims"', b'andante:assignee="kim" andante:candidateUsers="kim"')
    await house.ada.deploy(own)
    await house.ada.start("Claim")
    assert await house.zoe.tasks() == []
    narrow = {"deputy": "zoe", "rule": "share", "definition": "Other"}
    made = (await house.kim.post("/runtime/deputies", narrow)).result
    assert await house.zoe.tasks() == []
    await house.kim.delete(f"/runtime/deputies/{made['id']}")
    entry = {"deputy": "zoe", "rule": "share", "until": "2026-01-02T09:00:00Z"}
    await house.kim.post("/runtime/deputies", entry)
    (task,) = await house.zoe.tasks()
    assert (task["assignee"], [each["id"] for each in await house.kim.tasks()]) == ("kim", [task["id"]])
    house.clock.set(house.clock.now() + 2 * 86_400_000)
    zoe, kim = house.zoe, house.kim
    for person, name in ((zoe, "zoe"), (kim, "kim")):
        person.token = await house.access.issue(name, "", 600)
    assert await zoe.tasks() == [], "it is over"
    await kim.post("/runtime/deputies", {"deputy": "zoe", "rule": "share"})
    done = (await zoe.put(f"/runtime/tasks/{task['id']}", {"action": "complete"})).result
    assert (done["endedBy"], done["assignee"]) == ("zoe", "kim"), "who did it, and for whom"


async def test_one_who_shares_shares_what_is_offered_too(house: House) -> None:
    ada, lee, zoe = house.ada, house.lee, house.zoe
    exclusive = WORK.replace(b'queue="claims"', b'candidateGroups="managers" andante:notBy="initiator"')
    await ada.deploy(exclusive.replace(b'"Claim"', b'"Sign"'))
    await ada.deploy(WORK.replace(b"claims", b"personnel"))
    for name in ("Sign", "Claim"):
        await ada.start(name)
    own = await zoe.start("Sign")
    assert await zoe.tasks() == []
    made = (await lee.post("/runtime/deputies", {"deputy": "zoe", "rule": "share", "definition": "Claim"})).result
    (narrow,) = await zoe.tasks()
    assert narrow["definition"] == "Claim"
    await lee.delete(f"/runtime/deputies/{made['id']}")
    assert await zoe.tasks() == []
    await lee.post("/runtime/deputies", {"deputy": "zoe", "rule": "share"})
    tasks = {task["instanceId"]: task for task in await zoe.tasks()}
    assert sorted(each["definition"] for each in tasks.values()) == ["Claim", "Sign", "Sign"]
    counts = {each["key"]: each["count"] for each in (await zoe.get("/query/tasks/counts")).result["Recs"]}
    assert (counts["todo"], counts["claimable"]) == (3, 3)
    barred = tasks.pop(own["id"])
    refused = await zoe.put(f"/runtime/tasks/{barred['id']}", {"action": "claim"})
    refused.refused(403, "bpm.task.excluded")
    first, second = tasks.values()
    claimed = (await zoe.put(f"/runtime/tasks/{first['id']}", {"action": "claim"})).result
    assert (claimed["assignee"], claimed["owner"]) == ("zoe", "")
    done = (await zoe.put(f"/runtime/tasks/{second['id']}", {"action": "complete"})).result
    assert (done["state"], done["endedBy"]) == ("completed", "zoe")
    assert (await zoe.get(f"/runtime/instances/{first['instanceId']}")).status == 200
    (await house.kim.put(f"/runtime/tasks/{barred['id']}", {"action": "claim"})).refused(404, "bpm.task.notFound")


async def test_everybody_names_deputies_of_their_own(house: House) -> None:
    ada, kim, lee = house.ada, house.kim, house.lee
    made = (await kim.post("/runtime/deputies", {"deputy": "lee", "until": "2026-01-15T00:00:00Z"})).result
    assert (made["person"], made["deputy"], made["rule"], made["inForce"]) == ("kim", "lee", "assign", True)
    assert made["from"] == "2026-01-01T09:00:00.000Z"
    assert [each["id"] for each in (await lee.get("/runtime/deputies")).result["Recs"]] == [made["id"]]
    assert (await house.zoe.get("/runtime/deputies")).result["total"] == 0
    (await lee.post("/runtime/deputies", {"person": "kim", "deputy": "zoe"})).refused(403, "bpm.access.forbidden")
    (await lee.delete(f"/runtime/deputies/{made['id']}")).refused(403, "bpm.access.forbidden")
    (await lee.post("/runtime/deputies", {"deputy": "kim"})).refused(409, "bpm.deputy.cycle", "circle")
    later = {"deputy": "kim", "from": "2026-02-01T00:00:00Z"}
    assert not (await lee.post("/runtime/deputies", later)).result["inForce"]
    longer = await kim.put(f"/runtime/deputies/{made['id']}", {"until": ""})
    longer.refused(409, "bpm.deputy.cycle")
    shorter = await ada.put(f"/runtime/deputies/{made['id']}", {"until": "2026-01-10T00:00:00Z"})
    assert shorter.result["until"] == "2026-01-10T00:00:00.000Z"
    for body, word in (
        ({"deputy": "ghost"}, "ghost"),
        ({"deputy": "kim"}, "circle"),
        ({"deputy": "lee", "rule": "maybe"}, "assign or share"),
        ({"deputy": "lee", "from": "2026-03-01", "until": "2026-02-01"}, "until"),
    ):
        assert word in (await kim.post("/runtime/deputies", body)).json["resMsg"]
    await kim.delete(f"/runtime/deputies/{made['id']}")
    (await kim.delete(f"/runtime/deputies/{made['id']}")).refused(404, "bpm.deputy.notFound")

"""Views, groups, and the same with many tasks or instances, over HTTP."""

import pytest
from house import House

from andante.store import batches


async def _start(house: House, count: int) -> list[str]:
    started = []
    for n in range(count):
        made = await house.zoe.post("/runtime/instances", {"name": "Approval", "businessKey": f"order {n}"})
        started.append(made.result["id"])
        house.clock.set(house.clock.now() + 1_000)
    return started


async def test_counts_and_groups(house: House, approval: str) -> None:
    await _start(house, 3)
    (task, *_) = await house.kim.tasks()
    await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "claim"})
    counted = (await house.kim.get("/query/tasks/counts")).result["Recs"]
    assert {each["key"]: each["count"] for each in counted} == {
        "todo": 3, "overdue": 0, "mine": 1, "claimable": 2, "delegated": 0, "paused": 0,
    }  # fmt: skip
    by = (await house.kim.get("/query/tasks/groups", by="process", zone="Asia/Tokyo")).result["Recs"]
    assert by == [{"key": "Approval", "count": 3, "more": False}]
    assert (await house.zoe.get("/query/tasks/groups")).result["Recs"] == []
    (await house.kim.get("/query/tasks/groups", by="colour")).refused(400, "astrozero.0002", "by")
    (await house.kim.get("/query/tasks", zone="Mars/Olympus")).refused(400, "astrozero.0002", "zone")
    assert len(await house.kim.tasks(scope="mine")) == 1
    assert len(await house.kim.tasks(scope="claimable", due="none", definition="Approval")) == 2


async def test_a_view_is_saved_used_shared_and_deleted(house: House, approval: str) -> None:
    await _start(house, 3)
    body = {"name": "Orders", "filters": {"businessKey": "order 1", "orderField": "createdAt"}, "default": True}
    made = (await house.lee.post("/runtime/views", body)).result
    assert (made["own"], made["default"], made["filters"]) == (True, True, body["filters"])
    path = f"/runtime/views/{made['id']}"
    assert [t["businessKey"] for t in await house.lee.tasks(savedView=made["id"])] == ["order 1"]
    assert [t["businessKey"] for t in await house.lee.tasks(savedView=made["id"], businessKey="order 2")] == ["order 2"]
    (await house.kim.get("/query/tasks", savedView=made["id"])).refused(404, "bpm.view.notFound")
    (await house.kim.put(path, body)).refused(404, "bpm.view.notFound")
    second = (await house.lee.post("/runtime/views", {"name": "All", "default": True})).result
    views = (await house.lee.get("/runtime/views")).result["Recs"]
    assert [(v["name"], v["default"]) for v in views] == [("All", True), ("Orders", False)]
    shared = {**body, "sharedWith": "group:managers", "default": False}
    assert (await house.lee.put(path, shared)).result["sharedWith"] == "group:managers"
    await house.accounts.change_person("kim", groups=["managers"])
    assert [v["own"] for v in (await house.kim.get("/runtime/views")).result["Recs"]] == [False]
    (await house.kim.put(path, shared)).refused(403, "bpm.access.forbidden")
    (await house.kim.delete(path)).refused(403, "bpm.access.forbidden")
    assert [t["businessKey"] for t in await house.kim.tasks(savedView=made["id"])] == ["order 1"]
    for view in (made, second):
        assert (await house.lee.delete(f"/runtime/views/{view['id']}")).status == 200
    assert (await house.lee.get("/runtime/views")).result["total"] == 0


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"name": ""}, 400, "name"),
        ({"name": "x", "filters": {"colour": "red"}}, 400, "colour"),
        ({"name": "x", "filters": {"skip": 5}}, 400, "skip"),
        ({"name": "x", "filters": {"urgencyMin": "high"}}, 400, "urgencyMin"),
        ({"name": "x", "filters": {"dueBefore": "soon"}}, 400, "dueBefore"),
        ({"name": "x", "filters": {"view": "all"}}, 403, "task.readAny"),
        ({"name": "x", "sharedWith": "managers"}, 400, "sharedWith"),
        ({"name": "x", "sharedWith": "group:managers"}, 403, "managers"),
        ({"name": "x", "sharedWith": "*"}, 403, "share"),
    ],
)
async def test_a_wrong_view_is_refused(house: House, body: dict[str, object], status: int, word: str) -> None:
    answer = await house.kim.post("/runtime/views", body)
    assert answer.status == status
    assert word in answer.json["resMsg"]
    assert (await house.kim.get("/runtime/views")).result["total"] == 0


async def test_many_tasks_in_one_call(house: House, approval: str) -> None:
    await _start(house, 4)
    ids = [t["id"] for t in await house.kim.tasks()]
    await house.lee.put(f"/runtime/tasks/{ids[0]}", {"action": "claim"})
    done = (await house.kim.post("/runtime/tasks/bulk", {"action": "claim", "ids": [*ids, "nothing-1"]})).result
    assert (done["total"], done["done"], done["failed"]) == (5, 3, 2)
    assert {r["id"]: r["resCode"] for r in done["Recs"]} == {
        ids[0]: "bpm.task.claimed", ids[1]: "0", ids[2]: "0", ids[3]: "0", "nothing-1": "bpm.task.notFound",
    }  # fmt: skip
    nothing = await house.zoe.post("/runtime/tasks/bulk", {"action": "complete", "query": {}})
    assert nothing.result["total"] == 0
    body = {"action": "complete", "outcome": "yes", "query": {"scope": "mine"}, "variables": {"seen": True}}
    done = (await house.kim.post("/runtime/tasks/bulk", body)).result
    assert (done["done"], done["failed"], done["more"]) == (3, 0, False)
    assert {r["state"] for r in done["Recs"]} == {"completed"}
    given = (await house.oda.post("/runtime/tasks/bulk", {"action": "transfer", "to": "kim", "ids": ids[:1]})).result
    assert given["done"] == 1
    back = (await house.zoe.post("/runtime/tasks/bulk", {"action": "complete", "ids": ids[:1]})).result
    assert (back["failed"], back["Recs"][0]["resCode"]) == (1, "bpm.task.notFound")
    for wrong, word in (
        ({"action": "claim"}, "ids"),
        ({"action": "claim", "ids": ids, "query": {}}, "ids"),
        ({"action": "transfer", "ids": ids}, "to"),
        ({"action": "explode", "ids": ids}, "action"),
        ({"action": "claim", "query": {"colour": 1}}, "colour"),
        ({"action": "claim", "ids": ["x"] * 501}, "ids"),
    ):
        (await house.kim.post("/runtime/tasks/bulk", wrong)).refused(400, "astrozero.0002", word)


async def test_a_batch_from_dry_run_to_its_failures(
    house: House, approval: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> list[str]:
        return []

    monkeypatch.setattr(batches, "waiting", nothing)  # it is carried out when the test says so
    ids = await _start(house, 3)
    dry = {"action": "suspend", "query": {"name": "Approval"}, "reason": "stocktaking", "dryRun": True}
    planned = (await house.oda.post("/runtime/batches", dry)).result
    assert (planned["id"], planned["total"], planned["children"], planned["sample"]) == ("", 3, 0, ids)
    (await house.kim.post("/runtime/batches", dry)).refused(403, "bpm.access.forbidden")
    made = (await house.oda.post("/runtime/batches", {**dry, "dryRun": False})).result
    assert (made["state"], made["total"]) == ("queued", 3)
    await house.runtime.batches.finish(made["id"])
    path = f"/runtime/batches/{made['id']}"
    done = (await house.oda.get(path)).result
    assert (done["state"], done["done"], done["createdBy"], done["reason"]) == ("done", 3, "oda", "stocktaking")
    assert await house.kim.tasks() == []
    history = (await house.oda.get(f"/runtime/instances/{ids[0]}/history")).result["Recs"]
    assert [r["data"]["reason"] for r in history if r["kind"] == "Suspended"] == [f"stocktaking ({made['id']})"]
    (await house.oda.put(path, {"action": "pause"})).refused(409, "bpm.batch.over", "done")
    (await house.oda.put(path, {"action": "stop"})).refused(400, "astrozero.0002", "action")
    retried = (await house.oda.post("/runtime/batches", {"action": "migrate", "ids": ids, "version": "7"})).result
    waiting = f"/runtime/batches/{retried['id']}"
    assert (await house.oda.put(waiting, {"action": "pause"})).result["state"] == "paused"
    assert (await house.oda.put(waiting, {"action": "resume"})).result["state"] == "queued"
    await house.runtime.batches.finish(retried["id"])
    failed = (await house.oda.get(f"{waiting}/failures", limit=2)).result
    assert [r["instanceId"] for r in failed["Recs"]] == sorted(ids)[:2]
    rest = (await house.oda.get(f"{waiting}/failures", limit=2, after=failed["after"])).result
    assert ([r["instanceId"] for r in rest["Recs"]], rest["after"]) == (sorted(ids)[2:], "")
    assert (await house.oda.get("/runtime/batches")).result["total"] == 2
    (await house.oda.get("/runtime/batches/x")).refused(404, "bpm.batch.notFound")
    (await house.oda.post("/runtime/batches", {"action": "delete", "query": {}})).refused(403, "bpm.access.forbidden")
    for wrong, word in (
        ({"action": "suspend"}, "query"),
        ({"action": "suspend", "ids": ids, "query": {}}, "ids"),
        ({"action": "suspend", "query": {"states": ["Nowhere"]}}, "states"),
        ({"action": "suspend", "query": {"startedBefore": "soon"}}, "startedBefore"),
        ({"action": "migrate", "query": {}}, "version"),
    ):
        (await house.oda.post("/runtime/batches", wrong)).refused(400, "astrozero.0002", word)


async def test_a_batch_of_tasks(house: House, approval: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> list[str]:
        return []

    monkeypatch.setattr(batches, "waiting", nothing)
    await _start(house, 4)
    tasks = await house.kim.tasks()
    order = {"action": "transferTasks", "tasks": {"definition": "Approval"}, "to": "user:kim", "reason": "shift"}
    (await house.kim.post("/runtime/batches", order)).refused(403, "bpm.access.forbidden")
    dry = (await house.oda.post("/runtime/batches", {**order, "dryRun": True})).result
    assert (dry["id"], dry["of"], dry["total"], len(dry["sample"])) == ("", "tasks", 4, 4)
    made = (await house.oda.post("/runtime/batches", order)).result
    assert (made["of"], made["total"], made["state"]) == ("tasks", 4, "queued")
    await house.runtime.batches.finish(made["id"])
    assert {task["assignee"] for task in await house.kim.tasks()} == {"kim"}
    assert (await house.oda.get(f"/runtime/batches/{made['id']}")).result["done"] == 4

    entries = (await house.ada.get("/runtime/audit", action="batch.create")).result["Recs"]
    (noted,) = [each for each in entries if each["outcome"] == "done"]
    assert (noted["object"], noted["details"]["query"]["definition"]) == (made["id"], "Approval")
    assert noted["details"]["arguments"] == {"to": "kim"}

    ending = {"action": "completeTasks", "tasks": {"assignee": "kim"}, "outcome": "maybe"}
    (await house.oda.post("/runtime/batches", ending)).refused(403, "bpm.access.forbidden", "administrator")
    failing = (await house.ada.post("/runtime/batches", ending)).result
    await house.runtime.batches.finish(failing["id"])
    path = f"/runtime/batches/{failing['id']}/failures"
    page = (await house.ada.get(path, limit=3)).result
    rest = (await house.ada.get(path, limit=3, after=page["after"])).result
    failures = [*page["Recs"], *rest["Recs"]]
    assert [each["taskId"] for each in failures] == sorted(task["id"] for task in tasks)
    assert {each["taskId"].rpartition("-")[0] for each in failures} == {each["instanceId"] for each in failures}
    assert {each["resCode"] for each in failures} == {"bpm.task.outcome"}

    ids = [task["id"] for task in tasks[:2]]
    done = (await house.ada.post("/runtime/batches", {**ending, "tasks": None, "ids": ids, "outcome": "yes"})).result
    await house.runtime.batches.finish(done["id"])
    assert (await house.ada.get(f"/runtime/batches/{done['id']}")).result["done"] == 2
    assert len(await house.kim.tasks()) == 2
    for wrong, word in (
        ({"action": "transferTasks", "tasks": {}}, "to"),
        ({"action": "transferTasks", "tasks": {}, "to": "ghost"}, "ghost"),
        ({"action": "transferTasks", "to": "kim"}, "tasks"),
        ({"action": "transferTasks", "to": "kim", "query": {}, "ids": ids}, "tasks"),
        ({"action": "transferTasks", "to": "kim", "tasks": {"colour": 1}}, "colour"),
        ({"action": "suspend", "tasks": {}}, "tasks"),
    ):
        (await house.oda.post("/runtime/batches", wrong)).refused(400, "astrozero.0002", word)

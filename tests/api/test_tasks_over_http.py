"""The to-do list and what people do with it; the main job, as a client sees it."""

from house import House

from andante.timing.instants import HOUR

TASK_KEYS = {
    "id", "name", "element", "instanceId", "definition", "assignee", "candidates", "queue", "owner", "priority",
    "urgency", "createdAt", "goalAt", "dueAt", "slaState", "form", "outcomes", "state", "outcome", "endedAt",
}  # fmt: skip


async def test_the_main_job(house: House, approval: str) -> None:
    made = await house.zoe.start("Approval")
    (task,) = await house.kim.tasks()
    assert set(task) >= TASK_KEYS
    assert (task["name"], task["element"], task["instanceId"]) == ("Approve it", "approve", made["id"])
    assert (task["candidates"], task["outcomes"]) == (["user:kim", "group:managers"], ["yes", "no"])
    assert (task["createdAt"], task["createdTime"]) == ("2026-01-01T09:00:00.000Z", "2026-01-01 09:00:00")

    await house.oda.act(made["id"], "suspend")
    assert await house.kim.tasks() == []
    assert [t["id"] for t in await house.kim.tasks(view="paused")] == [task["id"]]
    answer = await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "complete"})
    answer.refused(409, "bpm.instance.suspended")

    await house.oda.act(made["id"], "resume")
    assert [t["id"] for t in await house.kim.tasks()] == [task["id"]]
    done = (
        await house.kim.put(
            f"/runtime/tasks/{task['id']}", {"action": "complete", "outcome": "yes", "variables": {"note": "fine"}}
        )
    ).result
    assert (done["state"], done["outcome"], done["endedBy"]) == ("completed", "yes", "kim")
    ended = (await house.zoe.get(f"/runtime/instances/{made['id']}")).result
    assert (ended["state"], ended["taskOutcome"]) == ("Completed OK", "yes")
    assert await house.kim.tasks() == []

    other = await house.zoe.start("Approval")
    await house.oda.act(other["id"], "terminate")
    history = {t["instanceId"]: t for t in await house.ada.tasks(view="history")}
    assert (history[made["id"]]["state"], history[made["id"]]["outcome"]) == ("completed", "yes")
    assert (history[other["id"]]["state"], history[other["id"]]["outcome"]) == ("cancelled", "")


async def test_everyone_sees_their_own_list(house: House, approval: str) -> None:
    await house.zoe.start("Approval")
    for person, count in ((house.kim, 1), (house.lee, 1), (house.zoe, 0), (house.oda, 0)):
        assert len(await person.tasks()) == count
    (await house.kim.get("/query/tasks", view="all")).refused(403, "bpm.access.forbidden")
    assert len(await house.oda.tasks(view="all")) == 1


async def test_who_started_it_reminds_of_a_task(house: House, approval: str) -> None:
    made = await house.zoe.start("Approval")
    (task,) = await house.kim.tasks()
    path = f"/runtime/tasks/{task['id']}"
    reminder = {"action": "remind", "text": "please"}
    assert (await house.zoe.put(path, reminder)).result["id"] == task["id"]
    early = await house.oda.put(path, reminder)
    early.refused(429, "bpm.task.reminded")
    assert early.response.headers["retry-after"] == str(4 * 3600)
    (await house.kim.put(path, reminder)).refused(403, "bpm.access.forbidden", "who started the instance")
    other = await house.oda.start("Approval")
    (hers,) = [t for t in await house.kim.tasks() if t["instanceId"] == other["id"]]
    (await house.zoe.put(f"/runtime/tasks/{hers['id']}", reminder)).refused(404, "bpm.task.notFound")
    await house.oda.act(made["id"], "suspend")
    house.clock.set(house.clock.now() + 4 * HOUR)
    (await house.zoe.put(path, reminder)).refused(409, "bpm.instance.suspended")
    await house.oda.act(made["id"], "resume")
    await house.zoe.put(path, reminder)
    history = (await house.oda.get(f"/runtime/instances/{made['id']}/history")).result["Recs"]
    assert [(e["who"], e["data"]["text"]) for e in history if e["kind"] == "TaskReminded"] == [("zoe", "please")] * 2


async def test_a_task_is_worked_on_by_those_it_is_offered_to(house: House, approval: str) -> None:
    await house.zoe.start("Approval")
    (task,) = await house.kim.tasks()
    path = f"/runtime/tasks/{task['id']}"
    (await house.zoe.get(path)).refused(404, "bpm.task.notFound")
    (await house.zoe.put(path, {"action": "claim"})).refused(404, "bpm.task.notFound")
    assert (await house.lee.put(path, {"action": "claim"})).result["assignee"] == "lee"
    (await house.kim.put(path, {"action": "complete"})).refused(403, "bpm.access.forbidden", "lee")
    (await house.kim.put(path, {"action": "claim"})).refused(409, "bpm.task.claimed")
    assert (await house.lee.put(path, {"action": "unclaim"})).result["assignee"] == ""
    (await house.lee.put(path, {"action": "unclaim"})).refused(409, "bpm.task.notClaimed")


async def test_hand_over_delegate_and_resolve(house: House, approval: str) -> None:
    await house.zoe.start("Approval")
    (task,) = await house.kim.tasks()
    path = f"/runtime/tasks/{task['id']}"
    await house.kim.put(path, {"action": "claim"})
    (await house.kim.put(path, {"action": "transfer"})).refused(400, "astrozero.0002", "to")
    assert (await house.kim.put(path, {"action": "transfer", "to": "lee"})).result["assignee"] == "lee"
    delegated = (await house.lee.put(path, {"action": "delegate", "to": "zoe"})).result
    assert (delegated["assignee"], delegated["owner"], delegated["delegated"]) == ("zoe", "lee", True)
    assert [t["id"] for t in await house.zoe.tasks()] == [task["id"]]
    (await house.zoe.put(path, {"action": "complete"})).refused(409, "bpm.task.delegated")
    resolved = (await house.zoe.put(path, {"action": "resolve", "variables": {"checked": True}})).result
    assert (resolved["assignee"], resolved["delegated"]) == ("lee", False)
    (await house.lee.put(path, {"action": "resolve"})).refused(409, "bpm.task.notDelegated")
    assert (await house.oda.put(path, {"action": "transfer", "to": "kim"})).result["assignee"] == "kim"
    (await house.oda.put(path, {"action": "complete"})).refused(403, "bpm.access.forbidden")
    assert (await house.ada.put(path, {"action": "complete", "outcome": "no"})).result["outcome"] == "no"
    (await house.kim.put(path, {"action": "complete"})).refused(409, "bpm.instance.closed")


async def test_a_comment_is_in_the_history(house: House, approval: str) -> None:
    made = await house.zoe.start("Approval")
    (task,) = await house.kim.tasks()
    await house.lee.put(f"/runtime/tasks/{task['id']}", {"action": "comment", "text": "Looks good"})
    recs = (await house.zoe.get(f"/runtime/instances/{made['id']}/history")).result["Recs"]
    assert [(r["who"], r["data"]["text"]) for r in recs if "text" in r["data"]] == [("lee", "Looks good")]


async def test_an_unknown_outcome_is_refused(house: House, approval: str) -> None:
    await house.zoe.start("Approval")
    (task,) = await house.kim.tasks()
    answer = await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "complete", "outcome": "maybe"})
    answer.refused(400, "bpm.task.outcome", "maybe")
    assert len(await house.kim.tasks()) == 1


WRONG_ACTIONS: list[str] = ["", "Claim", "addsigner", "explode"]


async def test_a_wrong_action_is_refused(house: House, approval: str) -> None:
    await house.zoe.start("Approval")
    (task,) = await house.kim.tasks()
    for action in WRONG_ACTIONS:
        answer = await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": action})
        answer.refused(400, "astrozero.0002", "action")


UNKNOWN_TASKS: list[str] = ["nothing", "nothing-1", "a-b", "-1", "x-99999999999999999999"]


async def test_unknown_tasks_are_not_found(house: House) -> None:
    for task_id in UNKNOWN_TASKS:
        (await house.ada.get(f"/runtime/tasks/{task_id}")).refused(404, "bpm.task.notFound")
        answer = await house.ada.put(f"/runtime/tasks/{task_id}", {"action": "claim"})
        answer.refused(404, "bpm.task.notFound")


WRONG_QUERIES: list[tuple[str, str]] = [
    ("view", "mine"),
    ("dueBefore", "soon"),
    ("overdue", "perhaps"),
    ("urgencyMin", "-1"),
    ("fields", "colour"),
    ("orderField", "colour"),
    ("orderType", "up"),
    ("limit", "0"),
    ("after", "x"),
]


async def test_a_wrong_query_is_refused(house: House) -> None:
    for field, value in WRONG_QUERIES:
        answer = await house.ada.get("/query/tasks", **{field: value})
        assert answer.refused(400, "astrozero.0002")["resMsg"]


async def test_filters_pages_and_fields(house: House, approval: str) -> None:
    for key in ("a", "b", "c"):
        await house.zoe.post("/runtime/instances", {"name": "Approval", "businessKey": key})
        house.clock.set(house.clock.now() + 1_000)
    assert [t["businessKey"] for t in await house.kim.tasks(businessKey="b")] == ["b"]
    assert await house.kim.tasks(overdue="true") == []
    first = (await house.kim.get("/query/tasks", limit=2, orderField="createdAt", fields="businessKey")).result
    assert (first["total"], [list(r) for r in first["Recs"]]) == (3, [["id", "businessKey"]] * 2)
    rest = (await house.kim.get("/query/tasks", limit=2, orderField="createdAt", after=first["after"])).result
    assert ([t["businessKey"] for t in rest["Recs"]], rest["after"]) == (["c"], "")
    assert len(await house.ada.tasks(candidate="group:managers")) == 3
    assert await house.ada.tasks(candidate="zoe") == []

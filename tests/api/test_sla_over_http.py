"""What clients see of SLA clocks, and more time for them."""

from house import House

from andante.timing.instants import DAY, HOUR

MODEL = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="t"><process id="Claim" isExecutable="true">
  <extensionElements><andante:sla name="whole" deadline="P3D" pauseWhen="=status = &quot;waiting&quot;"/>
  </extensionElements><startEvent id="start"/><sequenceFlow id="f" sourceRef="start" targetRef="stage"/>
  <subProcess id="stage"><extensionElements><andante:sla name="stage" goal="P2D"/></extensionElements>
    <startEvent id="in"/><sequenceFlow id="g" sourceRef="in" targetRef="fix"/>
    <userTask id="fix" andante:candidateUsers="kim"><extensionElements>
      <andante:sla name="fix" goal="PT4H" deadline="P1D" deadlineBusinessDays="true">
        <andante:milestone name="seen" after="PT1H"/></andante:sla></extensionElements></userTask>
  </subProcess></process></definitions>"""
# The house opens on Thursday, 2026-01-01, at 9 o'clock.


async def detail(house: House, instance_id: str) -> dict[str, object]:
    found: dict[str, object] = (await house.oda.get(f"/runtime/instances/{instance_id}")).result
    return found


async def test_every_clock_with_its_targets(house: House) -> None:
    await house.ada.deploy(MODEL)
    made = await house.zoe.start("Claim")
    house.clock.set(house.clock.now() + 2 * HOUR)
    await house.runtime.run_due()
    found = await detail(house, made["id"])
    clocks = {clock["name"]: clock for clock in found["sla"]}  # type: ignore[attr-defined]
    assert {name: (c["kind"], c["element"], c["state"]) for name, c in clocks.items()} == {
        "whole": ("process", "", "on track"), "stage": ("stage", "stage", "on track"),
        "fix": ("task", "fix", "on track"),
    }  # fmt: skip
    assert found["slaState"] == "on track"
    assert clocks["fix"]["targets"] == [
        {"name": "seen", "dueAt": "2026-01-01T10:00:00.000Z", "passed": True, "working": False, "remaining": -3_600},
        {"name": "goal", "dueAt": "2026-01-01T13:00:00.000Z", "passed": False, "working": False, "remaining": 7_200},
        {"name": "deadline", "dueAt": "2026-01-02T09:00:00.000Z", "passed": False, "working": True,
         "remaining": 22 * 3_600},
    ]  # fmt: skip


async def test_paused_by_a_condition_the_time_left_stays(house: House) -> None:
    await house.ada.deploy(MODEL)
    made = await house.zoe.start("Claim", status="waiting")
    house.clock.set(house.clock.now() + 9 * DAY)
    await house.oda.act(made["id"], "suspend")
    found = await detail(house, made["id"])
    whole = next(c for c in found["sla"] if c["name"] == "whole")  # type: ignore[attr-defined]
    assert (whole["state"], whole["pausedFor"], found["slaState"]) == ("paused", ["suspended", "condition"], "paused")
    assert [target["remaining"] for target in whole["targets"]] == [3 * 86_400]
    await house.oda.act(made["id"], "terminate")
    assert (await detail(house, made["id"]))["slaState"] == "met"


async def test_an_operator_extends_a_task_a_stage_and_the_process(house: House) -> None:
    await house.ada.deploy(MODEL)
    made = await house.zoe.start("Claim")
    (task,) = await house.kim.tasks()
    path, whole = f"/runtime/tasks/{task['id']}", f"/runtime/instances/{made['id']}"
    more = {"action": "extend", "by": "PT4H", "reason": "the customer is away"}
    (await house.kim.put(path, more)).refused(403, "bpm.access.forbidden", "needs an operator")
    changed = (await house.oda.put(path, more)).result
    assert (changed["goalAt"], changed["dueAt"]) == ("2026-01-01T17:00:00.000Z", "2026-01-02T13:00:00.000Z")
    assert (await house.oda.put(whole, {**more, "element": "stage", "by": "P1D"})).status == 200
    until = {"action": "extend", "until": "2026-01-06T09:00:00Z", "reason": "agreed", "target": "deadline"}
    assert (await house.oda.put(whole, until)).status == 200
    clocks = {clock["name"]: clock for clock in (await detail(house, made["id"]))["sla"]}  # type: ignore[attr-defined]
    assert clocks["stage"]["goalAt"] == "2026-01-04T09:00:00.000Z"
    assert clocks["whole"]["deadlineAt"] == "2026-01-06T09:00:00.000Z"
    assert clocks["fix"]["extensions"] == [
        {"at": "2026-01-01T09:00:00.000Z", "who": "oda", "targets": ["goal", "deadline", "seen"], "by": 4 * 3_600,
         "reason": "the customer is away"}
    ]  # fmt: skip
    history = (await house.oda.get(f"{whole}/history")).result["Recs"]
    assert [(entry["who"], entry["data"]["reason"]) for entry in history if entry["kind"] == "ClockExtended"] == [
        ("oda", "the customer is away"), ("oda", "the customer is away"), ("oda", "agreed"),
    ]  # fmt: skip
    past = (await house.oda.get(f"{whole}/replay", until=2)).result
    assert [len(clock["extensions"]) for clock in past["sla"] if clock["name"] == "fix"] == [1]


async def test_an_extension_that_makes_no_sense_says_why(house: House) -> None:
    await house.ada.deploy(MODEL)
    made = await house.zoe.start("Claim")
    (task,) = await house.kim.tasks()
    path = f"/runtime/tasks/{task['id']}"
    for body, status, code, words in (
        ({"reason": "r"}, 400, "astrozero.0002", "by how long"),
        ({"by": "PT1H", "until": "2026-01-06", "reason": "r"}, 400, "astrozero.0002", "not both"),
        ({"by": "PT1H"}, 400, "astrozero.0002", "say why"),
        ({"by": "P1M", "reason": "r"}, 400, "astrozero.0002", "without months"),
        ({"by": "-PT1H", "reason": "r"}, 400, "astrozero.0002", "more than nothing"),
        ({"by": "soon", "reason": "r"}, 400, "astrozero.0002", "soon"),
        ({"by": "PT1H", "reason": "r", "sla": "none"}, 404, "bpm.sla.notFound", "called 'none'"),
        ({"until": "2026-01-01", "reason": "r"}, 409, "bpm.sla.notExtended", "due later than that"),
        ({"by": "PT1H", "reason": "r", "target": "nope"}, 409, "bpm.sla.notExtended", "its nope"),
    ):
        (await house.oda.put(path, {"action": "extend", **body})).refused(status, code, words)
    answer = await house.zoe.put(f"/runtime/instances/{made['id']}", {"action": "extend", "by": "PT1H", "reason": "r"})
    answer.refused(403, "bpm.access.forbidden", "needs an operator")


async def test_a_task_is_handed_over_to_a_group_or_a_queue(house: House) -> None:
    await house.ada.deploy(MODEL)
    await house.zoe.start("Claim")
    (task,) = await house.kim.tasks()
    path = f"/runtime/tasks/{task['id']}"
    handed = (await house.oda.put(path, {"action": "transfer", "to": "group:managers"})).result
    assert (handed["assignee"], handed["candidates"]) == ("", ["group:managers"])
    assert (len(await house.kim.tasks()), len(await house.lee.tasks())) == (0, 1)
    handed = (await house.oda.put(path, {"action": "transfer", "to": "queue:personnel"})).result
    assert (handed["queue"], handed["candidates"]) == ("personnel", [])
    assert len(await house.lee.tasks(candidate="queue:personnel")) == 1
    assert await house.oda.tasks(view="all", candidate="group:managers") == []
    assert (await house.lee.put(path, {"action": "claim"})).result["assignee"] == "lee"


WAITS = MODEL.replace(b'name="fix" goal', b'name="fix" pauseWhen="=status = &quot;waiting&quot;" goal')


async def test_a_task_that_waits_for_its_customer_is_paused_and_not_overdue(house: House) -> None:
    await house.ada.deploy(WAITS)
    made = await house.zoe.start("Claim", status="open")
    variables = f"/runtime/instances/{made['id']}/variables"
    assert (await house.oda.put(variables, {"status": "waiting"})).status == 200
    house.clock.set(house.clock.now() + 9 * DAY)
    (task,) = await house.kim.tasks()
    assert (task["slaState"], task["goalAt"], task["dueAt"], task["urgency"]) == ("paused", "", "", 0)
    assert await house.kim.tasks(overdue="true") == []
    await house.oda.put(variables, {"status": "open"})
    (task,) = await house.kim.tasks()
    assert (task["slaState"], task["goalAt"]) == ("on track", "2026-01-10T13:00:00.000Z")
    await house.oda.put(variables, {"status": "waiting"})
    assert (await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "complete"})).status == 200
    done = (await house.kim.get(f"/runtime/tasks/{task['id']}")).result
    assert (done["state"], done["slaState"]) == ("completed", "met")

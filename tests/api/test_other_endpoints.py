"""Messages, signals, jobs, expressions, people, health, metrics and the clock."""

import pytest
from house import SECRET, House

WAITING = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://test">
  <message id="m" name="paid"/><signal id="s" name="holiday"/>
  <process id="ByMessage" isExecutable="true">
    <startEvent id="a"/>
    <intermediateCatchEvent id="b"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>
    <endEvent id="c"/>
    <sequenceFlow id="f1" sourceRef="a" targetRef="b"/><sequenceFlow id="f2" sourceRef="b" targetRef="c"/>
  </process>
  <process id="BySignal" isExecutable="true">
    <startEvent id="a2"/>
    <intermediateCatchEvent id="b2"><signalEventDefinition signalRef="s"/></intermediateCatchEvent>
    <endEvent id="c2"/>
    <sequenceFlow id="f3" sourceRef="a2" targetRef="b2"/><sequenceFlow id="f4" sourceRef="b2" targetRef="c2"/>
  </process>
  <process id="ByJob" isExecutable="true">
    <startEvent id="a3"/>
    <serviceTask id="b3"><extensionElements><zeebe:taskDefinition type="charge"/></extensionElements></serviceTask>
    <endEvent id="c3"/>
    <sequenceFlow id="f5" sourceRef="a3" targetRef="b3"/><sequenceFlow id="f6" sourceRef="b3" targetRef="c3"/>
  </process>
  <process id="ByTimer" isExecutable="true">
    <startEvent id="a4"/>
    <intermediateCatchEvent id="b4">
      <timerEventDefinition><timeDuration xsi:type="tFormalExpression">PT2H</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <endEvent id="c4"/>
    <sequenceFlow id="f7" sourceRef="a4" targetRef="b4"/><sequenceFlow id="f8" sourceRef="b4" targetRef="c4"/>
  </process>
</definitions>"""


@pytest.fixture
async def waiting(house: House) -> House:
    await house.ada.deploy(WAITING)
    return house


async def state(house: House, instance_id: str) -> str:
    text: str = (await house.oda.get(f"/runtime/instances/{instance_id}")).result["state"]
    return text


async def test_a_message_goes_to_who_awaits_it(waiting: House) -> None:
    body = {"name": "ByMessage", "businessKey": "order-7"}
    made = (await waiting.oda.post("/runtime/instances", body)).result
    other = await waiting.oda.start("ByMessage")
    sent = await waiting.oda.post(
        "/runtime/messages", {"name": "paid", "businessKey": "order-7", "variables": {"amount": 5}}
    )
    assert sent.result == {"delivered": [made["id"]], "started": [], "buffered": False}
    assert await state(waiting, made["id"]) == "Completed OK"
    assert await state(waiting, other["id"]) != "Completed OK"


async def test_a_message_waits_for_its_receiver(waiting: House) -> None:
    body = {"name": "paid", "businessKey": "order-8", "ttl": "PT1H", "id": "once"}
    sent = (await waiting.oda.post("/runtime/messages", body)).result
    assert sent == {"delivered": [], "started": [], "buffered": True}
    made = (await waiting.oda.post("/runtime/instances", {"name": "ByMessage", "businessKey": "order-8"})).result
    await waiting.runtime.run_due()
    assert await state(waiting, made["id"]) == "Completed OK"


WRONG_MESSAGES: list[tuple[dict[str, object], str]] = [
    ({}, "name"),
    ({"name": ""}, "name"),
    ({"name": "x", "ttl": "soon"}, "ttl"),
    ({"name": "x", "ttl": "P9Y"}, "ttl"),
    ({"name": "x", "correlation": 5}, "correlation"),
]


async def test_a_wrong_message_names_the_field(house: House) -> None:
    for body, field in WRONG_MESSAGES:
        (await house.oda.post("/runtime/messages", body)).refused(400, "astrozero.0002", field)


async def test_a_signal_goes_to_all(waiting: House) -> None:
    for _ in range(2):
        await waiting.oda.start("BySignal")
    sent = (await waiting.oda.post("/runtime/signals", {"name": "holiday"})).result
    assert sent == {"delivered": 2, "started": 0}


async def test_conditions_are_told_what_is_so(waiting: House) -> None:
    condition = b"<conditionalEventDefinition><condition>=n &gt; 1</condition></conditionalEventDefinition>"
    start = b'<startEvent id="a">' + condition + b"</startEvent>"
    await waiting.ada.deploy(WAITING.replace(b'<startEvent id="a"/>', start).replace(b"ByMessage", b"ByCondition"))
    told = await waiting.oda.post("/runtime/conditions", {"variables": {"n": 2}, "businessKey": "order-9"})
    (made,) = told.result["started"]
    assert (await waiting.oda.get(f"/runtime/instances/{made}")).result["businessKey"] == "order-9"
    assert (await waiting.oda.post("/runtime/conditions", {"variables": {"n": 1}})).result == {"started": []}
    none = await waiting.oda.post("/runtime/conditions", {"variables": {}, "definition": "BySignal"})
    none.refused(400, "astrozero.0002", "no condition starts 'BySignal'")
    assert (await waiting.oda.post("/runtime/conditions", {})).status == 400


async def test_a_job_is_fetched_failed_and_done(waiting: House) -> None:
    made = await waiting.oda.start("ByJob", amount=5)
    fetch = {"type": "charge", "worker": "w1", "lockDuration": "PT1M"}
    (job,) = (await waiting.oda.post("/runtime/jobs/activate", fetch)).result["Recs"]
    assert set(job) == {
        "id", "type", "instanceId", "element", "variables", "headers", "retries", "lockedUntil"
    }  # fmt: skip
    assert (job["type"], job["instanceId"], job["element"]) == ("charge", made["id"], "b3")
    assert (job["variables"], job["lockedUntil"]) == ({"amount": 5}, "2026-01-01T09:01:00.000Z")
    assert (await waiting.oda.post("/runtime/jobs/activate", fetch)).result["Recs"] == []
    path = f"/runtime/jobs/{job['id']}"
    longer = (await waiting.oda.put(path, {"action": "extend", "lockDuration": "PT5M"})).result
    assert longer["lockedUntil"] == "2026-01-01T09:05:00.000Z"
    failed = (await waiting.oda.put(path, {"action": "fail", "retries": 2, "message": "no luck"})).result
    assert failed["retries"] == 2
    (again,) = (await waiting.oda.post("/runtime/jobs/activate", {"types": ["charge"]})).result["Recs"]
    assert again["retries"] == 2
    assert (await waiting.oda.put(path, {"action": "complete", "variables": {"paid": True}})).status == 200
    assert await state(waiting, made["id"]) == "Completed OK"
    (await waiting.oda.put(path, {"action": "complete"})).refused(404, "bpm.job.notFound")


async def test_a_worker_waits_for_the_first_job(waiting: House) -> None:
    import asyncio

    fetch = waiting.oda.post("/runtime/jobs/activate", {"type": "charge", "wait": "PT20S"})
    polling = asyncio.create_task(fetch)
    await asyncio.sleep(0)
    made = await waiting.oda.start("ByJob")
    (job,) = (await asyncio.wait_for(polling, 10)).result["Recs"]
    assert job["instanceId"] == made["id"]


WRONG_FETCHES: list[tuple[dict[str, object], str]] = [
    ({}, "type"),
    ({"type": ""}, "type"),
    ({"types": [""]}, "type"),
    ({"type": "x", "maxJobs": 0}, "maxJobs"),
    ({"type": "x", "lockDuration": "PT0S"}, "lockDuration"),
    ({"type": "x", "wait": "PT2M"}, "wait"),
]


async def test_a_wrong_fetch_names_the_field(house: House) -> None:
    for body, field in WRONG_FETCHES:
        (await house.oda.post("/runtime/jobs/activate", body)).refused(400, "astrozero.0002", field)


async def test_the_clock_lets_timers_fire(waiting: House) -> None:
    made = await waiting.oda.start("ByTimer")
    answer = await waiting.ada.call("PUT", "/test/clock", json={"advance": "PT1H59M"})
    assert answer.result == {"now": "2026-01-01T10:59:00.000Z"}
    assert await state(waiting, made["id"]) == "Paused"
    answer = await waiting.ada.call("PUT", "/test/clock", json={"now": "2026-01-01T11:00:00Z"})
    assert answer.result == {"now": "2026-01-01T11:00:00.000Z"}
    assert await state(waiting, made["id"]) == "Completed OK"


WRONG_CLOCKS: list[tuple[dict[str, str], str]] = [
    ({}, "advance"),
    ({"advance": "PT1H", "now": "2027-01-01"}, "advance"),
    ({"now": "2020-01-01"}, "now"),
    ({"advance": "-PT1H"}, "advance"),
    ({"now": "later"}, "now"),
]


async def test_the_clock_does_not_go_back(house: House) -> None:
    for body, field in WRONG_CLOCKS:
        (await house.ada.call("PUT", "/test/clock", json=body)).refused(400, "astrozero.0002", field)


EXPRESSIONS: list[tuple[dict[str, object], object, str, str]] = [
    ({"expression": "1 + 2"}, 3, "3", "number"),
    ({"expression": "a.b * 2", "context": {"a": {"b": 21}}}, 42, "42", "number"),
    ({"expression": 'if x > 5 then "big" else "small"', "context": {"x": 6}}, "big", '"big"', "string"),
    ({"language": "juel", "expression": "${x > 5 && y}", "context": {"x": 6, "y": True}}, True, "true", "boolean"),
    ({"expression": "d.year", "contextFeel": '{d: date("2026-01-01")}'}, 2026, "2026", "number"),
    ({"expression": "null"}, None, "null", "null"),
]


async def test_expressions(house: House) -> None:
    for body, value, feel, kind in EXPRESSIONS:
        answer = await house.oda.post("/runtime/expressions/evaluate", body)
        assert answer.result == {"value": value, "feel": feel, "type": kind}


FAULTY_EXPRESSIONS: list[tuple[dict[str, str], int]] = [
    ({"expression": "1 +"}, 3),
    ({"expression": "1 + ) 2"}, 4),
    ({"expression": "x", "contextFeel": "{a: "}, 4),
]


async def test_a_faulty_expression_tells_the_position(house: House) -> None:
    for body, position in FAULTY_EXPRESSIONS:
        answer = (await house.oda.post("/runtime/expressions/evaluate", body)).refused(400, "bpm.expression.fault")
        assert answer["details"][0]["position"] == position


async def test_an_unknown_language_and_a_context_that_is_none(house: House) -> None:
    path = "/runtime/expressions/evaluate"
    answer = await house.oda.post(path, {"expression": "1", "language": "python"})
    answer.refused(400, "astrozero.0002", "language")
    answer = await house.oda.post(path, {"expression": "1", "contextFeel": "[1]"})
    answer.refused(400, "astrozero.0002", "contextFeel")


async def test_administrators_keep_persons_and_clients(house: House) -> None:
    new = {"name": "max", "password": "a good password", "groups": ["hr"], "email": "max@example.org"}
    made = (await house.ada.post("/admin/persons", new)).result
    assert "password" not in made
    assert (made["roles"], made["groups"], made["createdAt"]) == (["user"], ["hr"], "2026-01-01T09:00:00.000Z")
    (await house.ada.post("/admin/persons", new)).refused(409, "bpm.person.exists")
    client = (await house.ada.post("/admin/clients", {"user": "max"})).result
    assert client["username"] == "max"
    form = {"client_id": client["clientId"], "client_secret": client["clientSecret"]}
    assert (await house.http.post("/baas/auth/v1.0/oauth2/token", data=form)).status_code == 200
    changed = (await house.ada.put("/admin/persons/max", {"roles": ["operator"], "email": ""})).result
    assert (changed["roles"], changed["email"], changed["groups"]) == (["operator"], "", ["hr"])
    assert (await house.ada.delete(f"/admin/clients/{client['clientId']}")).status == 200
    assert (await house.http.post("/baas/auth/v1.0/oauth2/token", data=form)).status_code == 400
    clients = (await house.ada.get("/admin/clients")).result["Recs"]
    assert {c["clientId"]: c["revoked"] for c in clients} == {"admin": False, client["clientId"]: True}
    (await house.ada.get("/admin/persons/nobody")).refused(404, "bpm.person.notFound")
    (await house.ada.post("/admin/clients", {"user": "nobody"})).refused(404, "bpm.person.notFound")
    (await house.ada.delete("/admin/clients/nobody")).refused(404, "bpm.client.notFound")
    (await house.ada.put("/admin/persons/max", {"roles": ["root"]})).refused(400, "astrozero.0002", "roles")


async def test_health_and_metrics(house: House, approval: str) -> None:
    await house.kim.start("Approval")
    assert (await house.nobody.get("/health/live")).json == {"status": "live"}
    assert (await house.nobody.get("/health/ready")).json == {"status": "ready"}
    text = (await house.http.get("/metrics")).text
    assert "andante_open_instances 1.0" in text
    assert "andante_outbox_depth 0.0" in text
    assert (
        'andante_requests_total{method="POST",route="/u-route/baas/bp/v2.0/runtime/instances",status="200"} 1.0' in text
    )


async def test_operators_verify(house: House, approval: str) -> None:
    started = await house.kim.start("Approval")
    done = (await house.oda.get("/runtime/verification")).result
    assert done == {"checked": 1, "drift": [], "after": ""}
    await house.runtime.store.write([("delete from task where instance_id=?", [started["id"]])])
    (drift,) = (await house.oda.get("/runtime/verification", ids=started["id"])).result["drift"]
    assert (drift["instance"], drift["table"]) == (started["id"], "task")
    (await house.kim.get("/runtime/verification")).refused(403, "bpm.access.forbidden")


async def test_what_is_wrong_is_told_to_operators(house: House) -> None:
    seen = (await house.oda.get("/runtime/diagnosis")).result
    assert {"severity", "code", "where", "what", "remedy"} == set(seen["findings"][0])
    assert SECRET not in str(seen)
    (await house.kim.get("/runtime/diagnosis")).refused(403, "bpm.access.forbidden", "operations.read")

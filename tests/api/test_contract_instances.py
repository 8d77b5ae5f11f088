"""The contract, row by row: APIs 1 to 5, their shapes (2.1, 2.2) and the open questions answered (section 7)."""

import pytest
from house import House
from stopped import TWICE

RUN_KEYS = [
    "name", "version", "id", "processDefID", "interviewLabel", "nextElem", "isTest", "state", "bpStatus", "urgency",
    "taskOutcome", "businessKey", "startTime", "endTime", "Ext1", "Ext2", "Ext3", "Ext4", "Ext5", "Ext6", "Ext7",
    "Ext8", "suspended", "isClosed",
]  # fmt: skip
LIST_KEYS = [
    "bpStage", "bpStatus", "bpStep", "businessKey", "createdBy", "createdBy.__objectType", "createdBy.name",
    "createdDate", "curElement", "description", "endTime", "id", "label", "lastHandler", "lastModifiedBy",
    "lastModifiedBy.__objectType", "lastModifiedBy.name", "lastModifiedDate", "name", "owner", "owner.__objectType",
    "owner.name", "startTime", "state", "suspended", "title", "type", "urgency", "version",
]  # fmt: skip


async def test_start_answers_the_run_shape_in_the_printed_order(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    assert list(made) == RUN_KEYS
    assert (made["name"], made["version"], made["processDefID"]) == ("Approval", "1.0.0", approval)
    assert made["state"] == "Waiting for user interaction"
    assert made["startTime"] == "2026-01-01 09:00:00"
    assert made["endTime"] == ""
    assert made["businessKey"] == made["id"]
    assert [made[f"Ext{n}"] for n in range(1, 9)] == ["", "", "", "", "", "", 0, 0]
    assert (made["suspended"], made["isClosed"], made["isTest"]) == (False, False, False)
    assert made["interviewLabel"] == "Approval 2026-01-01 09:00:00"


async def test_ids_have_the_contracts_form(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    assert (len(made["id"]), made["id"][:4]) == (20, "002N")
    assert (len(approval), approval[:4]) == (20, "001L")


async def test_start_takes_business_key_title_and_extension_fields(house: House, approval: str) -> None:
    body = {
        "name": "Approval",
        "variables": {"$Flow.BusinessKey": "BK001", "$Flow.Title": "A title", "amount": 5},
        "Ext1": "one",
        "Ext8": 8.5,
        "isTest": True,
        "unknown": "ignored",
    }
    made = (await house.ada.post("/runtime/instances", body)).result
    assert (made["businessKey"], made["Ext1"], made["Ext8"], made["isTest"]) == ("BK001", "one", 8.5, True)
    assert (await house.ada.get(f"/runtime/instances/{made['id']}")).result["title"] == "A title"
    variables = (await house.ada.get(f"/runtime/instances/{made['id']}/variables")).result
    assert variables["amount"] == 5
    assert "$Flow.Title" not in variables


BAD_STARTS: list[tuple[object, str]] = [
    ({}, "name"),
    ({"name": ""}, "name"),
    ({"name": 5}, "name"),
    ({"name": "Approval", "variables": []}, "variables"),
    ({"name": "Approval", "variables": {"a": 1, "": 1}}, "variables"),
    ({"name": "Approval", "variables": {"$Flow.Title": 5}}, "$Flow.Title"),
    ({"name": "Approval", "version": None}, "version"),
    ({"name": "Approval", "Ext7": "seven"}, "Ext7"),
    ([], "body"),
]


async def test_a_bad_start_names_the_field(house: House, approval: str) -> None:
    for body, field in BAD_STARTS:
        (await house.ada.post("/runtime/instances", body)).refused(400, "astrozero.0002", field)
        assert (await house.ada.get("/runtime/instances", states="Waiting for user interaction")).result == []


async def test_start_of_what_is_not_there(house: House, approval: str) -> None:
    start = house.ada
    answer = await start.post("/runtime/instances", {"name": "Nothing"})
    answer.refused(404, "bpm.definition.notFound", "Nothing")
    answer = await start.post("/runtime/instances", {"name": "Approval", "version": "9.9"})
    answer.refused(404, "bpm.definition.notFound", "9.9")
    await start.put(f"/metadata/definitions/{approval}", {"action": "deactivate"})
    answer = await start.post("/runtime/instances", {"name": "Approval"})
    answer.refused(409, "bpm.definition.inactive")


async def test_suspend_sets_the_flag_and_keeps_the_state(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    suspended = await house.oda.act(made["id"], "suspend")
    assert list(suspended) == RUN_KEYS
    assert (suspended["suspended"], suspended["state"]) == (True, made["state"])
    assert (await house.oda.act(made["id"], "suspend"))["suspended"] is True
    resumed = await house.oda.act(made["id"], "resume")
    assert (resumed["suspended"], resumed["state"]) == (False, made["state"])
    assert (await house.oda.act(made["id"], "resume"))["suspended"] is False


async def test_terminate_closes_even_what_is_suspended(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    await house.oda.act(made["id"], "suspend")
    house.clock.set(house.clock.now() + 60_000)
    ended = await house.oda.act(made["id"], "terminate")
    assert (ended["state"], ended["suspended"], ended["isClosed"]) == ("User Terminated", False, True)
    assert (ended["endTime"], ended["nextElem"]) == ("2026-01-01 09:01:00", "")


@pytest.mark.parametrize("action", ["suspend", "resume", "terminate", "retry"])
async def test_a_closed_instance_takes_no_action(house: House, approval: str, action: str) -> None:
    made = await house.kim.start("Approval")
    ended = await house.oda.act(made["id"], "terminate")
    answer = await house.oda.put(f"/runtime/instances/{made['id']}", {"action": action})
    answer.refused(409, "bpm.instance.closed")
    again = (await house.oda.get(f"/runtime/instances/{made['id']}")).result
    assert {key: again[key] for key in RUN_KEYS} == ended


WRONG_ACTIONS: list[object] = [
    {},
    {"action": ""},
    {"action": "Suspend"},
    {"action": "explode"},
    {"action": None},
]


async def test_a_wrong_action_is_refused(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    for body in WRONG_ACTIONS:
        (await house.oda.put(f"/runtime/instances/{made['id']}", body)).refused(400, "astrozero.0002", "action")
        assert (await house.oda.get(f"/runtime/instances/{made['id']}")).result["suspended"] is False


async def test_keys_beside_the_action_are_ignored(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    answer = await house.oda.put(f"/runtime/instances/{made['id']}", {"action": "suspend", "colour": "blue"})
    assert answer.result["suspended"] is True


async def test_unknown_instances_are_not_found(house: House) -> None:
    path = "/runtime/instances/002N000000000000000x"
    code = "bpm.instance.notFound"
    (await house.ada.get(path)).refused(404, code)
    (await house.ada.put(path, {"action": "suspend"})).refused(404, code)
    (await house.ada.delete(path)).refused(404, code)
    (await house.ada.put(path + "/variables", {"a": 1})).refused(404, code)
    (await house.ada.get(path + "/history")).refused(404, code)


async def test_retry_without_an_incident(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    answer = await house.oda.put(f"/runtime/instances/{made['id']}", {"action": "retry"})
    answer.refused(409, "bpm.instance.noIncident")


async def test_one_incident_of_two_is_retried(house: House) -> None:
    await house.ada.deploy(TWICE)
    made = await house.kim.start("Twice", n="?", m="?")
    path = f"/runtime/instances/{made['id']}"
    first, second = (await house.oda.get(path)).result["incidents"]
    await house.ada.put(f"{path}/variables", {"n": 1})
    assert (await house.oda.put(path, {"action": "retry", "incident": first["id"]})).result["state"] == "Broken"
    assert (await house.oda.get(path)).result["incidents"] == [second]
    again = await house.oda.put(path, {"action": "retry", "incident": first["id"]})
    again.refused(409, "bpm.instance.noIncident")
    (await house.oda.put(path, {"action": "retry", "incident": -1})).refused(400, "astrozero.0002")


async def test_the_list_shape(house: House, approval: str) -> None:
    await house.kim.start("Approval")
    (record,) = (await house.ada.get("/runtime/instances", states="Waiting for user interaction")).result
    assert list(record) == LIST_KEYS
    assert (record["createdBy"], record["createdBy.__objectType"], record["createdBy.name"]) == ("kim", "User", "kim")
    assert (record["type"], record["lastHandler"], record["curElement"]) == ("BP", None, "approve")


async def test_states_select(house: House, approval: str) -> None:
    first, second, third = [(await house.kim.start("Approval"))["id"] for _ in range(3)]
    await house.oda.act(first, "suspend")
    await house.oda.act(second, "terminate")

    async def found(states: str) -> set[str]:
        return {r["id"] for r in (await house.oda.get("/runtime/instances", states=states)).result}

    assert await found("Suspended") == {first}
    assert await found("User Terminated") == {second}
    assert await found("Waiting for user interaction") == {first, third}
    assert await found("Suspended,User Terminated") == {first, second}
    assert await found("Completed OK") == set()


WRONG_STATES: list[dict[str, str]] = [{}, {"states": ""}, {"states": "running"}, {"states": "Running,Walking"}]


async def test_whose_and_since_when_select(house: House, approval: str) -> None:
    await house.ada.post("/runtime/instances", {"name": "Approval", "title": "Desk for Lee"})
    mine = await house.kim.start("Approval")
    clock = house.clock
    clock.set(clock.now() + 3_600_000)
    late = (await house.ada.post("/runtime/instances", {"name": "Approval", "businessKey": "4711"})).result

    async def found(**query: str) -> list[str]:
        return [
            each["id"]
            for each in (
                await house.ada.get("/runtime/instances", states="Waiting for user interaction", **query)
            ).result
        ]

    assert await found(createdBy="kim") == [mine["id"]]
    assert mine["id"] not in await found(createdBy="me")
    assert len(await found(text="desk")) == 1
    assert await found(text="4711") == [late["id"]]
    assert await found(startedFrom="2026-01-01T09:30:00Z") == [late["id"]]
    assert late["id"] not in await found(startedBefore="2026-01-01T09:30:00Z")
    kims = (await house.kim.get("/runtime/instances", states="Waiting for user interaction", createdBy="ada")).result
    assert kims == []  # others' are not theirs to see
    kims = (await house.kim.get("/runtime/instances", states="Waiting for user interaction", createdBy="me")).result
    assert [each["id"] for each in kims] == [mine["id"]]


async def test_states_are_checked(house: House) -> None:
    for query in WRONG_STATES:
        (await house.ada.get("/runtime/instances", **query)).refused(400, "astrozero.0002", "states")


WRONG_QUERIES: list[tuple[str, str]] = [
    ("fields", "id,colour"),
    ("orderField", "colour"),
    ("orderType", "up"),
    ("skip", "-1"),
    ("skip", "x"),
    ("limit", "0"),
    ("limit", "100000"),
]


async def test_a_wrong_query_names_the_parameter(house: House) -> None:
    for field, value in WRONG_QUERIES:
        answer = await house.ada.get("/runtime/instances", states="Running", **{field: value})
        answer.refused(400, "astrozero.0002", field)


async def test_fields_order_and_pages(house: House, approval: str) -> None:
    for key in ("b", "c", "a"):
        body = {"name": "Approval", "businessKey": key}
        await house.ada.post("/runtime/instances", body)
        house.clock.set(house.clock.now() + 1_000)
    query = {"states": "Waiting for user interaction", "fields": "businessKey,processDefID"}
    answer = await house.ada.get("/runtime/instances", orderField="businessKey", **query)
    assert [r["businessKey"] for r in answer.result] == ["a", "b", "c"]
    assert list(answer.result[0]) == ["id", "businessKey", "processDefID"]
    answer = await house.ada.get("/runtime/instances", orderField="businessKey", orderType="desc", skip=1, **query)
    assert [r["businessKey"] for r in answer.result] == ["b", "a"]
    answer = await house.ada.get("/runtime/instances", limit=2, **query)
    assert [r["businessKey"] for r in answer.result] == ["a", "c"]
    assert answer.response.headers["x-total-count"] == "3"


async def test_delete_answers_without_a_result(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    (await house.ada.delete(f"/runtime/instances/{made['id']}")).refused(409, "bpm.instance.open")
    await house.oda.act(made["id"], "terminate")
    answer = await house.ada.delete(f"/runtime/instances/{made['id']}")
    assert (answer.status, answer.json) == (200, {"resCode": "0", "resMsg": "Success"})
    (await house.ada.get(f"/runtime/instances/{made['id']}")).refused(404, "bpm.instance.notFound")


async def test_an_administrator_deletes_an_open_one_by_force(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    answer = await house.ada.delete(f"/runtime/instances/{made['id']}", force="true")
    assert answer.status == 200
    (await house.ada.get(f"/runtime/instances/{made['id']}")).refused(404, "bpm.instance.notFound")


async def test_set_variables_changes_what_is_there_and_ignores_the_rest(house: House, approval: str) -> None:
    made = await house.kim.start("Approval", amount=5, name="x")
    path = f"/runtime/instances/{made['id']}/variables"
    answer = await house.oda.put(path, {"amount": 7, "unheard": 1})
    assert (answer.status, answer.json) == (200, {"resCode": "0", "resMsg": "Success"})
    assert (await house.oda.get(path)).result == {"amount": 7, "name": "x"}
    await house.oda.act(made["id"], "suspend")
    assert (await house.oda.put(path, {"amount": 8})).status == 200
    await house.oda.act(made["id"], "terminate")
    (await house.oda.put(path, {"amount": 9})).refused(409, "bpm.instance.closed")
    assert (await house.oda.get(path)).result["amount"] == 8


async def test_new_variables_are_set_where_that_is_asked_for(house: House, approval: str) -> None:
    made = await house.kim.start("Approval", amount=5)
    path = f"/runtime/instances/{made['id']}/variables"
    answer = await house.oda.call("PUT", path, json={"amount": 7, "unheard": 1}, params={"introduce": "true"})
    assert answer.json == {"resCode": "0", "resMsg": "Success"}
    assert (await house.oda.get(path)).result == {"amount": 7, "unheard": 1}


WATCHED = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
 <process id="Watched" isExecutable="true"><startEvent id="start"/>
 <intermediateCatchEvent id="low"><conditionalEventDefinition><condition>=stock &lt; 5</condition>
 </conditionalEventDefinition></intermediateCatchEvent><endEvent id="end"/>
 <sequenceFlow id="f" sourceRef="start" targetRef="low"/><sequenceFlow id="g" sourceRef="low" targetRef="end"/>
 </process></definitions>"""


async def test_set_variables_wakes_what_waits_for_a_condition(house: House) -> None:
    await house.ada.deploy(WATCHED)
    made = await house.kim.start("Watched", stock=9)
    path = f"/runtime/instances/{made['id']}"
    for stock, state in ((6, "Paused"), (4, "Completed OK")):
        assert (await house.oda.put(f"{path}/variables", {"stock": stock})).status == 200
        assert (await house.oda.get(path)).result["state"] == state


async def test_detail_and_history_tell_what_happened(house: House, approval: str) -> None:
    made = await house.kim.start("Approval")
    await house.oda.put(f"/runtime/instances/{made['id']}", {"action": "suspend", "reason": "audit"})
    detail = (await house.oda.get(f"/runtime/instances/{made['id']}")).result
    assert list(detail)[: len(RUN_KEYS)] == RUN_KEYS
    assert [(t["element"], t["state"]) for t in detail["tokens"]] == [("approve", "active")]
    assert detail["tokens"][0]["since"] == detail["startedAt"] == "2026-01-01T09:00:00.000Z"
    assert (detail["allowed"]["resume"], detail["allowed"]["suspend"]) == (True, False)
    recs = (await house.oda.get(f"/runtime/instances/{made['id']}/history")).result["Recs"]
    assert {"seq", "at", "kind", "element", "elementKind", "who", "data"} == set(recs[0])
    assert ("ElementEntered", "approve", "userTask") in {(r["kind"], r["element"], r["elementKind"]) for r in recs}
    last = recs[-1]
    assert (last["kind"], last["who"], last["data"]["reason"]) == ("Suspended", "oda", "audit")
    later = (await house.oda.get(f"/runtime/instances/{made['id']}/history", after=1)).result["Recs"]
    assert {r["seq"] for r in later} == {2}


async def test_an_instance_as_it_was(house: House, approval: str) -> None:
    started = await house.kim.start("Approval", amount=5)
    path = f"/runtime/instances/{started['id']}/replay"
    await house.oda.act(started["id"], "suspend")
    first = (await house.oda.get(path, until=1)).result
    assert (first["seq"], first["last"], first["who"], first["command"]) == (1, 2, "kim", "Start")
    assert first["instance"]["suspended"] is False
    assert first["variables"] == {"amount": 5}
    assert [(task["element"], task["candidates"]) for task in first["tasks"]] == [
        ("approve", ["user:kim", "group:managers"])
    ]
    assert {fact["kind"] for fact in first["facts"]} >= {"InstanceStarted", "TaskCreated"}
    assert (await house.oda.get(path)).result["instance"]["suspended"] is True
    assert (await house.oda.get(path, at=first["at"])).result["seq"] == 2  # both at the same moment
    (await house.oda.get(path, until=3)).refused(400, "astrozero.0002", "2 commands")
    (await house.oda.get(path, at="then")).refused(400, "astrozero.0002", "at")
    (await house.oda.get("/runtime/instances/nobody/replay")).refused(404, "bpm.instance.notFound")
    (await house.kim.get(path)).refused(403, "bpm.access.forbidden")

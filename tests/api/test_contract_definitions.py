"""The contract's definition APIs (6 to 10), from JSON and from XML."""

import json

from house import APPROVAL, EXAMPLES, House

TRAVEL = json.loads((EXAMPLES / "travel-request.json").read_text())


async def test_create_from_json_answers_the_id(house: House) -> None:
    made = (await house.oda.post("/metadata/definitions", TRAVEL)).result
    assert isinstance(made, str)
    assert (len(made), made[:4]) == (20, "001L")
    full = (await house.kim.get(f"/metadata/definitions/{made}")).result
    assert (full["id"], full["name"], full["version"], full["label"]) == (
        made, "TravelRequest", "1.0.0", "Travel request"
    )  # fmt: skip
    for key in ("userTasks", "variables", "laneSet", "startEvents", "config"):
        assert full[key] == TRAVEL[key]


async def test_a_json_definition_runs(house: House) -> None:
    await house.oda.post("/metadata/definitions", TRAVEL)
    body = {"name": "TravelRequest", "variables": {"traveller": "kim", "destination": "Rome", "unheard": 1}}
    made = (await house.kim.post("/runtime/instances", body)).result
    variables = (await house.kim.get(f"/runtime/instances/{made['id']}/variables")).result
    assert variables["traveller"] == "kim"
    assert "unheard" not in variables


async def test_a_wrong_type_for_a_declared_variable_starts_nothing(house: House) -> None:
    await house.oda.post("/metadata/definitions", TRAVEL)
    body = {"name": "TravelRequest", "variables": {"cost": "a lot"}}
    (await house.kim.post("/runtime/instances", body)).refused(400, "bpm.variable.type", "cost")


async def test_the_summary_has_the_contracts_keys(house: House, approval: str) -> None:
    (summary,) = (await house.kim.get("/metadata/definitions")).result
    assert list(summary) == ["active", "config", "description", "id", "label", "name", "status", "version"]
    assert (summary["active"], summary["id"], summary["name"]) == (True, approval, "Approval")
    assert json.loads(summary["config"]) == {
        "cancelable": False, "noCancelAfterElem": "", "noCancelAfterElemLabel": ""
    }  # fmt: skip


async def test_find_by_name_and_activity(house: House, approval: str) -> None:
    await house.oda.post("/metadata/definitions", TRAVEL)

    async def names(**query: str) -> list[str]:
        return [d["name"] for d in (await house.oda.get("/metadata/definitions", **query)).result]

    assert await names() == ["Approval", "TravelRequest"]
    assert await names(name="Travel") == []
    assert await names(name="Travel", like="true") == ["TravelRequest"]
    assert await names(name="Approval", like="false", active="true") == ["Approval"]
    assert await names(active="false") == []
    assert await names(skip="1", limit="1") == ["TravelRequest"]


WRONG_QUERIES: list[tuple[str, str]] = [
    ("like", "yes"),
    ("active", "1"),
    ("skip", "-1"),
    ("limit", "0"),
    ("limit", "many"),
]


async def test_a_wrong_query_names_the_parameter(house: House) -> None:
    for field, value in WRONG_QUERIES:
        (await house.ada.get("/metadata/definitions", **{field: value})).refused(400, "astrozero.0002", field)


async def test_the_same_xml_again_gives_the_same_ids(house: House, approval: str) -> None:
    again = await house.oda.deploy(APPROVAL)
    assert again == {"id": approval, "ids": {"Approval": approval}, "warnings": []}
    assert len((await house.oda.get("/metadata/definitions")).result) == 1


async def test_a_new_version_takes_over(house: House, approval: str) -> None:
    newer = await house.oda.deploy(APPROVAL.replace(b'name="Approve it"', b'name="Approve this"'))
    records = {d["id"]: d for d in (await house.oda.get("/metadata/definitions")).result}
    assert (records[approval]["active"], records[newer["id"]]["active"]) == (False, True)
    assert records[newer["id"]]["version"] == "1.0.1"
    assert (await house.kim.start("Approval"))["version"] == "1.0.1"
    body = {"name": "Approval", "version": "1.0.0"}
    assert (await house.kim.post("/runtime/instances", body)).result["version"] == "1.0.0"


async def test_the_xml_comes_back_byte_for_byte(house: House, approval: str) -> None:
    answer = await house.kim.get(f"/metadata/definitions/{approval}/xml")
    assert answer.response.content == APPROVAL
    assert answer.response.headers["content-type"] == "application/xml"
    made = (await house.oda.post("/metadata/definitions", TRAVEL)).result
    (await house.kim.get(f"/metadata/definitions/{made}/xml")).refused(404, "bpm.definition.noXml")


async def test_actions_on_a_definition(house: House, approval: str) -> None:
    path = f"/metadata/definitions/{approval}"
    made = await house.kim.start("Approval")
    assert (await house.oda.put(path, {"action": "suspend", "instances": True})).result["id"] == approval
    (await house.kim.post("/runtime/instances", {"name": "Approval"})).refused(409, "bpm.definition.suspended")
    assert (await house.kim.get(f"/runtime/instances/{made['id']}")).result["suspended"] is True
    await house.oda.put(path, {"action": "resume", "instances": True})
    assert (await house.kim.get(f"/runtime/instances/{made['id']}")).result["suspended"] is False
    assert (await house.oda.put(path, {"action": "deactivate"})).result["active"] is False
    assert (await house.oda.put(path, {"action": "activate"})).result["active"] is True
    (await house.oda.put(path, {"action": "explode"})).refused(400, "astrozero.0002", "action", "explode")


async def test_modify_replaces_what_has_no_instances(house: House) -> None:
    made = (await house.oda.post("/metadata/definitions", TRAVEL)).result
    path = f"/metadata/definitions/{made}"
    assert (await house.oda.put(path, {**TRAVEL, "label": "Business trip"})).result == made
    assert (await house.oda.get(path)).result["label"] == "Business trip"
    await house.kim.start("TravelRequest")
    (await house.oda.put(path, TRAVEL)).refused(409, "bpm.definition.inUse")


async def test_delete_answers_the_string_1(house: House, approval: str) -> None:
    path = f"/metadata/definitions/{approval}"
    made = await house.kim.start("Approval")
    (await house.ada.delete(path)).refused(409, "bpm.definition.inUse")
    await house.ada.delete(f"/runtime/instances/{made['id']}", force="true")
    assert (await house.ada.delete(path)).json == {"resCode": "0", "resMsg": "Success", "result": "1"}
    (await house.ada.get(path)).refused(404, "bpm.definition.notFound")
    (await house.ada.delete(path)).refused(404, "bpm.definition.notFound")


NAMELESS: list[dict[str, object]] = [
    {},
    {"name": "X"},
    {"label": "X"},
    {"name": 5, "label": "X"},
    {"name": "X", "label": ""},
]


async def test_create_needs_name_and_label(house: House) -> None:
    for body in NAMELESS:
        answer = (await house.oda.post("/metadata/definitions", body)).refused(400, "astrozero.0002")
        assert "name" in answer["resMsg"] or "label" in answer["resMsg"]


async def test_a_model_that_cannot_run_is_refused_with_every_finding(house: House) -> None:
    broken = APPROVAL.replace(b'targetRef="finish"', b'targetRef="nowhere"')
    answer = await house.oda.call(
        "POST", "/metadata/definitions", content=broken, headers={"content-type": "application/xml"}
    )
    body = answer.refused(422, "bpm.model.refused", "nowhere")
    finding = body["details"][0]
    assert set(finding) == {"code", "element", "line", "message"}
    assert finding["line"] == 10


BAD_XML: list[bytes] = [
    b"",
    b"<definitions",
    b"no xml at all",
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
]


async def test_bad_xml_is_refused_and_nothing_is_deployed(house: House) -> None:
    for xml in BAD_XML:
        answer = await house.oda.call(
            "POST", "/metadata/definitions", content=xml, headers={"content-type": "application/xml"}
        )
        answer.refused(422, "bpm.model.refused")
        assert (await house.oda.get("/metadata/definitions")).result == []

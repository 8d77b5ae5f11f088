"""Forms over HTTP: deployed by themselves, shown with their data, and checked at start and completion."""

import json
from typing import Any

import pytest
from house import EXAMPLES, House

DEFINITIONS = "/metadata/definitions"
FORM = {"Content-Type": "application/vnd.andante.form+json"}
REQUEST = (EXAMPLES / "equipment-request.form").read_bytes()
PROCESS = (EXAMPLES / "equipment-request.bpmn").read_bytes()
INVALID = "bpm.form.invalid"


async def deploy(house: House, data: bytes, **query: str) -> dict[str, Any]:
    answer = await house.ada.call("POST", DEFINITIONS, content=data, params=query, headers=FORM)
    found: dict[str, Any] = answer.result
    return found


async def test_a_form_is_deployed_and_versioned(house: House) -> None:
    first = await deploy(house, REQUEST)
    assert first == {"id": first["id"], "ids": {"equipment-request": first["id"]}, "warnings": []}
    assert (await deploy(house, REQUEST))["id"] == first["id"]
    second = await deploy(house, REQUEST.replace(b"How many", b"Number"))
    found = (await house.ada.get(DEFINITIONS, name="equipment-request")).result
    assert {(each["version"], each["active"]) for each in found} == {("1.0.0", False), ("1.0.1", True)}
    read = (await house.ada.get(f"{DEFINITIONS}/{second['id']}")).result
    assert (read["kind"], read["schema"]["id"]) == ("form", "equipment-request")
    (await house.ada.get(f"{DEFINITIONS}/{second['id']}/xml")).refused(404, "bpm.definition.noXml")
    (await house.ada.get(f"{DEFINITIONS}/{second['id']}/form")).refused(404, "bpm.definition.notFound", "is a form")
    refused = await house.ada.post("/runtime/instances", {"name": "equipment-request"})
    refused.refused(404, "bpm.definition.notFound", "is a form")


async def test_a_form_without_an_id_goes_by_a_name(house: House) -> None:
    schema = b'{"type": "object", "properties": {"a": {"type": "integer"}}}'
    refused = await house.ada.call("POST", DEFINITIONS, content=schema, headers=FORM)
    refused.refused(422, "bpm.model.refused", "no id")
    kind = {"Content-Type": "application/schema+json"}
    made = (await house.ada.call("POST", DEFINITIONS, content=schema, params={"name": "a"}, headers=kind)).result
    assert list(made["ids"]) == ["a"]


async def test_a_faulty_form_and_a_name_that_is_taken(house: House) -> None:
    broken = await house.ada.call("POST", DEFINITIONS, content=b'{\n"components": [\n5]}', headers=FORM)
    body = broken.refused(422, "bpm.model.refused")
    assert body["details"][0]["code"] == "form"
    await house.ada.deploy(PROCESS)
    taken = json.dumps({"id": "EquipmentRequest", "components": []}).encode()
    answer = await house.ada.call("POST", DEFINITIONS, content=taken, headers=FORM)
    answer.refused(409, "bpm.definition.exists", "A process is named 'EquipmentRequest'")
    await deploy(house, REQUEST)
    process = PROCESS.replace(b"EquipmentRequest", b"equipment-request")
    answer = await house.ada.call("POST", DEFINITIONS, content=process, headers={"Content-Type": "application/xml"})
    answer.refused(409, "bpm.definition.exists", "A form is named")


async def test_a_form_that_is_not_there_is_a_warning_and_checks_nothing(house: House) -> None:
    made = await house.ada.deploy(PROCESS)
    (warning,) = made["warnings"]
    assert (warning["code"], warning["element"]) == ("unknownForm", "Wanted")
    shown = (await house.zoe.get(f"{DEFINITIONS}/{made['id']}/form")).result
    assert (shown["kind"], shown["key"], shown["fields"]) == ("external", "equipment-request", [])
    await house.zoe.start("EquipmentRequest")
    await deploy(house, REQUEST)
    (await house.zoe.post("/runtime/instances", {"name": "EquipmentRequest"})).refused(400, INVALID)


@pytest.fixture
async def process(house: House) -> str:
    await deploy(house, REQUEST)
    id: str = (await house.ada.deploy(PROCESS))["id"]
    return id


async def test_a_start_shows_its_form_and_is_checked_by_it(house: House, process: str) -> None:
    shown = (await house.zoe.get(f"{DEFINITIONS}/{process}/form")).result
    assert (shown["kind"], shown["key"], shown["version"]) == ("form-js", "equipment-request", "1.0.0")
    assert shown["schema"] == json.loads(REQUEST)
    assert shown["data"] == {"kind": "screen", "count": 1, "total": None}
    fields = {field["key"]: field for field in shown["fields"]}
    assert {key for key, field in fields.items() if not field["visible"]} == {"other", "reason"}
    assert fields["kind"]["options"][0] == {"value": "screen", "label": "A screen"}
    assert fields["count"]["constraint"] == {"min": 1, "max": 10, "decimals": 0}

    body = {"name": "EquipmentRequest", "variables": {"kind": "other", "count": 20, "price": "cheap"}}
    answer = (await house.zoe.post("/runtime/instances", body)).refused(400, INVALID, "employee: it is required")
    assert {(each["field"], each["code"]) for each in answer["details"]} == {
        ("employee", "required"), ("other", "required"), ("count", "max"), ("price", "type"),
    }  # fmt: skip
    assert all(each["message"] for each in answer["details"])
    assert (
        await house.ada.get("/runtime/instances", states="Waiting for user interaction", name="EquipmentRequest")
    ).result == []

    body["variables"] = {"employee": "Anna", "count": 2, "price": 99.5, "total": 1, "other": "hidden"}
    started = (await house.zoe.post("/runtime/instances", body)).result
    variables = (await house.zoe.get(f"/runtime/instances/{started['id']}/variables")).result
    assert variables == {"employee": "Anna", "kind": "screen", "count": 2, "price": 99.5, "total": 199}


async def test_a_task_shows_its_form_and_is_checked_by_it(house: House, process: str) -> None:
    await house.zoe.start("EquipmentRequest", employee="Anna", price=10)
    (task,) = await house.lee.tasks()
    path = f"/runtime/tasks/{task['id']}"
    shown = (await house.lee.get(f"{path}/form")).result
    assert (shown["kind"], shown["key"], shown["version"]) == ("json-schema", "", "")
    assert shown["data"] == {"total": 10, "supplier": "in stock"}
    assert [(field["key"], field["readOnly"], field["value"]) for field in shown["fields"]] == [
        ("total", True, 10), ("costCentre", False, None), ("supplier", False, "in stock"),
    ]  # fmt: skip
    (await house.kim.get(f"{path}/form")).refused(404, "bpm.task.notFound")
    (await house.lee.get("/runtime/tasks/nothing-1/form")).refused(404, "bpm.task.notFound")

    await house.lee.put(path, {"action": "claim"})
    complete = {"action": "complete", "outcome": "approved"}
    answer = (await house.lee.put(path, complete)).refused(400, INVALID)
    assert answer["details"] == [{"field": "costCentre", "code": "required", "message": "it is required"}]
    wrong = {**complete, "variables": {"costCentre": "12", "total": 9_999}}
    answer = (await house.lee.put(path, wrong)).refused(400, INVALID)
    assert {each["field"]: each["code"] for each in answer["details"]} == {"costCentre": "pattern", "total": "readOnly"}
    assert (await house.lee.get(path)).result["state"] == "open"
    done = (await house.lee.put(path, {**complete, "variables": {"costCentre": "1234"}})).result
    assert done["state"] == "completed"
    after = (await house.ada.get(f"{path}/form")).result
    assert after["data"] == {"total": 10, "costCentre": "1234", "supplier": "in stock"}


async def test_forms_are_made_where_a_definition_only_declares_variables(house: House) -> None:
    body = json.loads((EXAMPLES / "travel-request.json").read_text())
    definition = (await house.ada.post(DEFINITIONS, body)).result
    shown = (await house.zoe.get(f"{DEFINITIONS}/{definition}/form")).result
    assert shown["kind"] == "variables"
    assert {field["key"]: field["type"] for field in shown["fields"]} == {
        "traveller": "string", "destination": "string", "departure": "datetime", "cost": "number",
        "costWithFee": "number", "booking": "any",
    }  # fmt: skip
    components = {each["key"]: each["type"] for each in shown["schema"]["components"]}
    assert components["cost"] == "number"
    assert components["departure"] == "datetime"


async def test_no_form_is_told_as_well(house: House) -> None:
    definition = await house.ada.deploy(
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        b'targetNamespace="t"><process id="Bare" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
        b'<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>'
    )
    assert definition
    (found,) = (await house.ada.get(DEFINITIONS, name="Bare")).result
    shown = (await house.zoe.get(f"{DEFINITIONS}/{found['id']}/form")).result
    assert (shown["kind"], shown["schema"], shown["fields"]) == ("none", None, [])


async def test_who_is_bound_to_a_version_keeps_it(house: House) -> None:
    """latest, the one that was there with the process, and the first one."""

    def form(least: int) -> bytes:
        field = {"key": "n", "type": "number", "validate": {"min": least}}
        return json.dumps({"id": "n", "components": [field]}).encode()

    await deploy(house, form(10))
    for name, binding in (("Latest", "latest"), ("Kept", "deployment"), ("First", "version")):
        version = ' andante:formVersion="1.0.0"' if binding == "version" else ""
        await house.ada.deploy(
            f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"'
            f' xmlns:andante="http://andante.dev/schema/bpmn/1.0"><process id="{name}" isExecutable="true">'
            f'<startEvent id="s" andante:form="n" andante:formBinding="{binding}"{version}/><endEvent id="e"/>'
            '<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process>'
            "</definitions>".encode()
        )
    house.clock.set(house.clock.now() + 1_000)
    await deploy(house, form(20))
    for name, good in (("Latest", 20), ("Kept", 10), ("First", 10)):
        body = {"name": name, "variables": {"n": good - 1}}
        (await house.zoe.post("/runtime/instances", body)).refused(400, INVALID, f"at least {good}")
        body["variables"] = {"n": good}
        assert (await house.zoe.post("/runtime/instances", body)).result["state"] == "Completed OK"
